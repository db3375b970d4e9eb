"""「三定」规定 as versions of a unit: clauses as parsed, quotas and leader posts as the document states them."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, Integer, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, Range
from sqlalchemy.orm import Mapped, mapped_column, relationship

from basic_info.documents.models import Document
from basic_info.organization.kinds import Worded
from basic_info.organization.models import Section, Unit
from host.kernel.db import Model
from host.kernel.versions import never_two
from host.kernel.words import index_of_words


class MandateStyle(Worded):
    ARTICLE = "article", "条文式"
    SECTION = "section", "章节式"
    TOWNSHIP = "township", "乡镇机构设置方案"
    INSTITUTION = "institution", "事业单位机构职能编制规定"
    AMENDMENT = "amendment", "变更批复"


class MandateState(Worded):
    PENDING_REVIEW = "pending_review", "待审核"
    RETURNED = "returned", "退回"
    CONFIRMED = "confirmed", "已确认"
    SUPERSEDED = "superseded", "已替代"


class ClauseKind(Worded):
    BASIS = "basis", "依据"
    NATURE = "nature", "性质规格"
    STATUS = "status", "地位"
    DUTY = "duty", "主要职责"
    CATCH_ALL = "catch_all", "兜底职责"
    TRANSFORMATION = "transformation", "职能转变"
    BOUNDARY = "boundary", "职责分工"
    SECTION = "section", "内设机构"
    QUOTA = "quota", "人员编制"
    LEADER = "leader", "领导职数"
    MISC = "misc", "其他事项"
    FINAL = "final", "附则"


class Confidence(enum.Enum):
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def label(self) -> str:
        return {"high": "高", "medium": "中", "low": "低"}[self.value]


class FieldKind(Worded):
    """What a mandate says of itself, outside its clauses."""

    TITLE = "title", "标题"
    DOC_NO = "doc_no", "文号"
    UNIT_NAME = "unit_name", "单位名称"
    RANK = "rank", "规格"
    EFFECTIVE_ON = "effective_on", "施行日期"
    PLATE = "plate", "加挂牌子"


#: The states of versions that held at some time: together they are the unit's timeline.
HELD = (MandateState.CONFIRMED, MandateState.SUPERSEDED)


class Mandate(Model):
    """「三定」规定: one version of a unit's mandate. Only confirmed ones count, never two at a time (R43, R44)."""

    __tablename__ = "mandate"
    __table_args__ = (
        UniqueConstraint("unit_id", "version_no"),
        never_two("unit_id", name="mandate_in_force_once", where="mandate_state IN ('confirmed', 'superseded')"),
        # One open draft per unit (R44).
        Index(
            "uq_mandate_open_once", "unit_id", unique=True, postgresql_where=text("mandate_state = 'pending_review'")
        ),
        CheckConstraint(
            "mandate_state NOT IN ('confirmed', 'superseded') OR confirmed_by IS NOT NULL",
            name="confirmed_by_a_person",
        ),
        # Four eyes: who read a document in does not put it in force (R43).
        CheckConstraint("confirmed_by <> imported_by", name="confirmed_by_a_second_person"),
        CheckConstraint("confirmed_by <> ALL (corrected_by)", name="confirmed_by_nobody_who_corrected"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Unit.id), index=True)
    version_no: Mapped[int]
    style: Mapped[MandateStyle]
    document_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Document.id))
    #: The document's words, paragraph by paragraph, as they were read.
    source_text: Mapped[str]
    rank: Mapped[str | None]
    plates: Mapped[list[Any]] = mapped_column(server_default="[]")
    mandate_state: Mapped[MandateState] = mapped_column(default=MandateState.PENDING_REVIEW)
    valid: Mapped[Range[date]]
    imported_by: Mapped[int | None]
    imported_at: Mapped[datetime] = mapped_column(server_default=func.now())
    confirmed_by: Mapped[int | None]
    confirmed_at: Mapped[datetime | None]
    #: The accounts that corrected, added or removed something.
    corrected_by: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), default=list, server_default="{}")
    #: Grows with every correction: who confirms names the one that was on the screen.
    revision: Mapped[int] = mapped_column(default=1, server_default="1")
    return_reason: Mapped[str | None]
    #: Orders of a reply that name no unit, each with whether a person said that it is this unit's.
    decided_orders: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    #: The version that an amendment (变更批复) was applied to; this one is the two together.
    base_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("mandate.id"))
    #: The version of the same reply that this one took the place of when a document came in before it.
    rebased_from_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("mandate.id"), unique=True)

    document: Mapped[Document] = relationship(lazy="raise_on_sql")
    fields: Mapped[list[MandateField]] = relationship(lazy="raise_on_sql", order_by="MandateField.id")
    clauses: Mapped[list[MandateClause]] = relationship(lazy="raise_on_sql", order_by="MandateClause.sort_no")
    quotas: Mapped[list[MandateQuota]] = relationship(lazy="raise_on_sql", order_by="MandateQuota.id")
    leaders: Mapped[list[MandateLeader]] = relationship(lazy="raise_on_sql", order_by="MandateLeader.id")

    def note_on(self, day: date) -> str:
        """What its state does not tell on a day: confirmed ahead of its first day, or replaced from a later one."""
        first, end = self.valid.lower, self.valid.upper
        if self.mandate_state not in (MandateState.CONFIRMED, MandateState.SUPERSEDED) or first is None:
            return ""
        if first > day:
            return "尚未施行"
        return "今天仍在施行" if end is not None and day < end else ""


