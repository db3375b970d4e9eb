"""A form that met with the question for the password is sent on afterwards: its content is not typed twice."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from flask import g
from flask.testing import FlaskClient
from sqlalchemy import Connection, func, select
from werkzeug.test import TestResponse

from host.auth import held_forms
from host.auth.granting import grant_role
from host.auth.models import Account, AuthSession, RoleGrant
from host.auth.operations import create_account
from host.kernel.access import FRESH, SYSTEM, Role, ScopeKind
from host.kernel.db import db
from host.kernel.pages import today_in_china
from tests.factories import a_person, a_post, a_section
from tests.factories import an_account as another_account
from tests.host.security.test_sign_in import WORD, an_account, try_to_sign_in

HERE = "https://localhost"
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


class Browser:
    """A signed-in browser whose password was given too long ago."""

    def __init__(self, client: FlaskClient, name: str) -> None:
        self.client = client
        try_to_sign_in(client, name, WORD)

    def get(self, path: str) -> TestResponse:
        g.pop("csrf_token", None)
        return self.client.get(path, base_url=HERE)

    def post(self, path: str, fields: dict[str, Any]) -> TestResponse:
        g.pop("csrf_token", None)
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.get("/account/confirm").text)
        assert token is not None
        body = {"csrf_token": token[1], **fields}
        return self.client.post(path, data=body, base_url=HERE, headers={"Referer": f"{HERE}{path}"})

    def confirm(self, password: str = WORD, *, back: str = "/") -> TestResponse:
        return self.post("/account/confirm", {"password": password, "next": back})

    def send_on(self, page: TestResponse) -> TestResponse:
        """Press the button of the page that the confirmation led to."""
        form = page.text.partition("data-draft-waits")[2].partition("</form>")[0]
        action = re.search(r'action="([^"]+)"[^>]*data-draft-waits', page.text)
        assert action is not None
        body: dict[str, Any] = {}
        for name, value in _HIDDEN.findall(form):
            body.setdefault(name, []).append(unescape(value))
        return self.client.post(unescape(action[1]), data=body, base_url=HERE, headers={"Referer": f"{HERE}/"})


@pytest.fixture
def account(connection: Connection) -> Account:
    """Somebody to whom a role is granted."""
    made = another_account()
    an_account("anquan", role=Role.SECURITY_ADMIN)
    return made


@pytest.fixture
def admin(client: FlaskClient, account: Account) -> Browser:
    return Browser(client, "anquan")


GRANT = {"role": "staff", "kind": "self", "code": "", "first": "", "last": ""}


def granted(account: Account) -> list[str]:
    return [role.value for role in db.session.scalars(select(RoleGrant.role).where(RoleGrant.account_id == account.id))]


def kept() -> list[Any]:
    return [data["held_form"] for data in db.session.scalars(select(AuthSession.data)) if "held_form" in data]


def aged(seconds: float) -> time_machine.travel:
    return time_machine.travel(datetime.now(UTC) + timedelta(seconds=seconds))


LATER = FRESH.total_seconds() + 1


def test_the_form_of_a_grant_is_sent_on_after_the_password(admin: Browser, account: Account) -> None:
    path = f"/accounts/{account.id}/grants/new"
    with aged(LATER):
        asked = admin.post(path, GRANT)
        assert (asked.status_code, "内容已保留" in admin.get(asked.location).text) == (303, True)
        page = admin.confirm(back=path)
        assert (page.status_code, granted(account)) == (200, [])

        assert admin.send_on(page).status_code == 303

    assert granted(account) == ["staff"]


def test_the_form_of_a_delegation_is_sent_on_after_the_password(client: FlaskClient, connection: Connection) -> None:
    section = a_section()
    head, _ = create_account(
        "kezhang",
        display_name="张科长",
        actor=SYSTEM,
        password=WORD,
        person_id=a_person(post=a_post(section=section)).id,
    )
    source = grant_role(head, Role.SECTION_HEAD, kind=ScopeKind.SECTION, section_id=section.id, actor=SYSTEM)
    deputy = another_account(person=a_person(name="李代办", post=a_post(section=section)))
    db.session.commit()
    browser, today = Browser(client, "kezhang"), today_in_china().isoformat()
    said = {"grant_id": source.id, "account_id": deputy.id, "first": today, "last": today, "reason": "出差“学习”&参会"}
    with aged(LATER):
        browser.post("/duty-eval/delegations", said)
        browser.send_on(browser.confirm(back="/duty-eval/delegations"))

    found = db.session.scalars(select(RoleGrant).where(RoleGrant.delegated_from_id == source.id)).one()
    assert (found.account_id, found.reason) == (deputy.id, "出差“学习”&参会")


def test_a_wrong_password_keeps_the_form(admin: Browser, account: Account) -> None:
    with aged(LATER):
        admin.post(f"/accounts/{account.id}/grants/new", GRANT)
        refused = admin.confirm("wrong")
        assert (refused.status_code, "内容已保留" in refused.text) == (422, True)
        admin.send_on(admin.confirm())

    assert granted(account) == ["staff"]


def test_a_form_is_shown_once_and_then_no_longer_kept(admin: Browser, account: Account) -> None:
    with aged(LATER):
        admin.post(f"/accounts/{account.id}/grants/new", GRANT)
        assert admin.confirm().status_code == 200
        assert (kept(), admin.confirm(back="/").status_code) == ([], 303)


def test_several_values_of_a_name_and_the_query_are_kept_without_the_token(admin: Browser, account: Account) -> None:
    with aged(LATER):
        admin.post(f"/accounts/{account.id}/grants/new?from=list", {"role": "inspector", "code": ["1", "2"]})
    (form,) = kept()
    assert form["path"] == f"/accounts/{account.id}/grants/new?from=list"
    assert form["fields"] == [["role", "inspector"], ["code", "1"], ["code", "2"]]


def test_a_form_that_lay_too_long_is_not_sent_on(admin: Browser, account: Account) -> None:
    with aged(LATER):
        admin.post(f"/accounts/{account.id}/grants/new", GRANT)
    with aged(LATER + held_forms.KEPT.total_seconds() + 1):
        assert admin.confirm(back="/").status_code == 303
    assert granted(account) == []


def test_a_form_that_lay_too_long_goes_with_whatever_page_comes_next(admin: Browser, account: Account) -> None:
    with aged(LATER):
        admin.post(f"/accounts/{account.id}/grants/new", GRANT)
    with aged(LATER + held_forms.KEPT.total_seconds() + 1):
        admin.get("/")
    assert kept() == []


@pytest.mark.parametrize(
    "more",
    [
        {"password": "geheim"},
        {"new_secret": "geheim"},
        {"note": "长" * (held_forms.MOST_BYTES // 3)},
        {"paper": (io.BytesIO(b"%PDF-1.7"), "a.pdf")},
    ],
    ids=["a password", "a secret", "too much", "a file"],
)
def test_passwords_files_and_long_texts_are_not_kept_and_that_is_said(
    admin: Browser, account: Account, more: dict[str, Any]
) -> None:
    with aged(LATER):
        asked = admin.post(f"/accounts/{account.id}/grants/new", {**GRANT, **more})
        assert kept() == []
        assert "内容没有保留" in admin.get(asked.location).text


def test_what_one_session_keeps_no_other_account_is_shown(admin: Browser, account: Account) -> None:
    with aged(LATER):
        admin.post(f"/accounts/{account.id}/grants/new", GRANT)
    an_account("other", role=Role.SECURITY_ADMIN)
    other = Browser(admin.client.application.test_client(), "other")
    with aged(LATER):
        assert other.confirm(back="/").status_code == 303
    assert db.session.scalar(select(func.count()).select_from(AuthSession)) == 2


def test_a_page_that_asks_for_the_password_on_its_way_in_keeps_nothing(admin: Browser, account: Account) -> None:
    with aged(LATER):
        admin.get(f"/accounts/{account.id}/grants/new")
    assert kept() == []
