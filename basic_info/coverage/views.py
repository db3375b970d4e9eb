from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from basic_info.blueprint import bp
from basic_info.coverage import queries
from basic_info.coverage.boundaries import divisions
from basic_info.coverage.follow_ups import follow_ups_of
from basic_info.coverage.gaps import GAPS, Gap
from basic_info.coverage.overlap_queries import pairs_of, ruled_out
from basic_info.duties.queries import require_readable, unit_name
from basic_info.permissions import Permission
from basic_info.settings.queries import library_settings
from host.kernel.access import current_actor, requires
from host.kernel.db import db
from host.kernel.errors import NotFound
from host.kernel.jobs.operations import enqueue
from host.kernel.pages import today_in_china

#: As many digits as every number of the database has room for.
MOST_DIGITS = 18


@bp.get("/coverage")
@requires(Permission.DUTY_READ)
def coverage() -> ResponseReturnValue:
    """The units in reach as last checked; with ``gap`` those that have it, most first."""
    actor = current_actor()
    gap = GAPS.get(request.args.get("gap", ""))
    rows, next_key = queries.units_with(actor, gap, today_in_china(), after=_key()) if gap else ((), None)
    return render_template(
        "basic_info/coverage/city.html",
        overview=queries.overview(actor),
        gap=gap,
        rows=rows,
        next_key=next_key,
        may_check=actor.may(Permission.COVERAGE_CHECK),
    )


@bp.post("/coverage/check")
@requires(Permission.COVERAGE_CHECK)
def start_coverage_check() -> ResponseReturnValue:
    """Check all units now, as a job."""
    run = enqueue("basic_info.check_coverage", actor=current_actor())
    db.session.commit()
    flash("已开始检查，完成后刷新覆盖页面即可看到结果")
    return redirect(url_for("jobs.show_job", run_id=run.id), 303)


@bp.get("/units/<int:unit_id>/coverage")
@requires(Permission.DUTY_READ)
def unit_coverage(unit_id: int) -> ResponseReturnValue:
    """The gaps of a unit as they are now; with ``gap`` the rows of that kind."""
    actor, day = current_actor(), today_in_china()
    require_readable(unit_id, actor)
    gap = GAPS.get(request.args.get("gap", ""))
    after = request.args.get("after", 0, type=int)
    rows, next_key = queries.rows_of_gap(unit_id, gap, day, after=after) if gap else ((), None)
    things, guesses = [row.thing_id for row in rows], gap is Gap.FUNCTION_MAYBE_CLAIMED
    return render_template(
        "basic_info/coverage/unit.html",
        unit_id=unit_id,
        unit_name=unit_name(unit_id),
        day=day,
        counts=queries.gaps_of_unit(unit_id, day),
        runs=queries.runs_of_unit(unit_id),
        gap=gap,
        rows=rows,
        next_key=next_key,
        follow_ups=follow_ups_of(gap, unit_id, things, actor) if gap else {},
        pairs=pairs_of(things, day, actor) if guesses else {},
        divided=divisions(unit_id, day, actor)
        if gap in (Gap.FUNCTION_CLAIMED_TWICE, Gap.FUNCTION_MAYBE_CLAIMED)
        else (),
        ruled_out=ruled_out(unit_id, day) if guesses else (),
        may_judge=actor.may(Permission.COVERAGE_JUDGE),
        least=library_settings().overlap_least,
    )


def _key() -> tuple[int, int] | None:
    """The key of the next page, ``count.unit``; a wrong one is no such page."""
    text = request.args.get("after", "")
    if not text:
        return None
    numbers = text.split(".")
    if len(numbers) != 2 or not all(one.isascii() and one.isdigit() and len(one) <= MOST_DIGITS for one in numbers):
        raise NotFound
    return int(numbers[0]), int(numbers[1])
