"""Business systems report special procedures: each stops the clocks once, whenever and however often it comes."""

from __future__ import annotations

from datetime import date
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.engine import Connection

from basic_info.flowcharts.models import StepKind, SuspensionKind
from function_monitor.alerts.models import AlertState
from function_monitor.alerts.recounting import recount
from function_monitor.cases.models import FlowCase
from function_monitor.deadlines import suspending
from function_monitor.deadlines.models import StepClock
from function_monitor.deadlines.queries import uncounted_starts
from function_monitor.deadlines.signals import follow_signals
from host.kernel.audit import AuditEntry
from host.kernel.db import db
from tests.function_monitor.deadlines.scene import TODAY, Scene, draft

SPAN = (date(2026, 3, 4), date(2026, 3, 11))


@pytest.fixture
def scene(connection: Connection) -> Scene:
    return Scene()


def spans(scene: Scene) -> list[tuple[date, date | None]]:
    return [(row.from_on, row.to_on) for row in scene.suspensions()]


def test_a_reported_procedure_stops_and_starts_the_clocks(scene: Scene) -> None:
    scene.report_start()
    assert scene.clock().due_on is None
    scene.report_end()
    assert (spans(scene), scene.clock().due_on) == ([SPAN], date(2026, 3, 16))


def test_a_procedure_is_no_step_that_was_done(scene: Scene) -> None:
    scene.report_start()
    assert scene.clock().finished_on is None


def test_what_is_reported_twice_counts_once(scene: Scene) -> None:
    results = [scene.report_start().result, scene.report_start().result, scene.report_end().result]
    results.append(scene.report_end().result)
    assert (results, spans(scene)) == (["accepted", "duplicate", "accepted", "duplicate"], [SPAN])


def test_a_second_beginning_while_the_clock_stands_says_nothing_new(scene: Scene) -> None:
    scene.report_start()
    scene.report_start("2026-03-05 10:00", special_kind="鉴定")
    scene.report_end()
    assert spans(scene) == [SPAN]


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_reports_in_any_order_give_the_same(scene: Scene, order: tuple[int, ...]) -> None:
    reports = [
        lambda: scene.report_start("2026-03-04 10:00"),
        lambda: scene.report_end("2026-03-06 10:00"),
        lambda: scene.report_start("2026-03-09 10:00"),
        lambda: scene.report_end("2026-03-11 10:00"),
    ]
    for place in order:
        assert reports[place]().result == "accepted"
    assert spans(scene) == [(date(2026, 3, 4), date(2026, 3, 6)), (date(2026, 3, 9), date(2026, 3, 11))]


def test_the_report_is_audited_under_the_system_s_name(scene: Scene) -> None:
    scene.report_start()
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "clock_suspension.opened")).one()
    assert entry.actor_name == "业务系统：审批系统"


@pytest.mark.parametrize(
    ("over", "word"),
    [
        ({"special_kind": "散步"}, "特别程序种类"),
        ({"paper_no": ""}, "告知文书号"),
        ({"told_on": "昨天"}, "告知日期"),
        ({"expected_to_on": "2026-03-03"}, "预计结束日期"),
        ({"expected_to_on": None}, "预计结束日期"),
    ],
)
def test_a_beginning_without_its_paper_is_quarantined(scene: Scene, over: dict[str, Any], word: str) -> None:
    taken = scene.report_start(**over)
    assert (taken.result, word in taken.reason) == ("quarantined", True)


def test_a_step_of_the_chart_may_be_the_special_procedure(connection: Connection) -> None:
    scene = Scene(step_kind=StepKind.SPECIAL_START, suspensions=["hearing"])
    scene.report(
        step_name="审查", happened_at="2026-03-04 10:00", action="完成", paper_no="告〔2026〕1号", told_on="2026-03-04",
        expected_to_on="2026-03-12",
    )  # fmt: skip
    assert [row.suspension_kind for row in scene.suspensions()] == [SuspensionKind.HEARING]


def test_a_procedure_that_stops_no_clock_is_named(scene: Scene) -> None:
    scene.report_start(special_kind="补正")
    assert spans(scene) == []
    assert len(uncounted_starts(scene.case.id, [])) == 1


def test_a_report_ends_what_a_person_opened(scene: Scene) -> None:
    suspending.suspend(scene.case, draft(ended=None), today=TODAY, actor=scene.head)
    scene.report_end()
    assert spans(scene) == [SPAN]


def test_a_person_ends_what_was_reported_and_a_later_report_leaves_it(scene: Scene) -> None:
    scene.report_start()
    suspending.resume(scene.suspensions()[0], on=date(2026, 3, 10), today=TODAY, actor=scene.head)
    scene.report_end()
    assert spans(scene) == [(date(2026, 3, 4), date(2026, 3, 10))]


def test_a_correction_outlives_later_reports(scene: Scene) -> None:
    scene.report_start()
    suspending.correct(
        scene.suspensions()[0], scene.case, draft("2026-03-05"), why="误报", today=TODAY, actor=scene.head
    )
    scene.report_end()
    assert spans(scene) == [(date(2026, 3, 5), date(2026, 3, 11))]


def test_what_a_person_withdrew_does_not_come_back(scene: Scene) -> None:
    scene.report_start()
    suspending.withdraw(scene.suspensions()[0], why="误报", actor=scene.head)
    scene.report_end()
    assert spans(scene) == []


def test_a_report_that_overlaps_an_entry_waits_until_there_is_room(scene: Scene) -> None:
    row = suspending.suspend(scene.case, draft("2026-03-06", "2026-03-09"), today=TODAY, actor=scene.head)
    scene.report_start()
    scene.report_end()
    assert spans(scene) == [(date(2026, 3, 6), date(2026, 3, 9))]
    suspending.withdraw(row, why="误登", actor=scene.head)
    follow_signals([scene.case.id], actor=scene.head)
    assert spans(scene) == [SPAN]


def test_a_late_report_takes_back_the_light_that_it_makes_untrue(scene: Scene) -> None:
    scene.evaluate("step_overdue", date(2026, 3, 10))
    scene.report(step_name="审查", happened_at="2026-03-12 10:00", action="办结")
    assert scene.alerts()[0].alert_state is AlertState.PENDING
    scene.report_start()
    scene.report_end()
    assert scene.alerts()[0].alert_state is AlertState.WITHDRAWN


def test_many_cases_cost_as_many_statements_as_one(scene: Scene, count_queries: Any) -> None:
    for number in range(20):
        scene.report(case_no=f"B-{number}")
    ids = list(db.session.scalars(select(FlowCase.id)))
    counts = []
    for some in (ids[:1], ids):
        with count_queries() as sent:
            recount(some, why="", day=TODAY)
        counts.append(len(sent))
    assert counts[0] == counts[1]
    assert len(db.session.scalars(select(StepClock)).all()) == len(ids)
