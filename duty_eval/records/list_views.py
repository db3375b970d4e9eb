"""Pages of many days: the month, lists of records."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from duty_eval.blueprint import bp
from duty_eval.dashboards.forms import SPANS, shown
from duty_eval.dashboards.queries import region_of
from duty_eval.expectations import away_days, open_person_days
from duty_eval.permissions import Permission
from duty_eval.records import lists, queries
from duty_eval.records.forms import day_of
from duty_eval.records.of_region import Which, of_region, records_of_region
from duty_eval.rhythms.queries import writes_weekly
from host.kernel.access import current_actor, requires
from host.kernel.calendar.workdays import load_workdays
from host.kernel.db import db
from host.kernel.pages import today_in_china
from host.kernel.partitions import first_of_month

WEEKDAYS = "一二三四五六日"

#: What narrows the list of a person's records besides days and state.
NARROWED = ("section", "duty", "post", "outside")


@bp.get("/month")
@requires(Permission.DUTY_RECORD_LOG)
def month() -> ResponseReturnValue:
    actor = current_actor()
    first = first_of_month(day_of(request.args, "month", today_in_china()))
    end = first_of_month(first, plus=1)
    found = {row.worked_on: row for row in queries.month_of(actor.person_id or 0, first, end)}
    workdays = load_workdays()
    days = [first + timedelta(days=number) for number in range((end - first).days)]
    away = away_days(actor.person_id or 0, first, end - timedelta(days=1))
    opened = _open_days(actor.person_id or 0, days[0], days[-1])
    cells = [
        _month_cell(
            day, found.get(day), is_workday=workdays.is_workday(day), is_away=day in away, is_open=day in opened
        )
        for day in days
    ]
    return render_template(
        "duty_eval/records/month.html",
        cells=cells,
        records=sum(row.records for row in found.values()),
        minutes=sum(row.minutes for row in found.values()),
        last=end - timedelta(days=1),
        lead=range(first.weekday()),
        first=first,
        before=first_of_month(first, plus=-1),
        after=end,
        open_days=sum(1 for cell in cells if cell["is_open"]),
        weekdays=WEEKDAYS,
        weekly=writes_weekly(actor.person_id or 0, today_in_china()),
        today=today_in_china(),
    )


def _open_days(person_id: int, first: date, last: date) -> frozenset[date]:
    """The days of whole weeks around the span that are owed by today and have nothing submitted (R88)."""
    monday, sunday = first - timedelta(days=first.weekday()), last + timedelta(days=6 - last.weekday())
    owed = open_person_days(monday, sunday, load_workdays(), as_of=today_in_china(), people=[person_id])
    return frozenset(row.day for row in db.session.execute(owed))


def _month_cell(day: date, row: Any, *, is_workday: bool, is_away: bool, is_open: bool) -> dict[str, Any]:
    is_past = day <= today_in_china()
    return {
        "day": day,
        "row": row,
        "is_workday": is_workday,
        "is_away": is_away,
        "is_past": is_past,
        "is_open": is_open,
    }


@bp.get("/my-records")
@requires(Permission.DUTY_RECORD_LOG)
def my_records() -> ResponseReturnValue:
    """One's own records of any span of days."""
    return _records_page(current_actor().person_id or 0, is_own=True)


@bp.get("/people/<int:person_id>/records")
@requires(Permission.DUTY_RECORD_READ)
def person_records(person_id: int) -> ResponseReturnValue:
    """A person's records of a span of days: where the numbers of scores and trace pages open to."""
    return _records_page(person_id, is_own=False)


def _records_page(person_id: int, *, is_own: bool) -> ResponseReturnValue:
    today = today_in_china()
    first = day_of(request.args, "from", first_of_month(today))
    last = day_of(request.args, "to", today)
    after, only = request.args.get("after", ""), lists.record_filter(request.args)
    actor = current_actor()
    endpoint = "duty_eval.my_records" if is_own else "duty_eval.person_records"
    kept: dict[str, Any] = {"from": first.isoformat(), "to": last.isoformat()}
    kept |= {name: request.args.get(name) or None for name in ("state", *NARROWED)}
    if not is_own:
        kept["person_id"] = person_id
    page = lists.records_of_person(actor, person_id, first, last, only, after=after)
    return render_template(
        "duty_eval/records/person.html",
        page=page,
        sums=lists.sums_of_person(actor, person_id, first, last, only),
        first=first,
        last=last,
        is_own=is_own,
        narrowed={name: value for name, value in kept.items() if value and name in NARROWED},
        may_reopen=not is_own and actor.may(Permission.PERIOD_REOPEN),
        states=lists.STATES,
        person_id=person_id,
        now=datetime.now(UTC),
        next_url=url_for(endpoint, **kept, after=page.next_key) if page.next_key else None,
        first_url=url_for(endpoint, **kept) if after else None,
    )


@bp.get("/duties/<int:post_duty_id>/records")
@requires(Permission.DUTY_RECORD_READ)
def duty_records(post_duty_id: int) -> ResponseReturnValue:
    """The records of a post duty within the actor's reach, newest first."""
    page = lists.records_of_duty(current_actor(), post_duty_id, after=request.args.get("after", ""))
    return render_template("duty_eval/records/duty.html", page=page, post_duty_id=post_duty_id)


@bp.get("/units/<int:unit_id>/records")
@requires(Permission.DUTY_RECORD_READ)
def unit_records(unit_id: int) -> ResponseReturnValue:
    """The records of a unit, of one of its sections or duties: where the numbers of dashboards open to."""
    today = today_in_china()
    first = day_of(request.args, "from", first_of_month(today))
    last = day_of(request.args, "to", today)
    only, after = lists.record_filter(request.args), request.args.get("after", "")
    page = lists.records_of_unit(current_actor(), unit_id, first, last, only, after=after)
    kept: dict[str, Any] = {**request.args, "unit_id": unit_id, "after": None}
    return render_template(
        "duty_eval/records/unit.html",
        page=page,
        place=lists.unit_and_section(unit_id, only.section_id, today),
        first=first,
        last=last,
        only=only,
        states=lists.STATES,
        unit_id=unit_id,
        now=datetime.now(UTC),
        next_url=url_for("duty_eval.unit_records", **{**kept, "after": page.next_key}) if page.next_key else None,
        first_url=url_for("duty_eval.unit_records", **kept) if after else None,
    )


@bp.get("/dashboard/regions/<code>/records")
@requires(Permission.DUTY_RECORD_READ)
def region_records(code: str) -> ResponseReturnValue:
    """The records of a division, or of the units right in it: where the numbers of its dashboard open to."""
    actor, at, after = current_actor(), shown(request.args, today_in_china()), request.args.get("after", "")
    place = region_of(code, actor, at.day)
    asked = of_region(code, at.span, request.args)
    page = records_of_region(actor, asked, after=after)
    kept: dict[str, Any] = {"code": code, "which": asked.which.value or None, **at.address}
    kept["own"] = "1" if asked.own_level else None
    return render_template(
        "duty_eval/records/region.html",
        page=page,
        place=place,
        at=at,
        spans=SPANS,
        asked=asked,
        whiches=[(one.value, one.word) for one in Which],
        now=datetime.now(UTC),
        next_url=url_for("duty_eval.region_records", **kept, after=page.next_key) if page.next_key else None,
        first_url=url_for("duty_eval.region_records", **kept) if after else None,
    )
