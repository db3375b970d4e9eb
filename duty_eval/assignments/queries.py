"""Reads of assigned tasks: what one was given, what one gave."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, Select, func, not_, or_, select

from basic_info.duties.models import PostDuty
from basic_info.organization.models import Appointment, PersonVersion, Section
from basic_info.organization.scope import within
from duty_eval.assignments.models import AssignedTask, TaskState
from duty_eval.permissions import Permission
from duty_eval.records.queries import name_today
from host.auth.models import Account
from host.kernel.access import Actor
from host.kernel.db import AnySelect, db

MOST_TASKS = 200


def own_tasks(person_id: int, *, only_open: bool) -> Select[AssignedTask, str, str]:
    """(AssignedTask, duty_text, by_name) of what was given to the person: open ones by their limit, then the latest."""
    rows = (
        select(AssignedTask, PostDuty.text.label("duty_text"), Account.display_name.label("by_name"))
        .outerjoin(PostDuty, PostDuty.id == AssignedTask.post_duty_id)
        .outerjoin(Account, Account.id == AssignedTask.assigned_by)
        .where(AssignedTask.person_id == person_id)
        .order_by(AssignedTask.task_state != TaskState.OPEN, AssignedTask.due_on.nulls_last(), AssignedTask.id.desc())
    )
    return rows.where(AssignedTask.task_state == TaskState.OPEN) if only_open else rows


def tasks_due(actor: Actor, person_id: int, first: date, last: date, *, which: str = "") -> AnySelect:
    """(AssignedTask, duty_text, by_name) of a person's tasks due from ``first`` to ``last`` that the actor may read.

    ``which``: ``in_time`` or ``late`` narrows them as scores count them.
    """
    in_time = (AssignedTask.task_state == TaskState.DONE) & (func.date(AssignedTask.done_at) <= AssignedTask.due_on)
    reach = within(
        actor,
        Permission.DUTY_RECORD_READ,
        unit=Section.unit_id,
        section=AssignedTask.section_id,
        person=AssignedTask.person_id,
    )
    rows = (
        select(AssignedTask, PostDuty.text.label("duty_text"), Account.display_name.label("by_name"))
        .join(Section, Section.id == AssignedTask.section_id)
        .outerjoin(PostDuty, PostDuty.id == AssignedTask.post_duty_id)
        .outerjoin(Account, Account.id == AssignedTask.assigned_by)
        .where(
            AssignedTask.person_id == person_id,
            AssignedTask.due_on >= first,
            AssignedTask.due_on <= last,
            AssignedTask.task_state != TaskState.WITHDRAWN,
            or_(reach, AssignedTask.person_id == (actor.person_id or 0)),
        )
        .order_by(AssignedTask.due_on, AssignedTask.id)
    )
    narrowed = {"in_time": in_time, "late": not_(in_time)}.get(which)
    return rows if narrowed is None else rows.where(narrowed)


def given_tasks(actor: Actor, *, only_open: bool) -> Select[AssignedTask, str]:
    """(AssignedTask, person_name) of what the actor gave to others: open ones by their limit, then the latest."""
    rows = (
        select(AssignedTask, PersonVersion.name.label("person_name"))
        .join(PersonVersion, name_today(AssignedTask.person_id))
        .where(AssignedTask.assigned_by == actor.account_id)
        .order_by(AssignedTask.task_state != TaskState.OPEN, AssignedTask.due_on.nulls_last(), AssignedTask.id.desc())
    )
    return rows.where(AssignedTask.task_state == TaskState.OPEN) if only_open else rows


def given_task(actor: Actor, task_id: int) -> AssignedTask | None:
    """A task that the actor gave, locked."""
    return db.session.scalars(
        select(AssignedTask)
        .where(AssignedTask.id == task_id, AssignedTask.assigned_by == actor.account_id)
        .with_for_update()
    ).one_or_none()


def people_to_task(actor: Actor) -> Select[int, str]:
    """(person_id, name) of those whom the actor may give something to do, by name."""
    return (
        select(Appointment.person_id, PersonVersion.name)
        .join(PersonVersion, name_today(Appointment.person_id))
        .where(may_task(actor), Appointment.person_id != (actor.person_id or 0))
        .distinct()
        .order_by(PersonVersion.name)
        .limit(500)
    )


def may_task(actor: Actor) -> ColumnElement[bool]:
    """Appointments of today within the actor's reach."""
    return (
        within(actor, Permission.TASK_ASSIGN, unit=Appointment.unit_id, section=Appointment.section_id)
        & Appointment.valid.contains(func.current_date())
        & Appointment.superseded_at.is_(None)
    )
