"""Writes of clocks: always all clocks of a case anew, so that late and repeated events come out right (R65)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import delete, select, tuple_
from sqlalchemy.dialects.postgresql import insert

from function_monitor.cases.models import FlowCase
from function_monitor.deadlines.circumstances import Surroundings, load_surroundings
from function_monitor.deadlines.counting import Clock, clocks_of
from function_monitor.deadlines.models import StepClock
from function_monitor.deadlines.whole import whole_clocks
from host.kernel.calendar.workdays import Workdays, load_workdays
from host.kernel.db import db

#: Cases worked on at a time by the job.
BATCH = 500
_KEY = ("case_id", "clock_kind", "after_event_id")


def recompute_clocks(case_ids: Sequence[int]) -> int:
    """Compute the clocks of those cases from their events, suspensions, extensions and the calendar.

    Returns how many there are. The number of statements does not depend on the number of cases. They stay locked
    until the transaction ends: who counts a case at the same time must not write what was true before.
    """
    workdays = load_workdays()
    cases = db.session.scalars(
        select(FlowCase)
        .where(FlowCase.id.in_(case_ids))
        .order_by(FlowCase.id)
        .with_for_update()
        .execution_options(populate_existing=True)  # they were just changed by a statement of their own
    ).all()
    if not cases:
        return 0
    around = load_surroundings(cases)
    rows = [_row(clock, held, workdays) for held in cases for clock in _clocks(held, around, workdays)]
    _write(rows, [held.id for held in cases])
    return len(rows)


def open_cases() -> Iterator[Sequence[int]]:
    """Batches of the ids of all cases that are still open: the calendar may have changed (R65)."""
    last = 0
    while ids := db.session.scalars(
        select(FlowCase.id).where(FlowCase.id > last, FlowCase.closed_at.is_(None)).order_by(FlowCase.id).limit(BATCH)
    ).all():
        yield ids
        last = ids[-1]


def _clocks(held: FlowCase, around: Surroundings, workdays: Workdays) -> list[Clock]:
    events = around.events.get(held.id, [])
    chart = around.charts.get(held.flowchart_id or 0, [])
    about = around.of(held)
    whole = whole_clocks(events, chart, around.items[held.power_item_id], workdays, about)
    return [*whole, *clocks_of(events, chart, workdays, about)]


def _row(clock: Clock, held: FlowCase, workdays: Workdays) -> dict[str, Any]:
    run, step = clock.run, clock.run.step
    due_days = [day for day in (clock.due_on, clock.promised_due_on) if day]
    return {
        "case_id": held.id,
        "clock_kind": run.kind,
        "after_event_id": run.after_event_id,
        "step_id": step.id if step else None,
        "unit_id": held.unit_id,
        "section_id": (step.section_id if step else None) or held.section_id,
        "started_on": run.started_on,
        "limit_value": clock.legal.value if clock.legal else None,
        "limit_unit": clock.legal.unit if clock.legal else None,
        "extended_days": clock.extended_days,
        "due_on": clock.due_on,
        "promised_value": clock.promised.value if clock.promised else None,
        "promised_unit": clock.promised.unit if clock.promised else None,
        "promised_due_on": clock.promised_due_on,
        "is_provisional": any(map(workdays.is_provisional, due_days)),
        "finished_on": run.finished_on,
    }


def _write(rows: Sequence[dict[str, Any]], case_ids: Sequence[int]) -> None:
    """Update in place, so that an alert's clock keeps its id; what no event starts any more goes."""
    if rows:
        fresh = insert(StepClock).values(list(rows))
        changing = {name: fresh.excluded[name] for name in rows[0] if name not in _KEY}
        db.session.execute(fresh.on_conflict_do_update(index_elements=_KEY, set_=changing))
    kept = [tuple(row[name] for name in _KEY) for row in rows]
    gone = delete(StepClock).where(StepClock.case_id.in_(case_ids))
    if kept:
        gone = gone.where(tuple_(StepClock.case_id, StepClock.clock_kind, StepClock.after_event_id).not_in(kept))
    db.session.execute(gone.execution_options(synchronize_session=False))
