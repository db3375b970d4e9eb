"""Gaps of the duty library become alerts where an office switched that on, and lead back to what is torn."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import Connection, select

from basic_info.api import Gap
from basic_info.coverage.queries import rows_of_gap
from basic_info.duties.models import DutyLink
from basic_info.power_lists.models import PowerItem, PowerKind
from function_monitor.alerts.evaluating import evaluate, evaluate_all, rules_in_order, seed_rules, would_fire
from function_monitor.alerts.gap_rules import LEVELS
from function_monitor.alerts.models import Alert, AlertLevel, AlertRule
from function_monitor.cases.models import CaseState, FlowCase
from host.kernel.db import db
from tests.factories import a_function
from tests.function_monitor.rows import Office, a_system

DAY = date(2026, 3, 2)


@pytest.fixture
def office(connection: Connection) -> Office:
    seed_rules(counts_from=date(2025, 1, 1))
    return Office()


def rule(gap: Gap) -> AlertRule:
    return next(one for one in rules_in_order() if one.code == gap.value)


def cases(office: Office, item: PowerItem, count: int) -> None:
    system = a_system()
    for number in range(count):
        db.session.add(
            FlowCase(
                system_id=system.id,
                case_no=f"{item.id}-{number}",
                unit_id=office.unit.id,
                item_code="x",
                item_name=item.name,
                power_item_id=item.id,
                case_state=CaseState.OPEN,
                begun_at=f"{DAY.year}-01-05T09:00:00+08:00",
            )
        )
    db.session.flush()


def test_gaps_raise_nothing_until_their_rule_is_switched_on(office: Office) -> None:
    a_function(unit=office.unit, text="没有科室承接的职能")
    evaluate_all(DAY)
    assert db.session.scalars(select(Alert).where(Alert.subject_kind == "unit_function")).all() == []


def test_a_rule_of_gaps_can_be_tried_before(office: Office) -> None:
    a_function(unit=office.unit, text="没有科室承接的职能")
    assert would_fire(rule(Gap.FUNCTION_WITHOUT_SECTION), DAY) == 1


@pytest.mark.parametrize("gap", list(LEVELS))
def test_every_rule_of_gaps_can_be_evaluated(gap: Gap, office: Office) -> None:
    evaluate(rule(gap), DAY)
    found = rows_of_gap(office.unit.id, gap, DAY)[0]
    raised = db.session.scalars(select(Alert.subject_id).where(Alert.unit_id == office.unit.id)).all()
    assert sorted(raised) == [row.thing_id for row in found]


def test_a_function_without_section_is_a_yellow_alert_that_names_it(office: Office) -> None:
    function = a_function(unit=office.unit, text="没有科室承接的职能")
    evaluate(rule(Gap.FUNCTION_WITHOUT_SECTION), DAY)
    alert = db.session.scalars(select(Alert)).one()
    assert (alert.level, alert.subject_id) == (AlertLevel.YELLOW, function.id)
    assert alert.title == "职能悬空：没有科室承接的职能"


def test_an_alert_of_a_gap_passes_by_itself_once_the_gap_is_closed(office: Office) -> None:
    function = a_function(unit=office.unit, text="没有科室承接的职能")
    evaluate(rule(Gap.FUNCTION_WITHOUT_SECTION), DAY)
    carrying = db.session.scalars(select(DutyLink.section_duty_id).where(DutyLink.function_id.is_not(None))).first()
    db.session.add(
        DutyLink(
            unit_id=office.unit.id,
            function_id=function.id,
            section_duty_id=carrying,
            link_state="confirmed",
            decided_by=1,
        )
    )
    db.session.flush()
    counts = evaluate(rule(Gap.FUNCTION_WITHOUT_SECTION), date(2026, 3, 3))
    assert counts["recovered"] == 1


@pytest.mark.parametrize(("kind", "is_idle"), [(PowerKind.LICENCE, True), (PowerKind.PENALTY, False)])
def test_an_item_without_cases_is_idle_where_the_unit_s_cases_are_collected_but_a_penalty_may_rest_for_years(
    kind: PowerKind, is_idle: bool, connection: Connection
) -> None:
    office = Office(another=kind)
    assert office.another_item is not None
    cases(office, office.item, 4)
    rows, _ = rows_of_gap(office.unit.id, Gap.ITEM_NOT_EXERCISED, DAY)
    assert [row.thing_id for row in rows] == ([office.another_item.id] if is_idle else [])
