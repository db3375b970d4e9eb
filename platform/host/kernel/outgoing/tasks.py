from __future__ import annotations

import uuid
from typing import Any

from flask import current_app

from host.kernel.db import Model, db
from host.kernel.jobs.progress import Progress
from host.kernel.jobs.registry import job
from host.kernel.outgoing.adapters import Parcel, send
from host.kernel.outgoing.addresses import require_allowed
from host.kernel.outgoing.delivering import deliver, way_of
from host.kernel.outgoing.errors import AddressNotAllowed, NotDelivered
from host.kernel.outgoing.queries import channel

SEND_JOB = "host.send_outgoing"
TEST_JOB = "host.test_outgoing"


@job(SEND_JOB, title="送出对外通知", words={"sent": "已送出", "failed": "未送出"}, alone=True)
def send_outgoing(run: Progress) -> dict[str, Any]:
    """Send what waits in the outbox; what the receiver does not take waits for a later run."""
    return deliver(run)


@job(TEST_JOB, title="试发一条对外通知", words={"sent": "已送出"})
def test_outgoing(run: Progress, *, channel_id: int) -> dict[str, Any]:
    """One message to who asked for it, past the outbox; the log says what the receiver answered."""
    found = channel(channel_id)
    account = Model.metadata.tables["account"]
    login = db.session.scalar(
        account.select().with_only_columns(account.c.login_name).where(account.c.id == run.actor.account_id)
    )
    way = way_of(found)
    try:
        require_allowed(way.address, current_app.extensions["settings"].outgoing_origins)
        send(way, Parcel(uuid.uuid4(), login or "", 1))
    except (NotDelivered, AddressNotAllowed) as refused:
        run.log(f"未能送出：{refused}")
        return {"sent": 0}
    run.log(f"已送出，收件人 {login}；请到接收端核对")
    return {"sent": 1}
