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
    true,
    type_coerce,
    union_all,
)
from sqlalchemy.dialects.postgresql import DATEMULTIRANGE, DATERANGE, Range
from sqlalchemy.orm import aliased

from basic_info.organization.kinds import WorkState
from basic_info.organization.models import Appointment, PersonVersion
from basic_info.organization.shares import FULL, SENT_TO
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


def own_lately_open(person_id: int, today: date) -> int:
    """How many of the last LOOKS_BACK working days before today the person still owes. One statement."""
    workdays = load_workdays()
    first, last = workdays.add_workdays(today, -LOOKS_BACK), today - timedelta(days=1)
    owed = open_person_days(first, last, workdays, people=[person_id]).subquery("owed")
    return db.session.scalar(select(func.count(owed.c.day.distinct()))) or 0


def working_days(first: date, last: date, workdays: Workdays) -> Any:
    """A table of the working days from ``first`` to ``last``: (day, opens_on, closes_on), the ends of its week."""
    span = (first + timedelta(days=number) for number in range((last - first).days + 1))
    days = [day for day in span if workdays.is_workday(day)]
    columns = (days, [week_opens(day, workdays) for day in days], [week_closes(day, workdays) for day in days])
    arrays = (cast(column, ARRAY(Date)) for column in columns)  # typed: there may be no day
    return func.unnest(*arrays).table_valued("day", "opens_on", "closes_on").render_derived()


def week_opens(day: date, workdays: Workdays) -> date:
    """The first working day of the day's week, Monday to Sunday; the day itself where there is none."""
    monday = day - timedelta(days=day.weekday())
    return next((one for one in _week(monday) if workdays.is_workday(one)), day)


def week_closes(day: date, workdays: Workdays) -> date:
    """The last working day of the day's week, Monday to Sunday; the day itself where there is none."""
    monday = day - timedelta(days=day.weekday())
    return next((one for one in reversed(_week(monday)) if workdays.is_workday(one)), day)


def _week(monday: date) -> list[date]:
    return [monday + timedelta(days=number) for number in range(7)]


def is_owed(days: Any, unit: Any, as_of: date) -> ColumnElement[bool]:
    """Whether a day of ``working_days`` is owed by the end of ``as_of``; weekly ones once the week closes."""
    return and_(days.c.day <= as_of, or_(unit.not_in(weekly_units(as_of)), days.c.closes_on <= as_of))


def total_share(person: Any, day: Any, *, is_sent: Any) -> Any:
    """Percent of a full post that a person gives on a day, as ``shares.split`` counts it; NULL without a post.

    ``is_sent``: only the posts at the place that the person was sent to are worked at.
    """
    held = aliased(Appointment)
    is_there = or_(~is_sent, held.appointment_kind.in_(SENT_TO))
    stated = func.sum(func.coalesce(held.share_percent, 0))
    rest = case((func.bool_or(and_(held.share_percent.is_(None), is_there)), FULL - stated), else_=0)
    return (
        select(func.coalesce(stated.filter(is_there), 0) + rest)
        .where(held.person_id == person, held.superseded_at.is_(None), held.valid.op("@>")(day))
        .having(func.count() > 0)
        .correlate_except(held)
        .scalar_subquery()
    )


def share_on(person_id: int, day: date) -> int | None:
    """Percent of a full post that the person gives on the day, leave not looked at; None: no post is held."""
    sent = sent_spans(day, day, people=[person_id]).subquery("sent")
    share = db.session.scalar(select(total_share(person_id, day, is_sent=select(sent).exists())))
    return None if share is None else int(share)


def is_asked_of(person_id: int, day: date) -> bool:
    """Whether a record of just this working day is asked of the person: at a post, not away, and not part time."""
    return not away_days(person_id, day, day) and share_on(person_id, day) == FULL


