"""Reads of cases, cut to what the actor may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, SQLColumnExpression, exists, func, literal, or_, select
from sqlalchemy.orm import joinedload

from basic_info.api import same_item
from basic_info.duties.models import PostDuty
from basic_info.organization.models import PersonVersion, UnitVersion
from basic_info.organization.scope import within
from function_monitor.cases.models import CaseState, FlowCase, FlowEvent
from function_monitor.deadlines.models import ClockSuspension, StepClock
from function_monitor.permissions import Permission
from host.kernel.access import Actor
from host.kernel.db import AnyRow, AnySelect, db
from host.kernel.errors import NotFound

PAGE = 50


@dataclass(frozen=True)
class Page:
    """A page of a list and the key of the next one."""

    rows: Sequence[AnyRow]
    next_key: int | None


def cases_by_item(first: date) -> AnySelect:
    """(power_item_id, unit_id, case_count) of the items with cases begun on ``first`` or later."""
    return (
        select(FlowCase.power_item_id, FlowCase.unit_id, func.count().label("case_count"))
        .where(FlowCase.begun_at >= first)
        .group_by(FlowCase.power_item_id, FlowCase.unit_id)
    )


def in_scope(actor: Actor) -> ColumnElement[bool]:
    return within(actor, Permission.CASE_READ, unit=FlowCase.unit_id, section=FlowCase.section_id)


def list_cases(
    actor: Actor,
    *,
    today: date,
    state: CaseState | None = None,
    number: str = "",
    late_only: bool = False,
    suspended_only: bool = False,
    post_duty_id: int | None = None,
    power_item_id: int | None = None,
    after: int | None = None,
) -> Page:
    """A page of ``cases``, by key; one statement."""
    rows = cases(
        actor,
        today=today,
        state=state,
        number=number,
        late_only=late_only,
        suspended_only=suspended_only,
        post_duty_id=post_duty_id,
        power_item_id=power_item_id,
    )
    if after:
        rows = rows.where(FlowCase.id < after)
    found = db.session.execute(rows.limit(PAGE + 1)).all()
    return Page(found[:PAGE], found[PAGE - 1][0].id if len(found) > PAGE else None)


def cases(
    actor: Actor,
    *,
    today: date,
    state: CaseState | None = None,
    number: str = "",
    late_only: bool = False,
    suspended_only: bool = False,
    post_duty_id: int | None = None,
    power_item_id: int | None = None,
) -> AnySelect:
    """(FlowCase, unit_name, is_late, is_promise_broken, is_suspended) under the filters of the list, newest first."""
    late, broken = _passed(StepClock.due_on, today), _passed(StepClock.promised_due_on, today)
    rows = (
        select(
            FlowCase,
            UnitVersion.name.label("unit_name"),
            late.label("is_late"),
            broken.label("is_promise_broken"),
            _stands().label("is_suspended"),
        )
        .outerjoin(UnitVersion, _unit_today())
        .where(in_scope(actor))
        .order_by(FlowCase.id.desc())
    )
    if state:
        rows = rows.where(FlowCase.case_state == state)
    if number:
        rows = rows.where(or_(FlowCase.case_no == number, FlowCase.item_code == number))
    if late_only:
        rows = rows.where(late)
    if suspended_only:
        rows = rows.where(_stands())
    if post_duty_id:
        rows = rows.where(FlowCase.id.in_(select(FlowEvent.case_id).where(FlowEvent.post_duty_id == post_duty_id)))
    if power_item_id:
        rows = rows.where(FlowCase.power_item_id.in_(same_item(power_item_id)))
    return rows


def _passed(due: SQLColumnExpression[date | None], today: date) -> ColumnElement[bool]:
    """Whether a clock of the case went past that due day; one that stands has none."""
    return exists(
        select(literal(1))
        .where(StepClock.case_id == FlowCase.id, func.coalesce(StepClock.finished_on, today) > due)
        .correlate(FlowCase)
    )


def _stands() -> ColumnElement[bool]:
    """Whether the clocks of an open case are stopped."""
    return (FlowCase.case_state == CaseState.OPEN) & exists(
        select(literal(1))
        .where(
            ClockSuspension.case_id == FlowCase.id,
            ClockSuspension.superseded_at.is_(None),
            ClockSuspension.to_on.is_(None),
        )
        .correlate(FlowCase)
    )


def case_row(actor: Actor, case_id: int) -> AnyRow:
    """A case with its chart, system and unit_name. Raises NotFound."""
    found = db.session.execute(
        select(FlowCase, UnitVersion.name.label("unit_name"))
        .outerjoin(UnitVersion, _unit_today())
        .options(joinedload(FlowCase.flowchart), joinedload(FlowCase.system))
        .where(FlowCase.id == case_id, in_scope(actor))
    ).first()
    if found is None:
        raise NotFound
    return found


def events_of(case_id: int) -> Sequence[AnyRow]:
    """(event, person_name, duty_text) in the order in which they happened."""
    return db.session.execute(
        select(FlowEvent, PersonVersion.name.label("person_name"), PostDuty.text.label("duty_text"))
        .outerjoin(
            PersonVersion,
            (PersonVersion.person_id == FlowEvent.person_id)
            & PersonVersion.valid.contains(func.current_date())
            & PersonVersion.superseded_at.is_(None),
        )
        .outerjoin(PostDuty, PostDuty.id == FlowEvent.post_duty_id)
        .where(FlowEvent.case_id == case_id)
        .order_by(FlowEvent.happened_at, FlowEvent.id)
    ).all()


def _unit_today() -> ColumnElement[bool]:
    return (
        (UnitVersion.unit_id == FlowCase.unit_id)
        & UnitVersion.valid.contains(func.current_date())
        & UnitVersion.superseded_at.is_(None)
    )
