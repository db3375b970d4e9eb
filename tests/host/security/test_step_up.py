"""Row 12 of the security score card: before something that matters, the password once more."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask, g
from flask.testing import FlaskClient
from sqlalchemy import Connection, select
from werkzeug.test import TestResponse

from host.auth.models import SignInGuard
from host.kernel.access import FRESH, Actor, Role, declared_access
from host.kernel.audit import AuditEntry
from host.kernel.db import db
from host.kernel.tables.exports import MOST_PEOPLE_UNASKED, registered_exports
from tests.factories import a_person, a_post, a_section, a_unit, an_actor
from tests.factories import an_account as another_account
from tests.host.security import world
from tests.host.security.test_reach import AS_JSON, body_of, fingerprint, insiders, reaches, send, tries, values_for
from tests.host.security.test_sign_in import WORD, an_account, try_to_sign_in

SignIn = Callable[[Actor], FlaskClient]
HERE = "https://localhost"


def stale(actor: Actor) -> Actor:
    return replace(actor, confirmed_at=datetime.now(UTC) - FRESH - timedelta(seconds=1))


def confirm(client: FlaskClient, password: str, page: str) -> TestResponse:
    g.pop("csrf_token", None)
    form = client.get("/account/confirm", query_string={"next": page}, base_url=HERE).text
    found = {name: re.search(rf'name="{name}" value="([^"]*)"', form) for name in ("csrf_token", "next")}
    body = {"password": password, **{name: match[1] for name, match in found.items() if match}}
    return client.post("/account/confirm", data=body, base_url=HERE, headers={"Referer": f"{HERE}/"})


@pytest.fixture
def page(client: FlaskClient) -> str:
    """The page on which a security administrator, signed in as ``client``, grants a role to somebody."""
    account = another_account()
    an_account("anquan", role=Role.SECURITY_ADMIN)
    try_to_sign_in(client, "anquan", WORD)
    return f"/accounts/{account.id}/grants/new"


def test_a_password_just_given_is_not_asked_for_again(client: FlaskClient, page: str) -> None:
    assert client.get(page, base_url=HERE).status_code == 200


def test_after_five_minutes_it_is_asked_for_and_leads_back(client: FlaskClient, page: str) -> None:
    with time_machine.travel(datetime.now(UTC) + FRESH + timedelta(seconds=1)):
        asked = client.get(page, base_url=HERE)
        assert (asked.status_code, asked.location) == (303, f"/account/confirm?next={page}")
        assert confirm(client, WORD, page).location == page
        assert client.get(page, base_url=HERE).status_code == 200
    written = db.session.scalars(select(AuditEntry.action).where(AuditEntry.action.startswith("session.conf"))).all()

    assert written == ["session.confirmation_asked", "session.confirmed"]


def test_a_wrong_password_confirms_nothing_and_counts_towards_the_lock(client: FlaskClient, page: str) -> None:
    with time_machine.travel(datetime.now(UTC) + FRESH + timedelta(seconds=1)):
        answers = [confirm(client, "wrong", page).status_code for _ in range(5)]
        locked = confirm(client, WORD, page).status_code
        after = client.get(page, base_url=HERE).status_code

    assert (answers, locked, after) == ([422] * 5, 422, 303)
    assert db.session.scalars(select(SignInGuard.failed_count)).all() == [5]


def test_the_confirmation_needs_its_form_token(client: FlaskClient, page: str) -> None:
    assert client.post("/account/confirm", data={"password": WORD}, base_url=HERE).status_code == 400


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example/", "/\\evil.example"])
def test_it_leads_to_pages_of_this_site_only(client: FlaskClient, page: str, target: str) -> None:
    assert confirm(client, WORD, target).location == "/"


def test_a_page_of_another_site_is_no_way_back(sign_in_as: SignIn) -> None:
    actor = stale(an_actor(Role.SECURITY_ADMIN, region="371300"))
    account = another_account()
    db.session.commit()
    answer = sign_in_as(actor).post(f"/accounts/{account.id}/grants/new", headers={"Referer": "https://evil.example/x"})

    assert (answer.status_code, answer.location) == (303, "/account/confirm")


def test_every_act_that_asks_anew_is_refused_without_it_and_changes_nothing_but_the_audit_log(
    app: Flask, connection: Connection, sign_in_as: SignIn
) -> None:
    target = world.build()
    people = [stale(actor) for actor in insiders(target)]
    db.session.commit()
    before, refused = fingerprint(), []
    for rule in app.url_map.iter_rules():
        access = declared_access(app.view_functions[rule.endpoint]) if rule.endpoint != "static" else None
        for actor in people:
            if access and access.fresh and reaches(app, actor, rule):
                answer = send(
                    sign_in_as(actor), app, rule, tries(rule)[0], values_for(rule, target), body_of(rule, target)
                )
                refused.append((rule.endpoint, answer.status_code))
    after = fingerprint()

    assert {status for _, status in refused} == {403}
    assert {
        "accounts.grant",
        "basic_info.reveal_id_no",
        "performance.post_excellent",
        "performance.publish_scheme",
    } <= {endpoint for endpoint, _ in refused}
    assert [name for name in after if after[name] != before[name]] == ["audit_entry"]


@pytest.mark.parametrize(("more", "status"), [(0, 200), (1, 403)])
def test_more_than_a_hundred_people_leave_only_with_a_password_just_given(
    connection: Connection, sign_in_as: SignIn, more: int, status: int
) -> None:
    unit = a_unit()
    post = a_post(section=a_section(unit=unit), seat_count=500)
    for number in range(MOST_PEOPLE_UNASKED + more):
        a_person(name=f"人员{number}", post=post)
    clerk = an_actor(Role.OFFICE_CLERK, region="371300")
    db.session.commit()
    address = f"/exports/basic_info.people_of_unit?unit_id={unit.id}"

    assert sign_in_as(stale(clerk)).post(address, data={"kind": "csv"}, headers=AS_JSON).status_code == status
    assert sign_in_as(clerk).post(address, data={"kind": "csv"}, headers=AS_JSON).status_code == 200


def test_the_lists_that_name_people_are_these() -> None:
    assert {name for name, export in registered_exports().items() if export.names_people} == {
        "accounts.list",
        "basic_info.people_of_unit",
        "duty_eval.region_records",
        "duty_eval.routine_round",
        "duty_eval.sanctions",
        "performance.grades",
        "performance.people_scores",
    }
