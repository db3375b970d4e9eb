"""The public catalogue: closed by default, open unit by unit, only what is in force and nothing of persons."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.dialects.postgresql import Range

from basic_info.catalogue.errors import NothingToOpen
from basic_info.catalogue.models import CatalogueOpening
from basic_info.catalogue.operations import close_catalogue, open_catalogue
from basic_info.flowcharts.models import ChartState, Flowchart
from basic_info.organization.models import Unit
from basic_info.power_lists.models import (
    LimitKind,
    LimitUnit,
    ListState,
    PowerItem,
    PowerKind,
    PowerList,
    PowerTimeLimit,
)
from host.kernel.access import SYSTEM, Actor, Role
from host.kernel.audit import AuditEntry
from host.kernel.db import db
from host.kernel.errors import NotPermitted
from tests import factories

SignIn = Callable[[Actor], FlaskClient]


@dataclass(frozen=True)
class Office:
    unit: Unit
    item: PowerItem
    reviewer: Actor

    @property
    def url(self) -> str:
        return f"/basic-info/catalogue/{self.unit.code}"


def a_list(
    unit: Unit,
    state: ListState = ListState.IN_FORCE,
    name: str = "成品油零售经营资格审批",
    limits: Sequence[tuple[int, LimitUnit, str]] = (),
) -> PowerItem:
    version = db.session.scalar(select(func.count()).where(PowerList.unit_id == unit.id)) or 0
    power_list = PowerList(unit_id=unit.id, version_no=version + 1, year=2026, valid=Range(date(2026, 1, 1), None))
    db.session.add(power_list)
    db.session.flush()
    item = PowerItem(
        power_list_id=power_list.id,
        unit_id=unit.id,
        sort_no=1,
        name=name,
        power_kind=PowerKind.LICENCE,
        extras={"联系人": "不该公开的人"},
    )
    db.session.add(item)
    db.session.flush()
    for value, limit_unit, condition in limits:
        one = {"limit_kind": LimitKind.PROMISED, "value": value, "limit_unit": limit_unit, "condition": condition}
        db.session.add(PowerTimeLimit(power_item_id=item.id, **one))
    db.session.flush()
    power_list.list_state = state
    db.session.flush()
    return item


@pytest.fixture
def office(connection: Connection) -> Office:
    unit = factories.a_unit(name="市商务局")
    return Office(unit, a_list(unit), factories.an_actor(Role.OFFICE_REVIEWER, region="371300"))


def test_nothing_is_public_before_the_office_opened_it(office: Office, client: FlaskClient) -> None:
    answers = [client.get(url).status_code for url in ("/basic-info/catalogue", office.url, f"{office.url}/1")]
    assert answers == [404, 404, 404]


def test_everybody_reads_the_list_of_an_open_unit(office: Office, client: FlaskClient) -> None:
    open_catalogue(office.unit.id, actor=office.reviewer)
    assert "市商务局" in client.get("/basic-info/catalogue").text
    assert "成品油零售经营资格审批" in client.get(office.url).text
    assert client.get(f"{office.url}/{office.item.id}").status_code == 200


def test_columns_that_nobody_looked_at_are_not_public(office: Office, client: FlaskClient) -> None:
    open_catalogue(office.unit.id, actor=office.reviewer)
    assert "不该公开的人" not in client.get(f"{office.url}/{office.item.id}").text


@pytest.mark.parametrize(
    ("limit", "said", "tells_how"),
    [
        ((2, LimitUnit.HOUR, ""), "承诺期限：2 小时", True),
        ((5, LimitUnit.WORKDAY, ""), "承诺期限：5 工作日", False),
        ((0, LimitUnit.WORKDAY, "每月10日前"), "承诺期限：每月10日前", False),
    ],
)
def test_the_limit_of_an_item_says_how_hours_are_counted(
    connection: Connection, client: FlaskClient, limit: tuple[int, LimitUnit, str], said: str, tells_how: bool
) -> None:
    unit = factories.a_unit(name="市商务局")
    item = a_list(unit, limits=[limit])
    open_catalogue(unit.id, actor=factories.an_actor(Role.OFFICE_REVIEWER, region="371300"))
    page = client.get(f"/basic-info/catalogue/{unit.code}/{item.id}").text
    assert (f"{said}</li>" in page, "按包含它的整个工作日计算" in page) == (True, tells_how)


def test_other_units_stay_closed(office: Office, client: FlaskClient) -> None:
    closed = factories.a_unit(name="市教育局")
    item = a_list(closed, name="民办学校设立审批")
    open_catalogue(office.unit.id, actor=office.reviewer)
    assert "市教育局" not in client.get("/basic-info/catalogue").text
    assert client.get(f"/basic-info/catalogue/{closed.code}").status_code == 404
    assert client.get(f"{office.url}/{item.id}").status_code == 404


def test_a_draft_of_an_open_unit_is_not_public(office: Office, client: FlaskClient) -> None:
    draft = a_list(office.unit, ListState.DRAFT, name="尚未生效的事项")
    open_catalogue(office.unit.id, actor=office.reviewer)
    assert "尚未生效" not in client.get(office.url).text
    assert client.get(f"{office.url}/{draft.id}").status_code == 404


@pytest.mark.parametrize(("state", "answer"), [(ChartState.PUBLISHED, 200), (ChartState.DRAFT, 404)])
def test_only_published_flowcharts_are_public(
    state: ChartState, answer: int, office: Office, client: FlaskClient
) -> None:
    chart = Flowchart(
        unit_id=office.unit.id,
        name="办理流程",
        version_no=1,
        power_item_id=office.item.id,
        model="<x/>",
        chart_state=state,
        published_by=office.reviewer.account_id,
    )
    db.session.add(chart)
    open_catalogue(office.unit.id, actor=office.reviewer)
    db.session.flush()
    assert client.get(f"{office.url}/{office.item.id}/flowcharts/{chart.id}").status_code == answer


NOTED = (
    '<?xml version="1.0"?><!-- 霜降甲 --><b:definitions xmlns:b="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:c="http://camunda.org/schema/1.0/bpmn" xmlns:x="http://www.w3.org/2001/XMLSchema-instance">'
    '<b:process id="p"><b:documentation>霜降甲</b:documentation><!-- 霜降甲 --><?note 霜降甲?>'
    '<b:laneSet id="s"><b:lane id="l" name="受理岗"><b:flowNodeRef>t</b:flowNodeRef></b:lane></b:laneSet>'
    '<b:startEvent id="a"/><b:userTask id="t" name="受理" c:assignee="霜降甲"><b:extensionElements><c:p v="霜降甲"/>'
    '</b:extensionElements><b:potentialOwner id="o"><b:resourceRef>霜降甲</b:resourceRef></b:potentialOwner>'
    "</b:userTask>"
    '<b:sequenceFlow id="f" sourceRef="a" targetRef="t"><b:conditionExpression x:type="b:tFormalExpression">霜降甲'
    "</b:conditionExpression></b:sequenceFlow></b:process></b:definitions>"
)


def test_a_public_flowchart_is_its_drawing_without_what_was_noted_in_the_file(
    office: Office, client: FlaskClient
) -> None:
    chart = Flowchart(
        unit_id=office.unit.id, name="办理流程", version_no=1, power_item_id=office.item.id, model=NOTED,
        chart_state=ChartState.PUBLISHED, published_by=office.reviewer.account_id,
    )  # fmt: skip
    db.session.add(chart)
    open_catalogue(office.unit.id, actor=office.reviewer)
    db.session.flush()
    shown = client.get(f"{office.url}/{office.item.id}/flowcharts/{chart.id}").text

    assert [word in shown for word in ('name="受理"', 'name="受理岗"', "sequenceFlow")] == [True] * 3
    assert [word for word in ("霜降甲", "camunda") if word in shown] == []


def test_a_closed_unit_is_gone_at_once(office: Office, client: FlaskClient) -> None:
    open_catalogue(office.unit.id, actor=office.reviewer)
    close_catalogue(office.unit.id, actor=office.reviewer)
    assert client.get(office.url).status_code == 404


def test_opening_twice_is_opening_once(office: Office) -> None:
    open_catalogue(office.unit.id, actor=office.reviewer)
    open_catalogue(office.unit.id, actor=office.reviewer)
    assert db.session.scalar(select(func.count()).select_from(CatalogueOpening)) == 1


def test_a_unit_without_a_list_in_force_cannot_be_opened(office: Office) -> None:
    with pytest.raises(NothingToOpen):
        open_catalogue(factories.a_unit(name="市教育局").id, actor=office.reviewer)


def test_the_platform_itself_opens_nothing(office: Office) -> None:
    with pytest.raises(NotPermitted):
        open_catalogue(office.unit.id, actor=SYSTEM)


def test_the_office_opens_and_closes_from_its_page(office: Office, sign_in_as: SignIn) -> None:
    client = sign_in_as(office.reviewer)
    client.post(f"/basic-info/catalogue-opening/{office.unit.id}", data={"open": "1"})
    assert "已公开" in client.get("/basic-info/catalogue-opening").text
    client.post(f"/basic-info/catalogue-opening/{office.unit.id}", data={"open": "0"})
    done = db.session.scalars(
        select(AuditEntry.action).where(AuditEntry.subject == f"unit:{office.unit.id}").order_by(AuditEntry.id)
    ).all()
    assert done == ["catalogue.opened", "catalogue.closed"]


def test_an_office_opens_only_units_in_its_reach(office: Office, sign_in_as: SignIn) -> None:
    elsewhere = factories.an_actor(Role.OFFICE_REVIEWER, unit=factories.a_unit(name="市教育局"))
    answer = sign_in_as(elsewhere).post(f"/basic-info/catalogue-opening/{office.unit.id}", data={"open": "1"})
    assert answer.status_code == 404
    assert db.session.scalar(select(func.count()).select_from(CatalogueOpening)) == 0


def test_two_offices_opening_at_once_open_it_once(app: Flask, committed: Engine) -> None:
    unit = factories.a_unit(name="市商务局")
    a_list(unit)
    reviewer = factories.an_actor(Role.OFFICE_REVIEWER, region="371300")
    db.session.commit()
    start = threading.Barrier(4)

    def open_it() -> None:
        with app.app_context():
            start.wait()
            open_catalogue(unit.id, actor=reviewer)
            db.session.commit()
            db.session.remove()

    threads = [threading.Thread(target=open_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert db.session.scalar(select(func.count()).select_from(CatalogueOpening)) == 1
