"""Pages of the channels by which people are told outside the platform."""

from __future__ import annotations

from datetime import time

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError

from host.kernel.access import current_actor, requires
from host.kernel.db import db
from host.kernel.errors import Refused
from host.kernel.jobs.operations import enqueue
from host.kernel.outgoing import operations, queries
from host.kernel.outgoing.forms import ChannelForm
from host.kernel.outgoing.models import ChannelKind, OutgoingChannel
from host.kernel.outgoing.tasks import TEST_JOB
from host.kernel.reach import require_all
from host.permissions import Permission

bp = Blueprint("outgoing", __name__, url_prefix="/outgoing")


@bp.get("")
@requires(Permission.OUTGOING_MANAGE)
def list_channels() -> ResponseReturnValue:
    require_all(current_actor(), Permission.OUTGOING_MANAGE, what="对外通知")
    return render_template("host/outgoing/list.html", rows=queries.channels())


@bp.get("/new")
@requires(Permission.OUTGOING_MANAGE)
def new_channel() -> ResponseReturnValue:
    require_all(current_actor(), Permission.OUTGOING_MANAGE, what="对外通知")
    given = {"channel_kind": ChannelKind.WEBHOOK.value, "quiet_from": time(20), "quiet_until": time(8), "is_on": True}
    return _form_page(ChannelForm(formdata=None, data=given), None)


@bp.post("")
@requires(Permission.OUTGOING_MANAGE)
def add_channel() -> ResponseReturnValue:
    require_all(current_actor(), Permission.OUTGOING_MANAGE, what="对外通知")
    return _saved(ChannelForm(), None)


@bp.get("/<int:channel_id>")
@requires(Permission.OUTGOING_MANAGE)
def show_channel(channel_id: int) -> ResponseReturnValue:
    require_all(current_actor(), Permission.OUTGOING_MANAGE, what="对外通知")
    channel = queries.channel(channel_id)
    return _form_page(
        ChannelForm(formdata=None, obj=channel, data={"channel_kind": channel.channel_kind.value}), channel
    )


@bp.post("/<int:channel_id>")
@requires(Permission.OUTGOING_MANAGE)
def change_channel(channel_id: int) -> ResponseReturnValue:
    require_all(current_actor(), Permission.OUTGOING_MANAGE, what="对外通知")
    return _saved(ChannelForm(), queries.channel(channel_id))


@bp.post("/<int:channel_id>/test")
@requires(Permission.OUTGOING_MANAGE)
def test_channel(channel_id: int) -> ResponseReturnValue:
    """A message to oneself, by a job: a receiver that hangs must not hold a page."""
    actor = current_actor()
    require_all(actor, Permission.OUTGOING_MANAGE, what="对外通知")
    channel = queries.channel(channel_id)
    run = enqueue(TEST_JOB, arguments={"channel_id": channel.id}, title=f"试发：{channel.name}", actor=actor)
    db.session.commit()
    return redirect(url_for("jobs.show_job", run_id=run.id), 303)


@bp.post("/<int:channel_id>/again")
@requires(Permission.OUTGOING_MANAGE)
def send_again(channel_id: int) -> ResponseReturnValue:
    actor = current_actor()
    require_all(actor, Permission.OUTGOING_MANAGE, what="对外通知")
    count = operations.send_again(queries.channel(channel_id), actor=actor)
    db.session.commit()
    flash(f"{count} 条将重新发送" if count else "没有需要重新发送的")
    return redirect(url_for("outgoing.show_channel", channel_id=channel_id), 303)


def _saved(form: ChannelForm, channel: OutgoingChannel | None) -> ResponseReturnValue:
    if not form.validate_on_submit():
        return _form_page(form, channel), 422
    try:
        if channel is None:
            operations.add_channel(form.draft(), actor=current_actor())
        else:
            operations.change_channel(channel, form.draft(), actor=current_actor())
        db.session.commit()
    except Refused as refused:
        db.session.rollback()
        form.address.errors = [str(refused)]
        return _form_page(form, channel), refused.status
    except IntegrityError:
        db.session.rollback()
        form.name.errors = ["已有同名的通道，请换一个名称"]
        return _form_page(form, channel), 422
    flash("已保存")
    return redirect(url_for("outgoing.list_channels"), 303)


def _form_page(form: ChannelForm, channel: OutgoingChannel | None) -> str:
    rows = db.session.execute(queries.troubled(channel.id)).all() if channel is not None else []
    return render_template("host/outgoing/edit.html", form=form, channel=channel, rows=rows)
