from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, String, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from host.kernel.db import Model


class Notification(Model):
    """通知: that something happened which concerns one account. The same ``key`` is told once, whoever tries again."""

    __tablename__ = "notification"
    __table_args__ = (
        UniqueConstraint("account_id", "key"),
        CheckConstraint("link LIKE '/%' AND link NOT LIKE '//%'", name="link_stays_here"),
        Index(None, "account_id", "id"),
        Index("ix_notification_unread", "account_id", postgresql_where=text("read_at IS NULL")),
        Index(None, "created_at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("account.id"))
    kind: Mapped[str] = mapped_column(String(60))
    title: Mapped[str] = mapped_column(String(300))
    #: Where it is dealt with: a path of the platform.
    link: Mapped[str] = mapped_column(String(300))
    key: Mapped[str] = mapped_column(String(200))
    read_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class NotificationMute(Model):
    """A kind that an account does not want to be told of."""

    __tablename__ = "notification_mute"

    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("account.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(60), primary_key=True)
