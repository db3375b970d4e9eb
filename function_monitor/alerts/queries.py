"""Reads of alerts, cut to what the actor may see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Self

from sqlalchemy import ColumnElement, Row, func, select
from sqlalchemy.orm import joinedload

from basic_info.organization.models import PersonVersion, SectionVersion, UnitVersion
from basic_info.organization.scope import within
from function_monitor.alerts.models import OVER, Alert, AlertLevel, AlertRule, AlertState, AlertStep
from function_monitor.permissions import Permission
from host.kernel.access import Actor, ScopeKind
from host.kernel.db import AnyRow, AnySelect, db
from host.kernel.errors import NotFound
from host.kernel.files.models import StoredFile
from host.kernel.versions import Version

PAGE = 50
#: Counting stops here: a badge that says 100 says enough.
COUNT_LIMIT = 100


@dataclass(frozen=True)
class Filters:
    """What the desk is narrowed to; unknown words narrow nothing."""

    level: AlertLevel | None = None
    state: AlertState | None = None
    rule_id: int | None = None
    #: ``open`` (the default of the desk), ``all``
    which: str = "open"

    @classmethod
    def of(cls, values: Mapping[str, str]) -> Self:
        """From the fields of the desk's address."""
        rule = values.get("rule", "")
        return cls(
            level=next((one for one in AlertLevel if one.value == values.get("level")), None),
            state=next((one for one in AlertState if one.value == values.get("state")), None),
            rule_id=int(rule[:18]) if rule.isascii() and rule.isdigit() else None,
            which="all" if values.get("which") == "all" else "open",
        )


@dataclass(frozen=True)
class Page:
    """A page of a list and the key of the next one."""

    rows: Sequence[AnyRow]
    next_key: int | None


def in_scope(actor: Actor, permission: Permission = Permission.ALERT_READ) -> ColumnElement[bool]:
    return within(actor, permission, unit=Alert.unit_id, section=Alert.section_id, person=Alert.person_id)


def desk(actor: Actor, filters: Filters, *, after: int | None = None) -> Page:
    """A page of ``alerts_on_desk``, by key; one statement."""
    rows = alerts_on_desk(actor, filters)
    if after:
        rows = rows.where(Alert.id < after)
    found = db.session.execute(rows.limit(PAGE + 1)).all()
    return Page(found[:PAGE], found[PAGE - 1][0].id if len(found) > PAGE else None)


def alerts_on_desk(actor: Actor, filters: Filters) -> AnySelect:
    """The alerts that the actor sees under ``filters``, with rule_name and the names of places, newest first."""
    rows = with_places(select(Alert, AlertRule.name.label("rule_name")).join(AlertRule)).where(in_scope(actor))
    if filters.level:
        rows = rows.where(Alert.level == filters.level)
    if filters.state:
        rows = rows.where(Alert.alert_state == filters.state)
    elif filters.which == "open":
        rows = rows.where(Alert.alert_state.not_in(OVER))
    if filters.rule_id:
        rows = rows.where(Alert.rule_id == filters.rule_id)
    return rows.order_by(Alert.id.desc())


def count_by_level(actor: Actor, filters: Filters) -> dict[AlertLevel, int]:
    """How many alerts of each level there are under the other filters; one statement."""
    rows = alerts_on_desk(actor, replace(filters, level=None)).order_by(None).with_only_columns(Alert.level).subquery()
    found = db.session.execute(select(rows.c.level, func.count()).group_by(rows.c.level))
    counts = {level: int(count) for level, count in found}
    return {level: counts.get(level, 0) for level in AlertLevel}


def count_by_rule(actor: Actor) -> dict[int, int]:
    """How many open alerts each rule has within the actor's reach, by rule id; one statement."""
    found = db.session.execute(
        select(Alert.rule_id, func.count())
        .where(Alert.alert_state.not_in(OVER), in_scope(actor))
        .group_by(Alert.rule_id)
    )
    return {rule_id: int(count) for rule_id, count in found}


