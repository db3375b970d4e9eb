"""履职纪实: one row is one thing that a person did for a duty on a day (R87–R90).

``duty_record`` is cut by month of ``worked_on``; whoever refers to a record carries the day with the id, and
the day never changes once the record is submitted.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    Numeric,
    SmallInteger,
    String,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from basic_info.duties.models import PostDuty, WorkSource
from basic_info.organization.kinds import Worded
from basic_info.organization.models import Person, Post, Section, Unit
from host.kernel.db import Model

#: Characters that the words of a record may have; as the table's check says.
CONTENT_LENGTH = 2000


class RecordState(Worded):
    DRAFT = "draft", "草稿"
    SUBMITTED = "submitted", "已提交"
    RETURNED = "returned", "已退回"
    APPROVED = "approved", "已审核"
    LOCKED = "locked", "已锁定"


class RecordOrigin(Worded):
    """How the words came in: only typed text is ever compared for likeness (design, never built)."""

    TYPED = "typed", "本人填写"
    COPIED = "copied", "复制"
    PREFILLED = "prefilled", "系统预填"
    IMPORTED = "imported", "导入"
    ON_BEHALF = "on_behalf", "代填"


#: What a reviewer should look at before it is passed with the rest: done again, outside duty, long, late, or flagged.
WANTS_LOOK = "version_no > 1 OR post_duty_id IS NULL OR coalesce(minutes, 0) > 600 OR is_backdated OR is_flagged"
#: 0 before 1 in the queue, which is read from an index in this order.
REVIEW_RANK = f"CASE WHEN {WANTS_LOOK} THEN 0 ELSE 1 END"


class DutyRecord(Model):
    """履职纪实. Where the person stood (post, section, unit) is kept as it was on that day."""

    __tablename__ = "duty_record"
    __table_args__ = (
        CheckConstraint("minutes IS NULL OR (minutes > 0 AND minutes <= 1440)", name="minutes_of_one_day"),
        CheckConstraint("quantity IS NULL OR quantity > 0", name="quantity_is_positive"),
        CheckConstraint("record_state = 'draft' OR submitted_at IS NOT NULL", name="submitted_has_a_time"),
        CheckConstraint("length(content) <= 2000", name="content_is_bounded"),
        CheckConstraint(
            "content <> '' OR (post_duty_id IS NOT NULL AND (quantity IS NOT NULL OR minutes IS NOT NULL))",
            name="says_something",
        ),
        CheckConstraint(
            "start_minute IS NULL OR (start_minute >= 0 AND start_minute % 15 = 0 AND minutes IS NOT NULL"
            " AND start_minute + minutes <= 1440)",
            name="span_lies_in_its_day",
        ),
        Index(None, "person_id", "worked_on"),
        Index(
            "ix_duty_record_queue",
            "section_id",
            text(f"({REVIEW_RANK})"),
            "submitted_at",
            "id",
            postgresql_where=text("record_state = 'submitted'"),
        ),
        Index(None, "post_duty_id", "worked_on"),
        Index(None, "unit_id", "worked_on"),
        {"postgresql_partition_by": "RANGE (worked_on)"},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    #: 履职日期, fixed once submitted.
    worked_on: Mapped[date] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Person.id))
    #: The account that typed it, which need not be the person's own.
    entered_by_id: Mapped[int | None] = mapped_column(BigInteger)
    post_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Post.id))
    section_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Section.id))
    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Unit.id))
    #: None: outside one's duties (kept and counted as such, never refused: R87).
    post_duty_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(PostDuty.id))
    work_source: Mapped[WorkSource]
    #: Empty where the duty with a quantity or minutes says enough.
    content: Mapped[str]
    quantity: Mapped[Decimal | None] = mapped_column(Numeric(10, 2))
    measure_unit: Mapped[str] = mapped_column(String(10), default="项", server_default="项")
    minutes: Mapped[int | None] = mapped_column(SmallInteger)
    #: 起始时刻 in minutes after midnight, where the person typed one; no device, sign-in or clock of ours fills it.
    start_minute: Mapped[int | None] = mapped_column(SmallInteger)
    result: Mapped[str] = mapped_column(default="", server_default="")
    problem: Mapped[str] = mapped_column(default="", server_default="")
    next_step: Mapped[str] = mapped_column(default="", server_default="")
    #: The case (办件) that the work was for, as its system numbers it.
    case_no: Mapped[str | None] = mapped_column(String(80))
    origin: Mapped[RecordOrigin] = mapped_column(default=RecordOrigin.TYPED)
    is_backdated: Mapped[bool] = mapped_column(default=False, server_default="false")
    #: It waits and has a flag; kept by a trigger of the flags.
    is_flagged: Mapped[bool] = mapped_column(default=False, server_default="false")
    record_state: Mapped[RecordState] = mapped_column(default=RecordState.SUBMITTED)
    version_no: Mapped[int] = mapped_column(SmallInteger, default=1, server_default="1")
    return_reason: Mapped[str] = mapped_column(default="", server_default="")
    submitted_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    post_duty: Mapped[PostDuty | None] = relationship(lazy="raise_on_sql")

    @property
    def is_open(self) -> bool:
        """Whether the author may still edit it."""
        return self.record_state in {RecordState.DRAFT, RecordState.RETURNED}


class DutyRecordRevision(Model):
    """What a record said before a correction, and why it was corrected: nothing is ever overwritten (R89)."""

    __tablename__ = "duty_record_revision"
    __table_args__ = (
        ForeignKeyConstraint(["record_id", "worked_on"], ["duty_record.id", "duty_record.worked_on"]),
        UniqueConstraint("record_id", "worked_on", "version_no"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    record_id: Mapped[int] = mapped_column(BigInteger)
    worked_on: Mapped[date]
    version_no: Mapped[int] = mapped_column(SmallInteger)
    said: Mapped[dict[str, Any]]
    reason: Mapped[str]
    revised_by: Mapped[int | None] = mapped_column(BigInteger)
    revised_at: Mapped[datetime] = mapped_column(server_default=func.now())


class RecordRollup(Model):
    """Sums of a person's records of a month by post duty, written in the transaction of the record itself.

    ``post_duty_id`` None: outside duties. Draft and returned records do not count.
    """

    __tablename__ = "record_rollup"
    __table_args__ = (
        UniqueConstraint(
            "person_id", "month", "section_id", "post_duty_id",
            name="uq_record_rollup_key", postgresql_nulls_not_distinct=True,
        ),
        Index(None, "section_id", "month"),
        Index(None, "unit_id", "month"),
        Index(None, "post_duty_id", "month"),
        CheckConstraint("record_count >= 0 AND approved_count >= 0", name="counts_are_not_negative"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    person_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Person.id))
    #: The first day of the month.
    month: Mapped[date]
    section_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Section.id))
    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Unit.id))
    post_duty_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(PostDuty.id))
    record_count: Mapped[int] = mapped_column(Integer)
    approved_count: Mapped[int] = mapped_column(Integer)
    quantity: Mapped[Decimal] = mapped_column(Numeric(14, 2))
    #: Quantities, a record without one counted as one piece of work: what standard hours are multiplied with.
    pieces: Mapped[Decimal] = mapped_column(Numeric(14, 2))
    minutes: Mapped[int] = mapped_column(Integer)
    last_worked_on: Mapped[date]


class RecordSuggestion(Model):
    """Something that the platform knows a person did (a step of a case): offered on the today page, once."""

    __tablename__ = "record_suggestion"
    __table_args__ = (Index(None, "person_id", "worked_on"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    #: What makes it one and the same: ``event:<id>``.
    source_key: Mapped[str] = mapped_column(String(120), unique=True)
    person_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Person.id))
    worked_on: Mapped[date]
    post_duty_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(PostDuty.id))
    content: Mapped[str]
    case_no: Mapped[str | None] = mapped_column(String(80))
    used_at: Mapped[datetime | None]
    dismissed_at: Mapped[datetime | None]
