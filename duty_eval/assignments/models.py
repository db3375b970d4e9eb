from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from basic_info.duties.models import PostDuty
from basic_info.organization.kinds import Worded
from basic_info.organization.models import Person, Section
from host.kernel.db import Model


class TaskState(Worded):
    OPEN = "open", "进行中"
    DONE = "done", "已完成"
    WITHDRAWN = "withdrawn", "已撤回"


class AssignedTask(Model):
    """交办任务: what a head gives a person to do by a day (D21)."""

    __tablename__ = "assigned_task"
    __table_args__ = (
        Index(None, "person_id", "task_state"),
        CheckConstraint("task_state <> 'done' OR done_at IS NOT NULL", name="done_has_a_time"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    person_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Person.id))
    section_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Section.id))
    post_duty_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(PostDuty.id))
    title: Mapped[str]
    due_on: Mapped[date | None]
    task_state: Mapped[TaskState] = mapped_column(default=TaskState.OPEN)
    assigned_by: Mapped[int | None] = mapped_column(BigInteger)
    assigned_at: Mapped[datetime] = mapped_column(server_default=func.now())
    done_at: Mapped[datetime | None]
