from __future__ import annotations

from collections.abc import Callable

from flask.testing import FlaskClient
from sqlalchemy import Connection, select

from host.kernel.access import Actor, Role
from host.kernel.audit import AuditEntry
from host.kernel.db import db
from host.kernel.jobs.models import JobRun
from host.kernel.outgoing.models import OutgoingChannel
from tests.factories import a_region, an_actor
from tests.host.outgoing.test_delivering import opened

SignIn = Callable[[Actor], FlaskClient]
FORM = {
    "name": "政务微信", "channel_kind": "webhook", "address": "https://gateway.example/notices",
    "secret": "不外传的密钥", "quiet_from": "20:00", "quiet_until": "08:00", "is_on": "y",
}  # fmt: skip


def admin(region: str = "371300") -> Actor:
    a_region()
    return an_actor(Role.SYSTEM_ADMIN, region=region)


def test_a_channel_is_added_and_its_secret_shown_nowhere(sign_in_as: SignIn, connection: Connection) -> None:
    client = sign_in_as(admin())
    with opened("https://gateway.example"):
        assert client.post("/outgoing", data=FORM).status_code == 303
    channel = db.session.scalars(select(OutgoingChannel)).one()
    assert FORM["secret"] not in client.get(f"/outgoing/{channel.id}").text
    assert FORM["secret"] not in str(db.session.scalars(select(AuditEntry.after)).all())


def test_an_address_not_opened_is_refused_beside_its_field(sign_in_as: SignIn, connection: Connection) -> None:
    answer = sign_in_as(admin()).post("/outgoing", data=FORM)
    assert (answer.status_code, "不在允许的外部地址之内" in answer.text) == (422, True)


def test_two_channels_of_one_name_are_refused(sign_in_as: SignIn, connection: Connection) -> None:
    client = sign_in_as(admin())
    with opened("https://gateway.example"):
        client.post("/outgoing", data=FORM)
        answer = client.post("/outgoing", data=FORM)
    assert (answer.status_code, "已有同名的通道" in answer.text) == (422, True)


def test_an_empty_kept_secret_stays_when_a_channel_is_changed(sign_in_as: SignIn, connection: Connection) -> None:
    client = sign_in_as(admin())
    with opened("https://gateway.example"):
        client.post("/outgoing", data=FORM)
        channel = db.session.scalars(select(OutgoingChannel)).one()
        sealed = channel.sealed_secret
        client.post(f"/outgoing/{channel.id}", data={**FORM, "secret": "", "quiet_from": "21:30"})
    db.session.refresh(channel)
    assert (channel.sealed_secret, channel.quiet_from.isoformat()) == (sealed, "21:30:00")


def test_a_trial_is_a_job(sign_in_as: SignIn, connection: Connection) -> None:
    client = sign_in_as(admin())
    with opened("https://gateway.example"):
        client.post("/outgoing", data=FORM)
    channel = db.session.scalars(select(OutgoingChannel)).one()
    client.post(f"/outgoing/{channel.id}/test")
    assert db.session.scalars(select(JobRun.job)).all() == ["host.test_outgoing"]


def test_an_administrator_of_a_part_does_not_see_channels(sign_in_as: SignIn, connection: Connection) -> None:
    a_region()
    assert sign_in_as(an_actor(Role.SYSTEM_ADMIN, region="371302")).get("/outgoing").status_code == 403
