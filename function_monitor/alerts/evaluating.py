"""Evaluation of rules: conditions that hold become alerts, once each; evaluated twice for a day nothing changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Text,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    not_,
    or_,
    select,
    text,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, insert

from function_monitor.alerts.models import OPEN, Alert, AlertLevel, AlertRule, AlertState, AlertStep, StepKind
from function_monitor.alerts.rules import RULES
from function_monitor.notices import tell_raised, tell_withdrawn
from host.kernel.access import SYSTEM, Actor
from host.kernel.audit import record_change
from host.kernel.calendar.workdays import load_workdays
from host.kernel.db import db, planned_for_many

COLUMNS = ("subject_kind", "subject_id", "unit_id", "section_id", "person_id", "level", "title", "evidence")


def seed_rules(*, counts_from: date) -> None:
    """Write the rules that are not there yet, with their usual thresholds; what people set stays."""
    rows = [
        {
            "code": rule.code,
            "name": rule.name,
            "is_on": rule.starts_on,
            "params": {one.name: one.default for one in rule.thresholds}
            | ({"counts_from": counts_from.isoformat()} if rule.has_start else {}),
        }
        for rule in RULES.values()
    ]
    db.session.execute(insert(AlertRule).values(rows).on_conflict_do_nothing(index_elements=[AlertRule.code]))


def rules_in_order() -> Sequence[AlertRule]:
    """All rules as they are set."""
    return db.session.scalars(select(AlertRule).order_by(AlertRule.id)).all()


def evaluate_all(day: date, *, actor: Actor = SYSTEM) -> Counter[str]:
    """Evaluate every rule that is on, as of ``day``. Flushes.

    Counts ``raised``, ``repeated``, ``recovered`` and of these ``withdrawn``.
    """
    seed_rules(counts_from=day)
    counts: Counter[str] = Counter()
    for rule in rules_in_order():
        counts += evaluate(rule, day, actor=actor) if rule.is_on else recheck(rule, day, actor=actor)
    return counts


def evaluate(rule: AlertRule, day: date, *, actor: Actor = SYSTEM) -> Counter[str]:
    """Evaluate one rule as of ``day``: the number of statements is the same for one subject and for a million."""
    # Two evaluations at a time: the second waits, and then finds nothing to do.
    db.session.execute(select(AlertRule.id).where(AlertRule.id == rule.id).with_for_update())
    with planned_for_many():
        seen = _upsert(rule, day)
    _remember_levels(rule, day)
    counts = Counter(
        raised=sum(1 for is_new in seen if is_new),
        repeated=sum(1 for is_new in seen if not is_new),
        recovered=_mark_recovered(rule, day),
        withdrawn=_withdraw(rule, day),
    )
    if counts["raised"]:
        tell_raised(rule.id, day)
    if counts["withdrawn"]:
        tell_withdrawn(rule.id, day)
    rule.last_day, rule.last_run_at = day, datetime.now(UTC)
    db.session.flush()
    if counts["raised"] or counts["recovered"]:
        record_change(rule, action="alert_rule.evaluated", actor=actor, after={"day": day, **counts})
    return counts


def recheck(rule: AlertRule, day: date, *, actor: Actor = SYSTEM) -> Counter[str]:
    """Of a rule that is off, look again at what people raised by hand: what is mended ends as it would under the rule.

    Counts ``recovered`` and of these ``withdrawn``; one statement where nobody raised anything.
    """
    by_hand = Alert.raised_by.is_not(None)
    if not db.session.scalar(select(exists().where(Alert.rule_id == rule.id, by_hand, Alert.recovered_on.is_(None)))):
        return Counter()
    db.session.execute(select(AlertRule.id).where(AlertRule.id == rule.id).with_for_update())
    counts = Counter(recovered=_mark_recovered(rule, day, by_hand), withdrawn=_withdraw(rule, day, by_hand))
    if counts["recovered"]:
        record_change(rule, action="alert_rule.evaluated", actor=actor, after={"day": day, **counts})
    return counts


def evaluate_some(code: str, subject_ids: Select[int], day: date) -> int:
    """Raise at once what a rule finds on those subjects; returns how many are new. Nothing where it is off."""
    rule = db.session.scalars(select(AlertRule).where(AlertRule.code == code, AlertRule.is_on)).one_or_none()
    if rule is None:
        return 0
    seen = _upsert(rule, day, among=subject_ids)
    _remember_levels(rule, day, among=subject_ids)
    return sum(seen)


@dataclass(frozen=True)
class Trial:
    """试算: on how many subjects a rule would have fired on a day with those thresholds (R130)."""

    rule_id: int
    day: date
    params: dict[str, Any]
    count: int


def would_fire(rule: AlertRule, day: date, *, params: dict[str, Any] | None = None) -> int:
    """On how many subjects the rule would have fired on ``day`` with those thresholds (R130); writes nothing."""
    found = RULES[rule.code].test(params or rule.params, day, load_workdays()).subquery()
    with planned_for_many():
        return db.session.scalar(select(func.count()).select_from(found)) or 0


def _upsert(rule: AlertRule, day: date, *, among: Select[int] | None = None) -> list[bool]:
    """One flag per alert written: True new, False counted up or at another level."""
    found = RULES[rule.code].test(rule.params, day, load_workdays()).subquery("found")
    values = select(
        literal(rule.id).label("rule_id"),
        literal(rule.version_no, Integer).label("rule_version"),
        *(found.c[name] for name in COLUMNS[:-1]),
        cast(found.c.evidence, JSONB).label("evidence"),
        literal(day).label("first_seen_on"),
        literal(day).label("last_seen_on"),
    ).where(not_(_settled(rule, day, found)), _is_among(found.c.subject_id, among))
    fresh = insert(Alert).from_select(["rule_id", "rule_version", *COLUMNS, "first_seen_on", "last_seen_on"], values)
    is_later = Alert.last_seen_on < fresh.excluded.last_seen_on
    is_other_level = and_(Alert.level != fresh.excluded.level, Alert.last_seen_on == fresh.excluded.last_seen_on)
    written = db.session.scalars(
        fresh.on_conflict_do_update(
            index_elements=[Alert.rule_id, Alert.subject_kind, Alert.subject_id],
            index_where=text(OPEN),
            set_={
                "level": fresh.excluded.level,
                "title": fresh.excluded.title,
                "evidence": fresh.excluded.evidence,
                "rule_version": fresh.excluded.rule_version,
                "hit_count": Alert.hit_count + case((is_later, 1), else_=0),
                "last_seen_on": fresh.excluded.last_seen_on,
                "recovered_on": None,
            },
            where=or_(is_later, is_other_level),
            # xmax is 0 in a row that was inserted and not updated.
        ).returning(text("(alert.xmax = 0)"))
    )
    return [bool(is_new) for is_new in written]


def _settled(rule: AlertRule, day: date, found: Any) -> Any:
    """Whether people settled this very condition: called it a false alarm while it lasts, or closed it that day."""
    return exists(
        select(literal(1))
        .select_from(Alert)
        .where(
            Alert.rule_id == rule.id,
            Alert.subject_kind == found.c.subject_kind,
            Alert.subject_id == found.c.subject_id,
            or_(
                and_(
                    Alert.alert_state == AlertState.FALSE_ALARM,
                    Alert.recovered_on.is_(None),
                    _rank(Alert.level) >= _rank(found.c.level),  # getting worse is news
                ),
                and_(Alert.alert_state == AlertState.CLOSED, Alert.closed_on >= day),
            ),
        )
        .correlate(found)
    )


def _rank(level: Any) -> Any:
    """Lights in their order, red the highest."""
    return case({AlertLevel.RED.value: 3, AlertLevel.YELLOW.value: 2}, value=cast(level, Text), else_=1)


def _is_among(subject_id: Any, among: Select[int] | None) -> Any:
    """Whether the subject is one of those; None: all are."""
    return true() if among is None else subject_id.in_(among)


def _remember_levels(rule: AlertRule, day: date, *, among: Select[int] | None = None) -> None:
    """One history line for each level that an alert reached: once set, a light stays (R131)."""
    has_line = exists(
        select(literal(1))
        .select_from(AlertStep)
        .where(AlertStep.alert_id == Alert.id, AlertStep.step_kind == StepKind.RAISED, AlertStep.level == Alert.level)
        .correlate(Alert)
    )
    reached = select(Alert.id, literal(StepKind.RAISED.value), Alert.level, Alert.title).where(
        Alert.rule_id == rule.id, Alert.last_seen_on == day, ~has_line, _is_among(Alert.subject_id, among)
    )
    db.session.execute(insert(AlertStep).from_select(["alert_id", "step_kind", "level", "note"], reached))


def _mark_recovered(rule: AlertRule, day: date, *which: ColumnElement[bool]) -> int:
    """Alerts whose condition no longer holds; a false alarm may then be raised again."""
    found = RULES[rule.code].test(rule.params, day, load_workdays()).subquery("found")
    still = exists(
        select(literal(1))
        .select_from(found)
        .where(found.c.subject_kind == Alert.subject_kind, found.c.subject_id == Alert.subject_id)
        .correlate(Alert)
    )
    gone = db.session.scalars(
        update(Alert)
        .where(
            Alert.rule_id == rule.id,
            Alert.alert_state != AlertState.CLOSED,
            Alert.recovered_on.is_(None),
            Alert.last_seen_on < day,
            ~still,
            *which,
        )
        .values(recovered_on=day)
        .returning(Alert.id)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())


def _withdraw(rule: AlertRule, day: date, *which: ColumnElement[bool]) -> int:
    """End what was slight and passed before anybody took it on: people are asked about nothing that mended itself.

    A red light is a limit that was broken; it waits for an answer whether or not it has passed (R131).
    """
    ended = (
        update(Alert)
        .where(
            Alert.rule_id == rule.id,
            Alert.recovered_on == day,
            Alert.alert_state == AlertState.PENDING,
            Alert.level != AlertLevel.RED,
            *which,
        )
        .values(alert_state=AlertState.WITHDRAWN)
        .returning(Alert.id, Alert.level)
        .cte("ended")
    )
    lines = select(ended.c.id, literal(StepKind.WITHDRAWN.value), ended.c.level)
    # The database's own defaults: those of the mapping come out as NULL beside a statement that changes rows.
    history = insert(AlertStep).from_select(["alert_id", "step_kind", "level"], lines, include_defaults=False)
    return len(db.session.scalars(history.returning(AlertStep.id)).all())
