"""「三定」规定 as versions of a unit: clauses as parsed, quotas and leader posts as the document states them."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import Range
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


class Mandate(Model):
    """「三定」规定: one version of a unit's mandate. Only confirmed ones count, never two at a time (R43, R44)."""

    __tablename__ = "mandate"
    __table_args__ = (
        UniqueConstraint("unit_id", "version_no"),
        never_two("unit_id", name="mandate_in_force_once", where="mandate_state = 'confirmed'"),
        CheckConstraint(
            "mandate_state NOT IN ('confirmed', 'superseded') OR confirmed_by IS NOT NULL",
            name="confirmed_by_a_person",
        ),
        # Four eyes: who read a document in does not put it in force (R43).
        CheckConstraint("confirmed_by <> imported_by", name="confirmed_by_a_second_person"),
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

    document: Mapped[Document] = relationship(lazy="raise_on_sql")
    clauses: Mapped[list[MandateClause]] = relationship(lazy="raise_on_sql", order_by="MandateClause.sort_no")
    quotas: Mapped[list[MandateQuota]] = relationship(lazy="raise_on_sql", order_by="MandateQuota.id")
    leaders: Mapped[list[MandateLeader]] = relationship(lazy="raise_on_sql", order_by="MandateLeader.id")


class MandateClause(Model):
    """条款: a sentence of a mandate with what was read out of it and where it stands (R43)."""

    __tablename__ = "mandate_clause"
    __table_args__ = (Index(None, "mandate_id", "sort_no"), index_of_words("mandate_clause", "text"))

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    mandate_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Mandate.id))
    clause_kind: Mapped[ClauseKind]
    sort_no: Mapped[int]
    #: As printed: （一）, 第三条.
    mark: Mapped[str] = mapped_column(default="", server_default="")
    text: Mapped[str]
    #: What the parser read: for a section its name, plates and tasks.
    extracted_value: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    corrected_value: Mapped[dict[str, Any] | None]
    source_snippet: Mapped[str] = mapped_column(default="", server_default="")
    confidence: Mapped[Confidence] = mapped_column(default=Confidence.HIGH)
    #: The section of the register that a section clause speaks of, once matched.
    section_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(Section.id))


class MandateQuota(Model):
    """人员编制 as the document states it, in its own words."""

    __tablename__ = "mandate_quota"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    mandate_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Mandate.id), index=True)
    kind: Mapped[str]
    count: Mapped[int]
    source_snippet: Mapped[str] = mapped_column(default="", server_default="")


class MandateLeader(Model):
    """领导职数 as the document states them."""

    __tablename__ = "mandate_leader"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    mandate_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Mandate.id), index=True)
    title: Mapped[str]
    rank: Mapped[str | None]
    count: Mapped[int]
    holds_quota: Mapped[bool]
    source_snippet: Mapped[str] = mapped_column(default="", server_default="")
