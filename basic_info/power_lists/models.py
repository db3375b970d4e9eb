"""权责清单: a list per unit and version, its items with their legal basis, handling sections and time limits."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, Integer, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Mapped, mapped_column, relationship

from basic_info.organization.kinds import Worded
from basic_info.organization.models import Section, Unit
from basic_info.returning.models import Returnable, return_constraints
from host.kernel.db import Model
from host.kernel.versions import never_two
from host.kernel.words import index_of_words


class PowerKind(Worded):
    """权力类型 (R48)."""

    LICENCE = "licence", "行政许可"
    PENALTY = "penalty", "行政处罚"
    COERCION = "coercion", "行政强制"
    LEVY = "levy", "行政征收"
    PAYMENT = "payment", "行政给付"
    INSPECTION = "inspection", "行政检查"
    CONFIRMATION = "confirmation", "行政确认"
    REWARD = "reward", "行政奖励"
    RULING = "ruling", "行政裁决"
    OTHER = "other", "其他行政权力"
    SERVICE = "service", "公共服务"


class ListState(Worded):
    DRAFT = "draft", "待确认"
    IN_FORCE = "in_force", "现行"
    SUPERSEDED = "superseded", "已替代"
    WITHDRAWN = "withdrawn", "已撤销"


class ItemChange(Worded):
    """动态调整: what happens to an item between two versions (R53)."""

    ADDED = "added", "新增"
    CANCELLED = "cancelled", "取消"
    TRANSFERRED = "transferred", "划转"
    RECEIVED = "received", "承接"
    MERGED = "merged", "合并"
    CHANGED = "changed", "变更"


class LimitKind(Worded):
    STATUTORY = "statutory", "法定期限"
    PROMISED = "promised", "承诺期限"
    STAGE = "stage", "环节期限"


class LimitUnit(Worded):
    """The unit in which a limit is written down; the clocks count whole days (``Limit.in_whole_days``)."""

    WORKDAY = "workday", "工作日"
    DAY = "day", "日"
    MONTH = "month", "个月"
    WORKHOUR = "workhour", "工作小时"
    HOUR = "hour", "小时"
    MINUTE = "minute", "分钟"

    @property
    def measure(self) -> str:
        """The unit behind a number: 5个工作日, 60日, 2小时."""
        return f"个{self.label}" if self in {LimitUnit.WORKDAY, LimitUnit.WORKHOUR} else self.label

    @property
    def is_below_a_day(self) -> bool:
        return self in {LimitUnit.WORKHOUR, LimitUnit.HOUR, LimitUnit.MINUTE}


class PowerList(Returnable, Model):
    """权责清单: one version of a unit's list; one is in force at a time."""

    __tablename__ = "power_list"
    __table_args__ = (
        UniqueConstraint("unit_id", "version_no"),
        never_two("unit_id", name="power_list_in_force_once", where="list_state = 'in_force'"),
        # Four eyes: who takes in or adjusts a list does not put it in force.
        CheckConstraint(
            "based_on_id IS NULL OR list_state NOT IN ('in_force', 'superseded') OR put_by IS NOT NULL",
            name="adjustment_put_by_a_person",
        ),
        CheckConstraint("put_by <> imported_by", name="put_by_a_second_person"),
        CheckConstraint(
            "imported_by IS NULL OR list_state <> 'in_force' OR put_by IS NOT NULL", name="put_in_force_by_a_person"
        ),
        CheckConstraint("based_on_id IS NULL OR (doc_no <> '' AND reason <> '')", name="adjustment_has_its_document"),
        Index(
            "uq_power_list_one_adjustment_open",
            "unit_id",
            unique=True,
            postgresql_where=text("based_on_id IS NOT NULL AND list_state = 'draft'"),
        ),
        *return_constraints("list_state IN ('draft', 'withdrawn')"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Unit.id), index=True)
    version_no: Mapped[int]
    year: Mapped[int]
    source_file_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("stored_file.id"))
    list_state: Mapped[ListState] = mapped_column(default=ListState.DRAFT)
    valid: Mapped[Range[date]]
    imported_by: Mapped[int | None]
    imported_at: Mapped[datetime] = mapped_column(server_default=func.now())
    #: The version in force that a 动态调整 starts from; None for a list that came from a workbook.
    based_on_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("power_list.id"))
    doc_no: Mapped[str] = mapped_column(default="", server_default="")
    doc_date: Mapped[date | None]
    reason: Mapped[str] = mapped_column(default="", server_default="")
    put_by: Mapped[int | None] = mapped_column(BigInteger)
    put_at: Mapped[datetime | None]

    items: Mapped[list[PowerItem]] = relationship(lazy="raise_on_sql", order_by="PowerItem.sort_no")


