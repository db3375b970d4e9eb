"""Row 67 of the security score card: what is written in a request is audited in the same transaction.

A listener sees every statement that a request sends and every commit of its session. A commit that takes a change
of the city's tables along without a row of ``audit_entry`` is a difference; there may be none.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import local
from typing import Any

from flask import Flask, has_request_context, request, request_started
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from host.kernel.db import Model

_WRITE = re.compile(r"(?:INSERT INTO|UPDATE|DELETE FROM)\s+\"?(\w+)\"?", re.ASCII)
#: Tables whose rows are no facts of the city: counters, sums that can be counted again, the record of a submission
#: that was accepted, and logs that are themselves the account of what happened.
NOT_AUDITED = {
    "rate_counter": "counts requests",
    "sign_in_guard": "counts failed sign-ins",
    "request_key": "remembers that a submission was accepted",
    "record_rollup": "sums of records, counted again at will",
    "notification": "tells its account of what was audited; reading it changes nothing",
    "outgoing_message": "the outbox of what was audited",
    "job_log_line": "a job's own log",
}
#: What a browser's session keeps for itself: its last visit and the messages to be shown.
_OWN_SESSION = re.compile(r"UPDATE auth_session SET (?:data|seen_at)=")


@dataclass
class Watch:
    """What the requests of this run wrote: commits seen, and those that lacked their audit row."""

    commits: int = 0
    differences: list[str] = field(default_factory=list)
    _own: local = field(default_factory=local)

    @property
    def _written(self) -> set[str]:
        """The tables that this thread's transaction changed so far."""
        written: set[str] = self._own.__dict__.setdefault("written", set())
        return written

    def note(self, statement: str, rows: int) -> None:
        if rows == 0 or not has_request_context() or _OWN_SESSION.match(statement):
            return
        self._written.update(name for name in _WRITE.findall(statement) if name in Model.metadata.tables)

    def forget(self) -> None:
        self._written.clear()

    def check(self) -> None:
        """At a commit: who changed something also wrote it down."""
        changed = self._written - NOT_AUDITED.keys() - {"audit_entry"}
        if changed and has_request_context():
            self.commits += 1
            if "audit_entry" not in self._written:
                self.differences.append(f"{request.method} {request.url_rule}: {', '.join(sorted(changed))}")
        self.forget()


def watch_requests(app: Flask) -> tuple[Watch, Callable[[], None]]:
    """Start watching; the function given back ends it."""
    watch = Watch()

    def after_statement(_c: Any, cursor: Any, statement: str, *_: Any) -> None:
        watch.note(statement, cursor.rowcount)  # -1, many at once: taken for a change

    def after_commit(session: Session) -> None:
        if session.get_nested_transaction() is None:  # a savepoint is no end of the transaction
            watch.check()

    def after_rollback(_session: Session) -> None:
        watch.forget()

    def at_start(_app: Flask, **_: Any) -> None:
        watch.forget()

    event.listen(Engine, "after_cursor_execute", after_statement)
    event.listen(Session, "after_commit", after_commit)
    event.listen(Session, "after_rollback", after_rollback)
    request_started.connect(at_start, app)

    def stop() -> None:
        event.remove(Engine, "after_cursor_execute", after_statement)
        event.remove(Session, "after_commit", after_commit)
        event.remove(Session, "after_rollback", after_rollback)
        request_started.disconnect(at_start, app)

    return watch, stop
