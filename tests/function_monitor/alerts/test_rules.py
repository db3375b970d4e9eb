from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.engine import Connection

from basic_info.duties.models import FunctionKind, Rhythm
from basic_info.organization.models import Person
from duty_eval.records.models import DutyRecord, RecordState
from duty_eval.records.rollups import apply, delta_of
from function_monitor.alerts.evaluating import evaluate, evaluate_all, rules_in_order, seed_rules
from function_monitor.alerts.models import Alert, AlertLevel, AlertRule, AlertState, AlertStep
from function_monitor.collection.ingesting import RawRow, ingest
from function_monitor.collection.models import BusinessSystem
from host.auth.models import RoleGrant
from host.kernel.access import Role, ScopeKind
from host.kernel.audit import AuditEntry
from host.kernel.db import db
from tests.factories import SINCE, an_account
from tests.function_monitor.rows import Office, a_system

DAY = date(2026, 3, 2)


@pytest.fixture
def office(connection: Connection) -> Office:
    seed_rules(counts_from=date(2025, 1, 1))
    return Office()


@pytest.fixture
def system(office: Office) -> BusinessSystem:
    return a_system()


def rule(code: str) -> AlertRule:
    return next(one for one in rules_in_order() if one.code == code)


def alerts() -> list[Alert]:
    return list(db.session.scalars(select(Alert).order_by(Alert.id).execution_options(populate_existing=True)))


def report(office: Office, system: BusinessSystem, **over: Any) -> None:
    assert ingest([RawRow(office.event(**over))], system)[0].result == "accepted"


def a_record(office: Office, person: Person, day: date) -> None:
    record = DutyRecord(
        worked_on=day,
        person_id=person.id,
        post_id=office.post.id,
        section_id=office.section.id,
        unit_id=office.unit.id,
        post_duty_id=office.post_duty.id,
        work_source="mandate",
        content="起草材料",
        record_state=RecordState.SUBMITTED,
        submitted_at=f"{day} 17:00+08",
    )
    db.session.add(record)
    db.session.flush()
    apply([delta_of(record, records=1)])


def may_log(person: Person) -> None:
    account = an_account(person=person)
    db.session.add(RoleGrant(account_id=account.id, role=Role.STAFF, scope_kind=ScopeKind.SELF, valid=SINCE))
    db.session.flush()


def a_silent_function(office: Office, rhythm: Rhythm | None = Rhythm.MONTHLY) -> None:
    office.function.rhythm = rhythm
    db.session.flush()


def test_a_function_without_activity_for_three_periods_is_yellow(office: Office) -> None:
    a_silent_function(office)
    evaluate(rule("function_silent"), DAY)
    (alert,) = alerts()
    assert (alert.subject_id, alert.level) == (office.function.id, AlertLevel.YELLOW)


def test_a_function_without_activity_for_one_and_a_half_periods_is_blue(office: Office) -> None:
    a_silent_function(office)
    a_record(office, office.clerk, date(2026, 1, 10))
    evaluate(rule("function_silent"), DAY)
    assert [alert.level for alert in alerts()] == [AlertLevel.BLUE]


def test_a_record_keeps_a_function_awake(office: Office) -> None:
    a_silent_function(office)
    a_record(office, office.clerk, date(2026, 2, 10))
    assert evaluate(rule("function_silent"), DAY)["raised"] == 0


def test_a_step_of_a_case_keeps_a_function_awake(office: Office, system: BusinessSystem) -> None:
    a_silent_function(office)
    report(office, system, happened_at="2026-02-20 10:00")
    assert evaluate(rule("function_silent"), DAY)["raised"] == 0


def test_a_function_without_a_rhythm_takes_that_of_its_post_duties(office: Office) -> None:
    office.post_duty.rhythm = Rhythm.WEEKLY
    db.session.flush()
    evaluate(rule("function_silent"), DAY)
    assert alerts()[0].evidence["rhythm"] == "每周"


@pytest.mark.parametrize("over", [{"rhythm": Rhythm.ON_DEMAND}, {"function_kind": FunctionKind.CATCH_ALL}])
def test_work_on_demand_and_catch_all_duties_are_left_out(office: Office, over: dict[str, Any]) -> None:
    a_silent_function(office)
    for name, value in over.items():
        setattr(office.function, name, value)
    db.session.flush()
    assert evaluate(rule("function_silent"), DAY)["raised"] == 0


def test_days_before_the_start_of_counting_do_not_count(office: Office) -> None:
    a_silent_function(office)
    one = rule("function_silent")
    one.params = {**one.params, "counts_from": "2026-02-20"}
    db.session.flush()
    assert evaluate(one, DAY)["raised"] == 0


