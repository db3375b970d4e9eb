"""A person makes an alert of one gap: with a reason, once, also where its rule is off; it ends as the others do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, Engine, func, select

from basic_info.api import Gap
from basic_info.duties.models import UnitFunction
from basic_info.organization.models import Unit
from function_monitor.alerts.errors import NothingSaid
from function_monitor.alerts.evaluating import evaluate, evaluate_all, rules_in_order
from function_monitor.alerts.models import Alert, AlertState, AlertStep
from function_monitor.alerts.raising import raise_of_gap
from host.kernel.access import Actor, Role
from host.kernel.audit import AuditEntry
from host.kernel.db import db
from host.kernel.errors import NotFound, NotPermitted
from host.kernel.pages import today_in_china
from tests.at_once import at_once
from tests.factories import a_function, a_unit, an_actor

GAP = Gap.FUNCTION_WITHOUT_SECTION
SignIn = Callable[[Actor], FlaskClient]


@pytest.fixture
def unit(connection: Connection) -> Unit:
    return a_unit(name="市商务局")


@pytest.fixture
def function(unit: Unit) -> UnitFunction:
    return a_function(unit=unit, text="没有科室承接的职能")


@pytest.fixture
def clerk(unit: Unit) -> Actor:
    return an_actor(Role.OFFICE_CLERK, region="371300")


def raised(function: UnitFunction, actor: Actor, day: date | None = None) -> Alert:
    alert, _ = raise_of_gap(GAP, function.id, reason="请核对由谁承接", day=day or today_in_china(), actor=actor)
    return alert


def page_of(unit: Unit) -> str:
    return f"/basic-info/units/{unit.id}/coverage?gap={GAP.value}"


def form_of(function: UnitFunction) -> str:
    return f"/function-monitor/gaps/{GAP.value}/{function.id}/alert"


def test_the_alert_refers_to_the_gap_and_keeps_the_reason(unit: Unit, function: UnitFunction, clerk: Actor) -> None:
    alert = raised(function, clerk)
    assert (alert.subject_kind, alert.subject_id, alert.unit_id) == ("unit_function", function.id, unit.id)
    assert (alert.raised_by, alert.raise_reason) == (clerk.account_id, "请核对由谁承接")


def test_its_history_begins_with_who_raised_it(function: UnitFunction, clerk: Actor) -> None:
    step = db.session.scalars(select(AlertStep).where(AlertStep.alert_id == raised(function, clerk).id)).one()
    assert (step.by_id, step.note) == (clerk.account_id, "请核对由谁承接")


def test_it_is_in_the_audit_log_with_its_reason(function: UnitFunction, clerk: Actor) -> None:
    raised(function, clerk)
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "alert.raised")).one()
    assert (entry.actor_id, entry.reason) == (clerk.account_id, "请核对由谁承接")


def test_a_second_time_gives_the_alert_that_stands(function: UnitFunction, clerk: Actor) -> None:
    first = raised(function, clerk)
    again, is_new = raise_of_gap(GAP, function.id, reason="再来一次", day=today_in_china(), actor=clerk)
    assert (again.id, is_new, again.raise_reason) == (first.id, False, "请核对由谁承接")


def test_of_two_people_at_once_one_makes_it(app: Flask, committed: Engine) -> None:
    function = a_function(unit=a_unit(name="市商务局"), text="没有科室承接的职能")
    actors = [an_actor(Role.OFFICE_CLERK, region="371300") for _ in range(4)]
    db.session.commit()
    assert at_once(app, [partial(raised, function, actor) for actor in actors]) == ["done"] * 4
    assert db.session.scalar(select(func.count()).select_from(Alert)) == 1


def test_the_rule_that_finds_the_same_later_makes_no_second_one(function: UnitFunction, clerk: Actor) -> None:
    alert = raised(function, clerk)
    rule = next(one for one in rules_in_order() if one.code == GAP.value)
    evaluate(rule, today_in_china() + timedelta(days=1))
    assert db.session.scalars(select(Alert.id).where(Alert.subject_id == function.id)).all() == [alert.id]


def test_a_closed_one_can_be_raised_anew(function: UnitFunction, clerk: Actor) -> None:
    first = raised(function, clerk)
    first.alert_state, first.false_reason = AlertState.FALSE_ALARM, "已有分工文件"
    db.session.flush()
    assert raised(function, clerk).id != first.id


def test_without_a_reason_nothing_is_raised(function: UnitFunction, clerk: Actor) -> None:
    with pytest.raises(NothingSaid):
        raise_of_gap(GAP, function.id, reason="  ", day=today_in_china(), actor=clerk)


def test_what_is_no_gap_becomes_no_alert(unit: Unit, clerk: Actor) -> None:
    with pytest.raises(NotFound, match="已经补上"):
        raise_of_gap(Gap.POST_WITHOUT_DUTY, 10**9, reason="核对", day=today_in_china(), actor=clerk)


def test_a_gap_out_of_reach_becomes_no_alert(function: UnitFunction) -> None:
    with pytest.raises(NotFound):
        raised(function, an_actor(Role.OFFICE_CLERK, region="371302"))


def test_a_unit_raises_none_of_its_own(function: UnitFunction, unit: Unit) -> None:
    with pytest.raises(NotPermitted):
        raised(function, an_actor(Role.UNIT_CLERK, unit=unit))


def test_it_ends_by_itself_once_the_gap_is_mended_though_its_rule_is_off(function: UnitFunction, clerk: Actor) -> None:
    day = today_in_china()
    alert = raised(function, clerk, day - timedelta(days=2))
    evaluate_all(day - timedelta(days=1))
    db.session.refresh(alert)
    assert alert.alert_state is AlertState.PENDING
    function.valid = type(function.valid)(function.valid.lower, day)
    db.session.flush()
    evaluate_all(day)
    db.session.refresh(alert)
    assert (alert.alert_state, alert.recovered_on) == (AlertState.WITHDRAWN, day)


def test_the_row_has_a_button_that_leads_to_the_form(
    unit: Unit, function: UnitFunction, clerk: Actor, sign_in_as: SignIn
) -> None:
    client = sign_in_as(clerk)
    assert form_of(function) in client.get(page_of(unit)).text
    assert "没有科室承接的职能" in client.get(form_of(function)).text


def test_the_row_then_shows_the_alert_and_leads_to_it(
    unit: Unit, function: UnitFunction, clerk: Actor, sign_in_as: SignIn
) -> None:
    client = sign_in_as(clerk)
    answer = client.post(form_of(function), data={"reason": "请核对由谁承接"}, follow_redirects=True)
    alert = db.session.scalars(select(Alert)).one()
    assert f"/function-monitor/alerts/{alert.id}" in answer.text
    assert form_of(function) not in answer.text
    assert "请核对由谁承接" in client.get(f"/function-monitor/alerts/{alert.id}").text


def test_the_form_asks_for_the_reason(function: UnitFunction, clerk: Actor, sign_in_as: SignIn) -> None:
    answer = sign_in_as(clerk).post(form_of(function), data={"reason": ""})
    assert answer.status_code == 422
    assert "请写明为什么转为预警" in answer.text


def test_the_unit_itself_sees_the_alert_but_no_button(unit: Unit, function: UnitFunction, sign_in_as: SignIn) -> None:
    other = a_function(unit=unit, text="另一项没有承接的职能")
    alert = raised(function, an_actor(Role.OFFICE_CLERK, region="371300"))
    page = sign_in_as(an_actor(Role.UNIT_CLERK, unit=unit)).get(page_of(unit)).text
    assert f"/function-monitor/alerts/{alert.id}" in page
    assert form_of(other) not in page
