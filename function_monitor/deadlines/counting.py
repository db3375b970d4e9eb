"""Which clocks a case's events start and stop: arithmetic only, no database."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from basic_info.flowcharts.models import StepKind, SuspensionKind
from basic_info.power_lists.models import LimitUnit
from function_monitor.deadlines.kinds import ClockKind
from host.kernel.calendar.workdays import Suspension, Workdays, joined_stops

_HOURS_OF_A_DAY = 24


@dataclass(frozen=True)
class Limit:
    """A limit as it is written down: ``value`` working days, days, months, hours or minutes."""

    value: int
    unit: LimitUnit = LimitUnit.WORKDAY

    def in_whole_days(self, hours_per_day: int = 8) -> Limit:
        """What the clocks count, which know days and no times of day: the whole days that contain the limit.

        Working hours and minutes fill working days of ``hours_per_day``; 24 hours are a day, fewer a working day.
        Nobody is late before the day is over that contains the hour (R64 leaves the start day out).
        """
        match self.unit:
            case LimitUnit.WORKHOUR:
                return Limit(-(-self.value // hours_per_day))
            case LimitUnit.MINUTE:
                return Limit(-(-self.value // (hours_per_day * 60)))
            case LimitUnit.HOUR if self.value < _HOURS_OF_A_DAY:
                return Limit(1)
            case LimitUnit.HOUR:
                return Limit(-(-self.value // _HOURS_OF_A_DAY), LimitUnit.DAY)
            case _:
                return self


@dataclass(frozen=True)
class Step:
    """A step of a chart with its legal and its promised limit; None: it has none."""

    id: int
    element_id: str
    limit: Limit | None
    section_id: int | None
    next_steps: tuple[str, ...]
    promised: Limit | None = None
    kind: StepKind = StepKind.OTHER


@dataclass(frozen=True)
class Done:
    """A step that was done on a day; ``ends`` when the case ended with it."""

    event_id: int
    step_id: int | None
    on: date
    ends: bool


@dataclass(frozen=True)
class Stop:
    """A suspension (中止计时) from ``from_on`` on; ``to_on`` counts again, None: it still stands (R64)."""

    kind: SuspensionKind
    from_on: date
    to_on: date | None


@dataclass(frozen=True)
class Extension:
    """延长: so many days more on the legal limit of one clock; ``step_id`` None: of the whole case."""

    clock_kind: ClockKind
    step_id: int | None
    days: int
    decided_on: date


@dataclass(frozen=True)
class Circumstances:
    """What else bears on the clocks of a case. ``supplement_suspends``: the chart's setting for 补正 (R63)."""

    stops: Sequence[Stop] = ()
    extensions: Sequence[Extension] = ()
    supplement_suspends: bool = False
    #: Working hours that fill a working day (职责库设置).
    hours_per_day: int = 8

    def spans(self, kind: ClockKind) -> list[Suspension]:
        """The days that do not count on a clock of that kind."""
        if not kind.is_suspendable:
            return []
        return [
            (stop.from_on, stop.to_on)
            for stop in self.stops
            if self.supplement_suspends or stop.kind is not SuspensionKind.SUPPLEMENT
        ]


@dataclass(frozen=True)
class Run:
    """A stretch of a case on which a clock runs: from an event's day to another's, None: it still runs."""

    kind: ClockKind
    after_event_id: int
    started_on: date
    finished_on: date | None
    step: Step | None = None


@dataclass(frozen=True)
class Clock:
    """A clock with its legal and its promised due day; a due day is None without a limit, and while it is stopped."""

    run: Run
    legal: Limit | None
    due_on: date | None
    promised: Limit | None
    promised_due_on: date | None
    extended_days: int = 0


