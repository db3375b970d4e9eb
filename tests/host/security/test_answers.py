"""Rows 21, 24, 30, 38 and 39: what goes into forms and what every answer carries."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, select

from duty_eval.records.models import DutyRecord, RecordState
from host.kernel.access import Actor, Role
from host.kernel.db import db
from host.kernel.pages import today_in_china
from tests.factories import a_person, a_post, an_actor

SignIn = Callable[[Actor], FlaskClient]
HEADERS = (
    "Content-Security-Policy", "Strict-Transport-Security", "X-Content-Type-Options", "Referrer-Policy",
    "Cross-Origin-Opener-Policy", "X-Frame-Options",
)  # fmt: skip
#: What people and attackers type: rare characters, direction marks, script, template and SQL text.
TEXTS = (
    "𠮷野家 㑇", "‮倒写", "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "{{7*7}}", "' OR 1=1 --",
    "${jndi:ldap://x}", "=1+1", "%00", "a" * 2000, "零​宽",
)  # fmt: skip


@pytest.fixture
def browser(connection: Connection, sign_in_as: SignIn) -> FlaskClient:
    client = sign_in_as(an_actor(Role.STAFF, person=a_person(post=a_post())))
    db.session.commit()
    return client


def body(**over: str) -> dict[str, str]:
    return {"client_key": "k", "worked_on": today_in_china().isoformat(), "content": "整理档案", **over}


@pytest.mark.parametrize(
    "path", ["/", "/healthz", "/account/sign-in", "/nothing-here", "/duty-eval/today", "/api/openapi.json"]
)
def test_row_39_every_answer_carries_the_headers(client: FlaskClient, path: str) -> None:
    answer = client.get(path)

    assert [name for name in HEADERS if name not in answer.headers] == []
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_row_38_cookies_are_bound_to_this_host_and_closed_to_scripts(client: FlaskClient) -> None:
    cookies = client.get("/account/sign-in", base_url="https://localhost").headers.getlist("Set-Cookie")

    assert cookies
    for cookie in cookies:
        assert cookie.startswith("__Host-")
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= {part.strip() for part in cookie.split(";")}
        assert len(cookie) < 4096


def test_row_21_what_a_form_does_not_ask_for_is_not_taken(browser: FlaskClient) -> None:
    extra = {"record_state": "approved", "person_id": "999", "unit_id": "999", "version_no": "9", "score": "100"}

    browser.post("/duty-eval/records", data=body(**extra))

    record = db.session.scalars(select(DutyRecord)).one()
    assert (record.record_state, record.version_no) == (RecordState.SUBMITTED, 1)
    assert record.person_id != 999


@pytest.mark.parametrize("words", TEXTS)
def test_row_24_and_30_what_is_typed_comes_back_as_text(browser: FlaskClient, words: str) -> None:
    browser.post("/duty-eval/records", data=body(content=words))

    assert db.session.scalars(select(DutyRecord.content)).all() == [words]
    page = browser.get("/duty-eval/today").text
    assert "<script>alert" not in page
    assert "<img src=x" not in page


@pytest.mark.parametrize("words", ["nul\x00here", "lone \udc80 surrogate"])
def test_row_30_what_cannot_be_kept_is_refused_and_never_a_fault(browser: FlaskClient, words: str) -> None:
    answer = browser.post("/duty-eval/records", data={**body(), "content": words.encode("utf-8", "surrogatepass")})

    assert answer.status_code < 500


@pytest.mark.parametrize("field", ["worked_on", "minutes", "quantity", "post_duty_id", "client_key"])
@pytest.mark.parametrize("value", ["", "x", "-1", "1e999", "9" * 40, "2026-13-45", "NaN", "\x00"])
def test_bad_values_of_the_record_form_are_told_and_never_a_fault(browser: FlaskClient, field: str, value: str) -> None:
    assert browser.post("/duty-eval/records", data=body(**{field: value})).status_code < 500


@pytest.mark.parametrize("query", ["after=x", "after=2026-03-02.", "from=nie", "to=2026-99-01", "after=%00", "state=x"])
def test_row_23_queries_of_lists_take_no_strange_words(app: Flask, browser: FlaskClient, query: str) -> None:
    assert browser.get(f"/duty-eval/people/1/records?{query}").status_code < 500


def test_row_28_a_form_without_files_has_a_limit_before_anybody_is_signed_in(client: FlaskClient) -> None:
    answer = client.post("/account/sign-in", data=b"a=1&" * 200_000, content_type="application/x-www-form-urlencoded")

    assert (answer.status_code, "文件过大" in answer.text) == (413, True)


def test_a_way_on_carries_no_english_sentence(client: FlaskClient) -> None:
    answer = client.get("/duty-eval/today")

    assert (answer.status_code, answer.text) == (302, "")
