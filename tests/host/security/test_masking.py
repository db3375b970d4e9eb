"""Rows 17, 20, 70 and 71 of the security score card: numbers are masked, views of them written down, logs silent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from duty_eval.review.models import RecordReview, Verdict
from function_monitor.alerts.models import Alert, AlertState
from host.auth.models import Account
from host.kernel.access import Actor
from host.kernel.audit import AuditEntry
from host.kernel.db import db, engine_options
from host.kernel.logs import mask_secrets
from host.kernel.tables.exports import registered_exports
from tests.host.security import world
from tests.host.security.test_reach import (
    AS_JSON,
    insiders,
    reaches,
    routes_with_a_variable,
    send,
    tries,
    values_for,
    words_of,
)
from tests.host.security.world import ID_NUMBER, World

SignIn = Callable[[Actor], FlaskClient]


@pytest.fixture
def target(connection: Connection) -> World:
    found = world.build()
    db.session.commit()
    return found


def test_row_17_no_page_or_table_shows_an_id_number_to_anybody(
    app: Flask, target: World, sign_in_as: SignIn, capsys: pytest.CaptureFixture[str]
) -> None:
    people = insiders(target)
    db.session.commit()
    asked = {name.split(".")[-1]: str(value) for name, value in target.values.items()}
    with_variable = {rule.endpoint for rule in routes_with_a_variable(app)}
    shown, count = [], 0
    for actor in people:
        client, role = sign_in_as(actor), actor.grants[0].role
        for rule in app.url_map.iter_rules():
            if "GET" not in tries(rule) or not reaches(app, actor, rule):
                continue
            if rule.arguments and rule.endpoint not in with_variable:
                continue
            values = values_for(rule, target) if rule.endpoint in with_variable else {}
            answer = send(client, app, rule, "GET", values, None)
            count += 1
            if ID_NUMBER in words_of(answer):
                shown.append((role, rule.rule))
        for name, export in registered_exports().items():
            if actor.may(export.permission):
                answer = client.post(f"/exports/{name}", query_string=asked, data={"kind": "xlsx"}, headers=AS_JSON)
                count += 1
                if ID_NUMBER in words_of(answer):
                    shown.append((role, name))
    with capsys.disabled():
        print(f"\nrow 17: {count} answers of {len(people)} roles, {len(shown)} with an ID number")

    assert shown == []
    assert count > 300


def test_row_17_and_70_the_full_number_comes_with_a_purpose_and_an_audit_row_without_it(
    target: World, sign_in_as: SignIn
) -> None:
    clerk = next(actor for actor in insiders(target) if actor.may("basic_info:person:unmask"))
    db.session.commit()
    address = f"/basic-info/people/{target.values['person_id']}/id-number"
    client = sign_in_as(clerk)

    assert ID_NUMBER not in client.post(address, data={"purpose": ""}).text
    assert ID_NUMBER in client.post(address, data={"purpose": "核对名册"}).text
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
    assert entry.actor_id == clerk.account_id
    assert ID_NUMBER not in f"{entry.before}{entry.after}{entry.reason}"


def test_row_20_the_database_takes_no_review_of_ones_own_record(target: World) -> None:
    own = {"record_id": target.values["record_id"], "worked_on": date.fromisoformat(target.values["day"])}
    person = target.values["person_id"]

    with pytest.raises(IntegrityError, match="not_ones_own"):
        db.session.execute(
            insert(RecordReview).values(**own, person_id=person, reviewer_person_id=person, verdict=Verdict.APPROVED)
        )


@pytest.mark.parametrize(
    ("facts", "rule"),
    [
        ({"alert_state": AlertState.VERIFIED, "rectified_by": 7, "verified_by": 7}, "verified_by_another"),
        (
            {"alert_state": AlertState.CLOSED, "rectified_by": 7, "verified_by": 8, "closed_by": 8},
            "closed_by_a_third",
        ),
        (
            {"alert_state": AlertState.CLOSED, "rectified_by": 7, "verified_by": 8, "closed_by": 7},
            "closed_by_a_third",
        ),
        ({"alert_state": AlertState.CLOSED, "rectified_by": 7, "closed_by": 9}, "closed_was_verified"),
    ],
)
def test_row_20_the_database_lets_nobody_check_what_they_did(target: World, facts: dict[str, Any], rule: str) -> None:
    alert = db.session.get_one(Alert, target.values["alert_id"])
    alert.done = "已整改"
    for name, value in facts.items():
        setattr(alert, name, value)

    with pytest.raises(IntegrityError, match=rule):
        db.session.flush()


def test_row_71_an_error_of_the_database_quotes_no_values(connection: Connection, app: Flask) -> None:
    options = engine_options(schema="s", queue_schema="q", pool_size=1, application="a")
    with pytest.raises(IntegrityError) as caught:
        db.session.execute(insert(Account), [{"login_name": "x", "display_name": None, "password_hash": "the-hash"}])
    logged = mask_secrets(None, "error", {"exception": str(caught.value)})

    assert options["hide_parameters"] is True
    assert "the-hash" not in logged["exception"]


@pytest.mark.parametrize("name", ["password", "token", "cookie", "authorization", "csrf_token"])
def test_row_71_values_named_as_secrets_are_not_logged(name: str) -> None:
    assert mask_secrets(None, "info", {name: "Xk7-mended-Bridge"})[name] == "***"


def test_row_71_id_numbers_are_masked_wherever_they_stand_in_a_line() -> None:
    line = mask_secrets(None, "info", {"event": f"导入第 3 行 {ID_NUMBER} 有误"})

    assert ID_NUMBER not in line["event"]
