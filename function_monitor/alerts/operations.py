"""The way of an alert: 签收 → 整改 → 核验 → 销号, or back; each step by who may, in the history and audited."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import func, select

from function_monitor.alerts.errors import AnotherIsOpen, BadThreshold, NothingSaid, SamePerson, WrongAlertState
from function_monitor.alerts.models import OVER, Alert, AlertRule, AlertState, AlertStep, StepKind
from function_monitor.alerts.rules import RULES, Threshold
from function_monitor.notices import tell_step
from function_monitor.permissions import Permission
from host.kernel.access import Actor
from host.kernel.audit import record_change
from host.kernel.db import db
from host.kernel.errors import NotPermitted

S = AlertState
#: step → (from which states, to which, with which permission)
WAYS: Mapping[StepKind, tuple[frozenset[AlertState], AlertState, Permission]] = {
    StepKind.ACKNOWLEDGED: (frozenset({S.PENDING}), S.ACKNOWLEDGED, Permission.ALERT_HANDLE),
    StepKind.RECTIFIED: (frozenset({S.ACKNOWLEDGED, S.REOPENED}), S.RECTIFIED, Permission.ALERT_HANDLE),
    StepKind.VERIFIED: (frozenset({S.RECTIFIED}), S.VERIFIED, Permission.ALERT_VERIFY),
    StepKind.CLOSED: (frozenset({S.VERIFIED}), S.CLOSED, Permission.ALERT_CLOSE),
    StepKind.REOPENED: (frozenset({S.RECTIFIED, S.VERIFIED, S.CLOSED}), S.REOPENED, Permission.ALERT_VERIFY),
    StepKind.FALSE_ALARM: (
        frozenset({S.PENDING, S.ACKNOWLEDGED, S.REOPENED}),
        S.FALSE_ALARM,
        Permission.ALERT_VERIFY,
    ),
}


def possible_steps(alert: Alert, actor: Actor) -> list[StepKind]:
    """What the actor may do with the alert now (the scope is the query's to check)."""
    return [
        step
        for step, (states, _, permission) in WAYS.items()
        if alert.alert_state in states and actor.may(permission) and not _is_same_person(alert, step, actor)
    ]


def acknowledge(alert: Alert, *, actor: Actor) -> None:
    """签收: the unit knows and takes it on."""
    _take(alert, StepKind.ACKNOWLEDGED, actor=actor)


def rectify(alert: Alert, *, done: str, actor: Actor, file_id: int | None = None) -> None:
    """提交整改: what was done, with a file as evidence where there is one. Raises NothingSaid."""
    _check(alert, StepKind.RECTIFIED, actor)
    alert.done, alert.rectified_by = said(done), account_of(actor)
    alert.verified_by = None
    _take(alert, StepKind.RECTIFIED, actor=actor, note=done, file_id=file_id)


def verify(alert: Alert, *, finding: str, actor: Actor) -> None:
    """核验通过, by somebody else than who rectified. Raises SamePerson."""
    _check(alert, StepKind.VERIFIED, actor)
    alert.verified_by = account_of(actor)
    _take(alert, StepKind.VERIFIED, actor=actor, note=said(finding))


def close(alert: Alert, *, on: date, actor: Actor, note: str = "") -> None:
    """销号, by a second person of the office (R134). Raises SamePerson."""
    _check(alert, StepKind.CLOSED, actor)
    alert.closed_by, alert.closed_on = account_of(actor), on
    _take(alert, StepKind.CLOSED, actor=actor, note=note)


def reopen(alert: Alert, *, reason: str, actor: Actor) -> None:
    """退回整改, also after closing. Raises AnotherIsOpen when the same thing was raised anew meanwhile."""
    _check(alert, StepKind.REOPENED, actor)
    if alert.alert_state is S.CLOSED and _has_open_twin(alert):
        raise AnotherIsOpen
    alert.closed_by = alert.closed_on = alert.verified_by = None
    _take(alert, StepKind.REOPENED, actor=actor, note=said(reason))


def call_false(alert: Alert, *, reason: str, actor: Actor) -> None:
    """认定误报: while the condition lasts it is not raised again."""
    _check(alert, StepKind.FALSE_ALARM, actor)
    alert.false_reason = said(reason)
    _take(alert, StepKind.FALSE_ALARM, actor=actor, note=reason)


def edit_rule(rule: AlertRule, *, params: Mapping[str, Any], is_on: bool, actor: Actor) -> None:
    """Set thresholds and on/off; a change of thresholds is a new version. Raises BadThreshold."""
    kept = dict(rule.params)
    before = {"params": kept, "is_on": rule.is_on}
    fresh = checked_params(rule, params)
    if fresh != kept:
        rule.params, rule.version_no = fresh, rule.version_no + 1
    rule.is_on = is_on
    db.session.flush()
    after = {"params": fresh, "is_on": is_on}
    if after != before:
        record_change(rule, action="alert_rule.edited", actor=actor, before=before, after=after)


def checked_params(rule: AlertRule, params: Mapping[str, Any]) -> dict[str, Any]:
    """The rule's thresholds with those of ``params`` in their place. Raises BadThreshold."""
    asked = {**rule.params, **params}
    fresh = {**rule.params, **{one.name: _number(one, asked[one.name]) for one in RULES[rule.code].thresholds}}
    if RULES[rule.code].has_start and asked.get("counts_from"):
        fresh["counts_from"] = _day(asked["counts_from"])
    if fresh.get("yellow_periods", 1) < fresh.get("blue_periods", 1):
        raise BadThreshold("黄色的倍数不能小于蓝色的倍数")
    return fresh


def _take(alert: Alert, step: StepKind, *, actor: Actor, note: str = "", file_id: int | None = None) -> None:
    """Bring the alert to the step's state, write its history and the audit row, and tell whom it concerns."""
    _check(alert, step, actor)
    before, alert.alert_state = alert.alert_state, WAYS[step][1]
    taken = AlertStep(
        alert_id=alert.id,
        step_kind=step,
        level=alert.level,
        note=note.strip(),
        file_id=file_id,
        by_id=actor.account_id,
        by_name=actor.display_name,
    )
    db.session.add(taken)
    db.session.flush()  # the database has the last word on who may check whom
    record_change(
        alert,
        action=f"alert.{step.value}",
        actor=actor,
        before={"state": before},
        after={"state": alert.alert_state},
        reason=note.strip() or None,
    )
    tell_step(alert, taken)


def _check(alert: Alert, step: StepKind, actor: Actor) -> None:
    """Raises NotPermitted, WrongAlertState, SamePerson."""
    states, _, permission = WAYS[step]
    actor.require(permission)
    if alert.alert_state not in states:
        raise WrongAlertState
    if _is_same_person(alert, step, actor):
        raise SamePerson


def _is_same_person(alert: Alert, step: StepKind, actor: Actor) -> bool:
    if step is StepKind.VERIFIED:
        return actor.account_id == alert.rectified_by
    return step is StepKind.CLOSED and actor.account_id in {alert.rectified_by, alert.verified_by}


def _has_open_twin(alert: Alert) -> bool:
    same = select(func.count()).where(
        Alert.rule_id == alert.rule_id,
        Alert.subject_kind == alert.subject_kind,
        Alert.subject_id == alert.subject_id,
        Alert.id != alert.id,
        Alert.alert_state.not_in(OVER),
    )
    return bool(db.session.scalar(same))


def account_of(actor: Actor) -> int:
    """The account that answers for the step: never the platform itself."""
    if actor.account_id is None:
        raise NotPermitted
    return actor.account_id


def said(words: str) -> str:
    if not words.strip():
        raise NothingSaid
    return words.strip()


def _number(one: Threshold, value: Any) -> float | int:
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise BadThreshold(f"{one.title}：请填写数字") from None
    if not one.least <= number <= one.most or (one.is_whole and number != int(number)):
        kind = "整数" if one.is_whole else "数"
        raise BadThreshold(f"{one.title}：应为 {one.least:g}–{one.most:g} 的{kind}")
    return int(number) if one.is_whole else number


def _day(value: Any) -> str:
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError:
        raise BadThreshold("起算日：应为日期") from None
