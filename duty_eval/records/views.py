from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from basic_info.organization.shares import FULL
from duty_eval.blueprint import bp
from duty_eval.evidence.operations import Evidence, evidence_from
from duty_eval.evidence.queries import evidence_of
from duty_eval.expectations import away_days, share_on
from duty_eval.flags.models import FlagKind
from duty_eval.flags.queries import flags_of
from duty_eval.inspections.sheets import findings_of_record
from duty_eval.periods.queries import is_closed_to
from duty_eval.permissions import Permission
from duty_eval.records import own, queries
from duty_eval.records.copying import copy_day, not_copied
from duty_eval.records.days import state_of_day
from duty_eval.records.discarding import discard, own_submitted, take_back
from duty_eval.records.errors import OverlapWithoutReason
from duty_eval.records.forms import (
    MINUTE_CHOICES,
    CorrectionForm,
    RecordForm,
    chosen_offers,
    day_of,
    duty_choices,
    say_refused,
    submitted_ids,
    typed_over,
)
from duty_eval.records.models import DutyRecord, RecordOrigin, RecordState
from duty_eval.records.offers import duty_buttons, offers_for
from duty_eval.records.on_behalf import typed_by
from duty_eval.records.operations import Logged, correct, is_late, log_records, new_client_key, told, withdraw
from duty_eval.records.reattaching import may_reattach
from duty_eval.records.standing import standings
from duty_eval.records.suggesting import dismiss_suggestion
from duty_eval.records.words import told_apart
from duty_eval.review import ticks
from duty_eval.review.forms import ApproveForm
from duty_eval.review.queries import may_review, to_open
from duty_eval.review.sampling import note_opening
from host.kernel.access import Actor, current_actor, requires, signed_in
from host.kernel.calendar.workdays import load_workdays
from host.kernel.db import db
from host.kernel.errors import NotFound, NotPermitted, Refused
from host.kernel.pages import clock, number, today_in_china
from host.kernel.pages import day as day_words
from host.kernel.partitions import first_of_month

WEEKDAYS = "一二三四五六日"


@bp.get("/today")
@requires(Permission.DUTY_RECORD_LOG)
def today() -> ResponseReturnValue:
    actor = current_actor()
    day = day_of(request.args, "day", today_in_china())
    page = _day_page(actor, day)
    new = set(submitted_ids(request.args.get("new", "")))
    made = [
        record for record, *_ in page["records"] if record.id in new and record.record_state is RecordState.SUBMITTED
    ]
    return render_template(
        "duty_eval/records/today.html",
        form=_fresh_form(day),
        made=[record.id for record in made],
        overlaps=_overlaps_of(made),
        **page,
    )


def _overlaps_of(made: list[DutyRecord]) -> list[str]:
    """What the hours of records just made overlap, in words: a script that sends a form shows only this page."""
    found = flags_of(record for record in made if record.start_minute is not None)
    return [flag.detail for flags in found.values() for flag in flags if flag.kind is FlagKind.OVERLAP]


@bp.post("/records")
@requires(Permission.DUTY_RECORD_LOG)
def log_record() -> ResponseReturnValue:
    """One typed record. A browser goes back to the day; a program (Accept: JSON) gets the record's number."""
    form = RecordForm()
    actor = current_actor()
    if not form.validate_on_submit():
        return _form_again(form, actor)
    worked_on = form.worked_on.data
    assert worked_on is not None
    try:
        logged = log_records(
            [form.entry()],
            worked_on=worked_on,
            client_key=form.client_key.data or "",
            actor=actor,
            today=today_in_china(),
            late_reason=form.late_reason.data or "",
            overlap_reason=form.overlap_reason.data or "",
            evidence=_evidence(form),
        )
    except Refused as refused:
        if _wants_json():
            raise
        db.session.rollback()
        say_refused(form, refused)
        return _form_again(form, actor)
    db.session.commit()
    if _wants_json():
        answer = {"id": logged.record_ids[0], "worked_on": worked_on.isoformat(), "url": _day_url(worked_on, logged)}
        answer |= {"notices": list(logged.notices)} if logged.notices else {}
        return answer, 201 if logged.is_new else 200
    flash("已提交 1 项", "success")
    return _back_to(worked_on, logged)


