"""Writes of channels and of the outbox. None of them commits."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, time

from flask import current_app
from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    String,
    any_,
    cast,
    func,
    literal,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert

from host.kernel.access import Actor
from host.kernel.audit import record_change
from host.kernel.crypto import provider
from host.kernel.db import db
from host.kernel.errors import Refused
from host.kernel.outgoing.addresses import parsed, require_allowed
from host.kernel.outgoing.delivering import secret_context
from host.kernel.outgoing.models import ChannelKind, MessageState, OutgoingChannel, OutgoingMessage


@dataclass(frozen=True)
class ChannelDraft:
    """What an administrator says of a channel. ``secret`` "": the one that is kept stays."""

    name: str
    kind: ChannelKind
    address: str
    mail_domain: str = ""
    secret: str = ""
    kinds: tuple[str, ...] = ()
    quiet_from: time = time(20)
    quiet_until: time = time(8)
    is_on: bool = True


def add_channel(draft: ChannelDraft, *, actor: Actor) -> OutgoingChannel:
    """Raises Refused, and AddressNotAllowed for an address that the operator did not open."""
    _check(draft, has_secret=bool(draft.secret))
    channel = OutgoingChannel()
    _write(channel, draft)
    db.session.add(channel)
    db.session.flush()  # the secret is sealed for the channel's number
    _seal(channel, draft.secret)
    record_change(channel, action="outgoing_channel.added", actor=actor, after=_told(channel))
    return channel


def change_channel(channel: OutgoingChannel, draft: ChannelDraft, *, actor: Actor) -> None:
    """Messages that wait go the new way. Raises as ``add_channel``."""
    db.session.refresh(channel, with_for_update=True)
    _check(draft, has_secret=bool(draft.secret or channel.sealed_secret))
    if draft.address != channel.address and channel.sealed_secret and not draft.secret:
        raise Refused("换了地址，请重新填写密钥：原来的密钥不会发给新地址")
    before = _told(channel)
    _write(channel, draft)
    _seal(channel, draft.secret)
    record_change(
        channel,
        action="outgoing_channel.changed",
        actor=actor,
        before=before,
        after={**_told(channel), "secret_is_new": bool(draft.secret)},
    )


def _check(draft: ChannelDraft, *, has_secret: bool) -> None:
    scheme = parsed(draft.address).scheme
    if (draft.kind is ChannelKind.MAIL) != scheme.startswith("smtp"):
        raise Refused("消息网关的地址以 https:// 开头，邮件的以 smtps:// 或 smtp:// 开头")
    if draft.kind is ChannelKind.WEBHOOK and not has_secret:
        raise Refused("请填写签名密钥：接收方凭它确认消息来自本平台")
    if (draft.kind is ChannelKind.MAIL) != bool(draft.mail_domain):
        raise Refused("邮件通道须填写邮箱域名，消息网关不填")
    require_allowed(draft.address, current_app.extensions["settings"].outgoing_origins)


def _write(channel: OutgoingChannel, draft: ChannelDraft) -> None:
    channel.name, channel.channel_kind, channel.address = draft.name, draft.kind, draft.address
    channel.mail_domain, channel.kinds, channel.is_on = draft.mail_domain, list(draft.kinds), draft.is_on
    channel.quiet_from, channel.quiet_until = draft.quiet_from, draft.quiet_until


def _seal(channel: OutgoingChannel, secret: str) -> None:
    if secret:
        channel.sealed_secret = provider().encrypt(secret, context=secret_context(channel))
    db.session.flush()  # the unique name speaks here


def _told(channel: OutgoingChannel) -> dict[str, object]:
    """What the audit log keeps of a channel: everything but its secret."""
    names = ("name", "channel_kind", "address", "mail_domain", "kinds", "quiet_from", "quiet_until", "is_on")
    return {name: getattr(channel, name) for name in names}


def send_out(told: Collection[tuple[int, str]], *, kind: str) -> None:
    """Put a message for each (account id, key) into the outbox of every channel that takes ``kind``, once each.

    Part of the transaction of what it tells of: rolled back with it, and kept with it. One statement.
    """
    if not told:
        return
    accounts, keys = zip(*told, strict=True)
    each = func.unnest(cast(list(accounts), ARRAY(BigInteger)), cast(list(keys), ARRAY(String)))
    people = each.table_valued("account_id", "key").render_derived()
    chosen = (
        select(OutgoingChannel.id, people.c.account_id, literal(kind, String(60)), people.c.key)
        .join(people, true())  # every person on every channel
        .where(OutgoingChannel.is_on, _takes(kind))
    )
    m = OutgoingMessage
    rows = upsert(m).from_select([m.channel_id, m.account_id, m.kind, m.key], chosen)
    db.session.execute(rows.on_conflict_do_nothing())


def _takes(kind: str) -> ColumnElement[bool]:
    return or_(func.cardinality(OutgoingChannel.kinds) == 0, literal(kind) == any_(OutgoingChannel.kinds))


def withdraw(account_id: int, keys: Collection[str]) -> None:
    """The account read these on the platform: what was not taken up yet is not sent any more. One statement."""
    if not keys:
        return
    m = OutgoingMessage
    db.session.execute(
        update(m)
        .where(m.account_id == account_id, m.key.in_(keys), m.message_state == MessageState.WAITING, m.batch.is_(None))
        .values(message_state=MessageState.WITHDRAWN, settled_at=datetime.now(UTC))
    )


def send_again(channel: OutgoingChannel, *, actor: Actor) -> int:
    """What could not be sent waits anew, under new keys; returns how many messages."""
    m = OutgoingMessage
    failed = m.channel_id == channel.id, m.message_state == MessageState.FAILED
    waiting = {"message_state": MessageState.WAITING, "settled_at": None, "batch": None, "attempts": 0, "error": ""}
    count = len(db.session.scalars(update(m).where(*failed).values(**waiting, due_at=func.now()).returning(m.id)).all())
    if count:
        record_change(channel, action="outgoing_channel.sent_again", actor=actor, after={"messages": count})
    return count
