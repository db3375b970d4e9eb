from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from duty_eval.blueprint import bp
from duty_eval.permissions import Permission
from duty_eval.records import queries
from duty_eval.records.forms import MINUTE_CHOICES, CorrectionForm, RecordForm, chosen_offers, day_of
from duty_eval.records.models import DutyRecord
from duty_eval.records.operations import (
    copy_day,
    correct,
    dismiss_suggestion,
    log_records,
    new_client_key,
    withdraw,
)
from duty_eval.records.queries import today_in_china
from host.kernel.access import Actor, current_actor, requires, signed_in
from host.kernel.calendar.workdays import load_workdays
from host.kernel.db import db
from host.kernel.errors import NotFound, NotPermitted
from host.kernel.forms import options
from host.kernel.partitions import first_of_month

WEEKDAYS = "一二三四五六日"


@bp.get("/today")
@requires(Permission.DUTY_RECORD_LOG)
def today() -> ResponseReturnValue:
    actor = current_actor()
    day = day_of(request.args, "day", today_in_china())
    return render_template("duty_eval/records/today.html", form=_fresh_form(day), **_day_page(actor, day))


@bp.post("/records")
@requires(Permission.DUTY_RECORD_LOG)
def log_record() -> ResponseReturnValue:
    """One typed record. An htmx form gets the day's new row; a program (Accept: JSON) its number."""
    form = RecordForm()
    actor = current_actor()
    if not form.validate_on_submit():
        return _form_again(form, actor)
    worked_on = form.worked_on.data
    assert worked_on is not None
    logged = log_records(
        [form.entry()],
        worked_on=worked_on,
        client_key=form.client_key.data or "",
        actor=actor,
        today=today_in_china(),
        late_reason=form.late_reason.data or "",
    )
    db.session.commit()
    if request.accept_mimetypes.best == "application/json":
        return {"id": logged.record_ids[0], "worked_on": worked_on.isoformat()}, 201 if logged.is_new else 200
    flash("已提交 1 项")
    return redirect(url_for("duty_eval.today", day=worked_on.isoformat()), 303)


@bp.post("/records/confirm")
@requires(Permission.DUTY_RECORD_LOG)
def confirm_day() -> ResponseReturnValue:
    """The prefilled day, confirmed in one go."""
    worked_on = day_of(request.form, "worked_on", today_in_china())
    logged = log_records(
        chosen_offers(request.form),
        worked_on=worked_on,
        client_key=request.form.get("client_key", ""),
        actor=current_actor(),
        today=today_in_china(),
        late_reason=request.form.get("late_reason", ""),
    )
    db.session.commit()
    flash(f"已提交 {len(logged.record_ids)} 项")
    return redirect(url_for("duty_eval.today", day=worked_on.isoformat()), 303)


@bp.post("/records/copy")
@requires(Permission.DUTY_RECORD_LOG)
def copy_records() -> ResponseReturnValue:
    """Copy a day in one tap; without a source, the latest day that has records."""
    actor = current_actor()
    if actor.person_id is None:
        raise NotPermitted
    to = day_of(request.form, "worked_on", today_in_china())
    source = day_of(request.form, "source", queries.last_logged_day(actor.person_id, to) or to)
    if source == to:
        raise NotFound("最近 60 天没有可以复制的记录")
    logged = copy_day(source, to=to, client_key=request.form.get("client_key", ""), actor=actor, today=today_in_china())
    db.session.commit()
    flash(f"已复制 {source.month}月{source.day}日 的 {len(logged.record_ids)} 项，可逐项撤回修改")
    return redirect(url_for("duty_eval.today", day=to.isoformat()), 303)


@bp.post("/records/<int:record_id>/<day>/withdraw")
@requires(Permission.DUTY_RECORD_LOG)
def withdraw_record(record_id: int, day: str) -> ResponseReturnValue:
    record = _own(record_id, day)
    withdraw(record, actor=current_actor())
    db.session.commit()
    return redirect(url_for("duty_eval.correct_form", record_id=record_id, day=day), 303)


@bp.get("/records/<int:record_id>/<day>/correct")
@requires(Permission.DUTY_RECORD_LOG)
def correct_form(record_id: int, day: str) -> ResponseReturnValue:
    record = _own(record_id, day)
    form = CorrectionForm(obj=record, data={"reason": ""})
    return _correction_page(form, record)


@bp.post("/records/<int:record_id>/<day>/correct")
@requires(Permission.DUTY_RECORD_LOG)
def correct_record(record_id: int, day: str) -> ResponseReturnValue:
    record = _own(record_id, day)
    form = CorrectionForm()
    form.worked_on.data = record.worked_on  # the day is fixed; what a browser sends does not matter
    form.client_key.data = form.client_key.data or new_client_key()
    if not form.validate_on_submit():
        return _correction_page(form, record), 422
    correct(record, form.entry(record.origin), reason=form.reason.data or "", actor=current_actor())
    db.session.commit()
    flash("已修改并重新提交")
    return redirect(url_for("duty_eval.today", day=day), 303)


