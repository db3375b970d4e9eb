"""Reads of clocks, suspensions and extensions of one case, cut to what the actor may do there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import aliased

from basic_info.flowcharts.models import FlowStep
from basic_info.organization.scope import within
from function_monitor.cases.models import FlowCase
from function_monitor.deadlines.models import ClockExtension, ClockSuspension, StepClock
from function_monitor.deadlines.signals import Signal, signals_of
from function_monitor.permissions import Permission
from host.auth.models import Account
from host.kernel.access import Actor
from host.kernel.db import AnyRow, db
from host.kernel.errors import NotFound

Owned = TypeVar("Owned", ClockSuspension, ClockExtension, StepClock)


def in_reach(actor: Actor, permission: Permission) -> ColumnElement[bool]:
    """The cases on which ``permission`` reaches for the actor."""
    return within(actor, permission, unit=FlowCase.unit_id, section=FlowCase.section_id)


def may_there(actor: Actor, case_id: int) -> frozenset[Permission]:
    """Which of the permissions to stop and extend clocks the actor holds for this very case; one statement."""
    asked = (Permission.CASE_SUSPEND, Permission.CASE_EXTEND)
    columns = [in_reach(actor, one).label(one.name.lower()) for one in asked]
    held = db.session.execute(select(*columns).where(FlowCase.id == case_id)).one()
    return frozenset(permission for permission, reaches in zip(asked, held, strict=True) if reaches)


def case_for(actor: Actor, case_id: int, permission: Permission, *, is_locked: bool) -> FlowCase:
    """The case for what needs ``permission`` there; locked, its clocks change one at a time. Raises NotFound."""
    rows = select(FlowCase).where(FlowCase.id == case_id, in_reach(actor, permission))
    found = db.session.scalars(rows.with_for_update() if is_locked else rows).one_or_none()
    if found is None:
        raise NotFound
    return found


def suspension_of(held: FlowCase, suspension_id: int) -> ClockSuspension:
    """Raises NotFound."""
    return _found(db.session.get(ClockSuspension, suspension_id), held)


def clock_to_extend(held: FlowCase, clock_id: int) -> StepClock:
    """Raises NotFound."""
    return _found(db.session.get(StepClock, clock_id), held)


def extension_of(held: FlowCase, extension_id: int) -> ClockExtension:
    """Raises NotFound."""
    return _found(db.session.get(ClockExtension, extension_id), held)


def _found(row: Owned | None, held: FlowCase) -> Owned:
    """The row, if it is one of that case."""
    if row is None or row.case_id != held.id:
        raise NotFound
    return row


def clocks_of_case(case_id: int) -> Sequence[AnyRow]:
    """(clock, step_name), those of the whole case first, then by their beginning."""
    return db.session.execute(
        select(StepClock, FlowStep.name.label("step_name"))
        .outerjoin(FlowStep, FlowStep.id == StepClock.step_id)
        .where(StepClock.case_id == case_id)
        .order_by(StepClock.step_id.is_not(None), StepClock.started_on, StepClock.id)
    ).all()


def suspensions_of_case(case_id: int) -> Sequence[AnyRow]:
    """(suspension, entered_name, superseded_name) of all that ever were entered, oldest first."""
    entered, ended = aliased(Account), aliased(Account)
    return db.session.execute(
        select(
            ClockSuspension,
            entered.display_name.label("entered_name"),
            ended.display_name.label("superseded_name"),
        )
        .outerjoin(entered, entered.id == ClockSuspension.entered_by)
        .outerjoin(ended, ended.id == ClockSuspension.superseded_by)
        .where(ClockSuspension.case_id == case_id)
        .order_by(ClockSuspension.from_on, ClockSuspension.id)
    ).all()


def extensions_of_case(case_id: int) -> Sequence[AnyRow]:
    """(extension, step_name, entered_name), oldest first."""
    return db.session.execute(
        select(ClockExtension, FlowStep.name.label("step_name"), Account.display_name.label("entered_name"))
        .outerjoin(FlowStep, FlowStep.id == ClockExtension.step_id)
        .outerjoin(Account, Account.id == ClockExtension.entered_by)
        .where(ClockExtension.case_id == case_id)
        .order_by(ClockExtension.id)
    ).all()


def uncounted_starts(case_id: int, suspensions: Sequence[ClockSuspension]) -> list[Signal]:
    """Reported beginnings of special procedures that stopped no clock: too little was said, or they overlapped."""
    known = {row.opened_event_id for row in suspensions}
    return [one for one in signals_of([case_id]).get(case_id, []) if one.is_start and one.event.id not in known]