def open_person_days(
    first: date, last: date, workdays: Workdays, *, as_of: date | None = None, people: People | None = None
) -> AnySelect:
    """(person_id, section_id, unit_id, day) of the days owed from ``first`` to ``last`` without a record, of everybody.

    The one statement of what is open: whoever asks for a section, or for all to be reminded, narrows it. A day is owed
    once, at the primary post or, where somebody was sent, at the post there; by the end of ``as_of`` (``last``). Of
    part-time work a week that lies in the span and is over owes the share of its days, cut to whole ones: so many of
    its last empty days are open.
    """
    as_of = as_of or last
    days = working_days(first, last, workdays)
    # Counted once each: as subqueries they would be merged anew for every day of everybody.
    away = away_spans(first, last, people=people).cte("days_away").prefix_with("MATERIALIZED")
    sent = sent_spans(first, last, people=people).cte("days_sent").prefix_with("MATERIALIZED")
    is_sent = sent.c.person_id.is_not(None)
    held = _held_by(people)
    logged = (
        select(DutyRecord.id)
        .where(
            DutyRecord.person_id == held.person_id,
            DutyRecord.worked_on == days.c.day,
            DutyRecord.worked_on.between(first, last),  # said again, so that only these months are looked into
            DutyRecord.record_state.in_(COUNTED),
        )
        .correlate(held, days)
        .exists()
    )
    is_off = (
        select(away.c.person_id)
        .where(away.c.person_id == held.person_id, days.c.day.between(away.c.begins, away.c.ends))
        .correlate(held, days)
        .exists()
    )
    place = (held.person_id, held.section_id, held.unit_id, days.c.day)
    # Most people have one post and no stated share: only of the others is anything more looked up.
    share = case(
        (and_(held.share_percent.is_(None), ~is_sent), FULL),
        else_=total_share(held.person_id, days.c.day, is_sent=is_sent),
    )
    expected = (
        select(*place)
        .join(days, held.valid.op("@>")(days.c.day))
        .outerjoin(sent, and_(sent.c.person_id == held.person_id, days.c.day.between(sent.c.begins, sent.c.ends)))
        .where(
            held.superseded_at.is_(None),
            _carries_the_day(held, days, is_sent),
            is_owed(days, held.unit_id, as_of),
            ~is_off,
        )
    )
    whole = expected.where(share >= FULL, ~logged)
    in_weeks = expected.where(
        or_(held.share_percent.is_not(None), is_sent),
        share < FULL,
        days.c.opens_on >= first,
        days.c.closes_on <= min(as_of, last),
    )
    return select(union_all(whole, _open_of_weeks(in_weeks, share, logged, days)).subquery("open_days"))


def _held_by(people: People | None) -> Any:
    """Appointments to select from, the people's only: found first, before every one is joined to every day."""
    if people is None:
        return Appointment
    theirs = select(Appointment).where(Appointment.person_id.in_(people), Appointment.superseded_at.is_(None))
    return aliased(Appointment, theirs.cte("held").prefix_with("MATERIALIZED"))


def _carries_the_day(held: Any, days: Any, is_sent: Any) -> Any:
    """Whether the appointment is the one of its person at which the day is owed."""
    other = aliased(Appointment)
    earlier = select(other.id).where(
        other.person_id == held.person_id,
        other.superseded_at.is_(None),
        other.valid.op("@>")(days.c.day),
    )
    first_there = ~(
        earlier.where(other.appointment_kind.in_(SENT_TO), other.id < held.id).correlate(held, days).exists()
    )
    first_of_all = ~(earlier.where(or_(other.is_primary, other.id < held.id)).correlate(held, days).exists())
    # In this order: of a primary post, which most are, no other has to be looked up.
    return case(
        (is_sent, and_(held.appointment_kind.in_(SENT_TO), first_there)),
        (held.is_primary, true()),
        else_=first_of_all,
    )


def _open_of_weeks(expected: AnySelect, share: Any, logged: Any, days: Any) -> AnySelect:
    """Of the expected days of part-time work those that a week still owes, its last empty ones."""
    rows = expected.add_columns(days.c.closes_on, share.label("share"), logged.label("is_logged")).subquery("part_time")
    week = (rows.c.person_id, rows.c.closes_on)
    counted = select(
        rows,
        (func.sum(rows.c.share).over(partition_by=week) // FULL).label("owed"),
        func.count().filter(rows.c.is_logged).over(partition_by=week).label("done"),
        func.row_number().over(partition_by=(*week, rows.c.is_logged), order_by=rows.c.day.desc()).label("place"),
    ).subquery("counted")
    return select(counted.c.person_id, counted.c.section_id, counted.c.unit_id, counted.c.day).where(
        ~counted.c.is_logged, counted.c.place <= counted.c.owed - counted.c.done
    )


def open_days(section_id: int, first: date, last: date, workdays: Workdays) -> Sequence[AnyRow]:
    """(person_id, name, day) of the expected days from ``first`` to ``last`` without a record, of one section's people.

    A head's digest of the own section (D10): by name, then by day; nobody is counted against anybody (R164).
    """
    people = select(Appointment.person_id).where(
        Appointment.section_id == section_id,
        Appointment.superseded_at.is_(None),
        Appointment.valid.overlaps(Range(first, last, bounds="[]")),
    )
    owed = open_person_days(first, last, workdays, people=people).subquery("owed")
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
        .where(owed.c.section_id == section_id)
        .order_by(PersonVersion.name_key, owed.c.person_id, owed.c.day)
    ).all()
