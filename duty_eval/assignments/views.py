from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, Select, func, select

from basic_info.organization.models import Appointment, PersonVersion
from basic_info.organization.scope import within
from duty_eval.assignments.forms import AssignForm
from duty_eval.assignments.models import AssignedTask
from duty_eval.assignments.operations import assign_task
from duty_eval.blueprint import bp
from duty_eval.permissions import Permission
from duty_eval.records.queries import name_today
from host.kernel.access import Actor, current_actor, requires
from host.kernel.db import db
from host.kernel.forms import options
from host.kernel.tables.exports import register_export


@bp.get("/tasks")
@requires(Permission.TASK_ASSIGN)
def assigned_tasks() -> ResponseReturnValue:
    return _page(_form(current_actor()))


@bp.post("/tasks")
@requires(Permission.TASK_ASSIGN)
def assign() -> ResponseReturnValue:
    actor = current_actor()
    form = _form(actor)
    if not form.validate_on_submit():
        return _page(form), 422
    holder = db.session.scalars(
        select(Appointment).where(_mine(actor), Appointment.person_id == form.person_id.data).limit(1)
    ).one()
    assign_task(holder, title=form.title.data or "", due_on=form.due_on.data, actor=actor)
    db.session.commit()
    flash("已交办")
    return redirect(url_for("duty_eval.assigned_tasks"), 303)


def _form(actor: Actor) -> AssignForm:
    form = AssignForm()
    form.person_id.choices = options((row.person_id, row.name) for row in db.session.execute(_people(actor)))
    return form


def _page(form: AssignForm) -> str:
    actor = current_actor()
    tasks = db.session.execute(assigned_by(actor).limit(100)).all()
    return render_template("duty_eval/assignments/list.html", form=form, tasks=tasks)


def assigned_by(actor: Actor) -> Select[AssignedTask, str]:
    """(AssignedTask, person_name) of what the actor gave out, newest first."""
    return (
        select(AssignedTask, PersonVersion.name.label("person_name"))
        .join(PersonVersion, name_today(AssignedTask.person_id))
        .where(AssignedTask.assigned_by == actor.account_id)
        .order_by(AssignedTask.id.desc())
    )


register_export(
    "duty_eval.assigned_tasks",
    "交办任务",
    permission=Permission.TASK_ASSIGN,
    columns={
        "事项": "AssignedTask.title",
        "交给谁": "person_name",
        "期限": "AssignedTask.due_on",
        "状态": "AssignedTask.task_state",
        "交办时间": "AssignedTask.assigned_at",
        "完成时间": "AssignedTask.done_at",
    },
    rows=lambda actor, _values: assigned_by(actor),
)


def _people(actor: Actor) -> Select[int, str]:
    return (
        select(Appointment.person_id, PersonVersion.name)
        .join(PersonVersion, name_today(Appointment.person_id))
        .where(_mine(actor), Appointment.person_id != (actor.person_id or 0))
        .distinct()
        .order_by(PersonVersion.name)
        .limit(500)
    )


def _mine(actor: Actor) -> ColumnElement[bool]:
    return (
        within(actor, Permission.TASK_ASSIGN, unit=Appointment.unit_id, section=Appointment.section_id)
        & Appointment.valid.contains(func.current_date())
        & Appointment.superseded_at.is_(None)
    )