@bp.post("/records/confirm")
@requires(Permission.DUTY_RECORD_LOG)
def confirm_day() -> ResponseReturnValue:
    """The prefilled day, confirmed in one go."""
    worked_on = day_of(request.form, "worked_on", today_in_china())
    actor = current_actor()
    try:
        logged = log_records(
            told_apart(chosen_offers(request.form), person_id=actor.person_id or 0, day=worked_on),
            worked_on=worked_on,
            client_key=request.form.get("client_key", ""),
            actor=actor,
            today=today_in_china(),
            late_reason=request.form.get("late_reason", ""),
            overlap_reason=request.form.get("overlap_reason", "")[:200],
        )
    except Refused as refused:
        return _day_again(worked_on, refused)
    db.session.commit()
    flash(f"已提交 {len(logged.record_ids)} 项", "success")
    return _back_to(worked_on, logged)


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
    try:
        logged = copy_day(
            source,
            to=to,
            client_key=request.form.get("client_key", ""),
            actor=actor,
            today=today_in_china(),
            late_reason=request.form.get("late_reason", ""),
            overlap_reason=request.form.get("overlap_reason", "")[:200],
        )
    except Refused as refused:
        return _day_again(to, refused)
    db.session.commit()
    words = f"{day_words(source, short=True)}的"
    if logged.record_ids:
        flash(f"已复制{words} {len(logged.record_ids)} 项，可逐项撤回修改{not_copied(logged.left_out)}", "success")
    elif logged.left_out:
        flash(f"没有复制{not_copied(logged.left_out)}", "warning")
    else:
        flash(f"{words}内容这一天都已有，没有重复添加")
    return _back_to(to, logged)


@bp.post("/records/undo")
@requires(Permission.DUTY_RECORD_LOG)
def undo_records() -> ResponseReturnValue:
    """Take back what was just submitted, as a whole."""
    actor = current_actor()
    day = day_of(request.form, "worked_on", today_in_china())
    done = take_back(own_submitted(actor, day, submitted_ids(request.form.get("records", ""))), actor=actor)
    db.session.commit()
    flash(f"已撤销 {done} 项，这一天恢复到提交前", "success")
    return redirect(url_for("duty_eval.today", day=day.isoformat()), 303)


@bp.post("/records/<int:record_id>/<day>/withdraw")
@requires(Permission.DUTY_RECORD_LOG)
def withdraw_record(record_id: int, day: str) -> ResponseReturnValue:
    record = _own(record_id, day)
    withdraw(record, actor=current_actor())
    db.session.commit()
    return redirect(url_for("duty_eval.correct_form", record_id=record_id, day=day), 303)


@bp.post("/records/<int:record_id>/<day>/discard")
@requires(Permission.DUTY_RECORD_LOG)
def discard_record(record_id: int, day: str) -> ResponseReturnValue:
    discard(_own(record_id, day), actor=current_actor())
    db.session.commit()
    flash("已删除", "success")
    return redirect(url_for("duty_eval.today", day=day), 303)


@bp.get("/records/<int:record_id>/<day>/correct")
@requires(Permission.DUTY_RECORD_LOG)
def correct_form(record_id: int, day: str) -> ResponseReturnValue:
    record = _own(record_id, day)
    start = "" if record.start_minute is None else clock(record.start_minute).zfill(5)
    form = CorrectionForm(obj=record, data={"reason": "", "start": start})
    if record.quantity is not None:
        form.quantity.data = Decimal(number(record.quantity).replace(",", ""))
    return _correction_page(form, record)


@bp.post("/records/<int:record_id>/<day>/correct")
@requires(Permission.DUTY_RECORD_LOG)
def correct_record(record_id: int, day: str) -> ResponseReturnValue:
    record = _own(record_id, day)
    form = CorrectionForm()
    form.worked_on.data = record.worked_on  # the day is fixed; what a browser sends does not matter
    form.client_key.data = form.client_key.data or new_client_key()
    if record.record_state is RecordState.DRAFT:
        form.reason.data = form.reason.data or "本人撤回后修改"  # nobody asked for it, so nobody need be told why
    if not form.validate_on_submit():
        return _errors(form) if _wants_json() else (_correction_page(form, record), 422)
    try:
        notices = correct(
            record,
            form.entry(record.origin),
            reason=form.reason.data or "",
            actor=current_actor(),
            overlap_reason=form.overlap_reason.data or "",
            evidence=_evidence(form),
        )
    except Refused as refused:
        if _wants_json():
            raise
        db.session.rollback()
        say_refused(form, refused)
        return _correction_page(form, _own(record_id, day)), refused.status
    db.session.commit()
    flash(f"已修改并重新提交{told(notices)}", "success")
    url = url_for("duty_eval.today", day=day)
    return {"id": record_id, "worked_on": day, "url": url} if _wants_json() else redirect(url, 303)


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
    reviews = may_review(actor, row[0])
    may_reopen = actor.may(Permission.PERIOD_REOPEN) and row[0].person_id != actor.person_id
    if reviews and note_opening(row[0], actor):
        db.session.commit()
    kept = ticks.held() if reviews else None
    # Its author is told by the reviewer, not by a machine.
    flags = flags_of([row[0]]).get(record_id, []) if row[0].person_id != actor.person_id else []
    return render_template(
        "duty_eval/records/show.html",
        row=row,
        record=row[0],
        is_own=row[0].person_id == actor.person_id,
        may_review=reviews,
        approve_form=ApproveForm(formdata=None) if reviews else None,
        kept=kept,
        to_open=to_open(actor, kept.pairs) if kept else [],
        may_reattach=may_reattach(actor, row[0]),
        may_reopen=may_reopen,
        is_sealed=may_reopen and _is_overtaken(row[0]),
        flags=flags,
        typed_by=typed_by(row[0].entered_by_id) if row[0].origin is RecordOrigin.ON_BEHALF else "",
        flag_words="；".join(f"{one.kind.label}（{one.detail}）" for one in flags),
        evidence=evidence_of(record_id, _parse(day)),
        inspected=findings_of_record(record_id, _parse(day)),
        **history,
    )


