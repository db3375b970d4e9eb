"""Suspensions that business systems report (特别程序开始, 特别程序结束; R59): events are the truth, rows follow them.

The rows that reports alone brought about are computed anew from all events of the case, so that what comes late or
twice comes out the same. What a person entered or corrected stays as it is; a report that would overlap it is not
taken, and the case's page says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import or_, select

from basic_info.flowcharts.models import Flowchart, FlowStep, StepKind, SuspensionKind
from function_monitor.cases.models import FlowCase, FlowEvent
from function_monitor.collection.schemas import SPECIAL, SPECIAL_START
from function_monitor.deadlines.models import ClockSuspension
from function_monitor.deadlines.suspending import facts
from host.kernel.access import Actor
from host.kernel.audit import record_change
from host.kernel.db import AnySelect, db
from host.kernel.pages import CHINA_TIME

ABSORBED = "业务系统补报了更早的特别程序，由其代替"


@dataclass(frozen=True)
class Signal:
    """An event that starts or ends a special procedure; ``kind`` None: it says too little to stop a clock."""

    event: FlowEvent
    on: date
    is_start: bool
    kind: SuspensionKind | None


def follow_signals(case_ids: Sequence[int], *, actor: Actor) -> None:
    """Bring the reported suspensions of those cases in line with their events. The cases are locked by the caller."""
    signals = signals_of(case_ids)
    if not signals:
        return
    rows: dict[int, list[ClockSuspension]] = {}
    for row in db.session.scalars(select(ClockSuspension).where(ClockSuspension.case_id.in_(signals))):
        rows.setdefault(row.case_id, []).append(row)
    for case_id, found in signals.items():
        _Following(case_id, rows.get(case_id, []), actor).follow(found)


def signals_of(case_ids: Sequence[int]) -> dict[int, list[Signal]]:
    """The signals of each case that has any, in the order in which they happened; one statement."""
    found: dict[int, list[Signal]] = {}
    for event, step_kind, step_stops, waits_for_papers in db.session.execute(_special_events(case_ids)):
        signal = Signal(
            event=event,
            on=event.happened_at.astimezone(CHINA_TIME).date(),
            is_start=event.action == SPECIAL_START
            or (event.action not in SPECIAL and step_kind is StepKind.SPECIAL_START),
            kind=_kind(event, step_stops or [], bool(waits_for_papers)),
        )
        found.setdefault(event.case_id, []).append(signal)
    return found


def _special_events(case_ids: Sequence[int]) -> AnySelect:
    return (
        select(FlowEvent, FlowStep.step_kind, FlowStep.suspensions, Flowchart.supplement_suspends)
        .join(FlowCase, FlowCase.id == FlowEvent.case_id)
        .outerjoin(FlowStep, FlowStep.id == FlowEvent.step_id)
        .outerjoin(Flowchart, Flowchart.id == FlowCase.flowchart_id)
        .where(
            FlowEvent.case_id.in_(case_ids),
            or_(
                FlowEvent.action.in_(SPECIAL),
                FlowStep.step_kind.in_([StepKind.SPECIAL_START, StepKind.SPECIAL_END]),
            ),
        )
        .order_by(FlowEvent.case_id, FlowEvent.happened_at, FlowEvent.id)
    )


def _kind(event: FlowEvent, step_stops: Sequence[str], waits_for_papers: bool) -> SuspensionKind | None:
    """What stops the clock: as reported, else the one kind that the step names; None without paper or setting."""
    if not (event.paper_no and event.told_on and event.expected_to_on):
        return None
    kind = event.special_kind or (SuspensionKind.of_word(step_stops[0]) if len(step_stops) == 1 else None)
    return None if kind is SuspensionKind.SUPPLEMENT and not waits_for_papers else kind


class _Following:
    """One case's rows on their way to what its signals say."""

    def __init__(self, case_id: int, rows: Iterable[ClockSuspension], actor: Actor) -> None:
        rows = list(rows)
        live = [row for row in rows if row.superseded_at is None]
        self._case_id, self._actor = case_id, actor
        self._settled = [row for row in live if row.is_settled]
        self._own = {row.opened_event_id: row for row in live if not row.is_settled}
        #: Starts that people took out or put into other words.
        self._answered = {row.opened_event_id for row in self._settled} | {
            row.opened_event_id for row in rows if row.superseded_by is not None
        }

    def follow(self, signals: Sequence[Signal]) -> None:
        spans = [span for span in self._pair(signals) if not self._meets_settled(span)]
        wanted = {start.event.id for start, _ in spans}
        for event_id, row in self._own.items():
            if event_id not in wanted:
                self._take_back(row)
        for start, end in sorted(spans, key=lambda span: span[0].event.id not in self._own):  # shorten before adding
            if start.event.id not in self._own:
                self._open(start, end)
            elif end is not None:
                self._close(self._own[start.event.id], end)

    def _pair(self, signals: Sequence[Signal]) -> list[tuple[Signal, Signal | None]]:
        """(start, end) in order: a start while the clock stands, and an end while it runs, say nothing new."""
        spans: list[tuple[Signal, Signal | None]] = []
        begun: Signal | None = None
        for signal in signals:
            if signal.is_start:
                if begun is None and signal.kind and signal.event.id not in self._answered:
                    begun = signal
            elif begun is not None:
                spans.append((begun, signal))
                begun = None
            else:
                self._close_entered(signal)
        return [*spans, (begun, None)] if begun else spans

    def _close_entered(self, end: Signal) -> None:
        """An end also closes what a person opened."""
        for row in self._settled:
            if row.is_open and row.from_on <= end.on:
                self._close(row, end)

    def _meets_settled(self, span: tuple[Signal, Signal | None]) -> bool:
        start, end = span[0].on, span[1].on if span[1] else date.max
        return any(start < (row.to_on or date.max) and row.from_on < end for row in self._settled)

    def _open(self, start: Signal, end: Signal | None) -> None:
        event = start.event
        row = ClockSuspension(
            case_id=self._case_id,
            suspension_kind=start.kind,
            from_on=start.on,
            to_on=end.on if end else None,
            expected_to_on=max(event.expected_to_on or start.on, start.on),
            paper_no=event.paper_no,
            told_on=event.told_on,
            reason=event.reason or (start.kind.label if start.kind else ""),
            opened_event_id=event.id,
            closed_event_id=end.event.id if end else None,
        )
        db.session.add(row)
        db.session.flush()  # the id is part of the audit row
        record_change(row, action="clock_suspension.opened", actor=self._actor, after=facts(row))

    def _close(self, row: ClockSuspension, end: Signal) -> None:
        if (row.to_on, row.closed_event_id) == (end.on, end.event.id):
            return
        row.to_on, row.closed_event_id = end.on, end.event.id
        db.session.flush()
        record_change(row, action="clock_suspension.resumed", actor=self._actor, after={"to_on": end.on})

    def _take_back(self, row: ClockSuspension) -> None:
        row.superseded_at, row.superseded_reason = datetime.now(UTC), ABSORBED
        db.session.flush()  # before the row that takes its place
        record_change(row, action="clock_suspension.withdrawn", actor=self._actor, before=facts(row), reason=ABSORBED)
