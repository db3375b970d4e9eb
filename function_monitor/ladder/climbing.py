"""Sending alerts up their ladders, once a working day: what is due is told in one digest a person (R129, R132)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Boolean, Date, String, TableValuedAlias, cast, func, insert, literal, select
from sqlalchemy.types import TypeEngine

from function_monitor.alerts.models import (
    AlertLevel,
    AlertNotice,
    AlertNoticeAccount,
    AlertRule,
    AlertState,
    NoticeKind,
)
from function_monitor.ladder.queries import CLOSER, UNIT_HEAD, Notices, notices_of_open, present, waiting, was_told_on
from function_monitor.ladder.rules import LADDERS
from function_monitor.ladder.steps import WITH_THE_UNIT, Waiting, due_day, follow_up_day, next_step
from function_monitor.notices import ALERT_DIGEST, LINK
from host.kernel.access import SYSTEM, Actor
from host.kernel.audit import record_change
from host.kernel.calendar.workdays import Workdays
from host.kernel.db import db
from host.kernel.notifications.operations import tell_each

#: Notices that are no steps of the ladder.
_BESIDE = (NoticeKind.TURNED_RED, NoticeKind.FOLLOW_UP)
Present = Mapping[tuple[int, str], set[int]]


@dataclass(frozen=True)
class Due:
    """A notice to be given today. ``is_first``: the ladder begins with it."""

    alert: Waiting
    kind: NoticeKind
    due_on: date
    accounts: frozenset[int] = field(default_factory=frozenset)
    is_first: bool = False


def climb(day: date, workdays: Workdays, *, actor: Actor = SYSTEM) -> dict[str, int]:
    """Take every step that is due on ``day`` and follow up what waits; nothing on a day off or a second time that day.

    Returns ``up`` (steps), ``followed_up`` (alerts) and ``told`` (accounts). The number of statements does not grow
    with alerts or people.
    """
    counts = {"up": 0, "followed_up": 0, "told": 0}
    if not workdays.is_workday(day):
        return counts
    # Rules are locked by who evaluates them: neither of two climbs, nor a new alert, comes in between.
    db.session.execute(select(AlertRule.id).order_by(AlertRule.id).with_for_update())
    if was_told_on(day):
        return counts
    due = _due(day, workdays)
    if not due:
        return counts
    told = _tell(due, day)
    _write_down(due, told, day)
    counts["followed_up"] = sum(one.kind is NoticeKind.FOLLOW_UP for one in due)
    counts["up"], counts["told"] = sum(one.kind not in _BESIDE for one in due), len(told)
    record_change("alert:0", action="alert.climbed", actor=actor, after={"day": day, **counts})
    return counts


def _due(day: date, workdays: Workdays) -> list[Due]:
    ladders, told, nothing = LADDERS.by_code(day), notices_of_open(), Notices()
    climbing: list[tuple[Waiting, NoticeKind]] = []
    beside: list[tuple[Waiting, NoticeKind, date]] = []
    for alert in waiting(day):
        ladder, notices = LADDERS.nearest(alert.region_code, ladders), told.get(alert.id, nothing)
        taken = notices.of(alert)
        step = next_step(alert, taken)
        if step is not None and due_day(alert, step, taken, ladder, workdays) <= day:
            climbing.append((alert, step))
        if alert.turned_red and alert.state in WITH_THE_UNIT and not notices.is_red_told:
            beside.append((alert, NoticeKind.TURNED_RED, alert.first_seen_on))
        scheduled = follow_up_day(alert, ladder, day)
        if scheduled is not None and scheduled not in notices.follow_ups:
            beside.append((alert, NoticeKind.FOLLOW_UP, scheduled))
    if not climbing and not beside:
        return []
    asked = {alert.id for alert, _ in climbing} | {alert.id for alert, _, _ in beside}
    there = present(sorted(asked), day)
    steps = [due for alert, step in climbing for due in _steps(alert, step, there)]
    return steps + [Due(alert, kind, on, frozenset(_who_acts(alert, there))) for alert, kind, on in beside]


def _steps(alert: Waiting, step: NoticeKind, there: Present) -> Iterable[Due]:
    """``step``, and those after it as long as nobody is there to be told."""
    for kind in alert.steps[alert.steps.index(step) :]:
        accounts = _on_step(alert, kind, there)
        yield Due(alert, kind, alert.since, frozenset(accounts), is_first=kind is alert.steps[0])
        if accounts:
            return


def _on_step(alert: Waiting, kind: NoticeKind, there: Present) -> set[int]:
    found = there.get((alert.id, kind.value), set())
    # Where nobody is in charge of a part, the unit's head is.
    return found or (there.get((alert.id, UNIT_HEAD), set()) if kind is NoticeKind.LEADER else set())


def _who_acts(alert: Waiting, there: Present) -> set[int]:
    """Whose turn it is: the unit's, and once it answered the office's."""
    if alert.state is AlertState.RECTIFIED:
        return there.get((alert.id, NoticeKind.OFFICE.value), set())
    if alert.state is AlertState.VERIFIED:
        return there.get((alert.id, CLOSER), set())
    above = (kind for kind in alert.steps if kind is not NoticeKind.PERSON)
    return next((found for kind in above if (found := _on_step(alert, kind, there))), set())


def _tell(due: Sequence[Due], day: date) -> frozenset[int]:
    """One message to each account of ``due``; the ids of those who were told."""
    of_account: dict[int, list[Due]] = {}
    for one in due:
        for account_id in one.accounts:
            of_account.setdefault(account_id, []).append(one)
    if not of_account:
        return frozenset()
    rows = [(account_id, digest_words(mine), _link(mine)) for account_id, mine in sorted(of_account.items())]
    message = _table(rows, account_id=BigInteger, title=String, link=String)
    key = cast(f"alert_digest:{day}", String)
    told = tell_each(ALERT_DIGEST, select(message.c.account_id, message.c.title, message.c.link, key))
    return frozenset(account_id for account_id, _ in told)


def _link(mine: Sequence[Due]) -> str:
    """The alert where it is only one, else the desk."""
    ids = {one.alert.id for one in mine}
    return f"{LINK}{ids.pop()}" if len(ids) == 1 else LINK.rstrip("/")


def digest_words(mine: Sequence[Due]) -> str:
    """What one account is told of its notices of a day: how many alerts, never of whom."""
    new = {one.alert for one in mine if one.is_first}
    red = {one.alert for one in mine if one.kind is NoticeKind.TURNED_RED} - new
    up = {one.alert for one in mine if not one.is_first and one.kind not in _BESIDE} - red
    behind = {one.alert for one in mine if one.kind is NoticeKind.FOLLOW_UP} - new - red - up
    parts = (
        f"{_many(new)}待处置" if new else "",
        f"{len(red)} 条预警升为红色" if red else "",
        f"{_many(up)}逾期无人处置，现告知您" if up else "",
        f"{_many(behind)}仍未销号，请抓紧办理" if behind else "",
    )
    return "；".join(part for part in parts if part)


def _many(alerts: set[Waiting]) -> str:
    red = sum(one.level is AlertLevel.RED for one in alerts)
    return f"{len(alerts)} 条预警" + (f"（红色 {red} 条）" if red else "")


def _write_down(due: Sequence[Due], told: frozenset[int], day: date) -> None:
    """Two statements, however many notices and accounts."""
    n = AlertNotice
    given = _table(
        [(one.alert.id, one.kind.value, one.due_on) for one in due], alert_id=BigInteger, kind=String, due_on=Date
    )
    rows = select(given.c.alert_id, given.c.kind, given.c.due_on, literal(day, Date))
    made = insert(n).from_select([n.alert_id, n.notice_kind, n.due_on, n.told_on], rows, include_defaults=False)
    written = db.session.execute(made.returning(n.id, n.alert_id, n.notice_kind, n.due_on))
    id_of = {(row.alert_id, row.notice_kind, row.due_on): row.id for row in written}
    accounts = [
        (id_of[one.alert.id, one.kind, one.due_on], account_id, account_id in told)
        for one in due
        for account_id in sorted(one.accounts)
    ]
    if accounts:
        people = _table(accounts, notice_id=BigInteger, account_id=BigInteger, was_told=Boolean)
        to = AlertNoticeAccount
        db.session.execute(insert(to).from_select([to.notice_id, to.account_id, to.was_told], select(people)))


def _table(rows: Sequence[tuple[Any, ...]], **columns: type[TypeEngine[Any]]) -> TableValuedAlias:
    """``rows`` as a table of a statement, in arrays: as many parameters for a thousand as for one."""
    arrays = (
        cast(list(values), ARRAY(kind)) for values, kind in zip(zip(*rows, strict=True), columns.values(), strict=True)
    )
    return func.unnest(*arrays).table_valued(*columns).render_derived()