def _is_overtaken(record: DutyRecord) -> bool:
    """Whether the month was locked before the record was decided on (R90)."""
    return record.record_state is RecordState.SUBMITTED and is_closed_to(record.person_id, record.worked_on)


@bp.get("/what-is-collected")
@signed_in
def what_is_collected() -> ResponseReturnValue:
    """本系统采集什么、不采集什么 (R164)."""
    return render_template("duty_eval/records/collected.html")


def _day_page(actor: Actor, day: date) -> dict[str, Any]:
    person_id, now = actor.person_id or 0, today_in_china()
    workdays = load_workdays()
    records = queries.records_of_day(person_id, day)
    duties = duty_buttons(person_id, day)
    # Only who has no duties costs the question whether there is a post at all.
    has_post = bool(duties) or bool(standings(person_id, day))
    is_closed = day < first_of_month(now) and is_closed_to(person_id, day)
    may_log = has_post and day <= now and not is_closed
    is_away = bool(away_days(person_id, day, day))
    is_workday = workdays.is_workday(day) and not is_away
    states = [record.record_state for record, *_ in records]
    # Only of a day that is still empty anybody asks whether it must be filled in.
    is_part_time = is_workday and not states and (share_on(person_id, day) or FULL) < FULL
    state = state_of_day(states, is_workday=is_workday, is_future=day > now, is_away=is_away, is_part_time=is_part_time)
    offers = offers_for(person_id, day) if may_log else []
    if state.is_done or not is_workday:
        # A day that is finished, or need not be filled in, asks for nothing more; what came in is still offered.
        offers = [offer for offer in offers if not offer.is_habit]
    return {
        "day": day,
        "weekday": WEEKDAYS[day.weekday()],
        "today": now,
        "state": state,
        "records": records,
        "minutes": sum(row[0].minutes or 0 for row in records if row[0].record_state is not RecordState.DRAFT),
        "offers": offers,
        "duties": duties,
        "asks_words": {duty.id: duty.asks_words for duty in duties if duty.asks_words},
        "names_posts": len({duty.post_id for duty in duties}) > 1,
        "recent_days": own.recent_days(person_id, day) if may_log else [],
        "has_post": has_post,
        "is_closed": is_closed,
        "has_person": actor.person_id is not None,
        "may_log": may_log,
        "minute_choices": MINUTE_CHOICES,
        "copy_key": new_client_key(),
        "confirm_key": new_client_key(),
        "before": day - timedelta(days=1),
        "after": day + timedelta(days=1),
        "is_late": is_late(day, person_id=person_id, today=now),
    }


def _back_to(day: date, logged: Logged) -> ResponseReturnValue:
    return redirect(_day_url(day, logged), 303)


def _day_url(day: date, logged: Logged) -> str:
    """The day's page, which offers to undo what was just made."""
    made = ".".join(str(record_id) for record_id in logged.record_ids) if logged.is_new else None
    return url_for("duty_eval.today", day=day.isoformat(), new=made)


def _day_again(day: date, refused: Refused) -> ResponseReturnValue:
    """The day with what stood against a submission; what was typed over its lines, and why, stays."""
    db.session.rollback()
    page = _day_page(current_actor(), day)
    if any(name.endswith("-content") for name in request.form):
        page["offers"] = typed_over(page["offers"], request.form, refused)
    said = {name: request.form.get(name, "") for name in ("late_reason", "overlap_reason")}
    asks = isinstance(refused, OverlapWithoutReason)
    form = _fresh_form(day)
    return (
        render_template(
            "duty_eval/records/today.html", form=form, refused=str(refused), asks_overlap=asks, **said, **page
        ),
        refused.status,
    )


def _wants_json() -> bool:
    return request.accept_mimetypes.best == "application/json"


def _fresh_form(day: date) -> RecordForm:
    return RecordForm(formdata=None, data={"worked_on": day, "client_key": new_client_key()})


def _evidence(form: RecordForm) -> Evidence:
    return evidence_from(request.files.getlist("evidence"), form.link.data or "")


def _errors(form: RecordForm) -> ResponseReturnValue:
    return {"code": 422, "message": "提交的内容有误", "errors": form.errors}, 422


def _form_again(form: RecordForm, actor: Actor) -> ResponseReturnValue:
    if _wants_json():
        return _errors(form)
    day = form.worked_on.data or today_in_china()
    return render_template("duty_eval/records/today.html", form=form, **_day_page(actor, day)), 422


def _correction_page(form: CorrectionForm, record: DutyRecord) -> str:
    duties = duty_buttons(record.person_id, record.worked_on)
    form.post_duty_id.choices = duty_choices(duties)
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
