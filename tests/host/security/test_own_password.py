"""Changing one's own password (修改密码): what it ends, and that it is no way to try passwords."""

from __future__ import annotations

import re

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from sqlalchemy import Engine, select, update
from werkzeug.test import TestResponse

from host.auth.models import Account, AuthSession, SignInGuard
from host.auth.operations import change_own_password, reset_password, sign_in
from host.auth.passwords import hash_password, verify_password
from host.kernel.access import SYSTEM, Actor
from host.kernel.audit import AuditEntry
from host.kernel.db import db
from host.kernel.errors import Refused
from tests.at_once import at_once
from tests.host.security.test_sign_in import WORD, an_account, home, try_to_sign_in

NEW = "Another-Bridge-77"
HERE = "https://localhost"


def change(client: FlaskClient, old: str, new: str = NEW) -> TestResponse:
    g.pop("csrf_token", None)
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/account/password", base_url=HERE).text)
    assert token is not None
    body = {"old": old, "new": new, "again": new, "csrf_token": token[1]}
    return client.post("/account/password", data=body, base_url=HERE, headers={"Referer": f"{HERE}/"})


def test_the_new_password_holds_and_other_devices_are_signed_out(client: FlaskClient) -> None:
    account = an_account()
    try_to_sign_in(client, "zhangsan", WORD)
    phone = client.application.test_client()
    try_to_sign_in(phone, "zhangsan", WORD)

    assert change(client, WORD).location == "/"
    assert (home(client), home(phone)) == (200, 302)
    assert try_to_sign_in(phone, "zhangsan", WORD).status_code == 401
    assert try_to_sign_in(phone, "zhangsan", NEW).status_code == 303
    written = select(AuditEntry.action).where(AuditEntry.subject == f"account:{account.id}")
    assert "account.password_changed" in db.session.scalars(written).all()


def test_row_2_wrong_old_passwords_count_towards_the_lock(client: FlaskClient) -> None:
    an_account()
    try_to_sign_in(client, "zhangsan", WORD)

    answers = [change(client, f"wrong{number}").status_code for number in range(5)]
    locked = change(client, WORD)

    assert (answers, locked.status_code) == ([422] * 5, 422)
    assert "已暂时锁定" in locked.text
    assert db.session.scalars(select(SignInGuard.failed_count)).all() == [5]


def test_a_weak_new_password_is_refused_and_the_old_one_stays(client: FlaskClient) -> None:
    an_account()
    try_to_sign_in(client, "zhangsan", WORD)

    assert change(client, WORD, "12345678").status_code == 422
    assert try_to_sign_in(client.application.test_client(), "zhangsan", WORD).status_code == 303
    assert db.session.scalars(select(AuthSession.ended_at)).all() == [None, None]


def test_a_password_that_was_reset_meanwhile_is_not_written_over(client: FlaskClient) -> None:
    account = an_account()
    reset = update(Account).values(password_hash=hash_password("Reset-By-Office-9"))
    db.session.execute(reset.execution_options(synchronize_session=False))
    actor = Actor(account_id=account.id, display_name="张三")

    with pytest.raises(Refused, match="重新登录"):
        change_own_password(account, old=WORD, new=NEW, failures=5, lock_minutes=15, actor=actor)
    assert verify_password(db.session.scalars(select(Account.password_hash)).one(), "Reset-By-Office-9")


def test_signing_in_a_change_and_a_reset_at_one_moment_wait_for_each_other_in_one_order(
    app: Flask, committed: Engine
) -> None:
    account = an_account()
    db.session.commit()
    key, actor = account.id, Actor(account_id=account.id, display_name="张三")

    def change_it() -> None:
        change_own_password(
            db.session.get_one(Account, key), old=WORD, new=NEW, failures=50, lock_minutes=15, actor=actor
        )

    def reset_it() -> None:
        reset_password(db.session.get_one(Account, key), actor=SYSTEM)

    def enter() -> None:
        sign_in("zhangsan", WORD, failures=50, lock_minutes=15, ip=None, user_agent="")

    ends = at_once(app, [change_it, reset_it, enter] * 3)

    # Whoever came after the first reset is refused; nobody meets with an error of the database.
    assert set(ends) <= {"done", "Refused", "SignInRefused"}
    assert ends.count("done") >= 3
