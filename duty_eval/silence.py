"""Who has nothing to show for the last days expected of them (连续无履职记录), leave between or not (R88, R126)."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import ARRAY, ColumnElement, Date, func, literal, or_, select, union_all
from sqlalchemy.dialects.postgresql import aggregate_order_by

from basic_info.organization.models import Appointment
from duty_eval.expectations import away_spans, is_away, open_person_days
from duty_eval.facts import days_with_records
from duty_eval.rhythms.queries import weekly_units
from host.kernel.calendar.workdays import Workdays
from host.kernel.db import AnySelect

#: Working days of leave across which silence is still counted together.
LONGEST_LEAVE = 60


def silent_people(last: date, *, days: int, since: date | None, workdays: Workdays) -> AnySelect:
    """(person_id, first_day): people without a record on any of their last ``days`` expected days up to ``last``.

    Expected are working days at their post: leave neither counts nor begins the count anew. ``last`` is a working day,
    ``first_day`` the earliest of the counted days; days before ``since`` do not count.
    """
    first = workdays.add_workdays(last, 1 - days)
    begin = workdays.add_workdays(first, -LONGEST_LEAVE)
    if since is not None:
        begin = min(max(begin, since), last + timedelta(days=1))  # no day at all where the count begins later
    away = away_spans(first, last).subquery("away")
    goes_by_day = or_(
        is_away(Appointment.person_id, away, first, last),
        Appointment.unit_id.in_(weekly_units(last)),
        Appointment.share_percent.is_not(None),
    )
    quiet = select(Appointment.person_id).where(
        Appointment.is_primary,
        Appointment.superseded_at.is_(None),
        Appointment.valid.contains(last),
        ~_has_logged(first, last),
    )
    # Of most people every working day is expected: their days need not be looked at one by one.
    plain = quiet.add_columns(literal(first, Date).label("first_day")).where(
        Appointment.valid.contains(first), ~goes_by_day, literal(since is None or since <= first)
    )
    by_day = _by_day(quiet.where(goes_by_day), begin, last, days, workdays)
    return select(union_all(plain, by_day).subquery())


def _has_logged(first: date, last: date) -> ColumnElement[bool]:
    """Whether the appointment's person has a record. Not NOT IN: that runs once a person when memory is short."""
    logged = days_with_records(first, last).subquery("logged")
    mine = select(logged.c.person_id).where(logged.c.person_id == Appointment.person_id)
    return mine.correlate(Appointment).exists()


def _by_day(people: AnySelect, begin: date, last: date, days: int, workdays: Workdays) -> AnySelect:
    """The same of those who were away, write weekly or may work part time: expected days since the last record."""
    of_them = people.cte("of_them").prefix_with("MATERIALIZED")  # asked for again and again below
    owed_days = open_person_days(begin, last, workdays, people=select(of_them.c.person_id)).subquery("owed")
    kept = days_with_records(begin, last).subquery("kept")
    later = (
        select(kept.c.person_id)
        .where(kept.c.person_id == owed_days.c.person_id, kept.c.worked_on > owed_days.c.day)
        .correlate(owed_days)
        .exists()
    )
    latest_first = func.array_agg(aggregate_order_by(owed_days.c.day, owed_days.c.day.desc()), type_=ARRAY(Date))
    return (
        select(owed_days.c.person_id, latest_first[days])
        .where(~later)
        .group_by(owed_days.c.person_id)
        .having(func.count() >= days)
    )
