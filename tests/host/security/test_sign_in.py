"""Rows 1–4 and 8–10 of the security score card: names, passwords, lock-out and sessions, over HTTP."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
import time_machine
from argon2.exceptions import VerifyMismatchError
from flask import Flask, g
from flask.testing import FlaskClient
from sqlalchemy import Connection, Engine, select
from werkzeug.test import TestResponse

from config import Settings
from host.auth.errors import SignInRefused, WeakPassword
from host.auth.granting import grant_role, revoke_grant
from host.auth.models import Account, AuthSession, SignInGuard
from host.auth.operations import create_account, end_all_sessions, set_disabled, sign_in
from host.auth.passwords import HASHER, check_password, one_time_password
from host.kernel.access import SYSTEM, Role, ScopeKind
from host.kernel.db import db
from host.running.children import free_port

WORD = "Xk7-mended-Bridge"


def an_account(name: str = "zhangsan", *, role: Role | None = Role.STAFF) -> Account:
    account, _ = create_account(name, display_name="张三", actor=SYSTEM, password=WORD)
    if role is not None:
        kind = ScopeKind.SELF if role is Role.STAFF else ScopeKind.REGION
        grant_role(account, role, kind=kind, region_code=None if role is Role.STAFF else "371300", actor=SYSTEM)
    db.session.commit()
    return account


def try_to_sign_in(client: FlaskClient, name: str, password: str) -> TestResponse:
    g.pop("csrf_token", None)  # the test's one application context would keep an earlier visitor's token
    page = client.get("/account/sign-in", base_url="https://localhost").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None
    body = {"login_name": name, "password": password, "csrf_token": token[1]}
    return client.post(
        "/account/sign-in", data=body, base_url="https://localhost", headers={"Referer": "https://localhost/"}
    )


def home(client: FlaskClient) -> int:
    return client.get("/", base_url="https://localhost").status_code


def test_row_1_a_fresh_database_has_no_account_to_sign_in_with(client: FlaskClient) -> None:
    names = (
        "admin", "root", "administrator", "system", "demo", "lvzhi", "test", "guest", "sysadmin", "secadmin",
        "auditor", "staff", "office", "operator", "user", "sa", "postgres", "管理员", "bianban", "superuser",
    )  # fmt: skip
    passwords = ("admin", "123456", "password", "lvzhi", "Admin@123", "admin123", "12345678", "Lvzhi@2026", "root", "")
    pairs = [(name, word) for name in names for word in passwords]

    assert db.session.scalar(select(Account.id)) is None
    assert len(pairs) == 200
    assert {try_to_sign_in(client, *pair).status_code for pair in pairs} <= {401, 422, 429}


def test_row_2_exactly_five_wrong_tries_are_looked_at_by_all_workers_together(app: Flask, committed: Engine) -> None:
    account = an_account()

    def wrong(_number: int) -> None:
        with app.app_context():
            try:
                sign_in("zhangsan", "wrong", failures=5, lock_minutes=15, ip=None, user_agent="")
            except SignInRefused:
                pass
            finally:
                db.session.remove()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(wrong, range(40)))
    looked_at = db.session.scalars(select(SignInGuard.failed_count)).all()

    assert looked_at == [5]
    with pytest.raises(SignInRefused):
        sign_in(account.login_name, WORD, failures=5, lock_minutes=15, ip=None, user_agent="")


@contextmanager
def _four_workers(settings: Settings, folder: Path) -> Iterator[str]:
    """The address of a web server of four processes on the tests' database."""
    port = free_port("127.0.0.1", 26_000 + os.getpid() % 4_000)
    env = {name: value for name, value in os.environ.items() if not name.startswith("LVZHI_")} | {
        "LVZHI_DATABASE_URL": settings.database_url or "", "LVZHI_SCHEMA": settings.schema,
        "LVZHI_VAR_DIR": str(folder), "LVZHI_PORT": str(port), "LVZHI_WEB_WORKERS": "4",
    }  # fmt: skip
    with subprocess.Popen([sys.executable, "-m", "host.cli", "serve"], env=env, stderr=subprocess.DEVNULL) as web:
        try:
            for _ in range(600):
                with suppress(requests.ConnectionError):
                    requests.get(f"http://127.0.0.1:{port}/healthz", timeout=5)
                    break
                time.sleep(0.1)
            yield f"http://127.0.0.1:{port}/account/sign-in"
        finally:
            web.terminate()


