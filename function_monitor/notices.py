"""What people are told of alerts, in the transaction of the cause. Nobody is told of what they could not open."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import String, cast, func, insert, literal, select, union

from duty_eval.api import away_spans, is_away
from function_monitor.alerts.models import (
    Alert,
    AlertNotice,
    AlertNoticeAccount,
    AlertState,
    AlertStep,
    NoticeKind,
    StepKind,
)
from function_monitor.alerts.readers import handlers, may_open, office
from function_monitor.permissions import Permission
from host.auth.models import Account
from host.kernel.db import AnySelect, db
from host.kernel.notifications.kinds import register_kind
from host.kernel.notifications.operations import tell_each, tell_from

ALERT = register_kind("alert", "预警：与我有关的新预警、退回和办理结果")
ALERT_TURN = register_kind("alert.turn", "预警：等待我核验或销号")
ALERT_DIGEST = register_kind("alert.digest", "预警：每个工作日一次的汇总、升级和催办")

LINK = "/function-monitor/alerts/"
#: How each step reads in a message; the others are nobody's news.
_WORDS = {
    StepKind.RECTIFIED: "预警已提交整改，等待核验：",
    StepKind.VERIFIED: "预警已核验通过，等待销号：",
    StepKind.REOPENED: "预警被退回整改，请按退回说明重新办理：",
    StepKind.CLOSED: "预警已销号：",
    StepKind.FALSE_ALARM: "预警已认定为误报，不用处置：",
    StepKind.RECOUNTED: "时限重新计算后预警不成立，已自动解除：",
}


def tell_raised(rule_id: int, day: date) -> None:
    """People of whom an alert was raised on ``day`` and who are at work: the first step of its ladder is taken.

    What concerns a section or a unit waits for the day's digest of its heads.
    """
    away = away_spans(day, day).subquery("away")
    told = tell_each(
        ALERT,
        _to_the_person("您有一条新预警：", "raised").where(
            Alert.rule_id == rule_id,
            Alert.first_seen_on == day,
            Alert.alert_state == AlertState.PENDING,
            ~is_away(Alert.person_id, away, day, day),
        ),
    )
    _note_persons([(account_id, int(key.split(":")[1])) for account_id, key in told], day)


def _note_persons(told: Sequence[tuple[int, int]], day: date) -> None:
    """Write down the step for the alerts of (account_id, alert_id)."""
    alerts = sorted({alert_id for _, alert_id in told})
    if not alerts:
        return
    facts = {"notice_kind": NoticeKind.PERSON, "due_on": day, "told_on": day}
    made = insert(AlertNotice).returning(AlertNotice.id, sort_by_parameter_order=True)
    ids = db.session.scalars(made, [{"alert_id": alert_id, **facts} for alert_id in alerts]).all()
    notice_of = dict(zip(alerts, ids, strict=True))
    people = [{"notice_id": notice_of[alert], "account_id": account, "was_told": True} for account, alert in told]
    db.session.execute(insert(AlertNoticeAccount), people)


def tell_withdrawn(rule_id: int, day: date) -> None:
    """People whose alert ended by itself on ``day``."""
    ended = Alert.recovered_on == day, Alert.alert_state == AlertState.WITHDRAWN
    tell_each(ALERT, _to_the_person("情形已消除，预警自动解除：", "withdrawn").where(Alert.rule_id == rule_id, *ended))


def _to_the_person(words: str, what: str) -> AnySelect:
    number = cast(Alert.id, String)
    return (
        select(
            Account.id,
            func.concat(words, Alert.title),
            func.concat(LINK, number),
            func.concat("alert:", number, ":", what),
        )
        .join(Account, Account.person_id == Alert.person_id)
        .where(may_open(Account.id))
    )


def tell_step(alert: Alert, step: AlertStep) -> None:
    """Those whom a step concerns, but not who took it: whose turn it is, or who had a part in it when it ends."""
    words = _WORDS.get(step.step_kind)
    if words is None:
        return
    who = _concerned(alert, step.step_kind).subquery("concerned")
    recipients = (
        select(who.c.account_id, literal(f"{words}{alert.title}"))
        .join(Alert, Alert.id == alert.id)
        .where(who.c.account_id != (step.by_id or 0), may_open(who.c.account_id))
    )
    kind = ALERT_TURN if step.step_kind in (StepKind.RECTIFIED, StepKind.VERIFIED) else ALERT
    tell_from(kind, recipients, link=f"{LINK}{alert.id}", key=f"alert_step:{step.id}")


def _concerned(alert: Alert, step: StepKind) -> AnySelect:
    """account_id, each once."""
    if step in (StepKind.RECTIFIED, StepKind.VERIFIED):
        return _office(alert, Permission.ALERT_VERIFY if step is StepKind.RECTIFIED else Permission.ALERT_CLOSE)
    took_part = select(AlertStep.by_id.label("account_id")).where(
        AlertStep.alert_id == alert.id, AlertStep.by_id.is_not(None)
    )
    if step is StepKind.REOPENED:
        took_part = took_part.where(AlertStep.step_kind == StepKind.RECTIFIED)
        first = handlers().subquery("first")
        return _each_once(took_part, select(first.c.account_id).where(first.c.alert_id == alert.id))
    own = select(Account.id).where(Account.person_id == alert.person_id)
    return _each_once(took_part, own)


def _each_once(*who: AnySelect) -> AnySelect:
    return select(union(*who).subquery())


def _office(alert: Alert, permission: Permission) -> AnySelect:
    """The office's people who may take the next step; who rectified or verified may not (R134)."""
    near = office(permission).where(Alert.id == alert.id).subquery("near")
    barred = {alert.rectified_by, alert.verified_by} - {None}
    return select(near.c.account_id).where(near.c.distance == 1, near.c.account_id.not_in(barred)).distinct()
