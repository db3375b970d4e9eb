from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from duty_eval.blueprint import bp
from duty_eval.dashboards.forms import SPANS, Shown, shown
from duty_eval.dashboards.queries import unit_of
from duty_eval.permissions import Permission
from duty_eval.workload import asking, queries, saturation
from duty_eval.workload import heat_views as heat
from duty_eval.workload.operations import confirm_standard
from host.kernel.access import Actor, current_actor, requires
from host.kernel.db import AnySelect, db
from host.kernel.errors import NotFound
from host.kernel.jobs.operations import enqueue_once
from host.kernel.pages import instant, own_path, today_in_china
from host.kernel.tables.exports import Values, register_export, whole_of


@bp.get("/units/<int:unit_id>/workload")
@requires(Permission.WORKLOAD_READ)
def unit_workload(unit_id: int) -> ResponseReturnValue:
    """The sections of a unit by standard hours and attendance, with the formula and what it is made of (R138)."""
    at = shown(request.args, today_in_china())
    place = unit_of(unit_id, current_actor(), at.day, permission=Permission.WORKLOAD_READ)
    loads = queries.loads_of_unit(unit_id, at.span.first, at.end_of_month)
    return render_template(
        "duty_eval/workload/unit.html",
        at=at,
        spans=SPANS,
        today=today_in_china(),
        place=place,
        loads=loads,
        posts=queries.loads_of_posts(unit_id, at.span.first, at.end_of_month),
        ranks=saturation.ranks([load for load in loads if load.is_shown]),
        misplaced=saturation.misplaced([load for load in loads if load.is_shown]),
        pairs=queries.pairs_to_look_at(unit_id, loads, at.day),
        heat=heat.of_unit(place, loads, at),
        bands=queries.bands_of_unit(unit_id, at.end_of_month),
        limits=saturation,
        counting=asking.on_page(current_actor()),
        may_confirm=current_actor().may(Permission.STANDARD_CONFIRM),
        records=_records(unit_id, at) if current_actor().may(Permission.DUTY_RECORD_READ) else None,
    )


def _records(unit_id: int, at: Shown) -> dict[str, Any]:
    """The filters of the very records that are counted: workload is kept by month."""
    return {"unit_id": unit_id, "from": at.span.first.isoformat(), "to": at.end_of_month.isoformat()}


@bp.post("/workload/count")
@requires(Permission.WORKLOAD_COUNT)
def count_again() -> ResponseReturnValue:
    """Count what changed since the night; of what did not change nothing is counted, and nothing twice at a time."""
    actor = current_actor()
    run, is_new = enqueue_once(asking.JOB, actor=actor)
    if is_new:
        flash("已开始重新统计，完成后这里会提示", "success")
    else:
        flash(f"{instant(run.created_at)} 发起的统计还没有结束，不必重复统计，完成后这里会提示", "info")
    db.session.commit()
    return redirect(own_path(request.form.get("next", "")) or url_for("duty_eval.dashboard"), 303)


@bp.get("/workload/count")
@requires(Permission.WORKLOAD_COUNT)
def show_counting() -> ResponseReturnValue:
    """What an open page asks for every 3 s until the count is over."""
    return render_template("duty_eval/workload/counting.html", counting=asking.what_became())


@bp.get("/units/<int:unit_id>/standards")
@requires(Permission.STANDARD_CONFIRM)
def standards(unit_id: int) -> ResponseReturnValue:
    """What approved records say of how long a duty takes, beside what is confirmed."""
    actor, today = current_actor(), today_in_china()
    place = unit_of(unit_id, actor, today, permission=Permission.STANDARD_CONFIRM)
    rows = db.session.execute(queries.learned(unit_id, today)).all()
    return render_template("duty_eval/workload/standards.html", place=place, rows=rows, fewest=queries.FEWEST_RECORDS)


@bp.post("/duties/<int:post_duty_id>/standard")
@requires(Permission.STANDARD_CONFIRM)
def confirm_duty_standard(post_duty_id: int) -> ResponseReturnValue:
    actor = current_actor()
    duty = queries.standard_to_confirm(actor, post_duty_id)
    if duty is None:
        raise NotFound
    confirm_standard(
        duty,
        request.form.get("minutes", 0, type=int),
        today=today_in_china(),
        reason=request.form.get("reason", ""),
        actor=actor,
    )
    db.session.commit()
    flash("标准工时已确认", "success")
    return redirect(url_for("duty_eval.standards", unit_id=duty.unit_id), 303)


def _loads(actor: Actor, values: Values) -> list[saturation.Load]:
    at = shown(values, today_in_china())
    unit = unit_of(whole_of(values, "unit_id"), actor, at.day, permission=Permission.WORKLOAD_READ)
    return queries.loads_of_unit(unit.id, at.span.first, at.end_of_month)


def _learned(actor: Actor, values: Values) -> AnySelect:
    today = today_in_china()
    unit = unit_of(whole_of(values, "unit_id"), actor, today, permission=Permission.STANDARD_CONFIRM)
    return queries.learned(unit.id, today)


register_export(
    "duty_eval.workload",
    "科室工作量与饱和度",
    permission=Permission.WORKLOAD_READ,
    columns={
        "科室": "name",
        "人数": "people",
        "出勤人日": lambda load: load.attendance_days if load.is_shown else None,
        "纪实": lambda load: load.records if load.is_shown else None,
        "有标准工时的纪实": lambda load: load.covered if load.is_shown else None,
        "标准工时（小时）": lambda load: load.hours if load.is_shown else None,
        "饱和度": "saturation",
        "区间": lambda load: load.band.value if load.band else "",
    },
    rows=_loads,
)
register_export(
    "duty_eval.standards",
    "岗位职责标准工时",
    permission=Permission.STANDARD_CONFIRM,
    columns={
        "岗位职责": "PostDuty.text",
        "计量单位": "PostDuty.measure_unit",
        "标准工时（分钟）": "PostDuty.standard_minutes",
        "纪实数": "n",
        "中位数": lambda row: round(row.median),
        "四分之一位": lambda row: round(row.low),
        "四分之三位": lambda row: round(row.high),
    },
    rows=_learned,
)
