"""办件: what was done to which case, by whom, on which version of the flowchart (R59–R61)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, String, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from basic_info.duties.models import PostDuty
from basic_info.flowcharts.models import Flowchart, FlowStep, SuspensionKind
from basic_info.organization.kinds import Worded
from basic_info.organization.models import Person, Section, Unit
from basic_info.power_lists.models import PowerItem
from function_monitor.collection.models import BusinessSystem, CollectedFile
from host.kernel.db import Model


class CaseState(Worded):
    OPEN = "open", "在办"
    CLOSED = "closed", "已办结"
    REFUSED = "refused", "不予受理"


class FlowCase(Model):
    """办件: one case of one business system, for good on the chart version that was published when it began (R60)."""

    __tablename__ = "flow_case"
    __table_args__ = (
        UniqueConstraint("system_id", "case_no"),
        Index(None, "unit_id", "id"),
        Index(None, "section_id", "id"),
        Index(None, "power_item_id"),
        CheckConstraint("(case_state = 'open') = (closed_at IS NULL)", name="closed_has_a_time"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    system_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(BusinessSystem.id))
    case_no: Mapped[str] = mapped_column(String(80))
    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Unit.id))
    #: Where the latest step was done.
    section_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(Section.id))
    item_code: Mapped[str] = mapped_column(String(80))
    item_name: Mapped[str]
    power_item_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(PowerItem.id))
    #: None: the item had no published chart when the case began.
    flowchart_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(Flowchart.id), index=True)
    case_state: Mapped[CaseState] = mapped_column(default=CaseState.OPEN)
    #: Of the earliest and the latest event, by when they happened.
    begun_at: Mapped[datetime | None]
    last_event_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    flowchart: Mapped[Flowchart | None] = relationship(lazy="raise_on_sql")
    system: Mapped[BusinessSystem] = relationship(lazy="raise_on_sql")


class FlowEvent(Model):
    """办件事件: a step that was done. Events are added, never changed."""

    __tablename__ = "flow_event"
    __table_args__ = (
        UniqueConstraint("system_id", "event_key"),
        Index(None, "case_id", "happened_at"),
        Index(None, "post_duty_id", "happened_at"),
        Index(None, "step_id"),
        Index(None, "person_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    system_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(BusinessSystem.id))
    case_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(FlowCase.id))
    #: SHA-256 of what makes the event one and the same.
    event_key: Mapped[bytes]
    happened_at: Mapped[datetime]
    step_name: Mapped[str]
    step_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(FlowStep.id))
    handler_code: Mapped[str] = mapped_column(String(40))
    person_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Person.id))
    #: Where the person stood on that day; None: no appointment then.
    section_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(Section.id))
    #: The duty of one of the person's posts that carries the step; None: outside the person's duties.
    post_duty_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(PostDuty.id))
    action: Mapped[str] = mapped_column(String(40))
    #: What a reported 特别程序开始 says: kind, the paper that told the applicant and when, and until when (R64).
    special_kind: Mapped[SuspensionKind | None]
    paper_no: Mapped[str] = mapped_column(default="", server_default="")
    told_on: Mapped[date | None]
    expected_to_on: Mapped[date | None]
    reason: Mapped[str] = mapped_column(default="", server_default="")
    file_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(CollectedFile.id), index=True)
    logged_at: Mapped[datetime] = mapped_column(server_default=func.now())
