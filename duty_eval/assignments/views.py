from __future__ import annotations

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from basic_info.organization.models import Appointment
from duty_eval.assignments import operations, queries
from duty_eval.assignments.forms import AssignForm
from duty_eval.assignments.operations import assign_task
from duty_eval.blueprint import bp
from duty_eval.permissions import Permission
from host.kernel.access import Actor, current_actor, requires
from host.kernel.db import db
from host.kernel.errors import NotFound
from host.kernel.forms import options
from host.kernel.pages import today_in_china
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
        select(Appointment)
        .where(queries.may_task(actor), Appointment.person_id == form.person_id.data)
        .order_by(Appointment.is_primary.desc())
        .limit(1)
    ).one()
    assign_task(holder, title=form.title.data or "", due_on=form.due_on.data, actor=actor)
    db.session.commit()
    flash("已交办，对方会在今日履职页看到", "success")
    return redirect(url_for("duty_eval.assigned_tasks"), 303)


@bp.get("/my-tasks")
@requires(Permission.DUTY_RECORD_LOG)
def my_tasks() -> ResponseReturnValue:
    """What was given to one to do, and what of it is done."""
    only_open = _only_open(request.args)
    rows = queries.own_tasks(current_actor().person_id or 0, only_open=only_open)
    tasks = db.session.execute(rows.limit(queries.MOST_TASKS)).all()
    return render_template(
        "duty_eval/assignments/mine.html",
        tasks=tasks,
        only_open=only_open,
        today=today_in_china(),
        is_cut=len(tasks) == queries.MOST_TASKS,
    )


@bp.post("/tasks/<int:task_id>/withdraw")
@requires(Permission.TASK_ASSIGN)
def withdraw_task(task_id: int) -> ResponseReturnValue:
    actor = current_actor()
    task = queries.given_task(actor, task_id)
    if task is None:
        raise NotFound
    operations.withdraw_task(task, actor=actor)
    db.session.commit()
    flash("已撤回，对方的页面上不再出现", "success")
    return redirect(url_for("duty_eval.assigned_tasks"), 303)


def _form(actor: Actor) -> AssignForm:
    form = AssignForm()
    form.person_id.choices = options(
        (row.person_id, row.name) for row in db.session.execute(queries.people_to_task(actor))
    )
    return form


def _page(form: AssignForm) -> str:
    actor = current_actor()
    only_open = _only_open(request.args)
    return render_template(
        "duty_eval/assignments/list.html",
        form=form,
        tasks=db.session.execute(queries.given_tasks(actor, only_open=only_open).limit(queries.MOST_TASKS)).all(),
        only_open=only_open,
        today=today_in_china(),
    )


def _only_open(values: Mapping[str, str]) -> bool:
    return values.get("which") != "all"


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
    rows=lambda actor, values: queries.given_tasks(actor, only_open=_only_open(values)),
)

register_export(
    "duty_eval.my_tasks",
    "我的任务",
    permission=Permission.DUTY_RECORD_LOG,
    columns={
        "事项": "AssignedTask.title",
        "对应职责": "duty_text",
        "交办人": "by_name",
        "交办时间": "AssignedTask.assigned_at",
        "期限": "AssignedTask.due_on",
        "状态": "AssignedTask.task_state",
        "完成时间": "AssignedTask.done_at",
    },
    rows=lambda actor, values: queries.own_tasks(actor.person_id or 0, only_open=_only_open(values)),
)