@bp.post("/suggestions/<int:suggestion_id>/dismiss")
@requires(Permission.DUTY_RECORD_LOG)
def dismiss(suggestion_id: int) -> ResponseReturnValue:
    day = dismiss_suggestion(suggestion_id, actor=current_actor())
    db.session.commit()
    return redirect(url_for("duty_eval.today", day=day.isoformat()), 303)


@bp.get("/records/<int:record_id>/<day>")
@requires(Permission.DUTY_RECORD_READ)
def show_record(record_id: int, day: str) -> ResponseReturnValue:
    actor = current_actor()
    row = db.session.execute(queries.readable_record(actor, record_id, _parse(day))).first()
    if row is None:
        raise NotFound
    history = queries.history_of(record_id, _parse(day))
    return render_template("duty_eval/records/show.html", row=row, record=row[0], **history)


@bp.get("/month")
@requires(Permission.DUTY_RECORD_LOG)
def month() -> ResponseReturnValue:
    actor = current_actor()
    first = first_of_month(day_of(request.args, "month", today_in_china()))
    end = first_of_month(first, plus=1)
    found = {row.worked_on: row for row in queries.month_of(actor.person_id or 0, first, end)}
    workdays = load_workdays()
    days = [first + timedelta(days=number) for number in range((end - first).days)]
    cells = [
        {"day": day, "row": found.get(day), "is_workday": workdays.is_workday(day), "is_past": day <= today_in_china()}
        for day in days
    ]
    return render_template(
        "duty_eval/records/month.html",
        cells=cells,
        lead=range(first.weekday()),
        first=first,
        before=first_of_month(first, plus=-1),
        after=end,
        open_days=sum(1 for cell in cells if cell["is_workday"] and cell["is_past"] and not cell["row"]),
        weekdays=WEEKDAYS,
        today=today_in_china(),
    )


@bp.get("/people/<int:person_id>/records")
@requires(Permission.DUTY_RECORD_READ)
def person_records(person_id: int) -> ResponseReturnValue:
    """A person's records of a span of days: where the numbers of scores and trace pages open to."""
    today = today_in_china()
    first = day_of(request.args, "from", first_of_month(today))
    last = day_of(request.args, "to", today)
    page = queries.records_of_person(
        current_actor(),
        person_id,
        first,
        last,
        after=request.args.get("after", ""),
        state=request.args.get("state", ""),
    )
    return render_template("duty_eval/records/person.html", page=page, person_id=person_id, first=first, last=last)


@bp.get("/duties/<int:post_duty_id>/records")
@requires(Permission.DUTY_RECORD_READ)
def duty_records(post_duty_id: int) -> ResponseReturnValue:
    """The records of a post duty within the actor's reach, newest first."""
    page = queries.records_of_duty(current_actor(), post_duty_id, after=request.args.get("after", ""))
    return render_template("duty_eval/records/duty.html", page=page, post_duty_id=post_duty_id)


@bp.get("/what-is-collected")
@signed_in
def what_is_collected() -> ResponseReturnValue:
    """本系统采集什么、不采集什么 (R164)."""
    return render_template("duty_eval/records/collected.html")


def _day_page(actor: Actor, day: date) -> dict[str, Any]:
    person_id = actor.person_id or 0
    workdays = load_workdays()
    records = queries.records_of_day(person_id, day)
    return {
        "day": day,
        "weekday": WEEKDAYS[day.weekday()],
        "today": today_in_china(),
        "is_workday": workdays.is_workday(day),
        "records": records,
        "minutes": sum(row[0].minutes or 0 for row in records if row[0].record_state.value != "draft"),
        "offers": queries.offers_for(person_id, day) if day <= today_in_china() else [],
        "duties": queries.duty_buttons(person_id, day),
        "last_day": queries.last_logged_day(person_id, day),
        "minute_choices": MINUTE_CHOICES,
        "copy_key": new_client_key(),
        "confirm_key": new_client_key(),
        "before": day - timedelta(days=1),
        "after": day + timedelta(days=1),
        "is_late": day < today_in_china() and workdays.add_workdays(day, 3) < today_in_china(),
    }


def _fresh_form(day: date) -> RecordForm:
    return RecordForm(formdata=None, data={"worked_on": day, "client_key": new_client_key()})


def _form_again(form: RecordForm, actor: Actor) -> ResponseReturnValue:
    if request.accept_mimetypes.best == "application/json":
        return {"code": 422, "message": "提交的内容有误", "errors": form.errors}, 422
    day = form.worked_on.data or today_in_china()
    return render_template("duty_eval/records/today.html", form=form, **_day_page(actor, day)), 422


def _correction_page(form: CorrectionForm, record: DutyRecord) -> str:
    duties = queries.duty_buttons(record.person_id, record.worked_on)
    form.post_duty_id.choices = options([(0, "岗位职责以外的工作"), *((duty.id, duty.text) for duty in duties)])
    form.client_key.data = form.client_key.data or new_client_key()
    return render_template("duty_eval/records/correct.html", form=form, record=record)


def _own(record_id: int, day: str) -> DutyRecord:
    record = db.session.scalars(queries.own_record(current_actor(), record_id, _parse(day))).first()
    if record is None:
        raise NotFound
    return record


def _parse(day: str) -> date:
    try:
        return date.fromisoformat(day)
    except ValueError:
        raise NotFound from None
