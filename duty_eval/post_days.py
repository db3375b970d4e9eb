"""What of a person's expected working days falls to each post held (R35, R88): days × share, exact to the percent.

The one count behind saturation, part-time work and what a person sees of the own posts: the days of all posts of a
person sum to the person's expected days, those of the posts of a section to the section's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range

from basic_info.organization.models import Appointment
from basic_info.organization.shares import FULL, SENT_TO, stretches
from duty_eval.expectations import away_spans, sent_spans
from host.kernel.calendar.workdays import Workdays, load_workdays
from host.kernel.db import AnySelect, db

Spans = Sequence[tuple[date, date]]


@dataclass(frozen=True)
class PostDays:
    """A person's days at one post over a span, in hundredths of a working day at a full post.

    ``held``: the post's share of the working days on which it was held; ``expected``: of those not away. ``share``:
    percent on the last day of the span, None when the post was no longer held.
    """

    person_id: int
    post_id: int
    section_id: int
    unit_id: int
    held: int
    expected: int
    share: int | None

    @property
    def days(self) -> Decimal:
        return Decimal(self.expected) / FULL


def people_of_units(unit_ids: Collection[int], first: date, last: date) -> AnySelect:
    """(person_id) of everybody who held a post in one of the units on some day of the span."""
    return select(Appointment.person_id).where(Appointment.unit_id.in_(unit_ids), _held(first, last))


def part_timers(first: date, last: date) -> AnySelect:
    """(person_id) of those for whom a share is stated on some day of the span: only they can be below a full post."""
    return select(Appointment.person_id).where(Appointment.share_percent.is_not(None), _held(first, last))


def post_days(people: AnySelect | Collection[int], first: date, last: date) -> list[PostDays]:
    """The days of each of the people at each of their posts, wherever these are. Three statements.

    Ordered by person, then by the day on which the post began.
    """
    workdays = load_workdays()
    away = _by_person(away_spans(first, last, people=people))
    sent = _by_person(sent_spans(first, last, people=people))
    rows = db.session.execute(
        select(
            Appointment.id,
            Appointment.person_id,
            Appointment.post_id,
            Appointment.section_id,
            Appointment.unit_id,
            Appointment.valid,
            Appointment.is_primary,
            Appointment.share_percent,
            Appointment.appointment_kind,
        )
        .where(Appointment.person_id.in_(people), _held(first, last))
        .order_by(Appointment.person_id, Appointment.valid, Appointment.id)
    )
    of_person: dict[int, list[Any]] = {}
    for row in rows:
        of_person.setdefault(row.person_id, []).append(row)
    return [
        days
        for person_id, held in of_person.items()
        for days in _of_person(held, away.get(person_id, ()), sent.get(person_id, ()), first, last, workdays)
    ]


def whole_days(found: Iterable[PostDays]) -> dict[int, tuple[int, int]]:
    """Person → (working days held, working days expected), part-time work counted by its share, cut to whole days."""
    sums: dict[int, tuple[int, int]] = {}
    for one in found:
        held, expected = sums.get(one.person_id, (0, 0))
        sums[one.person_id] = held + one.held, expected + one.expected
    return {person_id: (held // FULL, expected // FULL) for person_id, (held, expected) in sums.items()}


def _held(first: date, last: date) -> Any:
    return Appointment.superseded_at.is_(None) & Appointment.valid.overlaps(Range(first, last + timedelta(days=1)))


def _by_person(spans: AnySelect) -> dict[int, list[tuple[date, date]]]:
    found: dict[int, list[tuple[date, date]]] = {}
    for row in db.session.execute(spans):
        found.setdefault(row.person_id, []).append((row.begins, row.ends))
    return found


def _of_person(
    held: Sequence[Any], away: Spans, sent: Spans, first: date, last: date, workdays: Workdays
) -> Iterable[PostDays]:
    left = [row.id for row in held if row.appointment_kind not in SENT_TO]
    sums: dict[int, list[int]] = {}
    shares: dict[int, int] = {}
    posts = {row.id: row for row in held}
    for stretch in stretches(held, first, last, sent=sent, left=left):
        there = workdays.count_between(stretch.first, stretch.last)
        gone = sum(
            workdays.count_between(max(begins, stretch.first), min(ends, stretch.last))
            for begins, ends in away
            if begins <= stretch.last and ends >= stretch.first
        )
        for key, share in stretch.shares.items():
            days = sums.setdefault(posts[key].post_id, [0, 0])
            days[0] += there * share
            days[1] += (there - gone) * share
        if stretch.last == last:
            shares = {posts[key].post_id: share for key, share in stretch.shares.items()}
    places = {row.post_id: row for row in held}
    for post_id, (held_days, expected) in sums.items():
        row = places[post_id]
        yield PostDays(row.person_id, post_id, row.section_id, row.unit_id, held_days, expected, shares.get(post_id))
