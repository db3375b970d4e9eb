"""消息: everybody's own, and nobody else's."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from host.kernel.access import Actor, current_actor, signed_in
from host.kernel.db import db
from host.kernel.notifications import operations, queries
from host.kernel.notifications.kinds import registered_kinds

bp = Blueprint("notifications", __name__, url_prefix="/notifications")


@bp.get("")
@signed_in
def list_notifications() -> ResponseReturnValue:
    unread_only = request.args.get("unread") == "1"
    before = request.args.get("before", type=int)
    rows, next_before = queries.page_of(_account_id(current_actor()), before=before, unread_only=unread_only)
    kept: dict[str, Any] = {"unread": "1"} if unread_only else {}
    return render_template(
        "host/notifications/list.html",
        rows=rows,
        unread_only=unread_only,
        kinds=registered_kinds(),
        next_url=url_for("notifications.list_notifications", before=next_before, **kept) if next_before else None,
        first_url=url_for("notifications.list_notifications", **kept) if before else None,
    )


@bp.post("/<int:notification_id>/open")
@signed_in
def open_notification(notification_id: int) -> ResponseReturnValue:
    """Go where it is dealt with; a POST, since it is read from then on."""
    account_id = _account_id(current_actor())
    found = queries.own(account_id, notification_id)
    operations.mark_read(account_id, notification_id=found.id)
    db.session.commit()
    return redirect(found.link, 303)


@bp.post("/read")
@signed_in
def read_all() -> ResponseReturnValue:
    operations.mark_read(_account_id(current_actor()))
    db.session.commit()
    return redirect(url_for("notifications.list_notifications"), 303)


@bp.get("/settings")
@signed_in
def settings() -> ResponseReturnValue:
    muted = queries.muted_kinds(_account_id(current_actor()))
    return render_template("host/notifications/settings.html", kinds=registered_kinds().values(), muted=muted)


@bp.post("/settings")
@signed_in
def choose_kinds() -> ResponseReturnValue:
    operations.choose_kinds(request.form.getlist("kind"), actor=current_actor())
    db.session.commit()
    flash("已保存")
    return redirect(url_for("notifications.settings"), 303)


def _account_id(actor: Actor) -> int:
    return actor.account_id or 0
