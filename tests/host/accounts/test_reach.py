"""Administrators govern their own part of the city only: accounts, grants, sessions and the audit log (R157, R162)."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, Engine, func, select

from basic_info.organization.models import Unit
from basic_info.regions.models import Tier
from host.auth.granting import grant_role, revoke_grant
from host.auth.models import Account, RoleGrant
from host.auth.operations import create_account, reset_password, set_disabled
from host.auth.sessions import start_session
from host.kernel.access import SYSTEM, Actor, Role, ScopeKind
from host.kernel.audit import record_change
from host.kernel.db import db
from host.kernel.errors import NotPermitted, Refused
from host.kernel.pages import today_in_china
from tests.factories import a_person, a_post, a_region, a_section, a_unit, an_account, an_actor

SignIn = Callable[[Actor], FlaskClient]
COUNTY, OTHER = "371302", "371311"


@pytest.fixture
def county(connection: Connection) -> Unit:
    """A unit of a county of the city; there are another county and the city's own units beside it."""
    a_region()
    a_region(OTHER, name="罗庄区", tier=Tier.COUNTY)
    return a_unit(name="兰山区教育局", region=a_region(COUNTY, name="兰山区", tier=Tier.COUNTY))


def admin(role: Role = Role.SECURITY_ADMIN, region: str = COUNTY) -> Actor:
    return an_actor(role, region=region)


def an_account_in(unit: Unit) -> Account:
    return an_account(person=a_person(post=a_post(section=a_section(unit=unit))))


def test_a_county_administrator_grants_inside_the_county(county: Unit) -> None:
    account = an_account_in(county)
    for scope in ({"unit_id": county.id}, {"region_code": COUNTY}, {"section_id": a_section(unit=county).id}):
        kind = ScopeKind(next(iter(scope)).split("_")[0])
        grant_role(account, Role.OFFICE_CLERK, kind=kind, actor=admin(), **scope)

    assert db.session.scalar(select(func.count()).select_from(RoleGrant)) == 3


@pytest.mark.parametrize("place", ["city", "other county", "unit of the city", "section of the city"])
def test_a_role_beyond_the_county_is_refused(county: Unit, place: str) -> None:
    outside = a_unit(name="市教育局")
    scope = {
        "city": {"kind": ScopeKind.REGION, "region_code": "371300"},
        "other county": {"kind": ScopeKind.REGION, "region_code": OTHER},
        "unit of the city": {"kind": ScopeKind.UNIT, "unit_id": outside.id},
        "section of the city": {"kind": ScopeKind.SECTION, "section_id": a_section(unit=outside).id},
    }[place]

    with pytest.raises(Refused, match="超出您的管理范围"):
        grant_role(an_account_in(county), Role.OFFICE_CLERK, actor=admin(), **scope)  # type: ignore[arg-type]


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN])
def test_the_three_administrators_are_named_by_who_governs_the_city(county: Unit, role: Role) -> None:
    account = an_account_in(county)
    with pytest.raises(Refused, match="全市"):
        grant_role(account, role, kind=ScopeKind.REGION, region_code=COUNTY, actor=admin())

    assert grant_role(account, role, kind=ScopeKind.REGION, region_code=COUNTY, actor=admin(region="371300")).id


def test_an_administrator_of_a_unit_reaches_the_units_below_and_none_above(county: Unit) -> None:
    below, actor = (
        a_unit(name="下属中心", parent=county, region=a_region(COUNTY)),
        an_actor(Role.SECURITY_ADMIN, unit=county),
    )
    inside = an_account_in(below)
    above = an_account_in(a_unit(name="市教育局"))
    grant_role(inside, Role.UNIT_CLERK, kind=ScopeKind.UNIT, unit_id=below.id, actor=actor)

    with pytest.raises(NotPermitted):
        grant_role(above, Role.UNIT_CLERK, kind=ScopeKind.UNIT, unit_id=below.id, actor=actor)


def test_whose_rights_reach_further_is_beyond_reach(county: Unit) -> None:
    """Whoever could reset the password of the city's assessor would be the city's assessor."""
    account = an_account_in(county)
    grant_role(account, Role.ASSESSOR, kind=ScopeKind.REGION, region_code="371300", actor=SYSTEM)
    sysadmin = admin(Role.SYSTEM_ADMIN)

    with pytest.raises(NotPermitted):
        reset_password(account, actor=sysadmin)
    with pytest.raises(NotPermitted):
        set_disabled(account, disabled=True, actor=sysadmin, reason="试")
    with pytest.raises(NotPermitted):
        revoke_grant(db.session.scalars(select(RoleGrant)).one(), actor=admin(), reason="试")


def test_a_right_that_begins_later_counts_as_held(county: Unit) -> None:
    account, later = an_account_in(county), today_in_china() + timedelta(days=30)
    grant_role(account, Role.ASSESSOR, kind=ScopeKind.REGION, region_code="371300", actor=SYSTEM, first=later)

    with pytest.raises(NotPermitted):
        reset_password(account, actor=admin(Role.SYSTEM_ADMIN))


def test_a_right_that_was_taken_back_counts_no_more(county: Unit) -> None:
    account = an_account_in(county)
    grant = grant_role(account, Role.ASSESSOR, kind=ScopeKind.REGION, region_code="371300", actor=SYSTEM)
    revoke_grant(grant, actor=SYSTEM, reason="换岗")
    db.session.flush()

    assert reset_password(account, actor=admin(Role.SYSTEM_ADMIN))


