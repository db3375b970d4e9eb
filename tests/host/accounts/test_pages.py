"""Pages of accounts (系统管理员) and grants (安全管理员)."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, select

from host.auth.granting import grant_role
from host.auth.models import Account, AuthSession, RoleGrant
from host.auth.passwords import verify_password
from host.auth.sessions import start_session
from host.kernel.access import SYSTEM, Actor, Role, ScopeKind
from host.kernel.audit import AuditEntry
from host.kernel.db import db
from tests.factories import a_person, a_region, a_section, a_unit, an_account, an_actor

SignIn = Callable[[Actor], FlaskClient]
Counter = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def system_admin(sign_in_as: SignIn) -> FlaskClient:
    return sign_in_as(an_actor(Role.SYSTEM_ADMIN, region="371300"))


@pytest.fixture
def security_admin(sign_in_as: SignIn) -> FlaskClient:
    return sign_in_as(an_actor(Role.SECURITY_ADMIN, region="371300"))


def grants(account: Account) -> list[RoleGrant]:
    return list(db.session.scalars(select(RoleGrant).where(RoleGrant.account_id == account.id)))


def test_the_list_shows_accounts_with_their_roles(system_admin: FlaskClient) -> None:
    account = an_account(name="李建国")
    grant_role(account, Role.UNIT_CLERK, kind=ScopeKind.SELF, actor=SYSTEM)
    page = system_admin.get("/accounts/").text
    assert ("李建国" in page, "单位经办人" in page) == (True, True)


@pytest.mark.parametrize("words", ["建国", "ZHAO_7", "zhao_7"])
def test_an_account_is_found_by_part_of_its_name(system_admin: FlaskClient, words: str) -> None:
    an_account(name="李建国", login_name="zhao_7")
    an_account(name="王小明", login_name="zhaox7")
    page = system_admin.get("/accounts/", query_string={"q": words}).text
    assert ("李建国" in page, "王小明" in page) == (True, False)


def test_accounts_are_found_by_role_and_state(system_admin: FlaskClient) -> None:
    account = an_account(name="李建国", is_disabled=True)
    grant_role(account, Role.UNIT_CLERK, kind=ScopeKind.SELF, actor=SYSTEM)
    an_account(name="王小明", is_disabled=True)
    page = system_admin.get("/accounts/?role=unit_clerk&state=disabled").text
    assert ("李建国" in page, "王小明" in page) == (True, False)


def test_pages_go_on_by_key(system_admin: FlaskClient) -> None:
    for number in range(60):
        an_account(name=f"人员{number:02}")
    first = system_admin.get("/accounts/").text
    after = re.search(r"/accounts/\?after=(\d+)", first)
    assert after is not None
    second = system_admin.get(f"/accounts/?after={after.group(1)}").text
    assert ("人员59" in first, "人员59" in second, "人员00" in second) == (False, True, False)


def test_the_list_costs_as_many_statements_for_many_accounts(system_admin: FlaskClient, count_queries: Counter) -> None:
    def cost() -> int:
        with count_queries() as statements:
            system_admin.get("/accounts/")
        return len(statements)

    few = cost()
    for _ in range(30):
        grant_role(an_account(), Role.STAFF, kind=ScopeKind.SELF, actor=SYSTEM)
    assert cost() == few


@pytest.mark.parametrize("after", ["x", "-1", "99999999999999999999999999"])
def test_a_wrong_key_is_no_fault(system_admin: FlaskClient, after: str) -> None:
    assert system_admin.get(f"/accounts/?after={after}").status_code == 200


def test_a_new_account_gets_a_password_that_is_shown_once(system_admin: FlaskClient) -> None:
    answer = system_admin.post("/accounts/new", data={"login_name": "li.jg", "display_name": "李建国"})
    account = db.session.scalars(select(Account).where(Account.login_name == "li.jg")).one()
    words = re.findall(r"<dd>([A-Za-z0-9]{16})</dd>", answer.text)
    assert [verify_password(account.password_hash, word) for word in words] == [True]


def test_a_new_account_may_belong_to_a_person(system_admin: FlaskClient) -> None:
    person = a_person()
    form = {"login_name": "wangfang", "display_name": "王芳", "person_code": person.code}
    system_admin.post("/accounts/new", data=form)
    account = db.session.scalars(select(Account).where(Account.login_name == "wangfang")).one()
    assert account.person_id == person.id


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"login_name": "", "display_name": "李"}, "请填写登录名"),
        ({"login_name": "a b", "display_name": "李"}, "不含空格"),
        ({"login_name": "Taken", "display_name": "李"}, "已被使用"),
        ({"login_name": "new1", "display_name": "李", "person_code": "没有"}, "没有编号为"),
    ],
)
def test_an_account_that_cannot_be_comes_back(system_admin: FlaskClient, form: dict[str, str], sentence: str) -> None:
    an_account(login_name="taken")
    db.session.commit()
    answer = system_admin.post("/accounts/new", data=form)
    assert (answer.status_code, sentence in answer.text) == (422, True)


def test_a_disabled_account_loses_its_sessions(system_admin: FlaskClient) -> None:
    account = an_account()
    start_session(account, set(), ip=None, user_agent="")
    system_admin.post(f"/accounts/{account.id}/disable", data={"reason": "离职"})
    db.session.expire_all()
    ended = db.session.scalars(select(AuthSession.ended_at).where(AuthSession.account_id == account.id)).one()
    assert (account.is_disabled, ended is not None) == (True, True)


def test_disabling_needs_a_reason(system_admin: FlaskClient) -> None:
    account = an_account()
    db.session.commit()
    answer = system_admin.post(f"/accounts/{account.id}/disable", data={})
    assert (answer.status_code, account.is_disabled) == (422, False)


def test_an_account_is_let_in_again(system_admin: FlaskClient) -> None:
    account = an_account(is_disabled=True)
    system_admin.post(f"/accounts/{account.id}/enable", data={"reason": "返岗"})
    assert not account.is_disabled


def test_a_reset_shows_a_new_password(system_admin: FlaskClient) -> None:
    account = an_account()
    answer = system_admin.post(f"/accounts/{account.id}/reset")
    word = re.findall(r"<dd>([A-Za-z0-9]{16})</dd>", answer.text)[0]
    assert verify_password(account.password_hash, word)


def test_sessions_of_an_account_are_listed_and_ended_one_by_one(system_admin: FlaskClient) -> None:
    account = an_account()
    _token, kept = start_session(account, set(), ip="10.1.2.3", user_agent="一号机")
    _token, gone = start_session(account, set(), ip="10.1.2.4", user_agent="二号机")
    system_admin.post(f"/accounts/{account.id}/sessions/{gone}/end")
    page = system_admin.get(f"/accounts/{account.id}").text
    assert (kept, "一号机" in page, "二号机" in page) == (kept, True, False)


def test_a_session_of_another_account_is_not_found(system_admin: FlaskClient) -> None:
    _token, session_id = start_session(an_account(), set(), ip=None, user_agent="")
    other = an_account()
    assert system_admin.post(f"/accounts/{other.id}/sessions/{session_id}/end").status_code == 404


def test_all_sessions_of_an_account_are_ended(system_admin: FlaskClient) -> None:
    account = an_account()
    for _ in range(3):
        start_session(account, set(), ip=None, user_agent="")
    system_admin.post(f"/accounts/{account.id}/sessions/end")
    left = db.session.scalars(
        select(AuthSession.id).where(AuthSession.account_id == account.id, AuthSession.ended_at.is_(None))
    ).all()
    assert left == []


@pytest.mark.parametrize("kind", ["region", "unit", "section", "self"])
def test_a_role_is_granted_over_each_kind_of_place(security_admin: FlaskClient, kind: str) -> None:
    account, unit = an_account(), a_unit()
    section = a_section(unit=unit)
    codes = {"region": a_region().code, "unit": unit.code, "section": section.code, "self": ""}
    form = {"role": "unit_clerk", "kind": kind, "code": codes[kind]}
    security_admin.post(f"/accounts/{account.id}/grants/new", data=form)
    grant = grants(account)[0]
    place = {"region": grant.region_code, "unit": grant.unit_id, "section": grant.section_id, "self": ""}[kind]
    ids = {"region": "371300", "unit": unit.id, "section": section.id, "self": ""}
    assert (grant.role, grant.scope_kind.value, place) == (Role.UNIT_CLERK, kind, ids[kind])


@pytest.mark.parametrize("kind", ["region", "unit", "section"])
def test_a_place_that_is_not_there_comes_back(security_admin: FlaskClient, kind: str) -> None:
    account = an_account()
    db.session.commit()
    form = {"role": "unit_clerk", "kind": kind, "code": "没有这个"}
    answer = security_admin.post(f"/accounts/{account.id}/grants/new", data=form)
    assert (answer.status_code, "没有这个" in answer.text, grants(account)) == (422, True, [])


def test_a_grant_against_the_separation_comes_back_with_the_reason(security_admin: FlaskClient) -> None:
    account = an_account()
    grant_role(account, Role.STAFF, kind=ScopeKind.SELF, actor=SYSTEM)
    db.session.commit()
    form = {"role": "audit_admin", "kind": "region", "code": a_region().code}
    db.session.commit()
    answer = security_admin.post(f"/accounts/{account.id}/grants/new", data=form)
    assert (answer.status_code, "不能兼任" in answer.text) == (422, True)


def test_nobody_grants_to_themselves(sign_in_as: SignIn) -> None:
    actor = an_actor(Role.SECURITY_ADMIN, region="371300")
    db.session.commit()
    form = {"role": "unit_clerk", "kind": "self"}
    answer = sign_in_as(actor).post(f"/accounts/{actor.account_id}/grants/new", data=form)
    assert (answer.status_code, "不能给自己授权" in answer.text) == (422, True)


def test_a_grant_is_taken_back_with_a_reason(security_admin: FlaskClient) -> None:
    account = an_account()
    grant = grant_role(account, Role.STAFF, kind=ScopeKind.SELF, actor=SYSTEM)
    security_admin.post(f"/accounts/{account.id}/grants/{grant.id}/revoke", data={"reason": "换岗"})
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "role.revoked")).one()
    assert (grant.revoked_at is not None, entry.reason) == (True, "换岗")


def test_a_grant_of_another_account_is_not_found(security_admin: FlaskClient) -> None:
    grant = grant_role(an_account(), Role.STAFF, kind=ScopeKind.SELF, actor=SYSTEM)
    other = an_account()
    answer = security_admin.post(f"/accounts/{other.id}/grants/{grant.id}/revoke", data={"reason": "试"})
    assert answer.status_code == 404


def test_the_account_page_names_the_place_of_a_grant(security_admin: FlaskClient) -> None:
    account, unit = an_account(), a_unit(name="市水利局")
    grant_role(account, Role.UNIT_CLERK, kind=ScopeKind.UNIT, unit_id=unit.id, actor=SYSTEM)
    assert "市水利局" in security_admin.get(f"/accounts/{account.id}").text


@pytest.mark.parametrize("path", ["new", "{}/grants/new"])
def test_security_row_19_each_administrator_keeps_to_their_own_pages(
    connection: Connection, sign_in_as: SignIn, path: str
) -> None:
    account = an_account()
    db.session.commit()
    answers = {
        role: sign_in_as(an_actor(role, region="371300")).get(f"/accounts/{path.format(account.id)}").status_code
        for role in (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN, Role.OFFICE_CLERK)
    }
    owner = Role.SYSTEM_ADMIN if path == "new" else Role.SECURITY_ADMIN
    assert answers == {role: 200 if role is owner else 403 for role in answers}


@pytest.mark.parametrize("act", ["disable", "enable", "reset", "sessions/end"])
def test_security_row_19_the_security_administrator_runs_no_accounts(security_admin: FlaskClient, act: str) -> None:
    account = an_account()
    answer = security_admin.post(f"/accounts/{account.id}/{act}", data={"reason": "试"})
    assert answer.status_code == 403


@pytest.mark.parametrize("path", ["/accounts/0", "/accounts/99999999999999999999"])
def test_an_account_that_is_not_there_is_not_found(system_admin: FlaskClient, path: str) -> None:
    assert system_admin.get(path).status_code == 404
