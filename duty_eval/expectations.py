"""Which days are expected of whom: working days less those on which a person is away (R88).

Away is what is confirmed as leave, study or lending out, and what the register says (借出, 长期病休 …). Two sources may
say the same of one day, so their spans are merged before anything is counted.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Date,
    Subquery,
    and_,
    case,
    cast,
    func,
    literal,
    literal_column,
    or_,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.dialects.postgresql import DATEMULTIRANGE, DATERANGE, Range

from basic_info.organization.kinds import WorkState
from basic_info.organization.models import Appointment, PersonVersion
from basic_info.organization.shares import SENT_TO
from duty_eval.absences.models import STILL_AT_WORK, Absence, AbsenceKind, AbsenceState
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
#: Of these and of those lent out by a head's word, the posts elsewhere are theirs where the register has such.
LENT_BY_REGISTER = (WorkState.LENT_OUT, WorkState.SECONDED)
LENT = (AbsenceKind.LENT_OUT,)
#: Ids of people, or a select of them.
People = Collection[int] | AnySelect
#: Working days that a head's digest of open days looks back.
LOOKS_BACK = 10


def away_spans(first: date, last: date, *, people: People | None = None) -> AnySelect:
    """(person_id, begins, ends) of the times between ``first`` and ``last`` in which people are away, merged.

    ``people``: only theirs. Who was sent elsewhere and holds a post there is not away: see ``sent_spans``.
    """
    parts = _parts(first, last, people)
    return _cut(parts, parts.c.away + (parts.c.lent - parts.c.sent), first, last)


def sent_spans(first: date, last: date, *, people: People | None = None) -> AnySelect:
    """(person_id, begins, ends) of the times in which people sent elsewhere hold a post there (挂职、借调).

    The posts at home are left then; which of several units somebody was sent away from, the register does not say.
    """
    parts = _parts(first, last, people)
    return _cut(parts, parts.c.lent * parts.c.sent - parts.c.away, first, last)


def off_spans(first: date, last: date, *, people: People | None = None) -> AnySelect:
    """(person_id, begins, ends) of the times in which nothing is expected of people who hold posts, merged.

    Before the first post, in gaps between two, after the last one, and away.
    """
    period = func.datemultirange(func.daterange(first, last + timedelta(days=1)))
    held = (
        select(Appointment.person_id, func.range_agg(Appointment.valid, type_=DATEMULTIRANGE).label("span"))
        .where(
            Appointment.superseded_at.is_(None),
            Appointment.valid.overlaps(Range(first, last + timedelta(days=1))),
            *(() if people is None else (Appointment.person_id.in_(people),)),
        )
        .group_by(Appointment.person_id)
        .subquery("held")
    )
    gap = type_coerce(period, DATEMULTIRANGE).op("-", return_type=DATEMULTIRANGE())(held.c.span)
    gaps = select(held.c.person_id, func.unnest(gap, type_=DATERANGE).label("span")).subquery("gaps")
    away = away_spans(first, last, people=people).order_by(None).subquery("away")
    both = union_all(
        select(gaps.c.person_id, gaps.c.span),
        select(away.c.person_id, func.daterange(away.c.begins, away.c.ends, "[]", type_=DATERANGE)),
    ).subquery("both")
    merged = (
        select(both.c.person_id, func.range_agg(both.c.span, type_=DATEMULTIRANGE).label("off"))
        .group_by(both.c.person_id)
        .subquery("merged")
    )
    return _cut(merged, merged.c.off, first, last)


def _parts(first: date, last: date, people: People | None) -> Subquery:
    """(person_id, away, lent, sent), multiranges: away for good, lent out by word or register, at a post there."""
    period = Range(first, last + timedelta(days=1))
    asked = select(
        Absence.person_id,
        Absence.span.label("span"),
        case((Absence.absence_kind.in_(LENT), "lent"), else_="away").label("part"),
    ).where(
        Absence.absence_state == AbsenceState.CONFIRMED,
        Absence.absence_kind.not_in(STILL_AT_WORK),
        Absence.is_half.is_(False),
        Absence.span.overlaps(period),
    )
    registered = select(
        PersonVersion.person_id,
        PersonVersion.valid,
        case((PersonVersion.work_state.in_(LENT_BY_REGISTER), "lent"), else_="away"),
    ).where(
        PersonVersion.work_state.in_(AWAY_BY_REGISTER),
        PersonVersion.superseded_at.is_(None),
        PersonVersion.valid.overlaps(period),
    )
    sent = select(Appointment.person_id, Appointment.valid, literal("sent")).where(
        Appointment.appointment_kind.in_(SENT_TO),
        Appointment.superseded_at.is_(None),
        Appointment.valid.overlaps(period),
    )
    if people is not None:
        asked = asked.where(Absence.person_id.in_(people))
        registered = registered.where(PersonVersion.person_id.in_(people))
        sent = sent.where(Appointment.person_id.in_(people))
    all_parts = union_all(asked, registered, sent).subquery("all_parts")
    none = literal_column("'{}'::datemultirange", DATEMULTIRANGE())
    spans = func.range_agg(all_parts.c.span, type_=DATEMULTIRANGE)
    columns = (
        func.coalesce(spans.filter(all_parts.c.part == name), none, type_=DATEMULTIRANGE).label(name)
        for name in ("away", "lent", "sent")
    )
    return select(all_parts.c.person_id, *columns).group_by(all_parts.c.person_id).subquery("parts")


def _cut(rows: Any, spans: Any, first: date, last: date) -> AnySelect:
    """(person_id, begins, ends) of each range of the multirange ``spans`` of the rows, cut to the period."""
    found = select(rows.c.person_id, func.unnest(spans, type_=DATERANGE).label("span")).subquery("spans")
    begins = func.greatest(func.lower(found.c.span), first)
    ends = func.least(func.upper(found.c.span) - 1, last)
    return (
        select(found.c.person_id, begins.label("begins"), ends.label("ends"))
        .where(found.c.span.overlaps(Range(first, last + timedelta(days=1))))
        .order_by(found.c.person_id, begins)
    )


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
