"""时钟: until when a case or its next step is due, what stops its clocks, and what extends them (R62–R65)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    Integer,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from basic_info.flowcharts.models import FlowStep, SuspensionKind
from basic_info.organization.models import Section, Unit
from basic_info.power_lists.models import LimitUnit
from function_monitor.cases.models import FlowCase, FlowEvent
from function_monitor.deadlines.kinds import JOINT_LIMIT, ApproverKind, ClockKind
from host.kernel.db import Model

#: Suspensions that hold, as SQL: neither corrected nor withdrawn.
HOLDS = "superseded_at IS NULL"


class StepClock(Model):
    """时限: of a step, from the event that made it due until the next event; or of a part of the whole case (R63).

    The legal and the promised limit run side by side over the same days. Computed from the events, the suspensions,
    the extensions and the calendar; whatever comes late computes the case's clocks anew (R65).
    """

    __tablename__ = "step_clock"
    __table_args__ = (
        UniqueConstraint("case_id", "clock_kind", "after_event_id"),
        CheckConstraint("(clock_kind = 'stage') = (step_id IS NOT NULL)", name="a_stage_is_a_step"),
        CheckConstraint("limit_value IS NOT NULL OR promised_value IS NOT NULL", name="has_a_limit"),
        CheckConstraint(
            "(limit_value IS NULL) = (limit_unit IS NULL) AND (promised_value IS NULL) = (promised_unit IS NULL)",
            name="limits_have_units",
        ),
        CheckConstraint(
            "(due_on IS NULL OR limit_value IS NOT NULL) AND (promised_due_on IS NULL OR promised_value IS NOT NULL)",
            name="due_by_a_limit",
        ),
        Index("ix_step_clock_running", "due_on", postgresql_where=text("finished_on IS NULL")),
        Index("ix_step_clock_promised", "promised_due_on", postgresql_where=text("finished_on IS NULL")),
        Index(None, "step_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    case_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(FlowCase.id))
    clock_kind: Mapped[ClockKind] = mapped_column(default=ClockKind.STAGE, server_default="stage")
    after_event_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(FlowEvent.id))
    #: None: the clock is one of the whole case.
    step_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(FlowStep.id))
    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Unit.id))
    #: The section of the post that the step belongs to, else the one that handles the case; None: not matched.
    section_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(Section.id))
    started_on: Mapped[date]
    #: 法定时限, without what it was extended by.
    limit_value: Mapped[int | None] = mapped_column(Integer)
    limit_unit: Mapped[LimitUnit | None]
    extended_days: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    #: None: no such limit, or the clock is stopped and its end not known yet.
    due_on: Mapped[date | None]
    #: 承诺时限.
    promised_value: Mapped[int | None] = mapped_column(Integer)
    promised_unit: Mapped[LimitUnit | None]
    promised_due_on: Mapped[date | None]
    #: 暂定: a due day lies where the calendar is not official yet (R141).
    is_provisional: Mapped[bool] = mapped_column(default=False, server_default="false")
    finished_on: Mapped[date | None]

    def is_late(self, today: date) -> bool:
        """Whether the legal limit was passed; a stopped clock is never late."""
        return self.due_on is not None and (self.finished_on or today) > self.due_on

    def is_promise_broken(self, today: date) -> bool:
        """Whether the promised limit was passed."""
        return self.promised_due_on is not None and (self.finished_on or today) > self.promised_due_on


class ClockSuspension(Model):
    """中止计时: days of a case that do not count (行政许可法 45): ``from_on`` does not, ``to_on`` does again.

    What was entered wrongly is superseded with a reason, by a corrected row or by none; it never vanishes.
    """

    __tablename__ = "clock_suspension"
    __table_args__ = (
        ExcludeConstraint(
            ("case_id", "="),
            (text("daterange(from_on, to_on)"), "&&"),
            where=text(HOLDS),
            name="clock_suspended_once_a_day",
            using="gist",
        ),
        CheckConstraint("to_on >= from_on", name="runs_forward"),
        CheckConstraint("expected_to_on >= from_on", name="is_expected_to_end"),
        CheckConstraint("paper_no <> '' AND reason <> ''", name="has_its_paper"),
        CheckConstraint("entered_by IS NOT NULL OR opened_event_id IS NOT NULL", name="opened_by_somebody"),
        CheckConstraint("(to_on IS NULL) = (closed_by IS NULL AND closed_event_id IS NULL)", name="closed_by_somebody"),
        CheckConstraint("superseded_at IS NULL OR superseded_reason <> ''", name="superseded_with_a_reason"),
        # A reported event opens one suspension, however often it is reported and corrected.
        Index("uq_clock_suspension_opened_event", "opened_event_id", unique=True, postgresql_where=text(HOLDS)),
        Index(None, "case_id"),
        Index(
            "ix_clock_suspension_open",
            "expected_to_on",
            postgresql_where=text("superseded_at IS NULL AND to_on IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    case_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(FlowCase.id))
    suspension_kind: Mapped[SuspensionKind]
    from_on: Mapped[date]
    to_on: Mapped[date | None]
    #: 预计结束: past it an open suspension is asked about (R64).
    expected_to_on: Mapped[date]
    #: 告知文书: the paper by which the applicant was told, and when.
    paper_no: Mapped[str]
    told_on: Mapped[date]
    reason: Mapped[str]
    #: The reported events that opened and closed it; None: a person did.
    opened_event_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(FlowEvent.id))
    closed_event_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(FlowEvent.id))
    #: Accounts; None: the business system.
    entered_by: Mapped[int | None]
    entered_at: Mapped[datetime] = mapped_column(server_default=func.now())
    closed_by: Mapped[int | None]
    replaces_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("clock_suspension.id"))
    superseded_at: Mapped[datetime | None]
    superseded_by: Mapped[int | None]
    superseded_reason: Mapped[str] = mapped_column(default="", server_default="")

    @property
    def is_settled(self) -> bool:
        """Whether a person had a hand in it: later reports then leave it as it is."""
        return self.entered_by is not None or self.closed_by is not None

    @property
    def is_open(self) -> bool:
        return self.superseded_at is None and self.to_on is None


class ClockExtension(Model):
    """延长: once for each clock, approved with a reason before its first due day passed (R62, R64)."""

    __tablename__ = "clock_extension"
    __table_args__ = (
        Index(
            "uq_clock_extension_once",
            "case_id",
            "clock_kind",
            "step_id",
            unique=True,
            postgresql_where=text("withdrawn_at IS NULL"),
            postgresql_nulls_not_distinct=True,
        ),
        CheckConstraint("clock_kind IN ('decision', 'stage')", name="of_a_clock_the_law_extends"),
        CheckConstraint("(clock_kind = 'stage') = (step_id IS NOT NULL)", name="a_stage_is_a_step"),
        CheckConstraint(
            "days BETWEEN 1 AND CASE approver_kind"
            f" WHEN 'government_head' THEN {ApproverKind.GOVERNMENT_HEAD.most_days}"
            f" ELSE {ApproverKind.ORGAN_HEAD.most_days} END",
            name="days_as_the_law_says",
        ),
        CheckConstraint(
            f"(approver_kind = 'government_head') = (base_limit = {JOINT_LIMIT})", name="joint_by_the_government"
        ),
        CheckConstraint("decided_on <= base_due_on", name="before_it_ran_out"),
        CheckConstraint("approver_name <> '' AND paper_no <> '' AND reason <> ''", name="has_approver_and_reason"),
        CheckConstraint("withdrawn_at IS NULL OR withdrawn_reason <> ''", name="withdrawn_with_a_reason"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    case_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(FlowCase.id))
    clock_kind: Mapped[ClockKind]
    step_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(FlowStep.id))
    days: Mapped[int] = mapped_column(Integer)
    approver_kind: Mapped[ApproverKind]
    approver_name: Mapped[str]
    paper_no: Mapped[str]
    reason: Mapped[str]
    #: The day of the approval, and the one on which the applicant was told the reasons.
    decided_on: Mapped[date]
    told_on: Mapped[date]
    #: The legal limit and its due day as they stood when it was entered.
    base_limit: Mapped[int] = mapped_column(Integer)
    base_due_on: Mapped[date]
    entered_by: Mapped[int]
    entered_at: Mapped[datetime] = mapped_column(server_default=func.now())
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[int | None]
    withdrawn_reason: Mapped[str] = mapped_column(default="", server_default="")