def clocks_of(
    events: Sequence[Done], chart: Iterable[Step], workdays: Workdays, about: Circumstances | None = None
) -> list[Clock]:
    """The clocks of the steps of one case; ``events`` in the order in which they happened.

    Each event makes the chart's next steps due. Where the chart branches, the case's way is not known before it
    goes on: the most generous of the limits holds, and once it went on, the limit of the step it took (R61).
    """
    about = about or Circumstances()
    by_id = {step.id: step for step in chart}
    by_element = {step.element_id: step for step in by_id.values()}
    clocks = []
    for place, event in enumerate(events):
        here = by_id.get(event.step_id or 0)
        if here is None or event.ends:
            continue
        following = events[place + 1] if place + 1 < len(events) else None
        ahead = [by_element[name] for name in here.next_steps if name in by_element]
        taken = [step for step in ahead if following is not None and step.id == following.step_id]
        finished_on = following.on if following else None
        possible = [
            clock_of(
                Run(ClockKind.STAGE, event.event_id, event.on, finished_on, step),
                step.limit,
                step.promised,
                workdays,
                about,
            )
            for step in taken or ahead
            if step.limit or step.promised
        ]
        if possible:
            clocks.append(max(possible, key=_generosity))
    return extended(clocks, about, workdays)


def extended(clocks: Sequence[Clock], about: Circumstances, workdays: Workdays) -> list[Clock]:
    """The clocks with what their extensions add, each to the one run that it was granted for."""
    found = list(clocks)
    for extension in about.extensions:
        place = _granted_for(extension, found)
        if place is not None:
            one = found[place]
            found[place] = clock_of(one.run, one.legal, one.promised, workdays, about, extension.days)
    return found


def clock_of(
    run: Run, legal: Limit | None, promised: Limit | None, workdays: Workdays, about: Circumstances, more: int = 0
) -> Clock:
    """Both due days of a run: the same days are left out of both, an extension moves the legal one only (R62)."""
    return Clock(
        run=run,
        legal=legal,
        due_on=_due(run, legal, workdays, about, more),
        promised=promised,
        promised_due_on=_due(run, promised, workdays, about),
        extended_days=more,
    )


def _due(run: Run, limit: Limit | None, workdays: Workdays, about: Circumstances, more: int = 0) -> date | None:
    if limit is None:
        return None
    return due_on(run.started_on, limit.in_whole_days(about.hours_per_day), workdays, about.spans(run.kind), more=more)


def due_on(
    start: date, limit: Limit, workdays: Workdays, spans: Sequence[Suspension] = (), *, more: int = 0
) -> date | None:
    """The last day of the limit and ``more`` days; the start day and suspended days are not counted (R64).

    The limit is one in days (``Limit.in_whole_days``). None while an open suspension holds the clock.
    """
    if limit.unit is LimitUnit.WORKDAY:
        return workdays.due_on(start, limit.value + more, spans)
    plain = start + timedelta(days=limit.value) if limit.unit is LimitUnit.DAY else _months_later(start, limit.value)
    due = plain.toordinal() + more
    for stopped, resumed in joined_stops(spans, after=start):
        if stopped > due:
            break
        if resumed is None:
            return None
        due += resumed - stopped
    return date.fromordinal(due)


def days_left(start: date, limit: Limit, workdays: Workdays, spans: Sequence[Suspension], day: date, more: int) -> int:
    """Days of the limit that are left after ``day``, in the limit's own days (months: in days); negative: days late.

    A stopped clock keeps what it had: the days are those that will be left once it runs again.
    """
    tomorrow = day + timedelta(days=1)
    held = [(stopped, tomorrow if resumed is None and stopped <= day else resumed) for stopped, resumed in spans]
    due = due_on(start, limit, workdays, held, more=more)
    if due is None:  # the only open suspension begins after that day
        due = due_on(start, limit, workdays, [span for span in held if span[1] is not None], more=more) or day
    if limit.unit is not LimitUnit.WORKDAY:
        return (due - day).days
    if due >= day:
        return workdays.count_between(tomorrow, due)
    return -workdays.count_between(due + timedelta(days=1), day)


def _generosity(clock: Clock) -> date:
    """By the legal due day, else the promised one; a stopped clock ends last."""
    return (clock.due_on if clock.legal else clock.promised_due_on) or date.max


def _granted_for(extension: Extension, clocks: Sequence[Clock]) -> int | None:
    """The clock that ran when the extension was granted: a step that a case comes back to has several."""
    begun = [
        place
        for place, clock in enumerate(clocks)
        if clock.legal
        and clock.run.kind is extension.clock_kind
        and (clock.run.step.id if clock.run.step else None) == extension.step_id
        and clock.run.started_on <= extension.decided_on
    ]
    return begun[-1] if begun else None


def _months_later(start: date, months: int) -> date:
    """The day of the same number; where the month is too short, its last day (民法典 § 202)."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))
