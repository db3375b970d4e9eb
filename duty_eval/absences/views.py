from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from duty_eval.absences import queries
from duty_eval.absences.forms import AbsenceForm, CancelForm, DecideForm
from duty_eval.absences.operations import cancel_absence, decide_absence, request_absence
from duty_eval.blueprint import bp
from duty_eval.expectations import lately_open
from duty_eval.permissions import Permission
from host.kernel.access import current_actor, requires
from host.kernel.answering import refusal
from host.kernel.db import db
from host.kernel.errors import NotPermitted
from host.kernel.forms import validated
from host.kernel.pages import today_in_china
from host.kernel.tables.exports import Columns, register_export


@bp.get("/absences")
@requires(Permission.DUTY_RECORD_LOG)
def my_absences() -> ResponseReturnValue:
    """One's own leave and trips, and the form for more."""
    today = today_in_china()
    return _own_page(AbsenceForm(formdata=None, data={"first": today, "last": today}))


@bp.post("/absences")
@requires(Permission.DUTY_RECORD_LOG)
def ask_for_absence() -> ResponseReturnValue:
    actor, form = current_actor(), AbsenceForm()
    if actor.person_id is None:
        raise NotPermitted("该账号没有对应的人员，不能登记")
    person_id = actor.person_id
    status = refusal(
        form,
        lambda: request_absence(
            person_id,
            form.absence_kind.data,
            validated(form.first.data),
            validated(form.last.data),
            is_half=bool(form.is_half.data),
            half_part=form.half,
            note=form.note.data or "",
            actor=actor,
        ),
    )
    if status:
        return _own_page(form), status
    flash("已提交，等待负责人确认", "success")
    return redirect(url_for("duty_eval.my_absences"), 303)


@bp.post("/absences/<int:absence_id>/cancel")
@requires(Permission.DUTY_RECORD_LOG)
def cancel_own_absence(absence_id: int) -> ResponseReturnValue:
    actor = current_actor()
    absence = queries.own_absence(actor, absence_id)
    cancel_absence(absence, reason=CancelForm().reason.data or "", actor=actor)
    db.session.commit()
    flash("已取消，这些日子恢复为应填写的工作日", "success")
    return redirect(url_for("duty_eval.my_absences"), 303)


@bp.get("/absences/to-decide")
@requires(Permission.ABSENCE_DECIDE)
def absences_to_decide() -> ResponseReturnValue:
    """What waits for the actor, and who is away or will be."""
    actor, today = current_actor(), today_in_china()
    return render_template(
        "duty_eval/absences/decide.html",
        waiting=db.session.execute(queries.to_decide(actor).limit(queries.PAGE)).all(),
        away=db.session.execute(queries.away_now(actor, today).limit(queries.PAGE)).all(),
        form=DecideForm(formdata=None),
        today=today,
    )


@bp.post("/absences/<int:absence_id>/decide")
@requires(Permission.ABSENCE_DECIDE)
def decide_on_absence(absence_id: int) -> ResponseReturnValue:
    actor = current_actor()
    absence = queries.absence_to_decide(actor, absence_id)
    is_confirmed = request.form.get("verdict") == "confirm"
    decide_absence(absence, is_confirmed=is_confirmed, note=DecideForm().note.data or "", actor=actor)
    db.session.commit()
    flash("已确认" if is_confirmed else "已退回，本人会看到原因", "success")
    return redirect(url_for("duty_eval.absences_to_decide"), 303)


@bp.get("/sections/<int:section_id>/open-days")
@requires(Permission.REVIEW_OPEN)
def section_open_days(section_id: int) -> ResponseReturnValue:
    """The expected days of the last working days that nobody filled in yet, for the head of that section (D10)."""
    actor, today = current_actor(), today_in_china()
    name = queries.own_section(actor, section_id, today)
    first, last, rows = lately_open(section_id, today)
    people: dict[int, dict[str, Any]] = {}
    for row in rows:
        people.setdefault(row.person_id, {"name": row.name, "days": []})["days"].append(row.day)
    return render_template(
        "duty_eval/absences/open_days.html", name=name, people=people, first=first, last=last, section_id=section_id
    )


def _own_page(form: AbsenceForm) -> str:
    rows = db.session.scalars(queries.own_absences(current_actor().person_id or 0).limit(queries.PAGE)).all()
    return render_template("duty_eval/absences/own.html", form=form, rows=rows, today=today_in_china())


ABSENCE_COLUMNS: Columns = {
    "类别": "Absence.absence_kind",
    "从": "Absence.first",
    "到": "Absence.last",
    "半天": "Absence.is_half",
    "哪半天": "Absence.half_part",
    "说明": "Absence.note",
    "状态": "Absence.absence_state",
    "意见": "Absence.decision_note",
}
register_export(
    "duty_eval.my_absences",
    "我的请假出差",
    permission=Permission.DUTY_RECORD_LOG,
    columns=ABSENCE_COLUMNS,
    rows=lambda actor, _values: queries.own_absences(actor.person_id or 0),
)
register_export(
    "duty_eval.absences_away",
    "请假出差情况",
    permission=Permission.ABSENCE_DECIDE,
    columns={"科室": "section_name", "姓名": "person_name", **ABSENCE_COLUMNS},
    rows=lambda actor, _values: queries.away_now(actor, today_in_china()),
)
