"""What a new count of a case's clocks does to its alerts: what no longer holds is taken back, with the reason."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, not_, or_, select

from function_monitor.alerts.evaluating import evaluate_some
from function_monitor.alerts.models import OVER, Alert, AlertLevel, AlertRule, AlertState, AlertStep, StepKind
from function_monitor.deadlines.models import StepClock
from function_monitor.deadlines.operations import recompute_clocks
from function_monitor.notices import tell_step
from host.kernel.access import SYSTEM, Actor
from host.kernel.audit import record_change
from host.kernel.db import AnySelect, db
from host.kernel.pages import day as day_words

RULE = "step_overdue"


def recount(case_ids: Sequence[int], *, why: str, day: date, actor: Actor = SYSTEM, raises: bool = False) -> int:
    """Count the clocks of those cases anew, and take back the lights that then never were true (R61, R65).

    Returns how many were taken back. ``raises``: what the new count makes late gets its light at once, too; else the
    next evaluation sees to it. The cases are locked by the caller.
    """
    shown = db.session.scalars(
        select(Alert.id)
        .join(StepClock, and_(Alert.subject_kind == "step_clock", StepClock.id == Alert.subject_id))
        .where(StepClock.case_id.in_(case_ids), Alert.alert_state.not_in(OVER))
    ).all()
    recompute_clocks(case_ids)
    taken = take_back(day, why=why, actor=actor, among=shown) if shown else 0
    if raises:
        evaluate_some(RULE, select(StepClock.id).where(StepClock.case_id.in_(case_ids)), day)
    return taken


def take_back(day: date, *, why: str, actor: Actor = SYSTEM, among: Sequence[int] | None = None) -> int:
    """Close the lights of limits that, as now counted, were kept; ``among``: only these alerts, else all open ones."""
    found = _unfounded(day)
    if among is not None:
        found = found.where(Alert.id.in_(among))
    # What an evaluation is at work on is left to it: waiting for it here would hold up reports.
    rows = db.session.execute(found.order_by(Alert.id).with_for_update(of=Alert, skip_locked=True)).all()
    for alert, clock in rows:
        _withdraw(alert, f"{_as_counted(alert, clock)}{why}", day=day, actor=actor)
    db.session.flush()
    return len(rows)


def _unfounded(day: date) -> AnySelect:
    """(alert, its clock or None) of the open lights whose limit was not passed, or whose clock is gone."""
    end = StepClock.finished_on
    is_over, is_broken = (_passed(end, due, day) for due in (StepClock.due_on, StepClock.promised_due_on))
    return (
        select(Alert, StepClock)
        .join(AlertRule, AlertRule.id == Alert.rule_id)
        .outerjoin(StepClock, StepClock.id == Alert.subject_id)
        .where(
            AlertRule.code == RULE,
            Alert.subject_kind == "step_clock",
            Alert.alert_state.not_in(OVER),
            or_(
                StepClock.id.is_(None),
                and_(Alert.level == AlertLevel.RED, not_(is_over)),
                and_(Alert.level == AlertLevel.YELLOW, not_(or_(is_over, is_broken))),
            ),
        )
        .execution_options(populate_existing=True)  # clocks were just written by statements of their own
    )


def _passed(
    end: SQLColumnExpression[date | None], due: SQLColumnExpression[date | None], day: date
) -> ColumnElement[bool]:
    """Whether the limit was passed; a clock that stands, or has no such limit, is never late."""
    return and_(due.is_not(None), or_(and_(end.is_(None), due < day), and_(end.is_not(None), due < end)))


def _as_counted(alert: Alert, clock: StepClock | None) -> str:
    if clock is None:
        return "重新计算后不再有这个时限。"
    words, due = ("法定", clock.due_on) if alert.level is AlertLevel.RED else ("承诺", clock.promised_due_on)
    until = f"到期日为 {day_words(due)}" if due else "计时已中止，到期日待恢复后确定"
    return f"重新计算后，{words}时限{until}，没有超期。"


def _withdraw(alert: Alert, reason: str, *, day: date, actor: Actor) -> None:
    before = alert.alert_state
    alert.alert_state, alert.recovered_on, alert.recount_reason = AlertState.WITHDRAWN, day, reason
    step = AlertStep(alert_id=alert.id, step_kind=StepKind.RECOUNTED, level=alert.level, note=reason)
    db.session.add(step)
    db.session.flush()  # the step's id makes its message one and the same
    tell_step(alert, step)
    record_change(
        alert,
        action="alert.recounted",
        actor=actor,
        before={"state": before},
        after={"state": alert.alert_state},
        reason=reason,
    )
