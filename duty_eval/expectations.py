"""Which days are expected of whom: working days less those on which a person is away (R88).

Away is what is confirmed as leave, study or lending out, and what the register says (借出, 长期病休 …). Two sources may
say the same of one day, so their spans are merged before anything is counted.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Date, Subquery, and_, cast, func, or_, select, union_all
from sqlalchemy.dialects.postgresql import DATEMULTIRANGE, DATERANGE, Range

from basic_info.organization.kinds import WorkState
from basic_info.organization.models import Appointment, PersonVersion
from duty_eval.absences.models import STILL_AT_WORK, Absence, AbsenceState
from duty_eval.records.models import DutyRecord
from duty_eval.records.rollups import COUNTED
from duty_eval.rhythms.queries import weekly_units
from host.kernel.calendar.workdays import Workdays, load_workdays
from host.kernel.db import AnyRow, AnySelect, db

#: States of work in which no daily records are expected here.
AWAY_BY_REGISTER = (
    WorkState.LENT_OUT,
    WorkState.SECONDED,
    WorkState.LONG_SICK,
    WorkState.STUDY,
    WorkState.SUSPENDED,
    WorkState.UNASSIGNED,
)
#: Working days that a head's digest of open days looks back.
LOOKS_BACK = 10


def away_spans(first: date, last: date, *, people: Collection[int] | None = None) -> AnySelect:
    """(person_id, begins, ends) of the times between ``first`` and ``last`` in which people are away, merged.

    ``people``: only theirs.
    """
    period = Range(first, last + timedelta(days=1))
    asked = select(Absence.person_id, Absence.span.label("span")).where(
        Absence.absence_state == AbsenceState.CONFIRMED,
        Absence.absence_kind.not_in(STILL_AT_WORK),
        Absence.is_half.is_(False),
        Absence.span.overlaps(period),
    )
    registered = select(PersonVersion.person_id, PersonVersion.valid).where(
        PersonVersion.work_state.in_(AWAY_BY_REGISTER),
        PersonVersion.superseded_at.is_(None),
        PersonVersion.valid.overlaps(period),
    )
    if people is not None:
        asked = asked.where(Absence.person_id.in_(people))
        registered = registered.where(PersonVersion.person_id.in_(people))
    both = union_all(asked, registered).subquery("both")
    merged = select(
        both.c.person_id,
        func.unnest(func.range_agg(both.c.span, type_=DATEMULTIRANGE), type_=DATERANGE).label("span"),
    ).group_by(both.c.person_id)
    spans = merged.subquery("spans")
    begins = func.greatest(func.lower(spans.c.span), first)
    ends = func.least(func.upper(spans.c.span) - 1, last)
    return select(spans.c.person_id, begins.label("begins"), ends.label("ends")).order_by(spans.c.person_id, begins)


def away_days(person_id: int, first: date, last: date) -> frozenset[date]:
    """The days between ``first`` and ``last`` on which the person is away."""
    return frozenset(day for _, day in away_person_days([person_id], first, last))


def away_person_days(people: Collection[int], first: date, last: date) -> frozenset[tuple[int, date]]:
    """(person_id, day) of the days between ``first`` and ``last`` on which one of the people is away."""
    found = set()
    for row in db.session.execute(away_spans(first, last, people=people)):
        days = (row.ends - row.begins).days + 1
        found |= {(row.person_id, row.begins + timedelta(days=number)) for number in range(days)}
    return frozenset(found)


def is_away(person: Any, spans: Subquery, first: date, last: date) -> ColumnElement[bool]:
    """Whether the person of the row is away on some day from ``first`` to ``last``; ``spans``: ``away_spans``."""
    return (
        select(spans.c.person_id)
        .where(spans.c.person_id == person, spans.c.begins <= last, spans.c.ends >= first)
        .correlate_except(spans)
        .exists()
    )


def lately_open(section_id: int, today: date) -> tuple[date, date, Sequence[AnyRow]]:
    """(first, last, ``open_days``) of the last LOOKS_BACK working days before today."""
    workdays = load_workdays()
    first, last = workdays.add_workdays(today, -LOOKS_BACK), today - timedelta(days=1)
    return first, last, open_days(section_id, first, last, workdays)


def working_days(first: date, last: date, workdays: Workdays) -> Any:
    """A table of the working days from ``first`` to ``last``: (day, closes_on)."""
    span = (first + timedelta(days=number) for number in range((last - first).days + 1))
    days = [day for day in span if workdays.is_workday(day)]
    closes = [week_closes(day, workdays) for day in days]
    arrays = (cast(column, ARRAY(Date)) for column in (days, closes))  # typed: there may be no day
    return func.unnest(*arrays).table_valued("day", "closes_on").render_derived()


def week_closes(day: date, workdays: Workdays) -> date:
    """The last working day of the day's week, Monday to Sunday; the day itself where there is none."""
    sunday = day + timedelta(days=6 - day.weekday())
    back = (sunday - timedelta(days=number) for number in range(7))
    return next((one for one in back if workdays.is_workday(one)), day)


def is_owed(days: Any, unit: Any, as_of: date) -> ColumnElement[bool]:
    """Whether a day of ``working_days`` is owed by the end of ``as_of``; weekly ones once the week closes."""
    return and_(days.c.day <= as_of, or_(unit.not_in(weekly_units(as_of)), days.c.closes_on <= as_of))


def open_person_days(first: date, last: date, workdays: Workdays) -> AnySelect:
    """(person_id, section_id, unit_id, day) of the days owed from ``first`` to ``last`` without a record, of everybody.

    The one statement of what is open: whoever asks for a section, or for all to be reminded, narrows it.
    """
    days = working_days(first, last, workdays)
    away = away_spans(first, last).subquery("away")
    logged = (
        select(DutyRecord.id)
        .where(
            DutyRecord.person_id == Appointment.person_id,
            DutyRecord.worked_on == days.c.day,
            DutyRecord.worked_on.between(first, last),  # said again, so that only these months are looked into
            DutyRecord.record_state.in_(COUNTED),
        )
        .correlate(Appointment, days)
        .exists()
    )
    is_off = (
        select(away.c.person_id)
        .where(away.c.person_id == Appointment.person_id, days.c.day.between(away.c.begins, away.c.ends))
        .correlate(Appointment, days)
        .exists()
    )
    return (
        select(Appointment.person_id, Appointment.section_id, Appointment.unit_id, days.c.day)
        .join(days, Appointment.valid.op("@>")(days.c.day))
        .where(
            Appointment.is_primary,
            Appointment.superseded_at.is_(None),
            is_owed(days, Appointment.unit_id, last),
            ~logged,
            ~is_off,
        )
    )


def open_days(section_id: int, first: date, last: date, workdays: Workdays) -> Sequence[AnyRow]:
    """(person_id, name, day) of the expected days from ``first`` to ``last`` without a record, of one section's people.

    A head's digest of the own section (D10): by name, then by day; nobody is counted against anybody (R164).
    """
    owed = open_person_days(first, last, workdays).where(Appointment.section_id == section_id).subquery("owed")
    return db.session.execute(
        select(owed.c.person_id, PersonVersion.name, owed.c.day)
        .join(
            PersonVersion,
            and_(
                PersonVersion.person_id == owed.c.person_id,
                PersonVersion.superseded_at.is_(None),
                PersonVersion.valid.op("@>")(owed.c.day),
            ),
        )
        .order_by(PersonVersion.name_key, owed.c.person_id, owed.c.day)
    ).all()
