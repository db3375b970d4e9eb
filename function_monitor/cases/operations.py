"""Writes of cases: a batch of well-formed events becomes cases, events, clocks and offers to log the work."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import case, func, select, update
from sqlalchemy.dialects.postgresql import insert

from duty_eval.api import SuggestionDraft, suggest_records
from function_monitor.alerts.recounting import recount
from function_monitor.cases.attribution import (
    Places,
    duties_of_steps,
    items_by_code,
    persons_by_code,
    steps_by_name,
    units_by_code,
)
from function_monitor.cases.models import CaseState, FlowCase, FlowEvent
from function_monitor.collection.errors import BadRow
from function_monitor.collection.models import BusinessSystem
from function_monitor.collection.schemas import CLOSING, REFUSING, SPECIAL, EventDraft
from function_monitor.deadlines.signals import follow_signals
from host.kernel.access import Actor
from host.kernel.db import db
from host.kernel.pages import CHINA_TIME, today_in_china

#: What became of a draft: True new, False known already, BadRow why it cannot be taken.
Outcome = bool | BadRow
#: Why a light was taken back that rested on what had not been reported yet.
LATE_REPORT = "原因：业务系统补报了办件经过。"


@dataclass(frozen=True)
class _Known:
    """A draft whose unit, item and person are found."""

    draft: EventDraft
    unit_id: int
    power_item_id: int
    item_name: str
    flowchart_id: int | None
    person_id: int


def event_key(draft: EventDraft) -> bytes:
    """What makes an event one and the same, whichever way it came."""
    parts = (draft.case_no, draft.step_name, draft.handler_code, draft.happened_at.timestamp(), draft.action)
    return hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).digest()


def register_events(
    drafts: Sequence[EventDraft], *, system: BusinessSystem, file_id: int | None = None
) -> list[Outcome]:
    """Take up to some hundred events, each once; the outcomes stand in the order of ``drafts``.

    The number of statements does not depend on the number of drafts.
    """
    outcomes: list[Outcome | None] = [None] * len(drafts)
    known: dict[int, _Known] = {}
    for place, found in enumerate(_look_up(drafts, system)):
        if isinstance(found, BadRow):
            outcomes[place] = found
        else:
            known[place] = found
    cases = _cases(known.values(), system)
    steps = steps_by_name(held.flowchart_id for held in cases.values() if held.flowchart_id)
    ready: dict[int, tuple[_Known, FlowCase, int | None]] = {}
    for place, one in known.items():
        try:
            held = cases[one.draft.case_no]
            ready[place] = (one, held, _step_of(one, held, steps))
        except BadRow as bad:
            outcomes[place] = bad
    new = _insert_events(list(ready.values()), system=system, file_id=file_id)
    for place, (one, _, _) in ready.items():
        key = event_key(one.draft)
        outcomes[place] = key in new
        new.discard(key)  # the same event twice in one batch: the second is a duplicate
    return [outcome if outcome is not None else False for outcome in outcomes]


def _look_up(drafts: Sequence[EventDraft], system: BusinessSystem) -> Iterable[_Known | BadRow]:
    units = units_by_code((draft.unit_code for draft in drafts), region_id=system.region_id)
    persons = persons_by_code(draft.handler_code for draft in drafts)
    items = items_by_code((draft.item_code for draft in drafts), units.values())
    for draft in drafts:
        unit_id, person_id = units.get(draft.unit_code), persons.get(draft.handler_code)
        if unit_id is None:
            yield BadRow(f"单位编码：{draft.unit_code} 不存在，或不在该系统的区划内")
        elif person_id is None:
            yield BadRow(f"办理人编码：{draft.handler_code} 不在人员名册中")
        elif (item := items.get((unit_id, draft.item_code))) is None:
            yield BadRow(f"事项编码：{draft.item_code} 不在该单位现行权责清单中")
        else:
            yield _Known(draft, unit_id, item.id, draft.item_name or item.name, item.flowchart_id, person_id)


def _cases(known: Iterable[_Known], system: BusinessSystem) -> dict[str, FlowCase]:
    """The cases by number, new ones made, all locked in one order so that two batches never wait for each other."""
    first = {one.draft.case_no: one for one in sorted(known, key=lambda one: one.draft.happened_at, reverse=True)}
    if not first:
        return {}
    db.session.execute(
        insert(FlowCase)
        .values(
            [
                {
                    "system_id": system.id,
                    "case_no": number,
                    "unit_id": one.unit_id,
                    "item_code": one.draft.item_code,
                    "item_name": one.item_name,
                    "power_item_id": one.power_item_id,
                    "flowchart_id": one.flowchart_id,
                    "case_state": CaseState.OPEN,
                }
                for number, one in sorted(first.items())
            ]
        )
        .on_conflict_do_nothing(index_elements=[FlowCase.system_id, FlowCase.case_no])
    )
    held = db.session.scalars(
        select(FlowCase)
        .where(FlowCase.system_id == system.id, FlowCase.case_no.in_(first))
        .order_by(FlowCase.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {one.case_no: one for one in held}


def _step_of(one: _Known, held: FlowCase, steps: dict[tuple[int, str], int]) -> int | None:
    """The step on the case's own chart version. Raises BadRow."""
    if (held.unit_id, held.item_code) != (one.unit_id, one.draft.item_code):
        raise BadRow(f"办件编号：{held.case_no} 已用于另一单位或事项")
    if held.flowchart_id is None:
        return None
    step_id = steps.get((held.flowchart_id, one.draft.step_name))
    if step_id is None:
        raise BadRow(f"环节名称：{one.draft.step_name} 不在该办件的流程图中")
    return step_id