@pytest.mark.parametrize(
    ("day", "level"),
    [
        (date(2026, 3, 5), None),
        (date(2026, 3, 6), AlertLevel.BLUE),
        (date(2026, 3, 9), AlertLevel.BLUE),
        (date(2026, 3, 10), AlertLevel.RED),
    ],
)
def test_a_step_without_a_promise_is_blue_before_its_due_day_and_red_after(
    office: Office, system: BusinessSystem, day: date, level: AlertLevel | None
) -> None:
    report(office, system)  # 审查 is due on 2026-03-09
    evaluate(rule("step_overdue"), day)
    assert [alert.level for alert in alerts()] == ([level] if level else [])


def test_both_lights_of_a_step_stay_in_its_history(office: Office, system: BusinessSystem) -> None:
    report(office, system)
    evaluate(rule("step_overdue"), date(2026, 3, 9))
    evaluate(rule("step_overdue"), date(2026, 3, 10))
    levels = db.session.scalars(select(AlertStep.level).order_by(AlertStep.id)).all()
    assert levels == [AlertLevel.BLUE, AlertLevel.RED]


def test_a_step_that_was_done_is_marked_recovered(office: Office, system: BusinessSystem) -> None:
    report(office, system)
    evaluate(rule("step_overdue"), date(2026, 3, 10))
    report(office, system, step_name="审查", happened_at="2026-03-10 15:00")
    assert evaluate(rule("step_overdue"), date(2026, 3, 11))["recovered"] == 1
    assert alerts()[0].recovered_on == date(2026, 3, 11)


def test_a_person_without_records_for_five_working_days_is_yellow(office: Office) -> None:
    may_log(office.clerk)
    a_record(office, office.clerk, date(2026, 2, 20))
    evaluate(rule("no_records"), DAY)
    (alert,) = alerts()
    assert (alert.person_id, alert.section_id) == (office.clerk.id, office.section.id)
    assert (alert.evidence["first"], alert.evidence["last"]) == ("2026-02-24", "2026-02-28")  # that Saturday was worked


def test_one_record_in_the_five_days_is_enough(office: Office) -> None:
    may_log(office.clerk)
    a_record(office, office.clerk, date(2026, 2, 24))
    assert evaluate(rule("no_records"), DAY)["raised"] == 0


def test_people_who_cannot_log_are_left_out(office: Office) -> None:
    assert evaluate(rule("no_records"), DAY)["raised"] == 0


def all_conditions(office: Office, system: BusinessSystem) -> None:
    """Every rule finds something."""
    a_silent_function(office)
    may_log(office.clerk)
    report(office, system, happened_at="2025-06-02 09:00")


def test_each_rule_evaluated_twice_for_a_day_changes_nothing(office: Office, system: BusinessSystem) -> None:
    all_conditions(office, system)
    assert evaluate_all(DAY)["raised"] == 3
    before = [(alert.id, alert.hit_count, alert.level) for alert in alerts()]
    steps, entries = (list(db.session.scalars(select(table.id))) for table in (AlertStep, AuditEntry))
    assert not evaluate_all(DAY).total()
    assert [(alert.id, alert.hit_count, alert.level) for alert in alerts()] == before
    assert [list(db.session.scalars(select(table.id))) for table in (AlertStep, AuditEntry)] == [steps, entries]


def test_the_same_condition_on_the_next_day_is_counted_up(office: Office, system: BusinessSystem) -> None:
    all_conditions(office, system)
    evaluate_all(DAY)
    evaluate_all(date(2026, 3, 3))
    assert [alert.hit_count for alert in alerts()] == [2, 2, 2]


def test_a_false_alarm_is_not_raised_again_while_it_lasts(office: Office) -> None:
    a_silent_function(office)
    evaluate_all(DAY)
    alert = alerts()[0]
    alert.alert_state, alert.false_reason = AlertState.FALSE_ALARM, "职能已移交"
    db.session.flush()
    assert evaluate_all(date(2026, 3, 3))["raised"] == 0


def test_a_rule_that_is_off_is_not_evaluated(office: Office) -> None:
    a_silent_function(office)
    rule("function_silent").is_on = False
    db.session.flush()
    assert evaluate_all(DAY)["raised"] == 0


def test_a_function_that_ended_is_left_out(office: Office) -> None:
    a_silent_function(office)
    office.function.valid = Range(date(2020, 1, 1), date(2026, 1, 1))
    db.session.flush()
    assert evaluate_all(DAY)["raised"] == 0
