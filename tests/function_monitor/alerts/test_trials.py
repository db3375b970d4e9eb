"""Trying a rule before it is set (R130), who may set it, and where evidence leads."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from basic_info.duties.models import Rhythm
from function_monitor.alerts.evaluating import evaluate, rules_in_order, seed_rules
from function_monitor.alerts.evidence import evidence_lines
from function_monitor.alerts.models import Alert, AlertRule
from function_monitor.collection.ingesting import RawRow, ingest
from host.auth.models import RoleGrant
from host.kernel.access import Actor, Role, ScopeKind
from host.kernel.db import db
from tests.factories import SINCE, a_region, a_unit, an_account, an_actor
from tests.function_monitor.rows import Office, a_system

Clients = Callable[[Actor], FlaskClient]


@pytest.fixture
def office(connection: Connection) -> Office:
    seed_rules(counts_from=date(2025, 1, 1))
    office = Office()
    office.function.rhythm = Rhythm.MONTHLY
    ingest([RawRow(office.event())], a_system())
    db.session.commit()
    return office


def rule(code: str) -> AlertRule:
    return next(one for one in rules_in_order() if one.code == code)


def reviewer() -> Actor:
    return an_actor(Role.OFFICE_REVIEWER, region="371300")


@pytest.mark.parametrize(("days", "count"), [(5, 1), (0, 0)])
def test_a_rule_is_tried_with_other_thresholds(office: Office, sign_in_as: Clients, days: int, count: int) -> None:
    address = f"/function-monitor/rules?try={rule('step_overdue').id}&day=2026-03-03&warn_workdays={days}"
    assert f"会触发 <b>{count}</b> 个对象" in sign_in_as(reviewer()).get(address).text


def test_a_trial_writes_nothing(office: Office, sign_in_as: Clients) -> None:
    sign_in_as(reviewer()).get(f"/function-monitor/rules?try={rule('step_overdue').id}&day=2026-03-20")
    assert db.session.scalar(select(func.count()).select_from(Alert)) == 0


@pytest.mark.parametrize("asked", ["day=0001-01-01", "day=2999-01-01", "day=x", "warn_workdays=x", "warn_workdays=-1"])
def test_a_trial_with_a_bad_number_says_so(office: Office, sign_in_as: Clients, asked: str) -> None:
    answer = sign_in_as(reviewer()).get(f"/function-monitor/rules?try={rule('step_overdue').id}&{asked}")
    assert answer.status_code == 422


def test_a_reviewer_of_one_county_does_not_set_the_rules_of_the_city(office: Office, sign_in_as: Clients) -> None:
    a_unit(name="兰山区教育局", region=a_region("371302"))
    client = sign_in_as(an_actor(Role.OFFICE_REVIEWER, region="371302"))
    db.session.commit()
    answer = client.post(f"/function-monitor/rules/{rule('step_overdue').id}", data={"warn_workdays": "3"})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("code", "day", "pages"),
    [
        ("step_overdue", date(2026, 3, 10), ["/function-monitor/cases/", "/trace/flow_step/"]),
        ("function_silent", date(2026, 9, 10), ["/trace/unit_function/"]),
    ],
)
def test_evidence_leads_to_its_things(
    office: Office, app: Any, sign_in_as: Clients, code: str, day: date, pages: list[str]
) -> None:
    evaluate(rule(code), day)
    alert = db.session.scalars(select(Alert)).one()
    head = an_actor(Role.UNIT_HEAD, unit=office.unit)
    with app.test_request_context():
        addresses = [line.url for line in evidence_lines(alert, head) if line.url]
    client = sign_in_as(head)
    assert [client.get(address).status_code for address in addresses] == [200] * len(pages)
    assert all(page in address for page, address in zip(pages, addresses, strict=True))


@pytest.mark.parametrize(("role", "names"), [(Role.SECTION_HEAD, True), (Role.UNIT_HEAD, False)])
def test_the_desk_names_people_only_inside_one_section(
    office: Office, sign_in_as: Clients, role: Role, names: bool
) -> None:
    account = an_account(person=office.clerk)
    db.session.add(RoleGrant(account_id=account.id, role=Role.STAFF, scope_kind=ScopeKind.SELF, valid=SINCE))
    db.session.flush()
    evaluate(rule("no_records"), date(2026, 3, 10))
    place = {"section": office.section} if role is Role.SECTION_HEAD else {"unit": office.unit}
    page = sign_in_as(an_actor(role, **place)).get("/function-monitor/alerts").text
    table = page.partition("<tbody>")[2]
    assert ("无履职记录" in table, "王芳" in table) == (True, names)


def test_the_page_of_rules_tries_nothing_unasked(
    office: Office, sign_in_as: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    def tried(*_: object, **__: object) -> int:
        raise AssertionError("a trial reads the whole city")

    monkeypatch.setattr("function_monitor.alerts.views.would_fire", tried)

    assert sign_in_as(reviewer()).get("/function-monitor/rules").status_code == 200
