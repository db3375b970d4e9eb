from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.engine import Connection

from function_monitor.alerts.evaluating import rules_in_order, seed_rules
from function_monitor.cases.models import FlowCase
from function_monitor.collection.collecting import collect_source
from function_monitor.collection.ingesting import RawRow, ingest
from function_monitor.collection.models import BusinessSystem, QuarantineRow
from host.kernel.access import Actor, Role
from host.kernel.db import db
from host.kernel.jobs.progress import Progress
from host.kernel.jobs.registry import find_job
from tests.factories import a_region, a_unit, an_actor
from tests.function_monitor.rows import Office, a_source, a_system, drop

Clients = Callable[[Actor], FlaskClient]


@pytest.fixture
def office(connection: Connection) -> Office:
    return Office()


@pytest.fixture
def admin(connection: Connection) -> Actor:
    a_region()
    return an_actor(Role.SYSTEM_ADMIN, region="371300")


def a_case(office: Office) -> FlowCase:
    ingest([RawRow(office.event())], a_system())
    return db.session.scalars(select(FlowCase)).one()


def test_a_case_shows_its_events_and_clocks(office: Office, sign_in_as: Clients) -> None:
    page = sign_in_as(an_actor(Role.SECTION_HEAD, section=office.section)).get(
        f"/function-monitor/cases/{a_case(office).id}"
    )
    assert "2026年3月9日" in page.text
    assert office.post_duty.text in page.text


def test_a_case_is_not_found_from_another_unit(office: Office, sign_in_as: Clients) -> None:
    case = a_case(office)
    client = sign_in_as(an_actor(Role.UNIT_HEAD, unit=a_unit(name="市教育局")))
    db.session.commit()  # a refused request rolls back what was only flushed
    assert client.get(f"/function-monitor/cases/{case.id}").status_code == 404
    assert case.case_no not in client.get("/function-monitor/cases").text


def test_the_list_of_cases_costs_the_same_for_many(office: Office, sign_in_as: Clients, count_queries: Any) -> None:
    system = a_system()
    ingest([RawRow(office.event())], system)
    client = sign_in_as(an_actor(Role.UNIT_HEAD, unit=office.unit))
    with count_queries() as one:
        client.get("/function-monitor/cases")
    ingest([RawRow(office.event(case_no=f"C-{number}")) for number in range(30)], system)
    with count_queries() as many:
        client.get("/function-monitor/cases")
    assert len(many) == len(one)


def test_a_new_system_is_shown_its_key_once(admin: Actor, sign_in_as: Clients) -> None:
    client = sign_in_as(admin)
    data = {"region_id": a_region().id, "code": "spj", "name": "审批系统"}
    page = client.post("/function-monitor/systems", data=data)
    system = db.session.scalars(select(BusinessSystem)).one()
    assert system.key_hint in page.text
    assert "lvz_" in page.text
    assert client.post("/function-monitor/systems", data=data).status_code == 422


def test_a_folder_outside_the_drop_root_is_refused_on_the_page(admin: Actor, sign_in_as: Clients) -> None:
    data = {
        "system_id": a_system().id,
        "name": "x",
        "folder": "../etc",
        "pattern": "*.csv",
        "mapping": "办件编号=编号\n事项编码=a\n单位编码=b\n环节名称=c\n办理人编码=d\n发生时间=e\n动作=f",
    }
    page = sign_in_as(admin).post("/function-monitor/sources", data=data)
    assert page.status_code == 422
    assert "投放区" in page.text


def test_the_collection_page_shows_sources_and_files(office: Office, admin: Actor, sign_in_as: Clients) -> None:
    source = a_source(a_system(), "page")
    drop(source, "cases_20260302.csv", office.line())
    collect_source(source, settle_seconds=0)
    assert "cases_20260302.csv" in sign_in_as(admin).get("/function-monitor/sources").text


def test_a_quarantined_row_is_retried_and_dismissed_on_its_page(
    office: Office, admin: Actor, sign_in_as: Clients
) -> None:
    ingest([RawRow(office.event(handler_code="R-none"))], a_system())
    row = db.session.scalars(select(QuarantineRow)).one()
    client = sign_in_as(admin)
    assert "R-none" in client.get("/function-monitor/quarantine").text
    assert client.post(f"/function-monitor/quarantine/{row.id}/retry").status_code == 303
    assert client.post(f"/function-monitor/quarantine/{row.id}/dismiss").status_code == 303
    assert client.post(f"/function-monitor/quarantine/{row.id}/dismiss").status_code == 409


def test_an_administrator_of_another_division_sees_no_quarantine(office: Office, sign_in_as: Clients) -> None:
    ingest([RawRow(office.event(handler_code="R-none"))], a_system())
    a_region("370200")
    client = sign_in_as(an_actor(Role.SYSTEM_ADMIN, region="370200"))
    assert "R-none" not in client.get("/function-monitor/quarantine").text


def test_thresholds_are_edited_as_a_new_version(connection: Connection, sign_in_as: Clients) -> None:
    a_region()
    seed_rules(counts_from=date(2026, 1, 1))
    rule = next(one for one in rules_in_order() if one.code == "no_records")
    client = sign_in_as(an_actor(Role.OFFICE_REVIEWER, region="371300"))
    db.session.commit()  # a refused request rolls back what was only flushed
    assert client.get("/function-monitor/rules").status_code == 200
    address = f"/function-monitor/rules/{rule.id}"
    assert client.post(address, data={"workdays": "0", "is_on": "y"}).status_code == 422
    assert client.post(address, data={"workdays": "7"}).status_code == 303
    db.session.refresh(rule)
    assert (rule.params["workdays"], rule.version_no, rule.is_on) == (7, 2, False)


def test_staff_reach_neither_rules_nor_sources(office: Office, sign_in_as: Clients) -> None:
    client = sign_in_as(an_actor(person=office.clerk))
    assert [client.get(f"/function-monitor/{page}").status_code for page in ("rules", "sources", "cases")] == [403] * 3


def test_the_jobs_run(app: Flask, office: Office, tmp_path: Path) -> None:
    collected = find_job("function_monitor.collect").function(Progress())
    evaluated = find_job("function_monitor.evaluate").function(Progress(), day="2026-03-02")
    assert (collected or {})["files"] == 0
    assert (evaluated or {})["raised"] == 0
