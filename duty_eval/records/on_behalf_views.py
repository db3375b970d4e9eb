from __future__ import annotations

from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from duty_eval.blueprint import bp
from duty_eval.evidence.operations import evidence_from
from duty_eval.permissions import Permission
from duty_eval.records.forms import MINUTE_CHOICES, BehalfForm, day_of, duty_choices, say_refused
from duty_eval.records.offers import duty_buttons
from duty_eval.records.on_behalf import PAGE, log_on_behalf, people_within, person_within
from duty_eval.records.operations import is_late, new_client_key
from duty_eval.records.queries import records_of_day
from host.kernel.access import current_actor, requires
from host.kernel.db import db
from host.kernel.errors import DomainError
from host.kernel.pages import today_in_china


@bp.get("/log-for")
@requires(Permission.DUTY_RECORD_LOG_FOR)
def choose_behalf() -> ResponseReturnValue:
    """Whom to log for."""
    name = request.args.get("name", "").strip()[:60]
    return render_template(
        "duty_eval/records/behalf_people.html",
        people=people_within(current_actor(), today_in_china(), name=name),
        name=name,
        most=PAGE,
    )


@bp.get("/people/<int:person_id>/log-for")
@requires(Permission.DUTY_RECORD_LOG_FOR)
def behalf_form(person_id: int) -> ResponseReturnValue:
    day = day_of(request.args, "day", today_in_china())
    form = BehalfForm(formdata=None, data={"worked_on": day, "client_key": new_client_key()})
    return _page(person_id, day, form)


@bp.post("/people/<int:person_id>/log-for")
@requires(Permission.DUTY_RECORD_LOG_FOR)
def log_for(person_id: int) -> ResponseReturnValue:
    form, today = BehalfForm(), today_in_china()
    day = form.worked_on.data or today
    if not form.validate_on_submit():
        return _page(person_id, day, form), 422
    try:
        logged = log_on_behalf(
            person_id,
            form.entry(),
            worked_on=day,
            client_key=form.client_key.data or "",
            actor=current_actor(),
            today=today,
            reason=form.reason.data or "",
            late_reason=form.late_reason.data or "",
            overlap_reason=form.overlap_reason.data or "",
            evidence=evidence_from(request.files.getlist("evidence"), form.link.data or ""),
        )
    except DomainError as refused:
        db.session.rollback()
        if refused.status == 404:
            raise
        say_refused(form, refused)
        return _page(person_id, day, form), refused.status
    db.session.commit()
    flash(f"已代填 1 项，本人会看到是您代填的{logged.told}", "success")
    return redirect(url_for("duty_eval.behalf_form", person_id=person_id, day=day.isoformat()), 303)


def _page(person_id: int, day: date, form: BehalfForm) -> str:
    person = person_within(current_actor(), person_id, day)
    duties = duty_buttons(person_id, day)
    form.post_duty_id.choices = duty_choices(duties)
    return render_template(
        "duty_eval/records/behalf.html",
        person=person,
        day=day,
        form=form,
        asks_words=not duties or any(duty.asks_words for duty in duties),
        records=records_of_day(person_id, day),
        is_late=is_late(day, person_id=person_id, today=today_in_china()),
        minute_choices=MINUTE_CHOICES,
        today=today_in_china(),
    )