class PowerItem(Model):
    """权责事项: a leaf item of a list."""

    __tablename__ = "power_item"
    __table_args__ = (
        Index(None, "power_list_id", "sort_no"),
        Index(None, "unit_id"),
        Index(None, "item_code"),
        Index(None, "origin_id"),
        index_of_words("power_item", "name || ' ' || subitem_name"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    power_list_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(PowerList.id))
    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Unit.id))
    sort_no: Mapped[int]
    #: The first row of the same item in earlier versions, also of another unit's; None: this is the first.
    origin_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("power_item.id"))
    name: Mapped[str]
    subitem_name: Mapped[str] = mapped_column(default="", server_default="")
    power_kind: Mapped[PowerKind]
    power_subkind: Mapped[str] = mapped_column(default="", server_default="")
    item_code: Mapped[str | None]
    exercising_body: Mapped[str] = mapped_column(default="", server_default="")
    handling_text: Mapped[str] = mapped_column(default="", server_default="")
    exercise_tier: Mapped[str] = mapped_column(default="", server_default="")
    authority: Mapped[str] = mapped_column(default="", server_default="")
    department_duty: Mapped[str] = mapped_column(default="", server_default="")
    responsibility: Mapped[str] = mapped_column(default="", server_default="")
    responsibility_basis: Mapped[str] = mapped_column(default="", server_default="")
    accountable_scope: Mapped[str] = mapped_column(default="", server_default="")
    accountable_cases: Mapped[str] = mapped_column(default="", server_default="")
    remark: Mapped[str] = mapped_column(default="", server_default="")
    #: Columns that the list has besides, by their header.
    extras: Mapped[dict[str, Any]] = mapped_column(server_default="{}")

    bases: Mapped[list[LegalBasis]] = relationship(lazy="raise_on_sql", order_by="LegalBasis.id")
    limits: Mapped[list[PowerTimeLimit]] = relationship(lazy="raise_on_sql", order_by="PowerTimeLimit.id")


class PowerItemChange(Model):
    """事项调整: one step of a 动态调整, from its draft on; what the time line of an item tells."""

    __tablename__ = "power_item_change"
    __table_args__ = (Index(None, "power_list_id"), Index(None, "line_id"))

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    #: The draft that the step belongs to.
    power_list_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(PowerList.id))
    #: The first row of the item (see ``PowerItem.origin_id``).
    line_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(PowerItem.id))
    change: Mapped[ItemChange]
    #: Transferred: to this unit; received: from it.
    other_unit_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(Unit.id))
    #: Merged: the first row of the item that it goes on in.
    into_line_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(PowerItem.id))
    before: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    after: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    recorded_by: Mapped[int | None] = mapped_column(BigInteger)
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())


class PowerItemSection(Model):
    """承办机构: a handling name of an item and the section it was matched to; None waits for a person (R54)."""

    __tablename__ = "power_item_section"
    __table_args__ = (UniqueConstraint("power_item_id", "name"), Index(None, "section_id"))

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    power_item_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(PowerItem.id))
    name: Mapped[str]
    section_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(Section.id))


class LegalBasis(Model):
    """实施依据: one cited law (R55)."""

    __tablename__ = "legal_basis"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    power_item_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(PowerItem.id), index=True)
    basis_kind: Mapped[str]
    #: The law as 《…》 names it, and the articles that are cited of it (第十二条第一款第（四）项).
    title: Mapped[str] = mapped_column(default="", server_default="")
    article: Mapped[str] = mapped_column(default="", server_default="")
    text: Mapped[str]


class PowerTimeLimit(Model):
    """法定期限 / 承诺期限 as a row (R56)."""

    __tablename__ = "power_time_limit"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    power_item_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(PowerItem.id), index=True)
    limit_kind: Mapped[LimitKind]
    value: Mapped[int] = mapped_column(Integer)
    limit_unit: Mapped[LimitUnit]
    condition: Mapped[str] = mapped_column(default="", server_default="")