def _insert_events(
    ready: Sequence[tuple[_Known, FlowCase, int | None]], *, system: BusinessSystem, file_id: int | None
) -> set[bytes]:
    """Insert what is new; returns the keys of the new ones."""
    if not ready:
        return set()
    places = Places(one.person_id for one, _, _ in ready)
    duties = duties_of_steps(step_id for _, _, step_id in ready if step_id)
    rows = {}
    for one, held, step_id in ready:
        at = places.on(one.person_id, _day(one.draft))
        duty = next(
            (duties[step_id, stay.post_id] for stay in at if step_id and (step_id, stay.post_id) in duties), None
        )
        rows[event_key(one.draft)] = {
            "system_id": system.id,
            "case_id": held.id,
            "event_key": event_key(one.draft),
            "happened_at": one.draft.happened_at,
            "step_name": one.draft.step_name,
            "step_id": step_id,
            "handler_code": one.draft.handler_code,
            "person_id": one.person_id,
            "section_id": at[0].section_id if at else None,
            "post_duty_id": duty,
            "action": one.draft.action,
            "special_kind": one.draft.special_kind,
            "paper_no": one.draft.paper_no,
            "told_on": one.draft.told_on,
            "expected_to_on": one.draft.expected_to_on,
            "reason": one.draft.reason,
            "file_id": file_id,
        }
    made = db.session.scalars(
        insert(FlowEvent)
        .values(list(rows.values()))
        .on_conflict_do_nothing(index_elements=[FlowEvent.system_id, FlowEvent.event_key])
        .returning(FlowEvent)
    ).all()
    _follow_up(made, {held.id: held for _, held, _ in ready}, sender=reporter(system))
    return {event.event_key for event in made}


def reporter(system: BusinessSystem) -> Actor:
    """Who the audit log names for what a business system reported."""
    return Actor(account_id=None, display_name=f"业务系统：{system.name}")


def _follow_up(made: Sequence[FlowEvent], cases: dict[int, FlowCase], *, sender: Actor) -> None:
    """What new events bring about: the state of their cases, clocks, and offers on people's today pages."""
    touched = sorted({event.case_id for event in made})
    if not touched:
        return
    _refresh(touched)
    follow_signals(touched, actor=sender)
    recount(touched, why=LATE_REPORT, day=today_in_china(), actor=sender)
    suggest_records(
        [
            SuggestionDraft(
                source_key=f"flow_event:{event.id}",
                person_id=event.person_id,
                worked_on=event.happened_at.astimezone(CHINA_TIME).date(),
                post_duty_id=event.post_duty_id,
                content=f"{_done(event)}：{cases[event.case_id].item_name}（{cases[event.case_id].case_no}）",
                case_no=cases[event.case_id].case_no,
            )
            for event in made
        ]
    )


def _done(event: FlowEvent) -> str:
    """What was done, as one would log it: a step, or the beginning or the end of a special procedure in it."""
    return f"{event.step_name}，{event.action}" if event.action in SPECIAL else event.step_name


def _refresh(case_ids: Sequence[int]) -> None:
    """State, times and section of the cases out of all their events, in one statement."""
    ends = FlowEvent.action.in_((*CLOSING, *REFUSING))
    facts = (
        select(
            FlowEvent.case_id,
            func.min(FlowEvent.happened_at).label("begun_at"),
            func.max(FlowEvent.happened_at).label("last_event_at"),
            func.max(FlowEvent.happened_at).filter(ends).label("closed_at"),
            func.bool_or(FlowEvent.action.in_(CLOSING)).label("is_closed"),
            func.max(FlowEvent.happened_at).filter(FlowEvent.action.in_(REFUSING)).label("refused_at"),
        )
        .where(FlowEvent.case_id.in_(case_ids))
        .group_by(FlowEvent.case_id)
        .subquery()
    )
    latest_section = (
        select(FlowEvent.section_id)
        .where(FlowEvent.case_id == FlowCase.id, FlowEvent.section_id.is_not(None))
        .order_by(FlowEvent.happened_at.desc(), FlowEvent.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    state = case(
        (facts.c.is_closed, CaseState.CLOSED.value),
        (facts.c.refused_at.is_not(None), CaseState.REFUSED.value),
        else_=CaseState.OPEN.value,
    )
    db.session.execute(
        update(FlowCase)
        .where(FlowCase.id == facts.c.case_id)
        .values(
            begun_at=facts.c.begun_at,
            last_event_at=facts.c.last_event_at,
            closed_at=facts.c.closed_at,
            case_state=state,
            section_id=latest_section,
        )
        .execution_options(synchronize_session=False)
    )


def _day(draft: EventDraft) -> date:
    return draft.happened_at.astimezone(CHINA_TIME).date()
