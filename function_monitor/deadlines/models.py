"""时钟: when the next step of a case is due (R63–R65)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, Integer, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from basic_info.flowcharts.models import FlowStep
from basic_info.organization.models import Section, Unit
from basic_info.power_lists.models import LimitUnit
from function_monitor.cases.models import FlowCase, FlowEvent
from host.kernel.db import Model


class StepClock(Model):
    """环节时限: runs from the event that made the step due until the next event of the case.

    Computed from the events and the calendar; a late event computes the case's clocks anew (R65).
    """

    __tablename__ = "step_clock"
    __table_args__ = (
        UniqueConstraint("case_id", "after_event_id"),
        Index("ix_step_clock_running", "due_on", postgresql_where=text("finished_on IS NULL")),
        Index(None, "step_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    case_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(FlowCase.id))
    after_event_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(FlowEvent.id))
    step_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(FlowStep.id))
    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Unit.id))
    #: The section of the post that the step belongs to; None where the lane is not matched.
    section_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(Section.id))
    started_on: Mapped[date]
    limit_value: Mapped[int] = mapped_column(Integer)
    limit_unit: Mapped[LimitUnit]
    due_on: Mapped[date]
    #: 暂定: the due day lies where the calendar is not official yet (R141).
    is_provisional: Mapped[bool] = mapped_column(default=False, server_default="false")
    finished_on: Mapped[date | None]

    @property
    def is_late(self) -> bool:
        """Whether it ended after its due day; a running clock is judged by the rules, on a given day."""
        return self.finished_on is not None and self.finished_on > self.due_on
