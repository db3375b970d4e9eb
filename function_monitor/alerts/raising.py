"""转为预警: a person makes an alert of one gap of the coverage map, whether or not its rule is on (R126)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from flask import url_for
from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert

from basic_info.api import FollowUp, Gap
from basic_info.organization.models import Unit
from basic_info.organization.scope import within
from function_monitor.alerts.errors import WrongAlertState
from function_monitor.alerts.evaluating import seed_rules
from function_monitor.alerts.gap_rules import alerts_of_gap
from function_monitor.alerts.models import OPEN, OVER, Alert, AlertRule, AlertStep, StepKind
from function_monitor.alerts.operations import account_of, said
from function_monitor.alerts.queries import in_scope
from function_monitor.permissions import Permission
from host.kernel.access import Actor
from host.kernel.audit import record_change
from host.kernel.db import AnyRow, db
from host.kernel.errors import NotFound


def raise_of_gap(gap: Gap, thing_id: int, *, reason: str, day: date, actor: Actor) -> tuple[Alert, bool]:
    """The open alert of that gap, and whether it is new: one that stands already is given back as it is.

    Raises NotPermitted, NothingSaid, NotFound (no such gap on ``day``, or out of reach).
    """
    actor.require(Permission.ALERT_RAISE)
    account_id, why = account_of(actor), said(reason)
    facts = gap_in_reach(gap, thing_id, day, actor)
    seed_rules(counts_from=day)
    rule = db.session.scalars(select(AlertRule).where(AlertRule.code == gap.value)).one()
    # Two people at a time, or a person and the nightly evaluation: the index lets one of them make it.
    made = db.session.scalar(
        insert(Alert)
        .values(
            **facts._mapping,  # noqa: SLF001 - the documented way to the names of a row
            rule_id=rule.id,
            rule_version=rule.version_no,
            first_seen_on=day,
            last_seen_on=day,
            raised_by=account_id,
            raise_reason=why,
        )
        .on_conflict_do_nothing(
            index_elements=[Alert.rule_id, Alert.subject_kind, Alert.subject_id], index_where=text(OPEN)
        )
        .returning(Alert.id)
    )
    if made is None:
        return _standing(rule, facts), False
    alert = db.session.get_one(Alert, made)
    db.session.add(
        AlertStep(
            alert_id=made,
            step_kind=StepKind.RAISED,
            level=alert.level,
            note=why,
            by_id=account_id,
            by_name=actor.display_name,
        )
    )
    db.session.flush()
    after = {"gap": gap, "subject": f"{facts.subject_kind}:{facts.subject_id}", "unit": facts.unit_id}
    record_change(alert, action="alert.raised", actor=actor, after=after, reason=why)
    return alert, True


def gap_in_reach(gap: Gap, thing_id: int, day: date, actor: Actor) -> AnyRow:
    """The gap in the columns of a rule's test, where the actor may make an alert of it. Raises NotFound."""
    found = alerts_of_gap(gap, day).subquery()
    reach = within(actor, Permission.ALERT_RAISE, unit=found.c.unit_id, section=found.c.section_id)
    row = db.session.execute(select(found).where(found.c.subject_id == thing_id, reach)).one_or_none()
    if row is None:
        raise NotFound("这一处缺口已经补上，或不在您的管理范围内，请回到职责覆盖页面刷新")
    return row


def _standing(rule: AlertRule, facts: AnyRow) -> Alert:
    """The open alert of that subject. Raises WrongAlertState: it was closed this very moment."""
    alert = db.session.scalars(
        select(Alert).where(
            Alert.rule_id == rule.id,
            Alert.subject_kind == facts.subject_kind,
            Alert.subject_id == facts.subject_id,
            Alert.alert_state.not_in(OVER),
        )
    ).one_or_none()
    if alert is None:
        raise WrongAlertState
    return alert


def follow_ups(gap: Gap, unit_id: int, thing_ids: Sequence[int], actor: Actor) -> Mapping[int, FollowUp]:
    """For those gaps of a unit the alert that stands, else where to make one, if the actor may; two statements."""
    alerts = db.session.scalars(
        select(Alert)
        .join(AlertRule, AlertRule.id == Alert.rule_id)
        .where(
            AlertRule.code == gap.value,
            Alert.subject_id.in_(thing_ids),
            Alert.unit_id == unit_id,
            Alert.alert_state.not_in(OVER),
            in_scope(actor),
        )
    )
    standing = {
        alert.subject_id: FollowUp(
            alert.alert_state.label,
            url_for("function_monitor.show_alert", alert_id=alert.id),
            number=alert.alert_no,
            chip=alert.alert_state.chip,
        )
        for alert in alerts
    }
    if not _reaches(unit_id, actor):
        return standing
    forms = {one: FollowUp("转为预警", _form_url(gap, one)) for one in thing_ids}
    return {**forms, **standing}


def _form_url(gap: Gap, thing_id: int) -> str:
    return url_for("function_monitor.raise_alert_form", gap=gap.value, thing_id=thing_id)


def _reaches(unit_id: int, actor: Actor) -> bool:
    """Whether the actor may make alerts of the unit's gaps."""
    there = select(Unit.id).where(Unit.id == unit_id, within(actor, Permission.ALERT_RAISE, unit=Unit.id))
    return actor.may(Permission.ALERT_RAISE) and db.session.scalar(there) is not None
