"""Request keys (幂等键): a repeated submission gets the first one's answer and writes nothing.

The key row is written in the transaction of the work it guards, so both are there or neither. A parallel twin
waits on the primary key until the first one's transaction ends. Refused requests (4xx, 5xx) roll back and leave
no key: they may be mended and sent again.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, func, select
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Mapped, mapped_column

from host.kernel.db import Model, db
from host.kernel.errors import KeyReused, Refused

KEY_LENGTH = 100


class RequestKey(Model):
    """One accepted submission of one owner. Hash-partitioned; kept until the month is locked + 100 days."""

    __tablename__ = "request_key"
    __table_args__ = (
        Index(None, "created_at", postgresql_using="brin"),
        {"postgresql_partition_by": "HASH (owner, client_key)"},
    )

    #: ``account:7`` or ``client:3``
    owner: Mapped[str] = mapped_column(String(40), primary_key=True)
    client_key: Mapped[str] = mapped_column(String(KEY_LENGTH), primary_key=True)
    body_hash: Mapped[bytes]
    answer: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


@dataclass(frozen=True)
class Claim:
    """Whether this request is the first with its key, and the answer that belongs to the key."""

    is_first: bool
    answer: dict[str, Any]


def hash_body(body: Any) -> bytes:
    """SHA-256 of ``body`` (JSON-like) with sorted names: the order of fields is no difference."""
    text = json.dumps(body, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


#: Built once: every submission sends it.
_TAKE = (
    insert(RequestKey.__table__)  # type: ignore[arg-type]
    .on_conflict_do_nothing()
    .returning(RequestKey.__table__.c.client_key)
)


def claim(*, owner: str, key: str, body: Any, answer: dict[str, Any] | None = None) -> Claim:
    """Take ``key`` for ``owner``, or give back what the first request with it was answered.

    One statement for a first request, two for a repeated one. Raises KeyReused when the key came with
    another body (409), Refused when the key is empty or too long.
    """
    if not key or len(key) > KEY_LENGTH or not key.isprintable():
        raise Refused("提交编号（Idempotency-Key）缺失或过长，请刷新页面后重试")
    digest = hash_body(body)
    row = {"owner": owner, "client_key": key, "body_hash": digest, "answer": answer}
    if db.session.execute(_TAKE, row).first() is not None:
        return Claim(True, answer or {})
    kept = db.session.execute(
        select(RequestKey.body_hash, RequestKey.answer).where(RequestKey.owner == owner, RequestKey.client_key == key)
    ).one()
    if kept.body_hash != digest:
        raise KeyReused
    return Claim(False, kept.answer or {})


def keep_answer(*, owner: str, key: str, answer: dict[str, Any]) -> None:
    """Set the answer of a key that was claimed without one (same transaction)."""
    row = db.session.get_one(RequestKey, (owner, key))
    row.answer = answer
    db.session.flush()  # part of the work's own transaction: both or neither
