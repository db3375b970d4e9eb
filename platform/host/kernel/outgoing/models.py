from __future__ import annotations

import enum
import uuid
from datetime import datetime, time

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, ForeignKey, Identity, Index, SmallInteger, String, func, text
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.orm import Mapped, mapped_column

from host.kernel.db import Model


class ChannelKind(enum.Enum):
    """By what a channel reaches people: a city's message gateway (SMS, 政务微信 …) or mail."""

    WEBHOOK = "webhook"
    MAIL = "mail"

    @property
    def label(self) -> str:
        return {"webhook": "消息网关（HTTP）", "mail": "电子邮件（SMTP）"}[self.value]


class MessageState(enum.Enum):
    WAITING = "waiting"
    SENT = "sent"
    WITHDRAWN = "withdrawn"
    FAILED = "failed"

    @property
    def label(self) -> str:
        return MESSAGE_STATE_LABELS[self]


MESSAGE_STATE_LABELS = {
    MessageState.WAITING: "待发送",
    MessageState.SENT: "已送出",
    MessageState.WITHDRAWN: "已在平台阅读，不再发送",
    MessageState.FAILED: "未能送出",
}


class OutgoingChannel(Model):
    """通道: where messages go and when they rest."""

    __tablename__ = "outgoing_channel"
    __table_args__ = (
        Unique("name"),
        CheckConstraint("(channel_kind = 'mail') = (mail_domain <> '')", name="mail_has_a_domain"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(String(40))
    channel_kind: Mapped[ChannelKind]
    #: ``https://gateway.example/notices``; ``smtps://user@mail.example:465``
    address: Mapped[str] = mapped_column(String(300))
    #: People's addresses are ``<login name>@<this>``.
    mail_domain: Mapped[str] = mapped_column(String(120), default="", server_default="")
    #: The key of the signature, or the password of the mail account; encrypted.
    sealed_secret: Mapped[bytes | None]
    #: Kinds of notification that go this way; empty: all.
    kinds: Mapped[list[str]] = mapped_column(ARRAY(String(60)), default=list, server_default="{}")
    #: Nothing is sent from the one to the other, China time; the same twice: there is no rest.
    quiet_from: Mapped[time] = mapped_column(default=time(20), server_default="20:00")
    quiet_until: Mapped[time] = mapped_column(default=time(8), server_default="08:00")
    is_on: Mapped[bool] = mapped_column(default=True, server_default="true")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    def rests_at(self, now: time) -> bool:
        """Whether ``now`` lies in the quiet hours (免打扰), over midnight too."""
        if self.quiet_from <= self.quiet_until:
            return self.quiet_from <= now < self.quiet_until
        return now >= self.quiet_from or now < self.quiet_until


class OutgoingMessage(Model):
    """待发消息: that one person is to be told, on one channel. What it is about stays on the platform."""

    __tablename__ = "outgoing_message"
    __table_args__ = (
        Unique("channel_id", "account_id", "key"),
        CheckConstraint("(message_state = 'waiting') = (settled_at IS NULL)", name="settled_has_a_time"),
        Index(None, "channel_id", "due_at", "id", postgresql_where=text("message_state = 'waiting'")),
        Index("ix_outgoing_message_batch", "batch", postgresql_where=text("message_state = 'waiting'")),
        Index(None, "account_id", "key", postgresql_where=text("message_state = 'waiting'")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    channel_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(OutgoingChannel.id))
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("account.id"))
    kind: Mapped[str] = mapped_column(String(60))
    #: What it is about, once a person: the same thing told again is no second message.
    key: Mapped[str] = mapped_column(String(200))
    message_state: Mapped[MessageState] = mapped_column(default=MessageState.WAITING, server_default="waiting")
    due_at: Mapped[datetime] = mapped_column(server_default=func.now())
    #: Messages of one person that go out as one, under this key, however often it is tried.
    batch: Mapped[uuid.UUID | None]
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    error: Mapped[str] = mapped_column(default="", server_default="")
    settled_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
