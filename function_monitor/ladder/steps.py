"""Which step of its ladder an alert has reached: arithmetic only, no database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from function_monitor.alerts.models import AlertLevel, AlertState, NoticeKind
from function_monitor.ladder.rules import Ladder
from host.kernel.calendar.workdays import Workdays

#: States in which the unit is to do something.
WITH_THE_UNIT = (AlertState.PENDING, AlertState.ACKNOWLEDGED, AlertState.REOPENED)
#: States in which nobody took the alert on, or took it up again: it climbs.
CLIMBING = (AlertState.PENDING, AlertState.REOPENED)


@dataclass(frozen=True)
class Waiting:
    """An open alert. ``reopened_on``: the day on which it was last sent back, where that is its state.

    ``turned_red``: it is red and was less before.
    """

    id: int
    level: AlertLevel
    state: AlertState
    section_id: int | None
    person_id: int | None
    first_seen_on: date
    reopened_on: date | None
    region_code: str
    turned_red: bool = False

    @property
    def since(self) -> date:
        """The day since which it waits for the unit."""
        return self.reopened_on or self.first_seen_on

    @property
    def steps(self) -> tuple[NoticeKind, ...]:
        """Whom it goes to, one after the other; what was sent back begins with the head."""
        first = NoticeKind.CLERK if self.section_id is None else NoticeKind.HEAD
        above = (first, NoticeKind.LEADER, NoticeKind.OFFICE)
        is_about_person = self.person_id is not None and self.state is AlertState.PENDING
        return (NoticeKind.PERSON, *above) if is_about_person else above


@dataclass(frozen=True)
class Told:
    """A step that was taken. ``by_nobody``: there was nobody to be told."""

    on: date
    by_nobody: bool


def next_step(alert: Waiting, taken: Mapping[NoticeKind, Told]) -> NoticeKind | None:
    """The step after the last one taken of this waiting; None: it climbs no further."""
    if alert.state not in CLIMBING:
        return None
    reached = [place for place, kind in enumerate(alert.steps) if kind in taken]
    place = reached[-1] + 1 if reached else 0
    return alert.steps[place] if place < len(alert.steps) else None


def due_day(
    alert: Waiting, step: NoticeKind, taken: Mapping[NoticeKind, Told], ladder: Ladder, workdays: Workdays
) -> date:
    """The day of ``step``, which is the next one: so many working days after the one before was told."""
    before = [taken[kind] for kind in alert.steps if kind in taken]
    if not before:
        return alert.since
    last = before[-1]
    return last.on if last.by_nobody else workdays.add_workdays(last.on, ladder.workdays_before(step))


def follow_up_day(alert: Waiting, ladder: Ladder, day: date) -> date | None:
    """The latest day of the follow-ups' schedule up to ``day``, which is worked; None before the first (R132).

    Every so many days from the beginning; one that falls on a day off is told on the next working day, and those
    after it stay where they are (T46).
    """
    times = (day - alert.first_seen_on).days // ladder.follow_up_days
    return alert.first_seen_on + timedelta(days=times * ladder.follow_up_days) if times > 0 else None
