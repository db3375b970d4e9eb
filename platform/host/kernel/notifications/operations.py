"""Writes of notifications, in the transaction of what they tell of. None of them commits."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, String, cast, delete, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert

from host.kernel.access import Actor
from host.kernel.audit import record_change
from host.kernel.db import AnySelect, Model, db
from host.kernel.notifications.kinds import Kind, registered_kinds
from host.kernel.notifications.models import Notification, NotificationMute
from host.kernel.outgoing.operations import send_out, withdraw

MOST_LETTERS = 300


def tell(
    kind: Kind,
    *,
    people: Collection[int] = (),
    accounts: Collection[int] = (),
    title: str,
    link: str,
    key: str,
) -> int:
    """Tell the accounts of ``people`` (their ids) and ``accounts``; returns how many were told.

    ``link`` is the path where it is dealt with. ``key`` names what happened: told again, it is no second message.
    """
    account = _account()
    who = account.c.person_id.in_(people) | account.c.id.in_(accounts)
    return tell_from(kind, select(account.c.id, _literal(title)).where(who), link=link, key=key)


def tell_from(kind: Kind, recipients: Select[int, str], *, link: str, key: str) -> int:
    """The same to the accounts of a select of (account id, title), set-based. Two statements, however many they are."""
    who = recipients.subquery("who")
    account_id, title = who.c
    return len(tell_each(kind, select(account_id, title, _literal(link), _literal(key))))


def tell_each(kind: Kind, messages: AnySelect) -> Sequence[tuple[int, str]]:
    """Tell each of a select of (account id, title, link, key); the (account id, key) that were told now.

    Two statements, however many they are.
    """
    each = messages.subquery("each_message")
    account_id, title, link, key = each.c
    account, n = _account(), Notification
    chosen = (
        select(account_id, literal(kind.name, String(60)), func.left(title, MOST_LETTERS), link, key)
        .join(account, account.c.id == account_id)
        .where(account.c.is_disabled.is_(False), ~_is_muted(account_id, kind))
    )
    rows = insert(n).from_select([n.account_id, n.kind, n.title, n.link, n.key], chosen, include_defaults=False)
    new = db.session.execute(rows.on_conflict_do_nothing().returning(n.account_id, n.key))
    told = [(row.account_id, row.key) for row in new]
    send_out(told, kind=kind.name)
    return told


def _literal(text: str) -> Any:
    return cast(literal(text), String)


def _account() -> Any:
    """The kernel knows the table by name only: it imports nothing of host.auth."""
    return Model.metadata.tables["account"]


def _is_muted(account_id: Any, kind: Kind) -> ColumnElement[bool]:
    if kind.is_obligatory:
        return literal(value=False)
    return (
        select(NotificationMute.kind)
        .where(NotificationMute.account_id == account_id, NotificationMute.kind == kind.name)
        .exists()
    )


def mark_read(account_id: int, *, notification_id: int | None = None) -> None:
    """One of the account's notifications, or all of them; what waits to be sent outside about them is not sent."""
    n = Notification
    unread = update(n).where(n.account_id == account_id, n.read_at.is_(None))
    if notification_id is not None:
        unread = unread.where(n.id == notification_id)
    keys = db.session.scalars(unread.values(read_at=datetime.now(UTC)).returning(n.key)).all()
    withdraw(account_id, keys)


def choose_kinds(wanted: Collection[str], *, actor: Actor) -> None:
    """The actor is told of these kinds and of the obligatory ones."""
    assert actor.account_id is not None
    known = {kind.name for kind in registered_kinds().values() if not kind.is_obligatory}
    muted = sorted(known - set(wanted))
    db.session.execute(delete(NotificationMute).where(NotificationMute.account_id == actor.account_id))
    if muted:
        db.session.execute(insert(NotificationMute), [{"account_id": actor.account_id, "kind": name} for name in muted])
    record_change(
        f"account:{actor.account_id}", action="notification.kinds_chosen", actor=actor, after={"muted": muted}
    )
