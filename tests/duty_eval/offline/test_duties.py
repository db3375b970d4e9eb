"""What a device takes along for days without signal."""

from __future__ import annotations

from collections.abc import Callable

from flask.testing import FlaskClient
from sqlalchemy import Connection

from host.kernel.access import Actor, Role
from tests.factories import a_person, a_post, a_post_duty, an_actor

SignIn = Callable[[Actor], FlaskClient]


def test_a_device_takes_ones_own_duties_along_and_work_outside_them(connection: Connection, sign_in_as: SignIn) -> None:
    post = a_post()
    duty = a_post_duty(post=post, text="审核材料", measure_unit="件")
    a_post_duty(post=a_post(), text="别人的职责")
    client = sign_in_as(an_actor(Role.STAFF, person=a_person(post=post)))

    answer = client.get("/duty-eval/offline/duties")

    assert (answer.json or {})["duties"] == [
        {"id": str(duty.id), "text": "审核材料", "measure": "件", "words": False, "evidence": False},
        {"id": "0", "text": "岗位职责以外的工作", "measure": "项", "words": True, "evidence": False},
    ]
    assert answer.headers["Cache-Control"] == "no-store"


def test_who_keeps_no_records_takes_nothing_along(connection: Connection, sign_in_as: SignIn) -> None:
    auditor = sign_in_as(an_actor(Role.AUDIT_ADMIN))

    assert (auditor.get("/duty-eval/offline/duties").json or {})["duties"] is None
