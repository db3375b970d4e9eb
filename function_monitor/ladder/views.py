from __future__ import annotations

from dataclasses import asdict

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from basic_info.regions.nearest import nearest
from basic_info.regions.queries import region_to_set, regions_to_set
from function_monitor.blueprint import bp
from function_monitor.ladder.forms import LadderForm
from function_monitor.ladder.rules import DEFAULT, ladders_by_code, ladders_of, set_ladder
from function_monitor.permissions import Permission
from host.kernel.access import current_actor, requires
from host.kernel.db import AnyRow, db
from host.kernel.errors import Refused
from host.kernel.pages import day, today_in_china


@bp.get("/ladder")
@requires(Permission.RULE_EDIT)
def show_ladder() -> ResponseReturnValue:
    today, region = today_in_china(), _region()
    ladder = nearest(region.code, ladders_by_code(today), DEFAULT)
    return _page(region, LadderForm(formdata=None, data={**asdict(ladder), "on": today}))


@bp.post("/ladder")
@requires(Permission.RULE_EDIT)
def change_ladder() -> ResponseReturnValue:
    region, form = _region(), LadderForm()
    if not form.validate_on_submit() or form.on.data is None:
        return _page(region, form), 422
    try:
        set_ladder(
            region.id,
            form.ladder(),
            on=form.on.data,
            today=today_in_china(),
            reason=form.reason.data or "",
            actor=current_actor(),
        )
    except Refused as refused:
        db.session.rollback()
        form.form_errors.append(str(refused))
        return _page(region, form), refused.status
    db.session.commit()
    flash(f"已保存，{day(form.on.data, short=True)}起执行", "success")
    return redirect(url_for("function_monitor.show_ladder", region=region.code), 303)


def _page(region: AnyRow, form: LadderForm) -> str:
    return render_template(
        "function_monitor/ladder/edit.html",
        form=form,
        region=region,
        region_options=[(one.code, one.name) for one in _regions()],
        versions=db.session.scalars(ladders_of(region.id)).all(),
        default=DEFAULT,
        today=today_in_china(),
    )


def _regions() -> list[AnyRow]:
    """The divisions whose ladder the actor may set."""
    return regions_to_set(current_actor(), Permission.RULE_EDIT, today_in_china())


def _region() -> AnyRow:
    return region_to_set(_regions(), request.values.get("region", ""))
