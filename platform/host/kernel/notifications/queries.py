from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select

from host.kernel.db import db
from host.kernel.errors import NotFound
from host.kernel.notifications.models import Notification, NotificationMute

PAGE = 50
#: More unread ones than this are told as "99+".
MOST_COUNTED = 100


def unread_count(account_id: Any) -> Any:
    """How many an account has not read, up to MOST_COUNTED, as a column of another statement."""
    # The table, not the class: one class makes the ORM's of the whole statement, which every request pays for.
    table = Notification.__table__
    some = (
        select(table.c.id)
        .where(table.c.account_id == account_id, table.c.read_at.is_(None))
        .limit(MOST_COUNTED)
        .correlate_except(table)
        .subquery()
    )
    return select(func.count()).select_from(some).scalar_subquery()


def page_of(account_id: int, *, before: int | None, unread_only: bool) -> tuple[Sequence[Notification], int | None]:
    """An account's notifications, newest first, and the key of the next page."""
    rows = select(Notification).where(Notification.account_id == account_id)
    if unread_only:
        rows = rows.where(Notification.read_at.is_(None))
    if before is not None:
        rows = rows.where(Notification.id < before)
    found = db.session.scalars(rows.order_by(Notification.id.desc()).limit(PAGE + 1)).all()
    return found[:PAGE], found[PAGE - 1].id if len(found) > PAGE else None


def own(account_id: int, notification_id: int) -> Notification:
    """Raises NotFound for somebody else's."""
    found = db.session.scalars(
        select(Notification).where(Notification.id == notification_id, Notification.account_id == account_id)
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def muted_kinds(account_id: int) -> frozenset[str]:
    return frozenset(db.session.scalars(select(NotificationMute.kind).where(NotificationMute.account_id == account_id)))
