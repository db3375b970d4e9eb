"""People stop and start the clocks of a case; what they find wrong is put right, and the lights follow."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from basic_info.flowcharts.models import SuspensionKind
from function_monitor.alerts import operations as alert_operations
from function_monitor.alerts.evaluating import rules_in_order
from function_monitor.alerts.models import AlertLevel, AlertState, AlertStep, StepKind
from function_monitor.alerts.recounting import recount, take_back
from function_monitor.deadlines import suspending
from function_monitor.deadlines.counting import Limit, due_on
from function_monitor.deadlines.errors import AlreadySuspended, BadSuspension, NotSuspended
from function_monitor.deadlines.models import ClockSuspension, StepClock
from function_monitor.tracing import trace
from host.kernel.access import Role
from host.kernel.audit import AuditEntry
from host.kernel.calendar.workdays import load_workdays
from host.kernel.db import db
from host.kernel.errors import NotPermitted
from host.kernel.notifications.models import Notification
from tests.factories import a_holder, an_actor
from tests.function_monitor.deadlines.scene import TODAY, Scene, draft


@pytest.fixture
def scene(connection: Connection) -> Scene:
    return Scene()


def suspend(scene: Scene, *args: Any, **over: Any) -> ClockSuspension:
    """Stop the case and count it anew, as its page does."""
    row = suspending.suspend(scene.case, draft(*args, **over), today=TODAY, actor=scene.head)
    recount([scene.case.id], why="原因：检测。", day=TODAY, actor=scene.head, raises=True)
    return row


def test_suspended_days_move_the_due_day(scene: Scene) -> None:
    suspend(scene)
    assert scene.clock().due_on == date(2026, 3, 16)


def test_a_case_that_stands_has_no_due_day(scene: Scene) -> None:
    suspend(scene, ended=None)
    assert scene.clock().due_on is None


def test_a_case_that_stood_at_its_end_is_not_late(scene: Scene) -> None:
    suspend(scene, ended=None)
    scene.report(step_name="审查", happened_at="2026-03-19 10:00", action="办结")
    assert not scene.clock().is_late(TODAY)


@pytest.mark.parametrize("other", [("2026-03-10", "2026-03-12"), ("2026-03-03", "2026-03-05"), ("2026-03-04", None)])
def test_suspensions_do_not_overlap_in_whichever_order(scene: Scene, other: tuple[str, str | None]) -> None:
    suspend(scene)
    with pytest.raises(AlreadySuspended):
        suspend(scene, *other)


def test_suspensions_may_follow_each_other_on_a_day(scene: Scene) -> None:
    suspend(scene)
    suspend(scene, "2026-03-11", "2026-03-12")
    assert scene.clock().due_on == date(2026, 3, 17)


def test_the_database_refuses_an_overlap(scene: Scene) -> None:
    suspend(scene)
    row = suspend(scene, "2026-03-11", "2026-03-12")
    with pytest.raises(IntegrityError, match="clock_suspended_once_a_day"):
        db.session.execute(
            update(ClockSuspension).where(ClockSuspension.id == row.id).values(from_on=date(2026, 3, 10))
        )


@pytest.mark.parametrize(
    ("over", "word"),
    [
        ({"paper_no": " "}, "告知文书号"),
        ({"reason": ""}, "事由"),
        ({"from_on": date(2026, 3, 1)}, "不能早于办件开始"),
        ({"from_on": date(2026, 3, 21)}, "不能晚于今天"),
        ({"told_on": date(2026, 3, 21)}, "不能晚于今天"),
        ({"expected_to_on": date(2026, 3, 3)}, "预计结束日期"),
        ({"to_on": date(2026, 3, 3)}, "恢复日期"),
        ({"to_on": date(2026, 3, 21)}, "恢复日期"),
        ({"suspension_kind": SuspensionKind.SUPPLEMENT}, "补正"),
    ],
)
def test_a_wrong_suspension_says_what_is_wrong(scene: Scene, over: dict[str, Any], word: str) -> None:
    with pytest.raises(BadSuspension, match=word):
        suspend(scene, **over)


def test_papers_asked_for_suspend_where_the_chart_says_so(connection: Connection) -> None:
    scene = Scene(supplement_suspends=True)
    suspend(scene, suspension_kind=SuspensionKind.SUPPLEMENT)
    assert scene.clock().due_on == date(2026, 3, 16)


def test_a_case_that_is_over_is_not_suspended_afterwards(scene: Scene) -> None:
    scene.report(step_name="审查", happened_at="2026-03-05 10:00", action="办结")
    db.session.refresh(scene.case)
    with pytest.raises(BadSuspension, match="已于"):
        suspend(scene, "2026-03-06", "2026-03-09")


def test_resuming_counts_from_that_day(scene: Scene) -> None:
    row = suspend(scene, ended=None)
    suspending.resume(row, on=date(2026, 3, 11), today=TODAY, actor=scene.head)
    recount([scene.case.id], why="", day=TODAY)
    assert scene.clock().due_on == date(2026, 3, 16)


def test_what_runs_cannot_be_resumed(scene: Scene) -> None:
    with pytest.raises(NotSuspended):
        suspending.resume(suspend(scene), on=date(2026, 3, 12), today=TODAY, actor=scene.head)


def test_a_correction_takes_the_place_of_the_former_row(scene: Scene) -> None:
    row = suspend(scene)
    fresh = suspending.correct(
        row, scene.case, draft("2026-03-05", "2026-03-06"), why="日期误登", today=TODAY, actor=scene.head
    )
    recount([scene.case.id], why="", day=TODAY)
    assert (scene.suspensions(), row.superseded_reason, fresh.replaces_id) == ([fresh], "日期误登", row.id)
    assert scene.clock().due_on == date(2026, 3, 10)


def test_a_refused_correction_leaves_the_row_as_it_was(scene: Scene) -> None:
    row = suspend(scene)
    suspend(scene, "2026-03-12", "2026-03-13")
    with pytest.raises(AlreadySuspended):
        suspending.correct(
            row, scene.case, draft("2026-03-04", "2026-03-13"), why="误登", today=TODAY, actor=scene.head
        )
    assert [one.to_on for one in scene.suspensions()] == [date(2026, 3, 11), date(2026, 3, 13)]


def test_a_withdrawn_suspension_counts_its_days_again(scene: Scene) -> None:
    suspending.withdraw(suspend(scene), why="并未送检", actor=scene.head)
    recount([scene.case.id], why="", day=TODAY)
    assert (scene.suspensions(), scene.clock().due_on) == ([], date(2026, 3, 9))


def test_taking_back_wants_a_reason(scene: Scene) -> None:
    with pytest.raises(BadSuspension, match="原因"):
        suspending.withdraw(suspend(scene), why=" ", actor=scene.head)


def test_every_step_is_audited(scene: Scene) -> None:
    row = suspend(scene, ended=None)
    suspending.resume(row, on=date(2026, 3, 11), today=TODAY, actor=scene.head)
    fresh = suspending.correct(row, scene.case, draft(), why="误登", today=TODAY, actor=scene.head)
    suspending.withdraw(fresh, why="误登", actor=scene.head)
    actions = db.session.scalars(
        select(AuditEntry.action).where(AuditEntry.subject.startswith("clock_suspension:")).order_by(AuditEntry.id)
    ).all()
    assert actions == [f"clock_suspension.{verb}" for verb in ("opened", "resumed", "corrected", "withdrawn")]


def test_an_inspector_stops_no_clock(scene: Scene) -> None:
    with pytest.raises(NotPermitted):
        suspending.suspend(scene.case, draft(), today=TODAY, actor=an_actor(Role.INSPECTOR, region="371300"))


def test_a_red_light_that_never_was_true_is_taken_back_with_the_reason(scene: Scene) -> None:
    scene.evaluate("step_overdue", date(2026, 3, 10))
    scene.report(step_name="审查", happened_at="2026-03-12 10:00", action="办结")
    db.session.refresh(scene.case)
    suspend(scene)
    (alert,) = scene.alerts()
    assert alert.alert_state is AlertState.WITHDRAWN
    assert "2026年3月16日" in alert.recount_reason
    assert "原因：检测。" in alert.recount_reason


def test_what_people_had_taken_on_is_taken_back_too(scene: Scene) -> None:
    scene.evaluate("step_overdue", date(2026, 3, 10))
    alert_operations.acknowledge(scene.alerts()[0], actor=scene.head)
    alert_operations.rectify(scene.alerts()[0], done="已加快办理", actor=scene.head)
    suspend(scene, ended=None)
    assert scene.alerts()[0].alert_state is AlertState.WITHDRAWN


def test_the_taking_back_stands_in_the_history(scene: Scene) -> None:
    scene.evaluate("step_overdue", date(2026, 3, 10))
    suspend(scene, ended=None)
    kinds = db.session.scalars(select(AlertStep.step_kind).order_by(AlertStep.id)).all()
    assert kinds == [StepKind.RAISED, StepKind.RECOUNTED]


def test_a_light_that_still_is_true_stays(scene: Scene) -> None:
    scene.evaluate("step_overdue", date(2026, 3, 10))
    suspend(scene, "2026-03-04", "2026-03-05")
    assert [alert.alert_state for alert in scene.alerts()] == [AlertState.PENDING]


def test_a_withdrawn_suspension_raises_what_it_held_back_at_once(scene: Scene) -> None:
    row = suspend(scene, ended=None)
    assert scene.alerts() == []
    suspending.withdraw(row, why="并未送检", actor=scene.head)
    recount([scene.case.id], why="", day=TODAY, actor=scene.head, raises=True)
    assert [alert.level for alert in scene.alerts()] == [AlertLevel.RED]


def test_a_late_report_of_a_step_done_in_time_takes_the_light_back(scene: Scene) -> None:
    scene.evaluate("step_overdue", date(2026, 3, 10))
    scene.report(step_name="审查", happened_at="2026-03-09 10:00")
    first = scene.alerts()[0]
    assert (first.alert_state, "补报" in first.recount_reason) == (AlertState.WITHDRAWN, True)


def test_counted_anew_twice_nothing_is_taken_back_twice(scene: Scene) -> None:
    scene.evaluate("step_overdue", date(2026, 3, 10))
    suspend(scene, ended=None)
    assert take_back(TODAY, why="") == 0


@pytest.mark.parametrize(("day", "count"), [(date(2026, 3, 12), 0), (date(2026, 3, 13), 1)])
def test_a_suspension_past_its_expected_end_is_blue(scene: Scene, day: date, count: int) -> None:
    suspend(scene, ended=None)
    scene.evaluate("suspension_open", day)
    assert [alert.level for alert in scene.alerts()] == [AlertLevel.BLUE] * count


def test_the_thread_shows_that_a_suspension_has_run_out(scene: Scene, app: Any) -> None:
    suspend(scene, ended=None)
    scene.evaluate("suspension_open", date(2026, 3, 13))
    with app.test_request_context():
        lines = trace("post_duty", scene.office.post_duty.id, scene.head)
    assert any("中止逾期未恢复" in line.title for line in lines)


@pytest.mark.parametrize(
    ("day", "level"),
    [
        (date(2026, 3, 3), None),
        (date(2026, 3, 4), AlertLevel.BLUE),
        (date(2026, 3, 5), AlertLevel.BLUE),
        (date(2026, 3, 6), AlertLevel.YELLOW),
        (date(2026, 3, 9), AlertLevel.YELLOW),
        (date(2026, 3, 10), AlertLevel.RED),
    ],
)
def test_a_step_with_a_promise_is_blue_then_yellow_then_red(
    connection: Connection, day: date, level: AlertLevel | None
) -> None:
    scene = Scene(promised_value=3)
    scene.evaluate("step_overdue", day)
    assert [alert.level for alert in scene.alerts()] == ([level] if level else [])


def test_who_had_a_part_in_it_is_told_that_the_light_was_taken_back(scene: Scene) -> None:
    scene.evaluate("step_overdue", date(2026, 3, 10))
    colleague = a_holder(Role.UNIT_HEAD, unit=scene.office.unit)
    alert_operations.acknowledge(scene.alerts()[0], actor=colleague)
    suspend(scene, ended=None)
    told = db.session.scalars(select(Notification.title).where(Notification.account_id == colleague.account_id)).all()
    assert any("重新计算后预警不成立" in title for title in told)


@pytest.mark.parametrize(
    ("day", "level"),
    [
        (date(2026, 9, 30), None),
        (date(2026, 10, 8), AlertLevel.BLUE),
        (date(2026, 10, 9), AlertLevel.BLUE),
        (date(2026, 10, 10), AlertLevel.YELLOW),
        (date(2026, 10, 22), AlertLevel.YELLOW),
        (date(2026, 10, 23), AlertLevel.RED),
    ],
)
def test_t29_the_lights_of_a_promise_of_ten_days_and_a_limit_of_twenty(
    connection: Connection, day: date, level: AlertLevel | None
) -> None:
    scene, workdays, begun = Scene(limit_value=20, promised_value=10), load_workdays(), date(2026, 9, 18)
    db.session.execute(
        update(StepClock).values(
            started_on=begun,
            due_on=due_on(begun, Limit(20), workdays),
            promised_due_on=due_on(begun, Limit(10), workdays),
        )
    )
    scene.evaluate("step_overdue", day)
    assert [alert.level for alert in scene.alerts()] == ([level] if level else [])


def test_where_the_rule_says_so_promises_do_not_light(connection: Connection) -> None:
    scene = Scene(promised_value=3)
    rule = next(one for one in rules_in_order() if one.code == "step_overdue")
    rule.params = {**rule.params, "promised": 0}
    scene.evaluate("step_overdue", date(2026, 3, 7))
    assert [alert.level for alert in scene.alerts()] == [AlertLevel.BLUE]


_SPANS = st.tuples(st.integers(2, 12), st.integers(0, 8)).map(
    lambda span: (f"2026-03-{span[0]:02}", f"2026-03-{span[0] + span[1]:02}")
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(one=_SPANS, other=_SPANS)
def test_of_two_requests_that_overlap_the_second_is_refused_whichever_it_is(
    scene: Scene, one: tuple[str, str], other: tuple[str, str]
) -> None:
    overlap = max(one[0], other[0]) < min(one[1], other[1])
    for first, second in ((one, other), (other, one)):
        undone = db.session.begin_nested()
        suspend(scene, *first)
        refused = False
        try:
            suspend(scene, *second)
        except AlreadySuspended:
            refused = True
        undone.rollback()
        assert refused == overlap
