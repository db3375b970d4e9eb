"""Opaque server-side sessions: the cookie is a random number, everything else is a row that can be ended at once."""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask, Request, Response, current_app, g
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionInterface, SessionMixin
from sqlalchemy import DateTime, Interval, LargeBinary, Row, bindparam, func, literal_column, select, text, update
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.datastructures import CallbackDict

from host.auth.models import Account, AuthSession, RoleGrant
from host.kernel.access import PRIVILEGED, Actor, Grant, Role, ScopeKind
from host.kernel.db import db, execute_core
from host.kernel.notifications.queries import unread_count

COOKIE = "__Host-lvzhi"
VISITOR_COOKIE = "__Host-lvzhi-visitor"
#: Where a session keeps the moment at which its password was last given.
CONFIRMED = "confirmed_at"
#: ``seen_at`` is written at most this often: an idle limit is exact to this many seconds.
SEEN_EVERY = timedelta(seconds=30)


class ServerSession(CallbackDict[str, Any], SessionMixin):
    """What a signed-in browser keeps between requests (its CSRF token, messages to show)."""

    def __init__(self, row_id: int, data: dict[str, Any]) -> None:
        def on_change(changed: CallbackDict[str, Any]) -> None:
            assert isinstance(changed, ServerSession)
            changed.modified = True

        super().__init__(data, on_change)
        self.row_id = row_id
        self.modified = False


class Sessions(SessionInterface):
    """Signed-in browsers have a row; visitors (the sign-in form's CSRF token) a signed cookie, so they cost none."""

    def __init__(self) -> None:
        self._visitors = SecureCookieSessionInterface()

    def open_session(self, app: Flask, request: Request) -> SessionMixin | None:
        g.pop("unread", None)
        g.pop("actor", None)  # nobody is anybody before the cookie was looked at
        token = request.cookies.get(COOKIE)
        try:
            found = _load(token) if token else None
        except SQLAlchemyError as error:
            # Error pages are not at hand this early: the guard raises it again where they are.
            g.session_error = error
            return SecureCookieSession()
        if found is not None:
            g.actor = _actor(app, found, request.remote_addr)
            g.unread = found.unread
            return ServerSession(found.id, found.data)
        serializer = self._visitors.get_signing_serializer(app)
        cookie = request.cookies.get(VISITOR_COOKIE)
        if cookie and serializer is not None:
            try:
                return SecureCookieSession(serializer.loads(cookie, max_age=3600 * 12))
            except Exception:  # noqa: BLE001  # a forged or stale cookie is the same as none
                return SecureCookieSession()
        return SecureCookieSession()

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if isinstance(session, ServerSession):
            if session.modified:
                db.session.execute(
                    update(AuthSession).where(AuthSession.id == session.row_id).values(data=dict(session))
                )
                db.session.commit()
            return
        serializer = self._visitors.get_signing_serializer(app)
        if session.modified and serializer is not None:
            set_cookie(response, VISITOR_COOKIE, serializer.dumps(dict(session)))


def set_cookie(response: Response, name: str, value: str, *, max_age: int | None = None) -> None:
    """A cookie that only this host over a safe connection gets back, and no script reads."""
    response.set_cookie(name, value, max_age=max_age, path="/", secure=True, httponly=True, samesite="Lax")


def start_session(account: Account, roles: set[Role], *, ip: str | None, user_agent: str) -> tuple[str, int]:
    """A new session row for ``account``; returns the cookie's value and the row's id. The caller commits."""
    token = secrets.token_urlsafe(32)
    settings = current_app.extensions["settings"]
    idle = settings.privileged_idle_minutes if roles & PRIVILEGED else settings.staff_idle_minutes
    row = AuthSession(
        token_hash=_digest(token),
        account_id=account.id,
        data={"csrf_token": secrets.token_hex(20), CONFIRMED: datetime.now(UTC).isoformat()},
        expires_at=datetime.now(UTC) + timedelta(days=settings.session_days),
        idle_minutes=idle,
        ip=ip,
        user_agent=user_agent[:300],
    )
    db.session.add(row)
    db.session.flush()  # the id is part of the audit row
    return token, row.id


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


def _session_statement() -> Any:
    """Session, account, grants and unread count in one statement: a session ended or a role lost counts at once."""
    # Tables, not classes: nothing of it becomes an object of the session's, and every request pays for this one.
    session, account, grant = AuthSession.__table__.c, Account.__table__.c, RoleGrant.__table__.c
    grants = (
        select(
            func.coalesce(
                func.jsonb_agg(
                    aggregate_order_by(
                        func.jsonb_build_array(
                            grant.role,
                            grant.scope_kind,
                            grant.region_code,
                            grant.unit_id,
                            grant.section_id,
                        ),
                        grant.id,
                    )
                ),
                text("'[]'::jsonb"),
            )
        )
        .where(
            grant.account_id == account.id,
            grant.revoked_at.is_(None),
            grant.valid.contains(func.current_date()),
        )
        .scalar_subquery()
    )
    now = bindparam("now", type_=DateTime(timezone=True))
    idle = session.idle_minutes * literal_column("INTERVAL '1 minute'", Interval)
    return (
        select(
            session.id,
            session.data,
            session.seen_at,
            account.id.label("account_id"),
            account.display_name,
            account.person_id,
            account.must_change_password,
            grants.label("grants"),
            unread_count(account.id).label("unread"),
        )
        .select_from(AuthSession.__table__.join(Account.__table__, account.id == session.account_id))
        .where(
            session.token_hash == bindparam("token_hash", type_=LargeBinary),
            session.ended_at.is_(None),
            session.expires_at > now,
            session.seen_at > now - idle,
            account.is_disabled.is_(False),
        )
    )


#: Built once: every request sends it.
_SESSION = _session_statement()


def _load(token: str) -> Row[Any] | None:
    """The live session of a cookie with its account and grants; None: there is none."""
    now = datetime.now(UTC)
    row: Row[Any] | None = execute_core(_SESSION, {"token_hash": _digest(token), "now": now}).first()
    if row is not None and row.seen_at < now - SEEN_EVERY:
        db.session.execute(update(AuthSession).where(AuthSession.id == row.id).values(seen_at=now))
        db.session.commit()
    return row


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _actor(app: Flask, row: Row[Any], ip: str | None) -> Actor:
    grants = tuple(
        Grant(role=Role(role), kind=ScopeKind(kind), region_code=region, unit_id=unit, section_id=section)
        for role, kind, region, unit, section in row.grants
    )
    return Actor(
        account_id=row.account_id,
        display_name=row.display_name,
        person_id=row.person_id,
        grants=grants,
        session_id=row.id,
        ip=ip,
        must_change_password=row.must_change_password,
        confirmed_at=_instant(row.data.get(CONFIRMED)),
        permission_map=app.extensions["permission_map"],
    )
