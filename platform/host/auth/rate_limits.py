"""Rate limits counted in PostgreSQL: all processes share them (``memory://`` would allow each its own)."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from limits.storage import Storage
from sqlalchemy import case, delete, select
from sqlalchemy.dialects.postgresql import insert

from host.auth.models import RateCounter
from host.kernel.db import db


class PostgresStorage(Storage):
    """Fixed-window counters in ``rate_counter``, each hit in a short transaction of its own."""

    STORAGE_SCHEME = ["lvzhi-postgres"]  # noqa: RUF012  # the base class asks for a list

    @property
    def base_exceptions(self) -> type[Exception] | tuple[type[Exception], ...]:
        return Exception

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        now = datetime.now(UTC)
        fresh = insert(RateCounter).values(key=key, hits=amount, expires_at=now + timedelta(seconds=expiry))
        is_over = RateCounter.expires_at <= now
        statement = fresh.on_conflict_do_update(
            index_elements=[RateCounter.key],
            set_={
                "hits": case((is_over, amount), else_=RateCounter.hits + amount),
                "expires_at": case((is_over, fresh.excluded.expires_at), else_=RateCounter.expires_at),
            },
        ).returning(RateCounter.hits)
        with db.engine.begin() as connection:
            return int(connection.execute(statement).scalar_one())

    def get(self, key: str) -> int:
        row = self._row(key)
        return 0 if row is None else int(row.hits)

    def get_expiry(self, key: str) -> float:
        row = self._row(key)
        return time.time() if row is None else float(row.expires_at.timestamp())

    def check(self) -> bool:
        with db.engine.connect() as connection:
            return bool(connection.execute(select(1)).scalar_one() == 1)

    def reset(self) -> int | None:
        with db.engine.begin() as connection:
            return int(connection.execute(delete(RateCounter)).rowcount)

    def clear(self, key: str) -> None:
        with db.engine.begin() as connection:
            connection.execute(delete(RateCounter).where(RateCounter.key == key))

    def _row(self, key: str) -> Any:
        with db.engine.connect() as connection:
            return connection.execute(
                select(RateCounter.hits, RateCounter.expires_at).where(
                    RateCounter.key == key, RateCounter.expires_at > datetime.now(UTC)
                )
            ).first()