class Reading:
    """Mixin of what is read out of a document: the parser's value beside a person's (R43).

    ``extracted_value`` is {} for what a person added. ``lock_version`` grows with every change of the row.
    """

    __tablename__: str

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    extracted_value: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    corrected_value: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    corrected_by: Mapped[int | None]
    source_snippet: Mapped[str] = mapped_column(default="", server_default="")
    confidence: Mapped[Confidence] = mapped_column(default=Confidence.HIGH, server_default=Confidence.HIGH.value)
    is_removed: Mapped[bool] = mapped_column(default=False, server_default="false")
    lock_version: Mapped[int] = mapped_column(default=1, server_default="1")
    #: The document that the row comes from; None: the version's own. An amendment keeps its base's rows (R44).
    origin_document_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(Document.id))

    @property
    def value(self) -> dict[str, Any]:
        """What counts: the correction if there is one."""
        return self.corrected_value or self.extracted_value

    @property
    def is_added(self) -> bool:
        """Whether a person added it."""
        return not self.extracted_value and self.corrected_value is not None

    @property
    def needs_a_look(self) -> bool:
        """Whether the parser was not sure and nobody has said anything yet."""
        return self.confidence is not Confidence.HIGH and self.corrected_by is None


class MandateField(Reading, Model):
    """字段: what a document says of itself; ``value`` is {"value": words}, a day as 2019-03-01."""

    __tablename__ = "mandate_field"

    mandate_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Mandate.id), index=True)
    field_kind: Mapped[FieldKind]


class MandateClause(Reading, Model):
    """条款: a sentence of a mandate with what was read out of it and where it stands (R43).

    ``value``: {"text"} and, of a duty, {"no"}; of a section {"name", "plates", "text", "tasks"}.
    """

    __tablename__ = "mandate_clause"
    __table_args__ = (Index(None, "mandate_id", "sort_no"), index_of_words("mandate_clause", "text"))

    mandate_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Mandate.id))
    clause_kind: Mapped[ClauseKind]
    sort_no: Mapped[int]
    #: As printed: （一）, 第三条.
    mark: Mapped[str] = mapped_column(default="", server_default="")
    #: The words that count: a person's if they were corrected.
    text: Mapped[str]
    #: The section of the register that a section clause speaks of, once matched.
    section_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(Section.id))

    @property
    def is_section(self) -> bool:
        """Whether the clause is an internal body, not a sentence about bodies."""
        return self.clause_kind is ClauseKind.SECTION and "name" in self.value


class Counted(Reading):
    """Mixin of what is counted. ``delta``: by how many a reply made the base's number more or fewer, None: stated."""

    delta: Mapped[int | None] = mapped_column(Integer)

    @property
    def is_difference(self) -> bool:
        """Whether the number is the base's and the difference; a person's own number is none."""
        return self.delta is not None and self.corrected_value is None


class MandateQuota(Counted, Model):
    """人员编制 as the document states it, in its own words; ``value`` is {"kind", "count"}."""

    __tablename__ = "mandate_quota"
    __table_args__ = (CheckConstraint("count >= 0", name="count_not_negative"),)

    mandate_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Mandate.id), index=True)
    kind: Mapped[str]
    count: Mapped[int]


class MandateLeader(Counted, Model):
    """领导职数 as the document states them; ``value`` is {"title", "rank", "count", "holds_quota"}."""

    __tablename__ = "mandate_leader"
    __table_args__ = (CheckConstraint("count >= 0", name="count_not_negative"),)

    mandate_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Mandate.id), index=True)
    title: Mapped[str]
    rank: Mapped[str | None]
    count: Mapped[int]
    holds_quota: Mapped[bool]
