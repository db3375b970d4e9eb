from __future__ import annotations

from datetime import date

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from duty_eval.blueprint import bp
from duty_eval.permissions import Permission
from duty_eval.records.forms import ReattachForm
from duty_eval.records.models import DutyRecord
from duty_eval.records.offers import duty_buttons
from duty_eval.records.reattaching import reattach, reattachable
from host.kernel.access import current_actor, requires
from host.kernel.answering import refusal
from host.kernel.db import db
from host.kernel.errors import NotFound
from host.kernel.forms import options


@bp.get("/records/<int:record_id>/<day>/reattach")
@requires(Permission.DUTY_RECORD_READ)
def reattach_form(record_id: int, day: str) -> ResponseReturnValue:
    record = _record(record_id, day)
    return _page(record, ReattachForm(formdata=None, data={"post_duty_id": record.post_duty_id or 0}))


@bp.post("/records/<int:record_id>/<day>/reattach")
@requires(Permission.DUTY_RECORD_READ)
def reattach_record(record_id: int, day: str) -> ResponseReturnValue:
    record, form = _record(record_id, day), ReattachForm()
    status = refusal(
        form,
        lambda: reattach(record, form.post_duty_id.data or None, reason=form.reason.data or "", actor=current_actor()),
    )
    if status:
        return _page(_record(record_id, day), form), status
    flash("已改挂，原来的职责和原因保留在修改记录里", "success")
    return redirect(url_for("duty_eval.show_record", record_id=record_id, day=day), 303)


def _record(record_id: int, day: str) -> DutyRecord:
    try:
        found = db.session.scalars(reattachable(current_actor(), record_id, date.fromisoformat(day))).first()
    except ValueError:
        raise NotFound from None
    if found is None:
        raise NotFound
    return found


def _page(record: DutyRecord, form: ReattachForm) -> str:
    duties = duty_buttons(record.person_id, record.worked_on)
    form.post_duty_id.choices = options([*((duty.id, duty.text) for duty in duties), (0, "岗位职责以外的工作")])
    return render_template("duty_eval/records/reattach.html", record=record, form=form)
