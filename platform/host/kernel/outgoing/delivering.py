"""Handing out what waits in the outbox: claimed for a while, sent, settled.

At least once, and once for a receiver that knows keys: what was claimed and not settled — the worker was killed, the
receiver was away — goes out again under the same key and in the same number of messages.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import func, select, text, update

from host.kernel.crypto import provider
from host.kernel.db import Model, db
from host.kernel.jobs.progress import Progress
from host.kernel.outgoing.adapters import Parcel, Way, send
from host.kernel.outgoing.addresses import require_allowed
from host.kernel.outgoing.errors import AddressNotAllowed, NotDelivered, Unreachable
from host.kernel.outgoing.models import MessageState, OutgoingChannel, OutgoingMessage
from host.kernel.pages import CHINA_TIME

#: Messages that are claimed at a time.
BATCH = 500
#: For how long a claim holds: longer than any sending takes.
LEASE = timedelta(minutes=30)
MOST_ATTEMPTS = 12
LONGEST_PAUSE = timedelta(hours=6)


def deliver(run: Progress, *, now: datetime | None = None) -> dict[str, int]:
    """Send what is due on every channel that does not rest; returns how many messages were sent, and not."""
    sent = failed = 0
    for channel in db.session.scalars(select(OutgoingChannel).where(OutgoingChannel.is_on)).all():
        at = now or datetime.now(UTC)
        if channel.rests_at(at.astimezone(CHINA_TIME).time()):
            continue
        well, ill = _empty(channel, at, run)
        sent, failed = sent + well, failed + ill
    return {"sent": sent, "failed": failed}


def _empty(channel: OutgoingChannel, now: datetime, run: Progress) -> tuple[int, int]:
    """Send what the channel holds, until it is empty or the receiver is away: (sent, not sent)."""
    way = way_of(channel)
    sent = failed = 0
    while parcels := claim(channel.id, now):
        db.session.commit()  # the claim stands whatever becomes of this process
        for parcel in parcels:
            run.checkpoint()
            try:
                require_allowed(way.address, current_app.extensions["settings"].outgoing_origins)
                send(way, parcel)
            except Unreachable as away:
                _give_back(channel.id, parcels, now, away.reason)
                run.log(f"“{channel.name}”：{away.reason}，稍后再试")
                return sent, failed + 1
            except (NotDelivered, AddressNotAllowed) as refused:
                failed += 1
                _put_off(parcel, refused, now)
            else:
                sent += parcel.count
                settle([parcel], MessageState.SENT, now)
            db.session.commit()
            run.step(run.done + parcel.count)
    return sent, failed


def way_of(channel: OutgoingChannel) -> Way:
    """The channel with its secret opened. Raises Unreadable."""
    sealed = channel.sealed_secret
    secret = provider().decrypt(sealed, context=secret_context(channel)) if sealed else ""
    return Way(channel.channel_kind, channel.address, channel.mail_domain, secret)


def secret_context(channel: OutgoingChannel) -> str:
    """The place of the secret, without which its ciphertext does not open."""
    return f"outgoing_channel:{channel.id}:secret"


def claim(channel_id: int, now: datetime) -> list[Parcel]:
    """Take what is due, each person's new messages as one parcel; others pass by what is taken (SKIP LOCKED)."""
    due = (
        select(OutgoingMessage.id, OutgoingMessage.account_id)
        .where(*_waiting(channel_id), OutgoingMessage.due_at <= now)
        .order_by(OutgoingMessage.due_at, OutgoingMessage.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    taken = [row.id for row in db.session.execute(due)]
    if not taken:
        return []
    db.session.execute(_NAME_BATCHES, {"ids": taken})
    m = OutgoingMessage
    batches = db.session.scalars(update(m).where(m.id.in_(taken)).values(due_at=now + LEASE).returning(m.batch)).all()
    return _parcels(set(batches))


#: Messages that are taken for the first time get a key for each person; those that were tried keep theirs.
# Materialized: scanned twice, it would draw twice.
_NAME_BATCHES = text(
    "WITH named AS MATERIALIZED (SELECT account_id, gen_random_uuid() AS batch FROM outgoing_message"
    " WHERE id = ANY(:ids) AND batch IS NULL GROUP BY account_id)"
    " UPDATE outgoing_message m SET batch = named.batch FROM named"
    " WHERE m.id = ANY(:ids) AND m.batch IS NULL AND m.account_id = named.account_id"
)


def _parcels(batches: set[Any]) -> list[Parcel]:
    """Whole parcels: a key always goes with the same number of messages."""
    account = Model.metadata.tables["account"]  # the kernel knows it by name only: it imports nothing of host.auth
    m = OutgoingMessage
    rows = db.session.execute(
        select(m.batch, account.c.login_name, func.count().label("messages"))
        .join(account, account.c.id == m.account_id)
        .where(m.batch.in_(batches), m.message_state == MessageState.WAITING)
        .group_by(m.batch, account.c.login_name)
        .order_by(func.min(m.id))
    ).all()
    return [Parcel(row.batch, row.login_name, row.messages) for row in rows]


def settle(parcels: Sequence[Parcel], state: MessageState, now: datetime, *, error: str = "") -> None:
    """Nothing more is to be done for them."""
    db.session.execute(
        update(OutgoingMessage)
        .where(*_of(parcels))
        .values(message_state=state, settled_at=now, error=error, attempts=OutgoingMessage.attempts + 1)
    )


def _put_off(parcel: Parcel, refused: NotDelivered | AddressNotAllowed, now: datetime) -> None:
    """Try again later, each time after twice as long; or never."""
    tried = db.session.scalar(select(func.max(OutgoingMessage.attempts)).where(*_of([parcel]))) or 0
    if tried + 1 >= MOST_ATTEMPTS or (isinstance(refused, NotDelivered) and refused.is_final):
        settle([parcel], MessageState.FAILED, now, error=str(refused))
        return
    pause = min(timedelta(minutes=2**tried), LONGEST_PAUSE)
    db.session.execute(
        update(OutgoingMessage)
        .where(*_of([parcel]))
        .values(attempts=OutgoingMessage.attempts + 1, due_at=now + pause, error=str(refused))
    )


def _give_back(channel_id: int, parcels: Sequence[Parcel], now: datetime, reason: str) -> None:
    """The receiver is away: all that was claimed waits a minute, and none of it counts as tried."""
    db.session.execute(
        update(OutgoingMessage)
        .where(*_waiting(channel_id), *_of(parcels))
        .values(due_at=now + timedelta(minutes=1), error=reason)
    )
    db.session.commit()


def _waiting(channel_id: int) -> tuple[Any, Any]:
    return OutgoingMessage.channel_id == channel_id, OutgoingMessage.message_state == MessageState.WAITING


def _of(parcels: Sequence[Parcel]) -> tuple[Any, Any]:
    return (
        OutgoingMessage.batch.in_([parcel.batch for parcel in parcels]),
        OutgoingMessage.message_state == MessageState.WAITING,
    )
