"""Rows 15, 22 and 40 of the security score card: who reaches which route, by which method."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, text

from host.kernel.access import Actor, Role, declared_access
from host.kernel.db import Model, db
from tests.factories import a_person, a_post, a_section, a_unit, an_actor

SignIn = Callable[[Actor], FlaskClient]
GOLDEN = Path(__file__).parent / "role_route_matrix.txt"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def _matrix(app: Flask) -> list[str]:
    """One line a route: its methods, its rule, who reaches it, and whether the password is asked for anew."""
    permissions = app.extensions["permission_map"]
    lines = []
    for rule in app.url_map.iter_rules():
        if rule.endpoint == "static":
            continue
        access = declared_access(app.view_functions[rule.endpoint])
        assert access is not None
        if access.kind == "permission":
            who = " ".join(sorted(role for role in Role if access.permission in permissions[role])) or "nobody"
        else:
            who = {"signed_in": "(signed in)", "public": "(everybody)", "machine": "(key)"}[access.kind]
        if access.fresh:
            who += " +password"
        methods = ",".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
        lines.append(f"{methods:5} {rule.rule}  {who}")
    return sorted(lines)


def test_row_15_roles_reach_exactly_the_routes_of_the_golden_file(app: Flask) -> None:
    found = _matrix(app)
    if os.environ.get("LVZHI_WRITE_GOLDEN"):
        GOLDEN.write_text("\n".join(found) + "\n", encoding="utf-8")

    assert found == GOLDEN.read_text(encoding="utf-8").splitlines()


def _address(rule: str) -> str:
    """A rule with its variables filled: the address of nothing that exists."""
    for name, value in (("<int:", "999999999"), ("<day>", "2026-03-02"), ("<path:", "x"), ("<", "x")):
        while name in rule:
            start = rule.index(name)
            rule = rule[:start] + value + rule[rule.index(">", start) + 1 :]
    return rule


@pytest.mark.parametrize("role", list(Role))
def test_row_15_what_the_matrix_denies_is_denied_over_http(
    app: Flask, connection: Connection, sign_in_as: SignIn, role: Role
) -> None:
    client = sign_in_as(an_actor(role, person=a_person(post=a_post()), region="371300"))
    permissions = app.extensions["permission_map"][role]
    wrong = []
    for rule in app.url_map.iter_rules():
        access = declared_access(app.view_functions[rule.endpoint]) if rule.endpoint != "static" else None
        if access is None or access.kind != "permission" or access.permission in permissions:
            continue
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            status = client.open(_address(rule.rule), method=method).status_code
            if status != 403:
                wrong.append((method, rule.rule, status))

    assert wrong == []


def test_row_15_a_visitor_reaches_nothing_but_the_open_routes(app: Flask, client: FlaskClient) -> None:
    wrong = []
    for rule in app.url_map.iter_rules():
        access = declared_access(app.view_functions[rule.endpoint]) if rule.endpoint != "static" else None
        if access is None or access.kind == "public" or "GET" not in (rule.methods or set()):
            continue
        answer = client.get(_address(rule.rule))
        if answer.status_code not in {302, 401}:
            wrong.append((rule.rule, answer.status_code))

    assert wrong == []


def test_row_22_methods_that_are_not_declared_get_405_with_allow(app: Flask, client: FlaskClient) -> None:
    by_rule: dict[str, set[str]] = {}
    for rule in app.url_map.iter_rules():
        by_rule.setdefault(rule.rule, set()).update(rule.methods or set())
    wrong = []
    for rule_text, methods in by_rule.items():
        if rule_text.startswith("/static"):
            continue
        for method in (*METHODS, "TRACE"):
            if method in methods:
                continue
            answer = client.open(_address(rule_text), method=method)
            if answer.status_code != 405 or "Allow" not in answer.headers:
                wrong.append((method, rule_text, answer.status_code))

    assert wrong == []


def test_row_40_a_post_without_its_token_changes_nothing(
    app: Flask, connection: Connection, sign_in_as: SignIn
) -> None:
    client = sign_in_as(an_actor(Role.STAFF, person=a_person(post=a_post())))
    app.config["WTF_CSRF_ENABLED"] = True
    wrong = []
    for rule in app.url_map.iter_rules():
        if "POST" not in (rule.methods or set()) or rule.rule.startswith("/api/"):
            continue
        status = client.post(_address(rule.rule)).status_code
        if status not in {400, 403}:
            wrong.append((rule.rule, status))

    assert wrong == []


@pytest.mark.parametrize(
    "role", [Role.SECTION_HEAD, Role.OFFICE_CLERK, Role.SYSTEM_ADMIN, Role.ASSESSOR, Role.AUDIT_ADMIN]
)
def test_row_40_reading_pages_writes_no_rows(
    app: Flask, connection: Connection, sign_in_as: SignIn, role: Role
) -> None:
    unit = a_unit()
    section = a_section(unit=unit)
    client = sign_in_as(an_actor(role, person=a_person(post=a_post(section=section)), region="371300"))
    db.session.commit()  # an error page rolls back: what the test made must outlive that
    before = _row_counts()
    faults = []
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or set()) and rule.endpoint != "static":
            status = client.get(_address(rule.rule)).status_code
            if status >= 500 and rule.endpoint != "health.ready":
                faults.append((rule.rule, status))

    assert faults == []
    assert _row_counts() == before


def _row_counts() -> dict[str, int]:
    names = [table.name for table in Model.metadata.sorted_tables]
    return {name: db.session.scalar(text(f"SELECT count(*) FROM {name}")) or 0 for name in names}