def sections_with_alerts(_day: date) -> AnySelect:
    """Ids of the sections that have a red or yellow alert open: inspections look there first."""
    return select(Alert.section_id).where(
        Alert.section_id.is_not(None),
        Alert.level.in_([AlertLevel.RED, AlertLevel.YELLOW]),
        Alert.alert_state.not_in(OVER),
    )


def names_people(actor: Actor) -> bool:
    """Whether the desk may name people: only where all of it is one section, or oneself.

    Whoever looks after several sections sees the section, and the name on the alert's own page.
    """
    kinds = {grant.kind for grant in actor.grants_for(Permission.ALERT_READ)}
    sections = {grant.section_id for grant in actor.grants_for(Permission.ALERT_READ) if grant.section_id}
    return kinds <= {ScopeKind.SECTION, ScopeKind.SELF} and len(sections) <= 1


def with_places(rows: AnySelect) -> AnySelect:
    """``rows`` of alerts with unit_name, section_name and person_name as they are today."""
    return (
        rows.add_columns(
            UnitVersion.name.label("unit_name"),
            SectionVersion.name.label("section_name"),
            PersonVersion.name.label("person_name"),
        )
        .outerjoin(UnitVersion, (UnitVersion.unit_id == Alert.unit_id) & _today(UnitVersion))
        .outerjoin(SectionVersion, (SectionVersion.section_id == Alert.section_id) & _today(SectionVersion))
        .outerjoin(PersonVersion, (PersonVersion.person_id == Alert.person_id) & _today(PersonVersion))
    )


def _today(version: type[Version]) -> ColumnElement[bool]:
    return version.valid.contains(func.current_date()) & version.superseded_at.is_(None)


def alert_row(actor: Actor, alert_id: int) -> AnyRow:
    """An alert with its rule and the names of its place. Raises NotFound."""
    rows = with_places(select(Alert).options(joinedload(Alert.rule)))
    found = db.session.execute(rows.where(Alert.id == alert_id, in_scope(actor))).first()
    if found is None:
        raise NotFound
    return found


def locked(actor: Actor, alert_id: int, permission: Permission) -> Alert:
    """The alert for a step that needs ``permission`` there, locked. Raises NotFound."""
    found = db.session.scalars(
        select(Alert).where(Alert.id == alert_id, in_scope(actor, permission)).with_for_update()
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def may_there(actor: Actor, alert_id: int) -> frozenset[Permission]:
    """Which of the steps' permissions the actor holds for this very alert; one statement."""
    asked = (Permission.ALERT_HANDLE, Permission.ALERT_VERIFY, Permission.ALERT_CLOSE)
    columns = [in_scope(actor, one).label(one.name.lower()) for one in asked]
    held = db.session.execute(select(*columns).where(Alert.id == alert_id)).one()
    return frozenset(permission for permission, reaches in zip(asked, held, strict=True) if reaches)


def history(alert: Alert) -> Sequence[Row[AlertStep, StoredFile | None]]:
    """(step, the file that came with it or None), newest first; one statement."""
    return db.session.execute(
        select(AlertStep, StoredFile)
        .outerjoin(StoredFile, StoredFile.id == AlertStep.file_id)
        .where(AlertStep.alert_id == alert.id)
        .order_by(AlertStep.id.desc())
    ).all()


def count_to_handle(actor: Actor) -> int:
    """Open alerts that wait for the actor's unit to do something: the badge."""
    return _count(actor, Permission.ALERT_HANDLE, (AlertState.PENDING, AlertState.ACKNOWLEDGED, AlertState.REOPENED))


def count_to_check(actor: Actor) -> int:
    """Alerts that wait for the actor to verify or close them."""
    verify = _count(actor, Permission.ALERT_VERIFY, (AlertState.RECTIFIED,))
    return verify + _count(actor, Permission.ALERT_CLOSE, (AlertState.VERIFIED,))


def badge(actor: Actor) -> int:
    return count_to_handle(actor) + count_to_check(actor)


def _count(actor: Actor, permission: Permission, states: Sequence[AlertState]) -> int:
    if not actor.may(permission):
        return 0
    some = select(Alert.id).where(in_scope(actor, permission), Alert.alert_state.in_(states)).limit(COUNT_LIMIT)
    return db.session.scalar(select(func.count()).select_from(some.subquery())) or 0
