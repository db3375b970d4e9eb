"""三员分立 (R157; security row 19): three people, none of them with another role."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import permutations

import pytest
from flask import Flask
from sqlalchemy import Connection, Engine, insert, select, update
from sqlalchemy.exc import IntegrityError

from host.auth.granting import administrator_role, grant_role, revoke_grant
from host.auth.models import RoleGrant
from host.auth.operations import reset_password, set_disabled
from host.auth.reach import ADMINISTRATORS
from host.kernel.access import SYSTEM, Role, ScopeKind
from host.kernel.db import db
from host.kernel.errors import Refused
from tests.factories import an_account, an_actor

BUSINESS = sorted(set(Role) - ADMINISTRATORS)


@pytest.mark.parametrize(("first", "second"), list(permutations(sorted(ADMINISTRATORS), 2)))
def test_security_row_19_nobody_is_two_of_the_three(connection: Connection, first: Role, second: Role) -> None:
    account = an_account()
    grant_role(account, first, kind=ScopeKind.REGION, region_code="371300", actor=SYSTEM)
    with pytest.raises(Refused):
        grant_role(account, second, kind=ScopeKind.REGION, region_code="371300", actor=SYSTEM)


@pytest.mark.parametrize("administrator", sorted(ADMINISTRATORS))
@pytest.mark.parametrize("business", BUSINESS)
def test_security_row_19_an_administrator_gets_no_business_role(
    connection: Connection, administrator: Role, business: Role
) -> None:
    account = an_account()
    grant_role(account, administrator, kind=ScopeKind.REGION, region_code="371300", actor=SYSTEM)
    with pytest.raises(Refused, match="三员分立"):
        grant_role(account, business, kind=ScopeKind.SELF, actor=SYSTEM)


@pytest.mark.parametrize("administrator", sorted(ADMINISTRATORS))
def test_security_row_19_who_has_a_business_role_becomes_no_administrator(
    connection: Connection, administrator: Role
) -> None:
    account = an_account()
    grant_role(account, Role.STAFF, kind=ScopeKind.SELF, actor=SYSTEM)
    with pytest.raises(Refused, match="不能兼任"):
        grant_role(account, administrator, kind=ScopeKind.REGION, region_code="371300", actor=SYSTEM)


def test_a_role_that_was_taken_back_is_no_hindrance(connection: Connection) -> None:
    account = an_account()
    old = grant_role(account, Role.STAFF, kind=ScopeKind.SELF, actor=SYSTEM)
    revoke_grant(old, actor=SYSTEM, reason="换岗")
    db.session.flush()
    grant_role(account, Role.AUDIT_ADMIN, kind=ScopeKind.REGION, region_code="371300", actor=SYSTEM)
    assert administrator_role(account) is Role.AUDIT_ADMIN


def test_a_role_that_ran_out_is_no_hindrance(connection: Connection) -> None:
    account = an_account()
    old = grant_role(account, Role.STAFF, kind=ScopeKind.SELF, actor=SYSTEM)
    db.session.execute(update(RoleGrant).where(RoleGrant.id == old.id).values(valid="[2020-01-01,2020-12-31)"))
    grant_role(account, Role.AUDIT_ADMIN, kind=ScopeKind.REGION, region_code="371300", actor=SYSTEM)
    assert administrator_role(account) is Role.AUDIT_ADMIN


def test_a_role_that_begins_later_hinders_already(connection: Connection) -> None:
    account = an_account()
    later = grant_role(account, Role.STAFF, kind=ScopeKind.SELF, actor=SYSTEM)
    db.session.execute(update(RoleGrant).where(RoleGrant.id == later.id).values(valid="[2999-01-01,)"))
    with pytest.raises(Refused):
        grant_role(account, Role.AUDIT_ADMIN, kind=ScopeKind.REGION, region_code="371300", actor=SYSTEM)


def test_several_business_roles_go_together(connection: Connection) -> None:
    account = an_account()
    for role in (Role.STAFF, Role.SECTION_HEAD):
        grant_role(account, role, kind=ScopeKind.SELF, actor=SYSTEM)
    assert administrator_role(account) is None


def test_the_same_grant_is_not_given_twice(connection: Connection) -> None:
    account = an_account()
    grant_role(account, Role.STAFF, kind=ScopeKind.SELF, actor=SYSTEM)
    with pytest.raises(Refused, match="相同的授权"):
        grant_role(account, Role.STAFF, kind=ScopeKind.SELF, actor=SYSTEM)


@pytest.mark.parametrize("role", sorted(ADMINISTRATORS))
def test_security_row_19_nobody_takes_over_an_administrator_by_resetting_the_password(
    connection: Connection, role: Role
) -> None:
    account = an_account()
    grant_role(account, role, kind=ScopeKind.REGION, region_code="371300", actor=SYSTEM)
    with pytest.raises(Refused, match="lvzhi user reset"):
        reset_password(account, actor=an_actor(Role.SYSTEM_ADMIN))


def test_an_administrators_password_is_reset_at_the_server(connection: Connection) -> None:
    account = an_account()
    grant_role(account, Role.AUDIT_ADMIN, kind=ScopeKind.REGION, region_code="371300", actor=SYSTEM)
    assert len(reset_password(account, actor=SYSTEM)) == 16


def test_security_row_19_the_auditor_is_not_stopped_by_the_system_administrator(
    connection: Connection,
) -> None:
    account = an_account()
    grant_role(account, Role.AUDIT_ADMIN, kind=ScopeKind.REGION, region_code="371300", actor=SYSTEM)
    with pytest.raises(Refused, match="审计管理员"):
        set_disabled(account, disabled=True, actor=an_actor(Role.SYSTEM_ADMIN), reason="试")


PAIRS = [pair for pair in permutations(Role, 2) if ADMINISTRATORS & set(pair)]


def written_past_the_operation(account_id: int, role: Role, valid: str = "[2026-01-01,)") -> None:
    row = {"account_id": account_id, "role": role, "scope_kind": ScopeKind.SELF, "valid": valid}
    with db.session.begin_nested():
        db.session.execute(insert(RoleGrant).values(row))


def roles_of(account_id: int) -> set[Role]:
    return set(db.session.scalars(select(RoleGrant.role).where(RoleGrant.account_id == account_id)))


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_security_row_19_the_database_itself_keeps_the_three_apart(
    connection: Connection, first: Role, second: Role
) -> None:
    account = an_account()
    written_past_the_operation(account.id, first)

    with pytest.raises(IntegrityError, match="three_administrators_apart"):
        written_past_the_operation(account.id, second)


def test_security_row_19_the_database_lets_roles_follow_one_another(connection: Connection) -> None:
    account = an_account()
    written_past_the_operation(account.id, Role.STAFF, "[2020-01-01,2026-01-01)")
    written_past_the_operation(account.id, Role.AUDIT_ADMIN)

    assert roles_of(account.id) == {Role.STAFF, Role.AUDIT_ADMIN}


def test_security_row_19_the_database_lets_business_roles_stand_together(connection: Connection) -> None:
    account = an_account()
    for role in BUSINESS:
        written_past_the_operation(account.id, role)

    assert roles_of(account.id) == set(BUSINESS)


def test_security_row_19_of_two_grants_at_the_same_time_one_is_refused(app: Flask, committed: Engine) -> None:
    account = an_account()
    db.session.commit()

    def grant(role: Role) -> str:
        with app.app_context():
            try:
                grant_role(account, role, kind=ScopeKind.REGION, region_code="371300", actor=SYSTEM)
                db.session.commit()
                return "granted"
            except Refused:
                return "refused"
            finally:
                db.session.remove()

    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(grant, [*sorted(ADMINISTRATORS), Role.STAFF]))

    assert sorted(outcomes) == ["granted", "refused", "refused", "refused"]


def test_security_row_19_the_database_takes_no_grant_to_oneself(connection: Connection) -> None:
    account = an_account()
    row = {"account_id": account.id, "role": Role.OFFICE_CLERK, "scope_kind": ScopeKind.SELF}

    with pytest.raises(IntegrityError, match="not_to_oneself"):
        db.session.execute(insert(RoleGrant).values({**row, "granted_by": account.id}))