def test_row_2_two_hundred_tries_at_four_processes_that_restart_meanwhile_are_five(
    settings: Settings, committed: Engine, tmp_path: Path
) -> None:
    an_account()

    def wrong(address: str) -> int:
        page = requests.get(address, timeout=30)
        token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in page.cookies)
        body = {"login_name": "zhangsan", "password": "wrong", "csrf_token": token[1] if token else ""}
        return requests.post(address, data=body, headers={"Cookie": cookies}, timeout=30).status_code

    answers: set[int] = set()
    for _ in range(2):
        with _four_workers(settings, tmp_path) as address, ThreadPoolExecutor(8) as pool:
            answers |= set(pool.map(wrong, [address] * 100))

    assert answers <= {401, 429}
    assert db.session.scalars(select(SignInGuard.failed_count)).all() == [5]
    with pytest.raises(SignInRefused):
        sign_in("zhangsan", WORD, failures=5, lock_minutes=15, ip=None, user_agent="")


def test_row_2_the_lock_ends_after_a_quarter_of_an_hour(connection: Connection) -> None:
    an_account()
    for _ in range(5):
        with pytest.raises(SignInRefused):
            sign_in("zhangsan", "wrong", failures=5, lock_minutes=15, ip=None, user_agent="")
    later = datetime.now(UTC) + timedelta(minutes=15, seconds=1)

    token, _ = sign_in("zhangsan", WORD, failures=5, lock_minutes=15, ip=None, user_agent="", now=later)

    assert token


def test_row_3_a_known_and_an_unknown_name_get_the_same_answer(client: FlaskClient) -> None:
    an_account()

    known = try_to_sign_in(client, "zhangsan", "wrong")
    unknown = try_to_sign_in(client, "nobody-here", "wrong")

    masked = [
        re.sub(r'value="[^"]*"|"X-CSRFToken": ?"[^"]*"|编号[^<]*', "", answer.text) for answer in (known, unknown)
    ]
    assert known.status_code == unknown.status_code == 401
    assert masked[0] == masked[1]


