"""The audit log: search, one entry's difference, export; for the audit administrator alone."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, insert, text

from host.kernel.access import SYSTEM, Actor, Role
from host.kernel.audit import AuditEntry, record_change
from host.kernel.db import db
from host.web.audit_queries import Difference, differences
from host.web.audit_words import action_words
from tests.factories import an_account, an_actor

SignIn = Callable[[Actor], FlaskClient]
Counter = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def auditor(sign_in_as: SignIn) -> FlaskClient:
    db.session.execute(text("ALTER TABLE audit_entry DISABLE TRIGGER guard"))
    db.session.execute(delete(AuditEntry))  # what the migrations left, inside this test's transaction
    db.session.execute(text("ALTER TABLE audit_entry ENABLE TRIGGER guard"))
    return sign_in_as(an_actor(Role.AUDIT_ADMIN, region="371300"))


def entry(subject: str = "duty_record:7", action: str = "duty_record.approved", **over: Any) -> None:
    record_change(subject, action=action, actor=over.pop("actor", SYSTEM), **over)


def entry_at(at: datetime, reason: str) -> None:
    values = {"at": at, "actor_name": "系统", "action": "unit.changed", "subject": "unit:1", "reason": reason}
    db.session.execute(insert(AuditEntry), [values])


def actor_named(name: str) -> Actor:
    account = an_account(name=name, login_name=f"login-{name}")
    return Actor(account_id=account.id, display_name=name)


def reasons(page: str) -> set[str]:
    return set(re.findall(r"理由\d", page))


def test_entries_are_shown_in_words(auditor: FlaskClient) -> None:
    entry()
    page = auditor.get("/audit/").text
    assert ("履职纪实 · 通过" in page, "履职纪实 7" in page) == (True, True)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"person": "李建国"}, {"理由1"}),
        ({"person": "LOGIN-李建国"}, {"理由1"}),
        ({"person": "系统"}, {"理由2", "理由3"}),
        ({"person": "没有此人"}, set()),
        ({"subject": "duty_record:7"}, {"理由1"}),
        ({"subject": "duty_record"}, {"理由1", "理由2"}),
        ({"subject": "duty"}, set()),
        ({"action": "duty_record."}, {"理由1", "理由2"}),
        ({"action": "duty_record.returned"}, {"理由2"}),
        ({"action": "%"}, set()),
        ({"thing": "履职纪实"}, {"理由1", "理由2"}),
        ({"verb": "退回"}, {"理由2"}),
        ({"thing": "没有这种"}, set()),
        ({}, {"理由1", "理由2", "理由3"}),
    ],
)
def test_the_log_is_searched(auditor: FlaskClient, query: dict[str, str], found: set[str]) -> None:
    entry(actor=actor_named("李建国"), reason="理由1")
    entry("duty_record:70", "duty_record.returned", reason="理由2")
    entry("unit:1", "unit.changed", reason="理由3")
    assert reasons(auditor.get("/audit/", query_string=query).text) == found


def test_a_day_begins_at_midnight_in_china(auditor: FlaskClient) -> None:
    entry_at(datetime(2026, 3, 1, 15, 59, tzinfo=UTC), "理由1")
    entry_at(datetime(2026, 3, 1, 16, 0, tzinfo=UTC), "理由2")
    entry_at(datetime(2026, 3, 2, 16, 0, tzinfo=UTC), "理由3")
    assert reasons(auditor.get("/audit/?first=2026-03-02&last=2026-03-02").text) == {"理由2"}


def test_without_days_the_last_thirty_are_searched(auditor: FlaskClient) -> None:
    now = datetime.now(UTC)
    entry_at(now - timedelta(days=40), "理由1")
    entry_at(now - timedelta(days=10), "理由2")
    assert reasons(auditor.get("/audit/").text) == {"理由2"}


@pytest.mark.parametrize("query", ["first=x&last=y", "before=abc", f"before={10**30}", "first=2026-13-01"])
def test_a_wrong_filter_is_no_fault(auditor: FlaskClient, query: str) -> None:
    assert auditor.get(f"/audit/?{query}").status_code == 200


def test_pages_go_on_by_key(auditor: FlaskClient) -> None:
    for number in range(60):
        entry("unit:1", "unit.changed", reason=f"序号{number:02}")
    first = auditor.get("/audit/").text
    before = re.search(r"before=(\d+)", first)
    assert before is not None
    second = auditor.get(f"/audit/?before={before.group(1)}").text
    assert ("序号59" in first, "序号00" in first, "序号00" in second, "序号59" in second) == (
        True,
        False,
        True,
        False,
    )


def test_the_list_costs_as_many_statements_for_many_entries(auditor: FlaskClient, count_queries: Counter) -> None:
    def cost() -> int:
        with count_queries() as statements:
            auditor.get("/audit/")
        return len(statements)

    entry()
    few = cost()
    for _ in range(40):
        entry()
    assert cost() == few


def test_an_entry_shows_what_changed(auditor: FlaskClient) -> None:
    entry(before={"name": "旧名", "rank": "same"}, after={"name": "新名", "rank": "same"}, reason="更名")
    db.session.flush()
    found = db.session.query(AuditEntry).one()
    page = auditor.get(f"/audit/{found.id}").text
    assert ("<del>旧名</del>" in page, "<ins>新名</ins>" in page, "same" in page) == (True, True, False)


def test_a_difference_names_fields_that_came_and_went() -> None:
    changed = AuditEntry(before={"a": 1, "b": "x"}, after={"b": "x", "c": [1, 2]})
    assert differences(changed) == [Difference("a", "1", None), Difference("c", None, "[1, 2]")]


@pytest.mark.parametrize("number", ["0", "99999999999999999999"])
def test_an_entry_that_is_not_there_is_not_found(auditor: FlaskClient, number: str) -> None:
    assert auditor.get(f"/audit/{number}").status_code == 404


def test_what_is_shown_is_exported(auditor: FlaskClient) -> None:
    entry(actor=actor_named("李建国"), reason="理由1", after={"名称": "=1+1"})
    entry(reason="理由2")
    answer = auditor.post("/exports/audit.entries", query_string={"person": "李建国"}, data={"kind": "csv"})
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))
    assert [(row["理由"], row["操作"], row["变更后"]) for row in rows] == [
        ("理由1", "履职纪实 · 通过", '{"名称": "=1+1"}')
    ]


def test_the_log_is_exported_as_a_workbook(auditor: FlaskClient) -> None:
    entry()
    assert auditor.post("/exports/audit.entries", data={"kind": "xlsx"}).data.startswith(b"PK")


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.AUDIT_ADMIN}))
@pytest.mark.parametrize("path", ["", "1"])
def test_security_row_19_only_the_auditor_reads_the_log(sign_in_as: SignIn, role: Role, path: str) -> None:
    assert sign_in_as(an_actor(role, region="371300")).get(f"/audit/{path}").status_code == 403


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_of_the_log_is_changed_by_anybody(auditor: FlaskClient, method: str) -> None:
    assert {getattr(auditor, method)(f"/audit/{path}").status_code for path in ("", "1")} == {405}


@pytest.mark.parametrize(
    ("action", "words"),
    [("role.granted", "角色 · 授予"), ("new_thing.done", "new_thing · done"), ("account", "账号")],
)
def test_an_action_reads_in_chinese_where_a_word_is_known(action: str, words: str) -> None:
    assert action_words(action) == words
