"""Which clocks a case's events start and stop: arithmetic only, no database."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from basic_info.power_lists.models import LimitUnit
from host.kernel.calendar.workdays import Workdays


@dataclass(frozen=True)
class Step:
    """A step of a chart with its limit; ``limit_value`` None: it has none."""

    id: int
    element_id: str
    limit_value: int | None
    limit_unit: LimitUnit
    section_id: int | None
    next_steps: tuple[str, ...]


@dataclass(frozen=True)
class Done:
    """A step that was done on a day; ``ends`` when the case ended with it."""

    event_id: int
    step_id: int | None
    on: date
    ends: bool


@dataclass(frozen=True)
class Clock:
    """A clock of a step, from the event that started it."""

    after_event_id: int
    step: Step
    started_on: date
    limit_value: int
    due_on: date
    finished_on: date | None


def clocks_of(events: Sequence[Done], chart: Iterable[Step], workdays: Workdays) -> list[Clock]:
    """The clocks of one case; ``events`` in the order in which they happened.

    Each event makes the chart's next steps due. Where the chart branches, the case's way is not known before it
    goes on: the most generous of the limits holds, and once it went on, the limit of the step it took (R61).
    """
    by_id = {step.id: step for step in chart}
    by_element = {step.element_id: step for step in by_id.values()}
    clocks = []
    for place, event in enumerate(events):
        here = by_id.get(event.step_id or 0)
        if here is None or event.ends:
            continue
        following = events[place + 1] if place + 1 < len(events) else None
        ahead = [by_element[name] for name in here.next_steps if name in by_element]
        clock = _clock(event, following, ahead, workdays)
        if clock is not None:
            clocks.append(clock)
    return clocks


def _clock(event: Done, following: Done | None, ahead: Sequence[Step], workdays: Workdays) -> Clock | None:
    taken = [step for step in ahead if following is not None and step.id == following.step_id]
    timed = [(due_on(event.on, step, workdays), step) for step in taken or ahead if step.limit_value]
    if not timed:
        return None
    due, step = max(timed, key=lambda pair: pair[0])
    return Clock(
        after_event_id=event.event_id,
        step=step,
        started_on=event.on,
        limit_value=step.limit_value or 0,
        due_on=due,
        finished_on=following.on if following else None,
    )


def due_on(start: date, step: Step, workdays: Workdays) -> date:
    """The last day of the step's limit; the start day is not counted (R64)."""
    if step.limit_unit is LimitUnit.DAY:
        return start + timedelta(days=step.limit_value or 0)
    if step.limit_unit is LimitUnit.MONTH:
        return _months_later(start, step.limit_value or 0)
    return workdays.add_workdays(start, step.limit_value or 0)


def _months_later(start: date, months: int) -> date:
    """The day of the same number; where the month is too short, its last day (民法典 § 202)."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))
