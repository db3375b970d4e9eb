"""A form that was sent and met with the question for the password: kept on the server, to be sent on afterwards.

It lies in the row of the session that sent it, so it is that account's and that browser's alone; it had passed the
check of its token, and it is sent on to the path that it was meant for and by a button that the person presses.
Passwords and files are never kept.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Request, session

from host.auth.sessions import ServerSession
from host.kernel.access import Actor

_KEY = "held_form"
#: Every request of the session reads what is kept; a longer form is typed again (or comes back as a draft).
MOST_BYTES = 64 * 1024
KEPT = timedelta(minutes=10)
_TOKEN = "csrf_token"  # noqa: S105  # the name of the field, no secret
_SECRET = re.compile(r"password|passwd|secret|token|^(old|new|again)$", re.IGNORECASE)


@dataclass(frozen=True)
class HeldForm:
    """``path``: where it was sent, with its query; ``fields``: (name, value) in the order in which they came."""

    path: str
    fields: tuple[tuple[str, str], ...]


def hold_form(request: Request, actor: Actor) -> bool:
    """Keep what the request sent, in place of what was kept before; whether that was possible."""
    session.pop(_KEY, None)
    fields = [(name, value) for name, value in request.form.items(multi=True) if name != _TOKEN]
    if not isinstance(session, ServerSession) or request.method != "POST" or not _may_be_kept(request, fields):
        return False
    path = request.full_path.rstrip("?")
    at = datetime.now(UTC).isoformat()
    session[_KEY] = {"account_id": actor.account_id, "path": path, "fields": fields, "at": at}
    return True


def forget_stale() -> None:
    """What lay too long goes with the next request of its session, wherever that leads. No statement without any."""
    said: Mapping[str, Any] | None = session.get(_KEY)
    if said is not None and _lay_too_long(said):
        session.pop(_KEY)


def is_held(actor: Actor) -> bool:
    return _held(actor) is not None


def take_form(actor: Actor) -> HeldForm | None:
    """What is kept for the actor, once; None: nothing, or it lay too long."""
    found = _held(actor)
    session.pop(_KEY, None)
    return found


def _may_be_kept(request: Request, fields: Sequence[tuple[str, str]]) -> bool:
    if any(file.filename for file in request.files.values()) or any(_SECRET.search(name) for name, _ in fields):
        return False
    return sum(len(name.encode()) + len(value.encode()) for name, value in fields) <= MOST_BYTES


def _held(actor: Actor) -> HeldForm | None:
    said: Mapping[str, Any] | None = session.get(_KEY)
    if said is None or said["account_id"] != actor.account_id:
        return None
    if _lay_too_long(said):
        return None
    return HeldForm(said["path"], tuple((name, value) for name, value in said["fields"]))


def _lay_too_long(said: Mapping[str, Any]) -> bool:
    return datetime.now(UTC) - datetime.fromisoformat(said["at"]) > KEPT
