from __future__ import annotations

from datetime import date, timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from duty_eval.blueprint import bp
from duty_eval.permissions import Permission
from duty_eval.rhythms import queries
from duty_eval.rhythms.forms import RhythmForm
from duty_eval.rhythms.models import RecordRhythm
from duty_eval.rhythms.operations import choose_rhythm
from host.kernel.access import current_actor, requires
from host.kernel.db import db
from host.kernel.errors import NotFound, Refused
from host.kernel.pages import today_in_china


@bp.get("/rhythm")
@requires(Permission.RECORD_RHYTHM_CHOOSE)
def rhythm() -> ResponseReturnValue:
    """The unit that was asked for, else the first one."""
    today = today_in_china()
    units = queries.choosable(current_actor(), today)
    asked = request.args.get("unit", type=int)
    unit_id = queries.unit_within(current_actor(), asked) if asked else (units[0].unit_id if units else None)
    if unit_id is None:
        raise NotFound
    return _page(unit_id, RhythmForm(formdata=None, data={"on": _next_monday(today)}))


@bp.post("/units/<int:unit_id>/rhythm")
@requires(Permission.RECORD_RHYTHM_CHOOSE)
def set_rhythm(unit_id: int) -> ResponseReturnValue:
    form = RhythmForm()
    unit_id = queries.unit_within(current_actor(), unit_id)
    if not form.validate_on_submit():
        return _page(unit_id, form), 422
    chosen = RecordRhythm.of_word(form.record_rhythm.data)
    assert chosen is not None  # validated, as is the day
    assert form.on.data is not None
    try:
        choose_rhythm(
            unit_id,
            chosen,
            on=form.on.data,
            today=today_in_china(),
            reason=form.reason.data or "",
            actor=current_actor(),
        )
    except Refused as refused:
        db.session.rollback()
        form.on.errors = [str(refused)]
        return _page(unit_id, form), refused.status
    db.session.commit()
    flash(f"已保存，{form.on.data.month}月{form.on.data.day}日起执行")
    return redirect(url_for("duty_eval.rhythm", unit=unit_id), 303)


def _page(unit_id: int, form: RhythmForm) -> str:
    today = today_in_china()
    units = queries.choosable(current_actor(), today)
    return render_template(
        "duty_eval/rhythms/choose.html",
        form=form,
        units=units,
        unit=next((one for one in units if one.unit_id == unit_id), None),
        unit_id=unit_id,
        unit_options=[(one.unit_id, one.name) for one in units],
        versions=queries.versions_of(unit_id),
        rhythms=RecordRhythm,
        today=today,
    )


def _next_monday(day: date) -> date:
    """The day itself where it is one."""
    return day + timedelta(days=-day.weekday() % 7)
