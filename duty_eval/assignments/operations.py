from __future__ import annotations

from datetime import date

from basic_info.organization.models import Appointment
from duty_eval.assignments.errors import TaskOver
from duty_eval.assignments.models import AssignedTask, TaskState
from duty_eval.notices import tell_task
from host.kernel.access import Actor
from host.kernel.audit import record_change
from host.kernel.db import db
from host.kernel.errors import Refused


def assign_task(
    holder: Appointment, *, title: str, due_on: date | None, actor: Actor, post_duty_id: int | None = None
) -> AssignedTask:
    """Give the holder of an appointment something to do (交办). Raises Refused without a title."""
    if not title.strip() or len(title) > 200:
        raise Refused("请写明交办事项（不超过 200 字）")
    task = AssignedTask(
        person_id=holder.person_id,
        section_id=holder.section_id,
        post_duty_id=post_duty_id,
        title=title.strip(),
        due_on=due_on,
        assigned_by=actor.account_id,
    )
    db.session.add(task)
    db.session.flush()  # the audit row names it
    record_change(task, action="assigned_task.assigned", actor=actor, after={"title": task.title, "due_on": due_on})
    tell_task(task)
    return task


def withdraw_task(task: AssignedTask, *, actor: Actor) -> None:
    """Take an open task back (撤回); ``task`` is locked by the caller. Raises TaskOver."""
    if task.task_state is not TaskState.OPEN:
        raise TaskOver
    task.task_state = TaskState.WITHDRAWN
    db.session.flush()
    record_change(task, action="assigned_task.withdrawn", actor=actor, before={"title": task.title})
    tell_task(task, is_withdrawn=True)
