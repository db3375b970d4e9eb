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

from sqlalchemy import CTE, Index, LargeBinary, String, bindparam, func, select
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


def _taking() -> Any:
    table = RequestKey.__table__
    fresh = insert(table).values(  # type: ignore[arg-type]
        owner=bindparam("key_owner", type_=String),
        client_key=bindparam("key_client_key", type_=String),
        body_hash=bindparam("key_body_hash", type_=LargeBinary),
        answer=bindparam("key_answer", type_=JSONB(none_as_null=True)),
    )
    return fresh.on_conflict_do_nothing().returning(table.c.client_key)


#: Built once: every submission sends it.
_TAKE = _taking()


@dataclass(frozen=True)
class Key:
    """What one submission is known by: whose it is, the number that the client gave it, the hash of what it says."""

    owner: str
    client_key: str
    body_hash: bytes

    def binds(self, answer: dict[str, Any] | None) -> dict[str, Any]:
        """The parameters of ``taken_as``."""
        return {
            "key_owner": self.owner,
            "key_client_key": self.client_key,
            "key_body_hash": self.body_hash,
            "key_answer": answer,
        }


def key_of(*, owner: str, key: str, body: Any) -> Key:
    """Raises Refused when the key is empty or too long."""
    if not key or len(key) > KEY_LENGTH or not key.isprintable():
        raise Refused("提交编号（Idempotency-Key）缺失或过长，请刷新页面后重试")
    return Key(owner, key, hash_body(body))


def taken_as(name: str) -> CTE:
    """The claim as a part of a larger statement: one row for a first request, none for a repeated one.

    For work that goes with its key in one statement; ``Key.binds`` gives the parameters.
    """
    part: CTE = _TAKE.cte(name)
    return part


def claim(*, owner: str, key: str, body: Any, answer: dict[str, Any] | None = None) -> Claim:
    """Take ``key`` for ``owner``, or give back what the first request with it was answered.

    One statement for a first request, two for a repeated one. Raises KeyReused when the key came with
    another body (409), Refused when the key is empty or too long.
    """
    wanted = key_of(owner=owner, key=key, body=body)
    if db.session.execute(_TAKE, wanted.binds(answer)).first() is not None:
        return Claim(True, answer or {})
    kept = kept_answer(wanted)
    assert kept is not None  # what stood in the way is there
    return Claim(False, kept)


def kept_answer(key: Key) -> dict[str, Any] | None:
    """What the first request with the key was answered; None: there was none. Raises KeyReused (another body)."""
    kept = db.session.execute(
        select(RequestKey.body_hash, RequestKey.answer).where(
            RequestKey.owner == key.owner, RequestKey.client_key == key.client_key
        )
    ).first()
    if kept is None:
        return None
    if kept.body_hash != key.body_hash:
        raise KeyReused
    return kept.answer or {}


def keep_answer(*, owner: str, key: str, answer: dict[str, Any]) -> None:
    """Set the answer of a key that was claimed without one (same transaction)."""
    row = db.session.get_one(RequestKey, (owner, key))
    row.answer = answer
    db.session.flush()  # part of the work's own transaction: both or neither
