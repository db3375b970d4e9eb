"""One leader among all schedulers: an advisory lock in PostgreSQL, a heartbeat, and what ends a leader that hangs."""

from __future__ import annotations

import os
import socket

import structlog
from sqlalchemy import Connection, Engine, func, text
from sqlalchemy.dialects.postgresql import insert

from host.kernel.clock.models import ClockLeader

log = structlog.get_logger("host.clock")

_KEY = "hashtextextended(current_schema() || '.clock', 3)"
_HOLDER = f"""
    SELECT pid FROM pg_locks
    WHERE locktype = 'advisory' AND granted AND objsubid = 1
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND (classid::bigint << 32) | objid::bigint = {_KEY}
"""  # noqa: S608  # no value from outside


class Candidate:
    """A scheduler's own connection, on which it tries to lead and, once it leads, beats.

    The lock belongs to the connection: when the process dies PostgreSQL lets it go by itself.
    """

    def __init__(self, engine: Engine, *, dead_after: float) -> None:
        self.connection = _own_connection(engine)
        self.dead_after = dead_after
        self._suspect: int | None = None

    def take_the_lead(self) -> bool:
        """Try once. A leader that was seen silent at two tries running is ended, and the lock taken at once."""
        if self._try_lock():
            return True
        suspect = self._silent_leader()
        if suspect is not None and suspect == self._suspect:
            log.warning("leader_ended", backend_pid=suspect)
            # Waits up to 5 s for the backend to be gone, and its lock with it.
            self.connection.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": suspect})
            return self._try_lock()
        self._suspect = suspect
        return False

    def beat(self) -> None:
        """Say that this process leads and lives. Raises when the connection, and so the lock, is gone."""
        values = {
            "backend_pid": func.pg_backend_pid(),
            "process": f"{socket.gethostname()}:{os.getpid()}",
            "beat_at": func.now(),
        }
        self.connection.execute(
            insert(ClockLeader)
            .values(id=1, **values)
            .on_conflict_do_update(index_elements=[ClockLeader.id], set_=values)
        )

    def close(self) -> None:
        self.connection.close()

    def _try_lock(self) -> bool:
        if not self.connection.scalar(text(f"SELECT pg_try_advisory_lock({_KEY})")):  # noqa: S608
            return False
        self.beat()
        return True

    def _silent_leader(self) -> int | None:
        """The backend that holds the lock although no beat came for ``dead_after`` seconds."""
        query = f"""
            SELECT ({_HOLDER}) WHERE NOT EXISTS (
                SELECT FROM clock_leader WHERE beat_at > now() - make_interval(secs => :seconds))
        """  # noqa: S608  # as above
        found: int | None = self.connection.scalar(text(query), {"seconds": self.dead_after})
        return found


def _own_connection(engine: Engine) -> Connection:
    """Taken out of the pool for good: its lock must not come back to another user with it."""
    connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    connection.detach()
    connection.execute(text("SET statement_timeout = '10s'"))
    return connection
