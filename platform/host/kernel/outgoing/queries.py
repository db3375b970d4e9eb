from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select

from host.kernel.db import AnyRow, AnySelect, Model, db
from host.kernel.errors import NotFound
from host.kernel.outgoing.models import MessageState, OutgoingChannel, OutgoingMessage

#: How many of a channel's latest failures its page shows.
SHOWN = 50


def channels() -> Sequence[AnyRow]:
    """(OutgoingChannel, waiting, sent, failed, last_sent_at) by name: messages of the last 30 days."""
    m = OutgoingMessage

    def counted(state: MessageState) -> Any:
        return func.count().filter(m.message_state == state).label(state.value)

    sums = (
        select(
            m.channel_id,
            *(counted(state) for state in (MessageState.WAITING, MessageState.SENT, MessageState.FAILED)),
            func.max(m.settled_at).filter(m.message_state == MessageState.SENT).label("last_sent_at"),
        )
        .group_by(m.channel_id)
        .subquery()
    )
    return db.session.execute(
        select(
            OutgoingChannel,
            *(func.coalesce(column, 0).label(column.name) for column in (sums.c.waiting, sums.c.sent, sums.c.failed)),
            sums.c.last_sent_at,
        )
        .outerjoin(sums, sums.c.channel_id == OutgoingChannel.id)
        .order_by(OutgoingChannel.name)
    ).all()


def channel(channel_id: int) -> OutgoingChannel:
    """Raises NotFound."""
    found = db.session.get(OutgoingChannel, channel_id)
    if found is None:
        raise NotFound
    return found


def troubled(channel_id: int) -> AnySelect:
    """(OutgoingMessage, login_name) that were not sent or were tried in vain, newest first."""
    account = Model.metadata.tables["account"]
    m = OutgoingMessage
    return (
        select(m, account.c.login_name)
        .join(account, account.c.id == m.account_id)
        .where(
            m.channel_id == channel_id, m.message_state.in_((MessageState.FAILED, MessageState.WAITING)), m.error != ""
        )
        .order_by(m.id.desc())
        .limit(SHOWN)
    )
