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
from duty_eval.knowledge.queries import articles_of_tasks
from duty_eval.permissions import Permission
from host.kernel.access import Actor, current_actor, requires
from host.kernel.db import AnySelect, db
from host.kernel.errors import NotFound
from host.kernel.forms import options
from host.kernel.pages import today_in_china
from host.kernel.tables.exports import Columns, Values, day_of, register_export, whole_of


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
        articles=articles_of_tasks([row.AssignedTask.id for row in tasks]),
        only_open=only_open,
        today=today_in_china(),
        is_cut=len(tasks) == queries.MOST_TASKS,
    )


@bp.get("/people/<int:person_id>/tasks")
@requires(Permission.DUTY_RECORD_READ)
def person_tasks(person_id: int) -> ResponseReturnValue:
    """The tasks of a person due in a span of days: where the numbers of scores open to."""
    rows = _tasks_due(current_actor(), {**request.args, "person_id": str(person_id)})
    return render_template(
        "duty_eval/assignments/person.html",
        tasks=db.session.execute(rows.limit(queries.MOST_TASKS)).all(),
        person_id=person_id,
        today=today_in_china(),
    )


def _tasks_due(actor: Actor, values: Values) -> AnySelect:
    today = today_in_china()
    first, last = day_of(values, "from", today.replace(month=1, day=1)), day_of(values, "to", today)
    return queries.tasks_due(actor, whole_of(values, "person_id"), first, last, which=values.get("which", ""))


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

_TASK: Columns = {
    "事项": "AssignedTask.title",
    "对应职责": "duty_text",
    "交办人": "by_name",
    "交办时间": "AssignedTask.assigned_at",
    "期限": "AssignedTask.due_on",
    "状态": "AssignedTask.task_state",
    "完成时间": "AssignedTask.done_at",
}
register_export(
    "duty_eval.person_tasks",
    "到期的交办任务",
    permission=Permission.DUTY_RECORD_READ,
    columns=_TASK,
    rows=_tasks_due,
)
register_export(
    "duty_eval.my_tasks",
    "我的任务",
    permission=Permission.DUTY_RECORD_LOG,
    columns=_TASK,
    rows=lambda actor, values: queries.own_tasks(actor.person_id or 0, only_open=_only_open(values)),
)