def test_accounts_are_made_for_people_of_the_county_only(county: Unit) -> None:
    actor = admin(Role.SYSTEM_ADMIN)
    inside = a_person(post=a_post(section=a_section(unit=county)))
    outside = a_person(post=a_post())
    create_account("inside", display_name="王芳", person_id=inside.id, actor=actor)

    with pytest.raises(Refused, match="不在您的管理范围内"):
        create_account("outside", display_name="王芳", person_id=outside.id, actor=actor)
    with pytest.raises(Refused, match="请填写人员编号"):
        create_account("nobody", display_name="王芳", actor=actor)


def test_lists_sessions_and_the_audit_log_are_cut(county: Unit, sign_in_as: SignIn) -> None:
    own, other = an_account_in(county), an_account_in(a_unit(name="市教育局"))
    own.display_name, other.display_name = "兰山人", "市直人"
    start_session(other, set(), ip="10.9.8.7", user_agent="")
    for account in (own, other):
        actor = Actor(account_id=account.id, display_name=account.display_name)
        record_change("unit:1", action="unit.changed", actor=actor)
    db.session.commit()
    sysadmin, auditor = admin(Role.SYSTEM_ADMIN), admin(Role.AUDIT_ADMIN)
    db.session.commit()
    pages = [sign_in_as(sysadmin).get("/accounts/").text, sign_in_as(auditor).get("/audit/").text]
    tables = [
        sign_in_as(sysadmin).post("/exports/accounts.list", data={"kind": "csv"}).text,
        sign_in_as(auditor).post("/exports/audit.entries", data={"kind": "csv"}).text,
    ]

    assert [("兰山人" in page, "市直人" in page) for page in (*pages, *tables)] == [(True, False)] * 4
    assert sign_in_as(sysadmin).get(f"/accounts/{other.id}").status_code == 404


def test_of_many_grants_at_once_only_those_within_reach_are_given_and_each_once(app: Flask, committed: Engine) -> None:
    a_region()
    unit = a_unit(name="兰山区教育局", region=a_region(COUNTY, name="兰山区", tier=Tier.COUNTY))
    account, actor = an_account_in(unit), admin()
    db.session.commit()

    def grant(region: str) -> str:
        with app.app_context():
            try:
                found = db.session.get_one(Account, account.id)
                grant_role(found, Role.OFFICE_CLERK, kind=ScopeKind.REGION, region_code=region, actor=actor)
                db.session.commit()
            except Refused as refused:
                return str(refused)
            finally:
                db.session.remove()
            return "granted"

    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(grant, [COUNTY, "371300"] * 8))

    assert outcomes.count("granted") == 1
    assert db.session.scalars(select(RoleGrant.region_code)).all() == [COUNTY]


def test_a_wider_right_given_meanwhile_takes_the_account_out_of_reach(app: Flask, committed: Engine) -> None:
    """The city's grant holds the account; the county's reset waits for it and is then refused."""
    a_region()
    unit = a_unit(name="兰山区教育局", region=a_region(COUNTY, name="兰山区", tier=Tier.COUNTY))
    account, actor = an_account_in(unit), admin(Role.SYSTEM_ADMIN)
    db.session.commit()
    grant_role(account, Role.ASSESSOR, kind=ScopeKind.REGION, region_code="371300", actor=SYSTEM)

    def reset() -> str:
        with app.app_context():
            try:
                reset_password(db.session.get_one(Account, account.id), actor=actor)
            except NotPermitted:
                return "refused"
            finally:
                db.session.remove()
            return "reset"

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(reset)
        db.session.commit()
        assert waiting.result(timeout=20) == "refused"


def test_a_grant_holds_from_its_first_to_its_last_day(county: Unit, sign_in_as: SignIn) -> None:
    account, first = an_account_in(county), today_in_china() + timedelta(days=1)
    last = first + timedelta(days=30)
    db.session.commit()
    form = {
        "role": "unit_clerk",
        "kind": "unit",
        "code": county.code,
        "first": first.isoformat(),
        "last": last.isoformat(),
    }
    client = sign_in_as(admin())
    client.post(f"/accounts/{account.id}/grants/new", data=form)
    valid = db.session.scalars(select(RoleGrant.valid)).one()

    assert (valid.lower, valid.upper) == (first, last + timedelta(days=1))
    assert "未开始" in client.get(f"/accounts/{account.id}").text


@pytest.mark.parametrize(("first", "last"), [(-1, None), (0, -1), (5, 4)])
def test_days_that_passed_or_run_backwards_are_refused(county: Unit, first: int, last: int | None) -> None:
    day = today_in_china()
    with pytest.raises(Refused, match="不能早于"):
        grant_role(
            an_account_in(county), Role.STAFF, kind=ScopeKind.SELF, actor=admin(),
            first=day + timedelta(days=first), last=None if last is None else day + timedelta(days=last),
        )  # fmt: skip


def test_the_same_role_may_follow_when_the_first_ends(county: Unit) -> None:
    account, day = an_account_in(county), today_in_china()
    grant_role(account, Role.STAFF, kind=ScopeKind.SELF, actor=SYSTEM, last=day + timedelta(days=5))

    assert grant_role(account, Role.STAFF, kind=ScopeKind.SELF, actor=SYSTEM, first=day + timedelta(days=6)).id
