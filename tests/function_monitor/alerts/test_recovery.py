"""What happens to alerts when the condition is gone: slight ones end by themselves, the rest waits for people."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from duty_eval.records.models import DutyRecord, RecordState
from function_monitor.alerts import operations
from function_monitor.alerts.evaluating import evaluate, evaluate_all, rules_in_order, seed_rules
from function_monitor.alerts.models import Alert, AlertRule, AlertState, AlertStep, StepKind
from function_monitor.alerts.queries import badge
from function_monitor.collection.ingesting import RawRow, ingest
from host.auth.models import RoleGrant
from host.kernel.access import Role, ScopeKind
from host.kernel.db import db
from tests.factories import SINCE, an_account, an_actor
from tests.function_monitor.rows import Office, a_system

WARNED, DUE_PASSED = date(2026, 3, 6), date(2026, 3, 10)


class Handling:
    """A case whose step 审查 has five working days from 2 March 2026: blue from the 6th, red from the 10th."""

    def __init__(self) -> None:
        seed_rules(counts_from=date(2025, 1, 1))
        self.office = Office()
        self.system = a_system()
        self.head = an_actor(Role.UNIT_HEAD, unit=self.office.unit)
        self.inspector = an_actor(Role.INSPECTOR, region="371300")
        self.report()

    @property
    def rule(self) -> AlertRule:
        return next(one for one in rules_in_order() if one.code == "step_overdue")

    def report(self, **over: Any) -> None:
        assert ingest([RawRow(self.office.event(**over))], self.system)[0].result == "accepted"

    def finish(self, at: str) -> None:
        self.report(step_name="审查", happened_at=at)
        self.report(step_name="决定", happened_at=at, action="办结")

    def alerts(self) -> list[Alert]:
        return list(db.session.scalars(select(Alert).order_by(Alert.id).execution_options(populate_existing=True)))


@pytest.fixture
def handling(connection: Connection) -> Handling:
    return Handling()


def test_a_warning_that_was_heeded_ends_by_itself(handling: Handling) -> None:
    evaluate(handling.rule, WARNED)
    handling.finish("2026-03-06 16:00")
    assert evaluate(handling.rule, date(2026, 3, 9))["withdrawn"] == 1
    assert handling.alerts()[0].alert_state is AlertState.WITHDRAWN


def test_a_withdrawal_stands_in_the_history(handling: Handling) -> None:
    evaluate(handling.rule, WARNED)
    handling.finish("2026-03-06 16:00")
    evaluate(handling.rule, date(2026, 3, 9))
    kinds = db.session.scalars(select(AlertStep.step_kind).order_by(AlertStep.id)).all()
    assert kinds == [StepKind.RAISED, StepKind.WITHDRAWN]


def test_a_withdrawn_alert_waits_for_nobody(handling: Handling) -> None:
    evaluate(handling.rule, WARNED)
    handling.finish("2026-03-06 16:00")
    evaluate(handling.rule, date(2026, 3, 9))
    assert badge(handling.head) == 0


def test_withdrawing_twice_changes_nothing(handling: Handling) -> None:
    evaluate(handling.rule, WARNED)
    handling.finish("2026-03-06 16:00")
    evaluate(handling.rule, date(2026, 3, 9))
    again = evaluate(handling.rule, date(2026, 3, 9))
    assert (again["withdrawn"], again["recovered"], again["raised"]) == (0, 0, 0)


def test_a_warning_that_was_taken_on_waits_for_its_answer(handling: Handling) -> None:
    evaluate(handling.rule, WARNED)
    operations.acknowledge(handling.alerts()[0], actor=handling.head)
    handling.finish("2026-03-06 16:00")
    evaluate(handling.rule, date(2026, 3, 9))
    assert handling.alerts()[0].alert_state is AlertState.ACKNOWLEDGED


def test_a_limit_that_was_broken_waits_for_its_answer(handling: Handling) -> None:
    evaluate(handling.rule, DUE_PASSED)
    handling.finish("2026-03-10 16:00")
    evaluate(handling.rule, date(2026, 3, 11))
    alert = handling.alerts()[0]
    assert (alert.alert_state, alert.recovered_on) == (AlertState.PENDING, date(2026, 3, 11))


def test_the_database_refuses_to_withdraw_a_red_alert(handling: Handling) -> None:
    evaluate(handling.rule, DUE_PASSED)
    with pytest.raises(IntegrityError, match="withdrawn_was_slight"):
        db.session.execute(update(Alert).values(alert_state=AlertState.WITHDRAWN, recovered_on=DUE_PASSED))


def test_a_false_alarm_that_gets_worse_is_raised_again(handling: Handling) -> None:
    evaluate(handling.rule, WARNED)
    operations.call_false(handling.alerts()[0], reason="对方系统时间有误", actor=handling.inspector)
    counts = [evaluate(handling.rule, day)["raised"] for day in (date(2026, 3, 9), DUE_PASSED)]
    assert counts == [0, 1]


def test_a_person_who_logs_again_and_stops_again_has_a_new_alert(handling: Handling) -> None:
    office = handling.office
    account = an_account(person=office.clerk)
    db.session.add(RoleGrant(account_id=account.id, role=Role.STAFF, scope_kind=ScopeKind.SELF, valid=SINCE))
    evaluate_all(date(2026, 3, 9))
    db.session.add(
        DutyRecord(
            worked_on=date(2026, 3, 9),
            person_id=office.clerk.id,
            post_id=office.post.id,
            section_id=office.section.id,
            unit_id=office.unit.id,
            work_source="mandate",
            content="起草材料",
            record_state=RecordState.SUBMITTED,
            submitted_at="2026-03-09 17:00+08",
        )
    )
    db.session.flush()
    evaluate_all(date(2026, 3, 10))
    evaluate_all(date(2026, 3, 17))
    states = [alert.alert_state for alert in handling.alerts() if alert.subject_kind == "person"]
    assert states == [AlertState.WITHDRAWN, AlertState.PENDING]
