from __future__ import annotations

from collections.abc import Callable
from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from basic_info.organization.models import Appointment, PersonVersion
from basic_info.organization.queries import last_place, person_in_reach
from basic_info.regions.queries import region_choices
from duty_eval.blueprint import bp
from duty_eval.periods import queries
from duty_eval.periods.forms import PlaceForm, ReopenForm
from duty_eval.periods.models import PeriodReopening
from duty_eval.periods.operations import (
    close_reopening,
    lock_month,
    reopen_month,
    reopen_record,
    unlock_month,
)
from duty_eval.periods.reports import month_of
from duty_eval.permissions import Permission
from duty_eval.records.models import DutyRecord
from duty_eval.records.queries import name_today
from host.kernel.access import current_actor, requires
from host.kernel.answering import refusal
from host.kernel.db import db
from host.kernel.errors import NotFound
from host.kernel.pages import month as month_words
from host.kernel.pages import today_in_china
from host.kernel.partitions import first_of_month

#: Units of a page; whoever has more looks by division, or takes the table.
MOST_UNITS = 200


@bp.get("/periods")
@requires(Permission.PERIOD_LOCK)
def periods() -> ResponseReturnValue:
    """Which sections' months are closed, what was done about them, and what is open again."""
    return _page(month_of(request.args))


@bp.post("/periods/lock")
@requires(Permission.PERIOD_LOCK)
def lock_period() -> ResponseReturnValue:
    actor, month = current_actor(), month_of(request.form)
    place = queries.place_of(request.form.get("place", ""), actor, Permission.PERIOD_LOCK)
    form = PlaceForm()
    return _do(
        month,
        form,
        lambda: lock_month(place, month, actor=actor, today=today_in_china(), reason=form.reason.data or ""),
        "已锁定，立即生效",
    )


@bp.post("/periods/unlock")
@requires(Permission.PERIOD_UNLOCK)
def unlock_period() -> ResponseReturnValue:
    actor, month = current_actor(), month_of(request.form)
    place = queries.place_of(request.form.get("place", ""), actor, Permission.PERIOD_UNLOCK)
    form = PlaceForm()
    return _do(
        month, form, lambda: unlock_month(place, month, actor=actor, reason=form.reason.data or ""), "已解锁，立即生效"
    )


def _do(month: date, form: PlaceForm, act: Callable[[], object], done: str) -> ResponseReturnValue:
    if status := refusal(form, act):
        return _page(month, form), status
    flash(done, "success")
    return redirect(url_for("duty_eval.periods", month=month.isoformat()), 303)


@bp.get("/records/<int:record_id>/<day>/reopen")
@requires(Permission.PERIOD_REOPEN)
def reopen_record_form(record_id: int, day: str) -> ResponseReturnValue:
    return _record_page(_record(record_id, day), ReopenForm(formdata=None))


@bp.post("/records/<int:record_id>/<day>/reopen")
@requires(Permission.PERIOD_REOPEN)
def reopen_one_record(record_id: int, day: str) -> ResponseReturnValue:
    record, form = _record(record_id, day), ReopenForm()
    status = refusal(
        form, lambda: reopen_record(record, reason=form.reason.data or "", days=form.days.data, actor=current_actor())
    )
    if status:
        return _record_page(_record(record_id, day), form), status
    flash("已退回本人更正，原内容和原因保留", "success")
    return redirect(url_for("duty_eval.show_record", record_id=record_id, day=day), 303)


@bp.get("/people/<int:person_id>/reopen")
@requires(Permission.PERIOD_REOPEN)
def reopen_month_form(person_id: int) -> ResponseReturnValue:
    place = _place(person_id)
    return _month_page(place, month_of(request.args), ReopenForm(formdata=None))


@bp.post("/people/<int:person_id>/reopen")
@requires(Permission.PERIOD_REOPEN)
def reopen_persons_month(person_id: int) -> ResponseReturnValue:
    place, month, form = _place(person_id), month_of(request.form), ReopenForm()
    status = refusal(
        form,
        lambda: reopen_month(
            person_id,
            month,
            reason=form.reason.data or "",
            days=form.days.data,
            section_id=place.section_id,
            actor=current_actor(),
        ),
    )
    if status:
        return _month_page(place, month, form), status
    flash(f"已开放 {form.days.data} 天，到期自动锁定", "success")
    return redirect(url_for("duty_eval.person_records", person_id=person_id), 303)


@bp.post("/reopenings/<int:reopening_id>/close")
@requires(Permission.PERIOD_REOPEN)
def close_one_reopening(reopening_id: int) -> ResponseReturnValue:
    actor = current_actor()
    opening = db.session.scalars(
        queries.reopenings(actor)
        .with_only_columns(PeriodReopening)
        .where(PeriodReopening.id == reopening_id)
        .with_for_update(of=PeriodReopening)
    ).first()
    if opening is None:
        raise NotFound
    close_reopening(opening, actor=actor)
    db.session.commit()
    flash("已结束开放", "success")
    return redirect(url_for("duty_eval.periods", month=opening.month.isoformat()), 303)


def _page(month: date, form: PlaceForm | None = None) -> str:
    actor, today = current_actor(), today_in_china()
    units = db.session.execute(queries.units_of_month(actor, month, today).limit(MOST_UNITS + 1)).all()
    may_reopen = actor.may(Permission.PERIOD_REOPEN)
    return render_template(
        "duty_eval/periods/list.html",
        form=form or PlaceForm(formdata=None),
        month=month,
        month_options=[
            (one.isoformat(), month_words(one)) for one in (first_of_month(today, plus=-back) for back in range(1, 13))
        ],
        is_over=month < first_of_month(today),
        units=units[:MOST_UNITS],
        is_cut=len(units) > MOST_UNITS,
        regions=queries.regions_in_reach(actor, region_choices(today)),
        acts=db.session.execute(queries.acts_of_month(actor, month, today).limit(30)).all(),
        openings=db.session.execute(queries.reopenings(actor).limit(50)).all() if may_reopen else [],
        may_unlock=actor.may(Permission.PERIOD_UNLOCK),
        may_reopen=may_reopen,
    )


def _record(record_id: int, day: str) -> DutyRecord:
    try:
        found = db.session.scalars(queries.reopenable(current_actor(), record_id, date.fromisoformat(day))).first()
    except ValueError:
        raise NotFound from None
    if found is None:
        raise NotFound
    return found


def _record_page(record: DutyRecord, form: ReopenForm) -> str:
    name = db.session.scalar(select(PersonVersion.name).where(name_today(record.person_id)))
    return render_template("duty_eval/periods/reopen_record.html", record=record, name=name, form=form)


def _place(person_id: int) -> Appointment:
    """Where the person belongs; NotFound outside one's reach."""
    if not person_in_reach(current_actor(), person_id, Permission.PERIOD_REOPEN):
        raise NotFound
    return db.session.scalars(select(Appointment).where(Appointment.id == last_place(person_id))).one()


def _month_page(place: Appointment, month: date, form: ReopenForm) -> str:
    name = db.session.scalar(select(PersonVersion.name).where(name_today(place.person_id)))
    return render_template(
        "duty_eval/periods/reopen_month.html",
        person_id=place.person_id,
        name=name,
        month=month,
        months=[first_of_month(today_in_china(), plus=-back) for back in range(1, 13)],
        form=form,
    )
