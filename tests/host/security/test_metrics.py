"""``/metrics`` is for the machine itself, or for who holds the operators' token."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient


@pytest.fixture
def token(app: Flask) -> Iterator[str]:
    kept = app.extensions["settings"]
    app.extensions["settings"] = replace(kept, metrics_token="m" * 40)
    yield "m" * 40
    app.extensions["settings"] = kept


def status(client: FlaskClient, *, peer: str = "127.0.0.1", **headers: str) -> int:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.get("/metrics", environ_base={"REMOTE_ADDR": peer}, headers=sent).status_code


@pytest.mark.parametrize("peer", ["127.0.0.1", "::1"])
def test_they_are_read_on_the_machine(client: FlaskClient, peer: str) -> None:
    assert status(client, peer=peer) == 200


@pytest.mark.parametrize("peer", ["10.0.0.7", "127.0.0.2.evil", "::ffff:10.0.0.7"])
def test_nobody_elsewhere_reads_them(client: FlaskClient, peer: str) -> None:
    assert status(client, peer=peer, X_Forwarded_For="127.0.0.1") == 404


@pytest.mark.parametrize("mark", ["X_Forwarded_For", "X_Real_IP", "Forwarded", "Via", "X_Forwarded_Proto"])
def test_what_a_proxy_on_the_machine_passes_on_is_from_elsewhere(client: FlaskClient, mark: str) -> None:
    assert status(client, **{mark: "127.0.0.1"}) == 404


def test_the_token_opens_them_from_anywhere(client: FlaskClient, token: str) -> None:
    assert status(client, peer="10.0.0.7", Authorization=f"Bearer {token}") == 200


@pytest.mark.parametrize("sent", ["", "Bearer ", "Bearer x", "m" * 40, "Bearer 错"])
def test_where_there_is_a_token_nothing_else_does(client: FlaskClient, token: str, sent: str) -> None:
    answer = client.get("/metrics", headers={"Authorization": sent.encode().decode("latin-1")})

    assert answer.status_code == 404