def test_row_3_a_hundred_unknown_names_cost_the_same_work_as_a_hundred_known_ones(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hashes verified and statements sent are counted: of time a busy machine says nothing."""
    verified: list[str] = []
    an_account()
    kept = db.session.scalars(select(Account.password_hash)).one()
    known = [f"known{number}" for number in range(100)]
    db.session.add_all([Account(login_name=name, display_name="张三", password_hash=kept) for name in known])
    db.session.commit()
    monkeypatch.setattr("host.auth.passwords.HASHER", _Counting(verified))

    def work(names: list[str]) -> int:
        verified.clear()
        for name in names:
            with pytest.raises(SignInRefused):
                sign_in(name, "wrong", failures=5, lock_minutes=15, ip=None, user_agent="")
        return len(verified)

    assert (work(known), work([f"nobody{number}" for number in range(100)])) == (100, 100)


class _Counting:
    """Refuses every password, and counts how often it was asked."""

    def __init__(self, seen: list[str]) -> None:
        self.seen = seen

    def verify(self, kept: str, _word: str) -> bool:
        self.seen.append(kept)
        raise VerifyMismatchError

    def hash(self, word: str) -> str:
        return HASHER.hash(word)


def test_row_4_passwords_are_argon2id_at_the_tried_cost(connection: Connection) -> None:
    account = an_account()

    assert account.password_hash is not None
    assert account.password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


@pytest.mark.parametrize("word", ["short1A", "alllowercase", "Password123!", "Lvzhi-2026", "Zhangsan-77", "12345678"])
def test_well_known_and_simple_passwords_are_refused(word: str) -> None:
    with pytest.raises(WeakPassword):
        check_password(word, login_name="zhangsan")


def test_one_time_passwords_pass_the_policy_and_differ() -> None:
    words = {one_time_password() for _ in range(50)}
    for word in words:
        check_password(word, login_name="zhangsan")

    assert len(words) == 50


def test_row_8_signing_in_gives_a_new_session_id_each_time(client: FlaskClient) -> None:
    an_account()
    first = try_to_sign_in(client, "zhangsan", WORD).headers.getlist("Set-Cookie")
    client.delete_cookie("__Host-lvzhi", domain="localhost")
    second = try_to_sign_in(client, "zhangsan", WORD).headers.getlist("Set-Cookie")

    assert first[0] != second[0]


def test_row_8_a_session_id_chosen_by_the_visitor_is_not_taken(client: FlaskClient) -> None:
    an_account()
    client.set_cookie("__Host-lvzhi", "chosen-by-an-attacker", domain="localhost")
    try_to_sign_in(client, "zhangsan", WORD)

    assert client.get_cookie("__Host-lvzhi", domain="localhost").value != "chosen-by-an-attacker"  # type: ignore[union-attr]


def test_row_9_a_disabled_account_is_out_at_its_next_request(client: FlaskClient) -> None:
    account = an_account()
    try_to_sign_in(client, "zhangsan", WORD)
    assert home(client) == 200

    set_disabled(account, disabled=True, actor=SYSTEM, reason="离职")
    db.session.commit()

    assert home(client) == 302


def test_row_9_all_sessions_end_at_once(client: FlaskClient) -> None:
    account = an_account()
    try_to_sign_in(client, "zhangsan", WORD)

    end_all_sessions(account, actor=SYSTEM, reason="测试")
    db.session.commit()

    assert home(client) == 302


def test_row_9_a_role_taken_away_counts_at_the_next_request(client: FlaskClient) -> None:
    account = an_account(role=None)
    grant = grant_role(account, Role.SYSTEM_ADMIN, kind=ScopeKind.REGION, region_code="371300", actor=SYSTEM)
    db.session.commit()
    try_to_sign_in(client, "zhangsan", WORD)
    before = client.get("/jobs/schedules", base_url="https://localhost").status_code

    revoke_grant(grant, actor=SYSTEM, reason="调离")
    db.session.commit()

    assert (before, client.get("/jobs/schedules", base_url="https://localhost").status_code) == (200, 403)


@pytest.mark.parametrize(
    ("role", "idle", "status"),
    [
        (Role.STAFF, timedelta(hours=7, minutes=59), 200),
        (Role.STAFF, timedelta(hours=8, minutes=1), 302),
        (Role.OFFICE_CLERK, timedelta(minutes=14), 200),
        (Role.OFFICE_CLERK, timedelta(minutes=16), 302),
    ],
)
def test_row_10_idle_sessions_end_sooner_for_privileged_roles(
    client: FlaskClient, role: Role, idle: timedelta, status: int
) -> None:
    an_account(role=role)
    try_to_sign_in(client, "zhangsan", WORD)

    with time_machine.travel(datetime.now(UTC) + idle, tick=False):
        assert home(client) == status


def test_row_10_a_session_ends_after_a_week_whatever_happens(client: FlaskClient) -> None:
    an_account()
    try_to_sign_in(client, "zhangsan", WORD)
    session = db.session.scalars(select(AuthSession)).one()
    session.seen_at = datetime.now(UTC) + timedelta(days=7)
    db.session.commit()

    with time_machine.travel(datetime.now(UTC) + timedelta(days=7, minutes=1), tick=False):
        assert home(client) == 302


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_row_35_signing_in_leads_only_to_pages_of_this_site(client: FlaskClient, target: str) -> None:
    page = client.get("/account/sign-in", query_string={"next": target}, base_url="https://localhost")

    assert "evil.example" not in page.text
    assert "javascript:" not in page.text
