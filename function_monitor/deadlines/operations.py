"""Writes of clocks: always all clocks of a case anew, so that late and repeated events come out right (R65)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select, tuple_
from sqlalchemy.dialects.postgresql import insert

from basic_info.flowcharts.models import FlowStep
from basic_info.organization.models import Post
from basic_info.power_lists.models import LimitUnit
from function_monitor.cases.models import FlowCase, FlowEvent
from function_monitor.collection.schemas import CLOSING, REFUSING
from function_monitor.deadlines.counting import Clock, Done, Step, clocks_of
from function_monitor.deadlines.models import StepClock
from host.kernel.calendar.workdays import Workdays, load_workdays
from host.kernel.db import db
from host.kernel.pages import CHINA_TIME

_ENDS = frozenset((*CLOSING, *REFUSING))
#: Cases worked on at a time by the job.
BATCH = 500


def recompute_clocks(case_ids: Sequence[int]) -> int:
    """Compute the clocks of those cases from their events and the calendar; returns how many there are."""
    workdays = load_workdays()
    cases = db.session.scalars(
        select(FlowCase)
        .where(FlowCase.id.in_(case_ids), FlowCase.flowchart_id.is_not(None))
        .order_by(FlowCase.id)
        .execution_options(populate_existing=True)  # they were just changed by a statement of their own
    ).all()
    if not cases:
        return 0
    events = _events([held.id for held in cases])
    charts = _charts({held.flowchart_id or 0 for held in cases})
    rows = [
        _row(clock, held, workdays)
        for held in cases
        for clock in clocks_of(events.get(held.id, []), charts.get(held.flowchart_id or 0, []), workdays)
    ]
    _write(rows, [held.id for held in cases])
    return len(rows)


def recompute_open_clocks() -> int:
    """All cases that are still open, because the calendar changed (R65)."""
    last, count = 0, 0
    while ids := db.session.scalars(
        select(FlowCase.id).where(FlowCase.id > last, FlowCase.closed_at.is_(None)).order_by(FlowCase.id).limit(BATCH)
    ).all():
        count += recompute_clocks(ids)
        last = ids[-1]
    return count


def _events(case_ids: Sequence[int]) -> dict[int, list[Done]]:
    rows = db.session.execute(
        select(FlowEvent.case_id, FlowEvent.id, FlowEvent.step_id, FlowEvent.happened_at, FlowEvent.action)
        .where(FlowEvent.case_id.in_(case_ids))
        .order_by(FlowEvent.case_id, FlowEvent.happened_at, FlowEvent.id)
    )
    found: dict[int, list[Done]] = {}
    for row in rows:
        on = row.happened_at.astimezone(CHINA_TIME).date()
        found.setdefault(row.case_id, []).append(Done(row.id, row.step_id, on, row.action in _ENDS))
    return found


def _charts(chart_ids: set[int]) -> dict[int, list[Step]]:
    rows = db.session.execute(
        select(FlowStep, Post.section_id)
        .outerjoin(Post, Post.id == FlowStep.post_id)
        .where(FlowStep.flowchart_id.in_(chart_ids))
        .order_by(FlowStep.flowchart_id, FlowStep.sort_no)
    )
    found: dict[int, list[Step]] = {}
    for step, section_id in rows:
        found.setdefault(step.flowchart_id, []).append(
            Step(
                id=step.id,
                element_id=step.element_id,
                limit_value=step.limit_value,
                limit_unit=step.limit_unit or LimitUnit.WORKDAY,
                section_id=section_id,
                next_steps=tuple(map(str, step.next_steps)),
            )
        )
    return found


def _row(clock: Clock, held: FlowCase, workdays: Workdays) -> dict[str, Any]:
    return {
        "case_id": held.id,
        "after_event_id": clock.after_event_id,
        "step_id": clock.step.id,
        "unit_id": held.unit_id,
        "section_id": clock.step.section_id or held.section_id,
        "started_on": clock.started_on,
        "limit_value": clock.limit_value,
        "limit_unit": clock.step.limit_unit,
        "due_on": clock.due_on,
        "is_provisional": workdays.is_provisional(clock.due_on),
        "finished_on": clock.finished_on,
    }


def _write(rows: Sequence[dict[str, Any]], case_ids: Sequence[int]) -> None:
    """Update in place, so that an alert's clock keeps its id; what no event starts any more goes."""
    if rows:
        fresh = insert(StepClock).values(list(rows))
        changing = {name: fresh.excluded[name] for name in rows[0] if name not in {"case_id", "after_event_id"}}
        db.session.execute(
            fresh.on_conflict_do_update(index_elements=[StepClock.case_id, StepClock.after_event_id], set_=changing)
        )
    kept = [(row["case_id"], row["after_event_id"]) for row in rows]
    gone = delete(StepClock).where(StepClock.case_id.in_(case_ids))
    if kept:
        gone = gone.where(tuple_(StepClock.case_id, StepClock.after_event_id).not_in(kept))
    db.session.execute(gone.execution_options(synchronize_session=False))
