"""定时任务: pages of the blueprint ``jobs``."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from host.kernel.access import current_actor, requires
from host.kernel.clock import operations, queries
from host.kernel.clock.cron import cron_words
from host.kernel.clock.errors import BadCron
from host.kernel.clock.forms import ScheduleForm
from host.kernel.clock.models import ClockSchedule
from host.kernel.db import db
from host.kernel.jobs.blueprint import bp
from host.kernel.reach import governs_all, require_all
from host.kernel.tables.exports import register_export
from host.permissions import Permission


@bp.get("/schedules")
@requires(Permission.SCHEDULE_EDIT)
def list_schedules() -> ResponseReturnValue:
    return render_template(
        "host/jobs/schedules.html",
        lines=queries.schedule_lines(),
        cron_words=cron_words,
        may_edit=governs_all(current_actor(), Permission.SCHEDULE_EDIT),
    )


@bp.get("/schedules/<name>")
@requires(Permission.SCHEDULE_EDIT)
def edit_schedule(name: str) -> ResponseReturnValue:
    require_all(current_actor(), Permission.SCHEDULE_EDIT, what="定时任务")
    schedule = queries.schedule_named(name)
    return _form_page(schedule, ScheduleForm(cron=schedule.cron, is_on=schedule.is_on))


@bp.post("/schedules/<name>")
@requires(Permission.SCHEDULE_EDIT)
def change_schedule(name: str) -> ResponseReturnValue:
    require_all(current_actor(), Permission.SCHEDULE_EDIT, what="定时任务")
    schedule = queries.schedule_named(name)
    form = ScheduleForm()
    if not form.validate_on_submit():
        return _form_page(schedule, form), 422
    try:
        operations.change_schedule(
            schedule, cron=form.cron.data or "", is_on=bool(form.is_on.data), actor=current_actor()
        )
    except BadCron as bad:  # nothing was written yet
        form.cron.errors = [str(bad)]
        return _form_page(schedule, form), 422
    db.session.commit()
    flash("定时任务已修改，15 秒内生效")
    return redirect(url_for("jobs.list_schedules"), 303)


def _form_page(schedule: ClockSchedule, form: ScheduleForm) -> str:
    due = queries.due_next(schedule, datetime.now(UTC))
    return render_template(
        "host/jobs/schedule.html", schedule=schedule, form=form, next_tick=due, cron_words=cron_words
    )


register_export(
    "jobs.schedules",
    "定时任务",
    permission=Permission.SCHEDULE_EDIT,
    columns={
        "任务": "schedule.title",
        "时间规则": "schedule.cron",
        "启用": "schedule.is_on",
        "上次执行": "last_tick",
        "下次执行": "next_tick",
    },
    rows=lambda _actor, _values: queries.schedule_lines(),
)
