"""Work without signal, as the server sees it: row 42 of the security score card."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection

from host.kernel.access import Actor
from tests.factories import an_account

SignIn = Callable[[Actor], FlaskClient]
WRAPPED = "Lvzhi-Wrapped-Key"


def somebody(name: str = "王芳") -> Actor:
    return Actor(account_id=an_account(name=name).id, display_name=name)


def key_of(client: FlaskClient, headers: dict[str, str] | None = None) -> dict[str, str]:
    answer: dict[str, str] = client.get("/offline/key", headers=headers).get_json()
    return answer


def test_row_42_a_device_gets_its_key_again_by_its_wrapping(connection: Connection, sign_in_as: SignIn) -> None:
    client = sign_in_as(somebody())
    first = key_of(client)
    again = key_of(client, {WRAPPED: first["wrapped"]})

    assert again["key"] == first["key"]


def test_row_42_two_devices_have_two_keys(connection: Connection, sign_in_as: SignIn) -> None:
    client = sign_in_as(somebody())

    assert key_of(client)["key"] != key_of(client)["key"]


def test_row_42_the_wrapping_of_another_account_does_not_open(connection: Connection, sign_in_as: SignIn) -> None:
    wrapped = key_of(sign_in_as(somebody()))["wrapped"]
    answer = sign_in_as(somebody("李明")).get("/offline/key", headers={WRAPPED: wrapped})

    assert answer.status_code == 409


def test_a_wrapping_that_is_none_is_refused(connection: Connection, sign_in_as: SignIn) -> None:
    answer = sign_in_as(somebody()).get("/offline/key", headers={WRAPPED: "no wrapping!"})

    assert answer.status_code == 409


def test_a_key_is_given_to_nobody_who_is_not_signed_in(connection: Connection, client: FlaskClient) -> None:
    assert client.get("/offline/key", headers={"Accept": "application/json"}).status_code == 401


def test_the_page_that_devices_keep_says_the_same_to_everybody(
    connection: Connection, client: FlaskClient, sign_in_as: SignIn
) -> None:
    for_a_stranger = client.get("/duty-eval/offline").data
    for_somebody = sign_in_as(somebody()).get("/duty-eval/offline").data

    assert for_a_stranger == for_somebody
    assert b"csrf" not in for_somebody.lower()


def test_the_worker_is_served_at_the_root_and_asked_for_each_time(app: Flask, client: FlaskClient) -> None:
    answer = client.get("/sw.js")

    assert (answer.status_code, answer.mimetype) == (200, "text/javascript")
    assert answer.headers["Cache-Control"] == "no-cache"
    assert "unsafe" not in answer.headers["Content-Security-Policy"]


def test_the_manifest_names_icons_that_are_there(client: FlaskClient) -> None:
    manifest = client.get("/app.webmanifest").get_json()

    assert manifest["display"] == "standalone"
    assert {client.get(icon["src"]).status_code for icon in manifest["icons"]} == {200}


def test_signing_out_leaves_another_persons_sealed_entries_only_where_there_are_some(
    connection: Connection, sign_in_as: SignIn
) -> None:
    client = sign_in_as(somebody())

    assert "storage" in client.post("/account/sign-out").headers["Clear-Site-Data"]
    assert "storage" not in client.post("/account/sign-out", data={"keep": "1"}).headers["Clear-Site-Data"]
