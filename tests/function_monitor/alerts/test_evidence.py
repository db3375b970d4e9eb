"""Evidence of a rectification: on the alert's page, opened by who may read the alert and by nobody else."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, select

from host.kernel.access import Actor, Role
from host.kernel.db import db
from host.kernel.files.models import StoredFile
from tests.factories import an_actor
from tests.function_monitor.alerts.test_way import Scene
from tests.host.files.file_contents import a_photo

Clients = Callable[[Actor], FlaskClient]


@pytest.fixture
def scene(connection: Connection) -> Scene:
    return Scene()


@pytest.fixture
def file(scene: Scene, sign_in_as: Clients) -> StoredFile:
    client, address = sign_in_as(scene.head), f"/function-monitor/alerts/{scene.alert.id}"
    client.post(f"{address}/acknowledge")
    body = {"done": "已补开展", "evidence": (io.BytesIO(a_photo()), "整改现场.jpg")}
    assert client.post(f"{address}/rectify", data=body).status_code == 303
    return db.session.scalars(select(StoredFile)).one()


def test_the_page_shows_it_with_name_size_and_view(scene: Scene, file: StoredFile, sign_in_as: Clients) -> None:
    page = sign_in_as(scene.inspector).get(f"/function-monitor/alerts/{scene.alert.id}").text
    wanted = (f'src="/files/{file.id}/view"', f'href="/files/{file.id}"', "整改现场.jpg", f"{file.size} B")
    assert [one for one in wanted if one not in page] == []


def test_security_row_16_it_opens_for_who_may_read_the_alert_and_nobody_else(
    scene: Scene, file: StoredFile, sign_in_as: Clients
) -> None:
    administrator = an_actor(Role.SYSTEM_ADMIN, region="371300")
    asked = [scene.head, scene.inspector, scene.stranger, administrator]
    assert [sign_in_as(one).get(f"/files/{file.id}").status_code for one in asked] == [200, 200, 404, 404]
