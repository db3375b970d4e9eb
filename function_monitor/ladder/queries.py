"""Reads of the ladder, for all open alerts at once or for the page of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Date,
    Select,
    and_,
    any_,
    cast,
    func,
    literal,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by

from basic_info.organization.models import Unit
from basic_info.regions.models import Region
from duty_eval.api import away_spans, is_away
from function_monitor.alerts.models import (
    OVER,
    Alert,
    AlertLevel,
    AlertNotice,
    AlertNoticeAccount,
    AlertState,
    AlertStep,
    NoticeKind,
    StepKind,
)
from function_monitor.alerts.readers import holders, may_open, office
from function_monitor.ladder.steps import Told, Waiting
from function_monitor.permissions import Permission
from host.auth.models import Account, RoleGrant
from host.kernel.access import Role
from host.kernel.db import AnyRow, AnySelect, db

#: What is asked beside the steps: who stands in where a unit has no leader in charge, and who closes.
UNIT_HEAD, CLOSER = "unit_head", "closer"


def waiting(day: date) -> list[Waiting]:
    """The open alerts that were there on ``day``. One statement."""
    return _waiting(Alert.first_seen_on <= day)


def waiting_one(alert_id: int) -> Waiting | None:
    """The alert while it is open. One statement."""
    return next(iter(_waiting(Alert.id == alert_id)), None)


def _waiting(*which: object) -> list[Waiting]:
    sent_back = (
        select(cast(func.timezone("Asia/Shanghai", func.max(AlertStep.at)), Date))
        .where(AlertStep.alert_id == Alert.id, AlertStep.step_kind == StepKind.REOPENED)
        .where(Alert.alert_state == AlertState.REOPENED)
        .correlate(Alert)
        .scalar_subquery()
    )
    was_less = (
        select(AlertStep.id)
        .where(AlertStep.alert_id == Alert.id, AlertStep.step_kind == StepKind.RAISED)
        .where(AlertStep.level != AlertLevel.RED)
        .correlate(Alert)
        .exists()
    )
    rows = db.session.execute(
        select(
            Alert.id, Alert.level, Alert.alert_state, Alert.section_id, Alert.person_id, Alert.first_seen_on,
            sent_back, Region.code, and_(Alert.level == AlertLevel.RED, was_less),
        )
        .join(Unit, Unit.id == Alert.unit_id)
        .join(Region, Region.id == Unit.region_id)
        .where(Alert.alert_state.not_in(OVER), *which)  # type: ignore[arg-type]
        .order_by(Alert.id)
    )  # fmt: skip
    return [Waiting(*row) for row in rows]


@dataclass(frozen=True)
class Notices:
    """What was told of an alert: the steps of each waiting by its first day, the follow-ups by theirs, and its red."""

    steps: dict[tuple[date, NoticeKind], Told] = field(default_factory=dict)
    follow_ups: set[date] = field(default_factory=set)

    @property
    def is_red_told(self) -> bool:
        return any(kind is NoticeKind.TURNED_RED for _, kind in self.steps)

    def of(self, alert: Waiting) -> dict[NoticeKind, Told]:
        """The steps taken since the alert waits."""
        return {kind: told for (since, kind), told in self.steps.items() if since == alert.since}


def notices_of_open() -> dict[int, Notices]:
    """alert_id → what was told of the alerts that are open. One statement."""
    return _notices(Alert.alert_state.not_in(OVER))


def notices_of_one(alert_id: int) -> Notices:
    """One statement."""
    return _notices(Alert.id == alert_id).get(alert_id, Notices())


def _notices(of_alert: ColumnElement[bool]) -> dict[int, Notices]:
    n = AlertNotice
    nobody = ~select(AlertNoticeAccount.notice_id).where(AlertNoticeAccount.notice_id == n.id).exists()
    rows = select(n.alert_id, n.notice_kind, n.due_on, n.told_on, nobody).join(Alert, Alert.id == n.alert_id)
    found: dict[int, Notices] = {}
    for alert_id, kind, due_on, told_on, by_nobody in db.session.execute(rows.where(of_alert)):
        notices = found.setdefault(alert_id, Notices())
        if kind is NoticeKind.FOLLOW_UP:
            notices.follow_ups.add(due_on)
        else:
            notices.steps[due_on, kind] = Told(told_on, by_nobody)
    return found


def present(alert_ids: Sequence[int], day: date) -> dict[tuple[int, str], set[int]]:
    """(alert_id, step) → the accounts that stand on that step, are at work on ``day`` and may open the alert.

    Steps are the values of NoticeKind, ``UNIT_HEAD`` and ``CLOSER``. Nobody is above themselves: an alert about a
    head goes past that head. One statement.
    """
    asked = Alert.id == any_(cast(list(alert_ids), ARRAY(BigInteger)))
    in_section, in_unit = RoleGrant.section_id == Alert.section_id, RoleGrant.unit_id == Alert.unit_id
    own = select(Alert.id.label("alert_id"), Account.id).join(Account, Account.person_id == Alert.person_id)
    parts = union_all(
        _on(NoticeKind.PERSON.value, own.where(asked)),
        _on(NoticeKind.HEAD.value, holders(Role.SECTION_HEAD, in_section).where(asked)),
        _on(NoticeKind.CLERK.value, holders(Role.UNIT_CLERK, in_unit).where(asked)),
        _on(NoticeKind.LEADER.value, holders(Role.LEADER_IN_CHARGE, in_section).where(asked)),
        _on(NoticeKind.LEADER.value, holders(Role.LEADER_IN_CHARGE, in_unit).where(asked)),
        _on(UNIT_HEAD, holders(Role.UNIT_HEAD, in_unit).where(asked)),
        _on(NoticeKind.OFFICE.value, _nearest(Permission.ALERT_VERIFY).where(asked)),
        _on(CLOSER, _nearest(Permission.ALERT_CLOSE).where(asked)),
    ).subquery("parts")
    away = away_spans(day, day).subquery("away")
    is_own = Account.person_id.is_not_distinct_from(Alert.person_id) & Alert.person_id.is_not(None)
    rows = db.session.execute(
        select(parts.c.alert_id, parts.c.step, Account.id)
        .join(Alert, Alert.id == parts.c.alert_id)
        .join(Account, Account.id == parts.c.account_id)
        .where(
            Account.is_disabled.is_(False),
            is_own == (parts.c.step == NoticeKind.PERSON.value),
            ~is_away(Account.person_id, away, day, day),
            may_open(Account.id),
        )
    )
    found: dict[tuple[int, str], set[int]] = {}
    for alert_id, step, account_id in rows:
        found.setdefault((alert_id, step), set()).add(account_id)
    return found


def _on(step: str, who: AnySelect) -> AnySelect:
    """``who`` (alert_id, account_id) with the step they stand on."""
    each = who.subquery()
    alert_id, account_id = list(each.c)[:2]
    rows = select(alert_id.label("alert_id"), literal(step).label("step"), account_id.label("account_id"))
    return rows.where(each.c.distance == 1) if "distance" in each.c else rows


def _nearest(permission: Permission) -> Select[int, int, int]:
    return office(permission)


def was_told_on(day: date) -> bool:
    """Whether the heads' digest of the day is out."""
    told = select(AlertNotice.id).where(AlertNotice.told_on == day, AlertNotice.notice_kind != NoticeKind.PERSON)
    return bool(db.session.scalar(select(told.exists())))


def notices_with_names(alert_id: int) -> Sequence[AnyRow]:
    """(AlertNotice, told, muted) of the alert, newest first: names of who was told, and of who wants no messages."""
    names = func.string_agg(Account.display_name, aggregate_order_by(literal("、"), Account.display_name, Account.id))
    return db.session.execute(
        select(
            AlertNotice,
            names.filter(AlertNoticeAccount.was_told).label("told"),
            names.filter(~AlertNoticeAccount.was_told).label("muted"),
        )
        .outerjoin(AlertNoticeAccount, AlertNoticeAccount.notice_id == AlertNotice.id)
        .outerjoin(Account, Account.id == AlertNoticeAccount.account_id)
        .where(AlertNotice.alert_id == alert_id)
        .group_by(AlertNotice.id)
        .order_by(AlertNotice.id.desc())
    ).all()
