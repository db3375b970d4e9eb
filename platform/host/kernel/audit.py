"""审计日志: who changed what, when and why, in one row of the same transaction as the change."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from flask import g, has_request_context
from sqlalchemy import BigInteger, ColumnElement, Identity, Index, Insert, bindparam, column, func, insert, select
from sqlalchemy.dialects.postgresql import JSONB, Range
from sqlalchemy.orm import Mapped, mapped_column

from host.kernel.access import Actor
from host.kernel.db import Model, db


class AuditEntry(Model):
    """A change that happened. Rows are only ever added; partitioned by month of ``at``."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index(None, "subject", "at"),
        Index(None, "actor_id", "at"),
        {"postgresql_partition_by": "RANGE (at)"},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    at: Mapped[datetime] = mapped_column(primary_key=True, server_default=func.now())
    #: The account; None when the platform itself acted.
    actor_id: Mapped[int | None] = mapped_column(BigInteger)
    actor_name: Mapped[str]
    ip: Mapped[str | None]
    #: ``thing.verb``, e.g. ``duty_record.approved``.
    action: Mapped[str]
    #: ``table:id``
    subject: Mapped[str]
    before: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    reason: Mapped[str | None]
    request_id: Mapped[str | None]


#: Built once: every change sends it.
_INSERT = insert(AuditEntry.__table__)  # type: ignore[arg-type]


def record_change(
    subject: Model | str,
    *,
    action: str,
    actor: Actor,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str | None = None,
) -> None:
    """Write the audit row of a change to ``subject`` (a flushed row, or ``table:id``) in this transaction.

    Secrets and ID numbers must not be among the values: what is written here stays for good (R158).
    """
    db.session.execute(
        _INSERT,
        [
            entry_of(
                subject if isinstance(subject, str) else subject_of(subject),
                action=action, actor=actor, before=before, after=after, reason=reason,
            )
        ],
    )  # fmt: skip


def record_changes(entries: Iterable[dict[str, Any]]) -> None:
    """Write the audit rows (of ``entry_of``) of many changes in this transaction."""
    if rows := list(entries):
        db.session.execute(_INSERT, rows)


def entry_of(
    subject: str,
    *,
    action: str,
    actor: Actor,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str | None = None,
) -> dict[str, Any]:
    """The columns of an audit row, for work that writes it as a part of its own statement (see ``entry_if``)."""
    return {
        "actor_id": actor.account_id,
        "actor_name": actor.display_name,
        "ip": actor.ip,
        "action": action,
        "subject": subject,
        "before": plain(before),
        "after": plain(after),
        "reason": reason,
        "request_id": g.get("request_id") if has_request_context() else None,
    }


def entry_if(condition: ColumnElement[bool]) -> Insert:
    """The audit row as a part of a larger statement, written where ``condition`` holds.

    Takes the row of ``entry_of`` as the parameter ``audit``.
    """
    table = AuditEntry.__table__
    columns = [table.c[name] for name in _GIVEN]
    row = (
        func.jsonb_to_record(bindparam("audit", type_=JSONB))
        .table_valued(*(column(c.name, c.type) for c in columns))
        .render_derived("a", with_types=True)
    )
    return insert(table).from_select(columns, select(*row.c).where(condition))  # type: ignore[arg-type]


_GIVEN = ("actor_id", "actor_name", "ip", "action", "subject", "before", "after", "reason", "request_id")


def subject_of(row: Model) -> str:
    """``table:id`` of a mapped row."""
    return f"{row.__tablename__}:{row.id}"  # type: ignore[attr-defined]


def plain(values: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """``values`` as JSON can hold them."""
    return None if values is None else {name: _plain(value) for name, value in values.items()}


#: Types that JSON holds as they are, looked up first: most values are of these.
_AS_IT_IS = frozenset({str, int, float, bool, type(None)})


def _plain(value: Any) -> Any:
    if type(value) in _AS_IT_IS:
        return value
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Range):
        return f"[{value.lower},{value.upper})"
    if isinstance(value, Mapping):
        return plain(value)
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    return value
