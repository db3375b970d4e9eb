from __future__ import annotations

from datetime import date, timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from duty_eval.blueprint import bp
from duty_eval.permissions import Permission
from duty_eval.rhythms import queries
from duty_eval.rhythms.forms import RhythmForm
from duty_eval.rhythms.models import RecordRhythm
from duty_eval.rhythms.operations import RHYTHMS, choose_rhythm
from host.kernel.access import current_actor, requires
from host.kernel.answering import refusal
from host.kernel.db import db
from host.kernel.errors import NotFound
from host.kernel.forms import options, validated
from host.kernel.pages import day, today_in_china


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
    status = refusal(
        form,
        lambda: choose_rhythm(
            unit_id,
            form.record_rhythm.data,
            on=validated(form.on.data),
            today=today_in_china(),
            reason=form.reason.data or "",
            actor=current_actor(),
        ),
        at=form.on,
    )
    if status:
        return _page(unit_id, form), status
    flash(f"已保存，{day(form.on.data, short=True)}起执行")
    return redirect(url_for("duty_eval.rhythm", unit=unit_id), 303)


def _page(unit_id: int, form: RhythmForm) -> str:
    today = today_in_china()
    units = queries.choosable(current_actor(), today)
    ends = queries.last_weeks_end(unit_id, today)
    if ends is not None and ends <= _next_monday(today):
        form.record_rhythm.choices = options([(RecordRhythm.DAILY.value, RecordRhythm.DAILY.label)])
    return render_template(
        "duty_eval/rhythms/choose.html",
        ends=ends,
        chose_weekly=queries.has_chosen_weekly(unit_id, today),
        form=form,
        units=units,
        unit=next((one for one in units if one.unit_id == unit_id), None),
        unit_id=unit_id,
        unit_options=[(one.unit_id, one.name) for one in units],
        versions=db.session.scalars(RHYTHMS.history(unit_id)).all(),
        today=today,
    )


def _next_monday(today: date) -> date:
    """The day itself where it is one."""
    return today + timedelta(days=-today.weekday() % 7)
