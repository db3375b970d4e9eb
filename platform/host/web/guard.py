"""Deny by default: what runs before every view."""

from __future__ import annotations

import secrets

import structlog
from flask import Flask, abort, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from host.auth.held_forms import forget_stale
from host.kernel.access import Actor, declared_access
from host.kernel.errors import NotPermitted

#: A form without files is read whole and taken apart at once, whoever sends it: 512 KiB hold 60,000 Chinese characters.
MOST_FORM_BYTES = 512 * 1024


def register_guard(app: Flask) -> None:
    app.before_request(begin)
    app.before_request(refuse_undeclared)
    app.before_request(forget_stale)


def begin() -> None:
    """Give the request its number, which every log line, audit row and error page of it carries."""
    if request.mimetype == "application/x-www-form-urlencoded":
        request.max_content_length = MOST_FORM_BYTES
    g.request_id = secrets.token_hex(8)
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id, path=request.path, method=request.method)


def refuse_undeclared() -> ResponseReturnValue | None:
    """A view that declares no access is served to nobody; a one-time password must be changed first."""
    if request.endpoint is None or request.endpoint == "static":
        return None
    if (error := g.get("session_error")) is not None and request.endpoint != "health.alive":
        raise error
    view = current_app.view_functions.get(request.endpoint)
    access = declared_access(view) if view is not None else None
    if access is None:
        if view is None:
            abort(404)
        raise NotPermitted
    actor: Actor | None = g.get("actor")
    if actor is not None and actor.must_change_password and access.kind not in {"public", "machine"}:
        allowed = {"auth.change_password", "auth.change_password_form", "auth.sign_out_here"}
        if request.endpoint not in allowed:
            return redirect(url_for("auth.change_password_form"))
    return None
