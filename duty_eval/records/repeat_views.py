from __future__ import annotations

from datetime import date, timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from duty_eval.blueprint import bp
from duty_eval.entry_rules.queries import rules_of_person
from duty_eval.permissions import Permission
from duty_eval.records.forms import RepeatForm, duty_choices, say_refused
from duty_eval.records.offers import duty_buttons
from duty_eval.records.operations import is_late, new_client_key, told
from duty_eval.records.repeat import FURTHEST_BACK, MOST_DAYS, Plan, plan_for, repeat_record
from host.kernel.access import current_actor, requires
from host.kernel.db import db
from host.kernel.errors import Refused
from host.kernel.forms import validated
from host.kernel.pages import day, today_in_china


@bp.get("/repeat")
@requires(Permission.DUTY_RECORD_LOG)
def repeat_form() -> ResponseReturnValue:
    today = today_in_china()
    monday = today - timedelta(days=today.weekday())
    form = RepeatForm(formdata=None, data={"worked_on": monday, "last": today, "client_key": new_client_key()})
    return _page(form)


@bp.post("/repeat")
@requires(Permission.DUTY_RECORD_LOG)
def repeat() -> ResponseReturnValue:
    """Without ``confirmed`` a trial run that says how many days; with it the records."""
    form, actor, today = RepeatForm(), current_actor(), today_in_china()
    if not form.validate_on_submit():
        return _page(form), 422
    first, last, entry = validated(form.worked_on.data), validated(form.last.data), form.entry()
    try:
        if not request.form.get("confirmed"):
            plan = plan_for(entry, first=first, last=last, person_id=actor.person_id or 0, today=today)
            _ask_why(form, plan, person_id=actor.person_id or 0, today=today)
            return _page(form, plan)
        done = repeat_record(
            entry,
            first=first,
            last=last,
            client_key=(form.client_key.data or "")[:60],
            actor=actor,
            today=today,
            late_reason=form.late_reason.data or "",
            overlap_reason=form.overlap_reason.data or "",
        )
    except Refused as refused:
        db.session.rollback()
        say_refused(form, refused)
        return _page(form), refused.status
    db.session.commit()
    notices = [words for one in done for words in one.notices]
    flash(f"已在 {len(done)} 个工作日各提交 1 项{told(notices)}", "success")
    return redirect(url_for("duty_eval.week", week=last.isoformat()), 303)


def _ask_why(form: RepeatForm, plan: Plan, *, person_id: int, today: date) -> None:
    """Ask for the reason of late days in the trial run already, not only when the records are sent."""
    reason = (form.late_reason.data or "").strip()
    if plan.days and not reason and is_late(plan.days[0], person_id=person_id, today=today):
        form.late_reason.errors = [*form.late_reason.errors, f"含 {day(plan.days[0], short=True)}，请说明补填原因"]


def _page(form: RepeatForm, plan: Plan | None = None) -> str:
    today = today_in_china()
    day = form.worked_on.data
    # A day out of all reason is answered by a sentence; the duties shown are then those of today.
    near = day if day is not None and abs(today - day) <= FURTHEST_BACK else today
    duties = duty_buttons(current_actor().person_id or 0, near)
    form.post_duty_id.choices = duty_choices(duties)
    return render_template(
        "duty_eval/records/repeat.html",
        form=form,
        plan=plan,
        most=MOST_DAYS,
        free_late_workdays=rules_of_person(current_actor().person_id or 0, today).free_late_workdays,
    )
