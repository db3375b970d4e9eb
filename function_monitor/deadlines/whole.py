"""The three clocks of a whole case (受理, 决定, 送达; R63): arithmetic only, no database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from basic_info.flowcharts.models import StepKind
from function_monitor.deadlines.counting import Circumstances, Clock, Done, Limit, Run, Step, clock_of, extended
from function_monitor.deadlines.kinds import ClockKind
from host.kernel.calendar.workdays import Workdays

#: 行政许可法 32, 42, 44: what holds where the item names no limit of its own (R62).
ACCEPTANCE, DECISION, DELIVERY = Limit(5), Limit(20), Limit(10)


@dataclass(frozen=True)
class ItemLimits:
    """办理时限 of a power item: what it says itself, and whether the law of permits holds for it."""

    is_licence: bool = False
    legal: Limit | None = None
    promised: Limit | None = None


def whole_clocks(
    events: Sequence[Done],
    chart: Iterable[Step],
    item: ItemLimits,
    workdays: Workdays,
    about: Circumstances | None = None,
) -> list[Clock]:
    """The clocks of the case as a whole; ``events`` in the order in which they happened.

    Acceptance and delivery are counted where the chart says which step is which. The limit for the decision begins
    with acceptance; on a chart that names no such step, with the first event, if the item has a limit of its own.
    """
    about = about or Circumstances()
    course = _Course(events, {step.id: step.kind for step in chart})
    found = [
        (_run(ClockKind.ACCEPTANCE, course.applied, course.answered), ACCEPTANCE if item.is_licence else None, None),
        (_run(ClockKind.DECISION, course.accepted, course.decided), _legal(item, course), item.promised),
        (_run(ClockKind.DELIVERY, course.to_deliver, course.delivered), DELIVERY if item.is_licence else None, None),
    ]
    clocks = [
        clock_of(run, legal, promised, workdays, about) for run, legal, promised in found if run and (legal or promised)
    ]
    return extended(clocks, about, workdays)


def _legal(item: ItemLimits, course: _Course) -> Limit | None:
    return item.legal or (DECISION if item.is_licence and course.names_acceptance else None)


def _run(kind: ClockKind, begun: Done | None, finished: Done | None) -> Run | None:
    if begun is None or begun.ends:
        return None
    return Run(kind, begun.event_id, begun.on, finished.on if finished else None)


class _Course:
    """The turning points of a case: each the first event of its kind, None where there was none yet."""

    def __init__(self, events: Sequence[Done], kinds: dict[int, StepKind]) -> None:
        self._events, self._kinds = events, kinds
        self.names_acceptance = StepKind.ACCEPT in kinds.values()
        self.applied = self._first(StepKind.APPLY)
        self.answered = self._first(StepKind.ACCEPT, after=self.applied, or_end=True)
        self.accepted = self._first(StepKind.ACCEPT) if self.names_acceptance else next(iter(events), None)
        self.decided = self._first(StepKind.DECIDE, after=self.accepted, or_end=True)
        #: Only a chart that names the decision tells when it was made and not yet delivered.
        self.to_deliver = self._first(StepKind.DECIDE)
        self.delivered = self._first(StepKind.NOTIFY, after=self.to_deliver, or_end=True)

    def _first(self, kind: StepKind, *, after: Done | None = None, or_end: bool = False) -> Done | None:
        """The first event on a step of that kind, or that ended the case, later than ``after``."""
        begin = self._events.index(after) + 1 if after else 0
        return next(
            (
                event
                for event in self._events[begin:]
                if self._kinds.get(event.step_id or 0) is kind or (or_end and event.ends)
            ),
            None,
        )
