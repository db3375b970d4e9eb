"""A limit is extended once, in time, by who may approve it (R62, R64)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from basic_info.power_lists.models import LimitUnit
from basic_info.settings.operations import set_library
from basic_info.settings.queries import LibrarySettings
from function_monitor.alerts.recounting import recount
from function_monitor.deadlines.errors import AlreadyExtended, BadExtension
from function_monitor.deadlines.extending import ExtensionDraft, approver_of, extend, withdraw_extension
from function_monitor.deadlines.kinds import ApproverKind
from function_monitor.deadlines.models import ClockExtension
from host.kernel.access import SYSTEM, Role
from host.kernel.db import db
from host.kernel.errors import NotPermitted
from tests.factories import an_actor
from tests.function_monitor.deadlines.scene import TODAY, Scene


@pytest.fixture
def scene(connection: Connection) -> Scene:
    return Scene()


def grant(scene: Scene, **over: Any) -> ClockExtension:
    values: dict[str, Any] = {
        "days": 10,
        "approver_name": "李局长",
        "paper_no": "延〔2026〕3号",
        "reason": "案情复杂",
        "decided_on": date(2026, 3, 6),
        "told_on": date(2026, 3, 6),
    }
    row = extend(scene.clock(), ExtensionDraft(**{**values, **over}), today=TODAY, actor=scene.head)
    recount([scene.case.id], why="", day=TODAY)
    return row


def test_an_extension_moves_the_due_day(scene: Scene) -> None:
    grant(scene)
    assert (scene.clock().due_on, scene.clock().extended_days) == (date(2026, 3, 23), 10)


def test_forty_five_minutes_are_no_joint_limit(scene: Scene) -> None:
    clock = scene.clock()
    clock.limit_value, clock.limit_unit = 45, LimitUnit.MINUTE
    assert approver_of(clock) is ApproverKind.ORGAN_HEAD


def test_working_hours_make_a_joint_limit_by_the_hours_of_the_city_s_day(scene: Scene) -> None:
    clock = scene.clock()
    clock.limit_value, clock.limit_unit = 45 * 6, LimitUnit.WORKHOUR
    set_library(LibrarySettings(hours_per_day=6), actor=SYSTEM)
    assert approver_of(clock) is ApproverKind.GOVERNMENT_HEAD


def test_a_clock_is_extended_once(scene: Scene) -> None:
    grant(scene)
    with pytest.raises(AlreadyExtended):
        grant(scene)


def test_the_database_refuses_a_second_extension(scene: Scene) -> None:
    grant(scene, days=2)
    clock = scene.clock()
    clock.extended_days = 0
    with pytest.raises(AlreadyExtended):
        grant(scene)


@pytest.mark.parametrize(
    ("over", "word"),
    [
        ({"days": 0}, "1–10 日"),
        ({"days": 11}, "1–10 日"),
        ({"approver_name": " "}, "批准人"),
        ({"reason": ""}, "延长理由"),
        ({"decided_on": date(2026, 3, 10)}, "逾期后不能再延长"),
        ({"decided_on": date(2026, 3, 1)}, "不能早于时限开始"),
        ({"told_on": date(2026, 3, 21)}, "不能晚于今天"),
    ],
)
def test_a_wrong_extension_says_what_is_wrong(scene: Scene, over: dict[str, Any], word: str) -> None:
    with pytest.raises(BadExtension, match=word):
        grant(scene, **over)


def test_what_organs_handle_together_the_government_extends_by_fifteen_days(connection: Connection) -> None:
    assert grant(Scene(limit_value=45), days=15).approver_kind is ApproverKind.GOVERNMENT_HEAD


@pytest.mark.parametrize("values", [{"days": 11}, {"approver_kind": ApproverKind.GOVERNMENT_HEAD}])
def test_the_database_holds_days_and_approver_to_the_law(scene: Scene, values: dict[str, Any]) -> None:
    grant(scene)
    with pytest.raises(IntegrityError, match="days_as_the_law_says|joint_by_the_government"):
        db.session.execute(update(ClockExtension).values(values))


def test_the_database_refuses_an_approval_after_the_due_day(scene: Scene) -> None:
    grant(scene)
    with pytest.raises(IntegrityError, match="before_it_ran_out"):
        db.session.execute(update(ClockExtension).values(decided_on=date(2026, 3, 10)))


def test_an_extension_entered_by_mistake_is_withdrawn_and_another_may_follow(scene: Scene) -> None:
    withdraw_extension(grant(scene, days=3), why="误登", actor=scene.head)
    recount([scene.case.id], why="", day=TODAY)
    grant(scene, days=5)
    assert scene.clock().due_on == date(2026, 3, 16)


def test_a_section_head_extends_nothing(scene: Scene) -> None:
    head = scene.head
    scene.head = an_actor(Role.SECTION_HEAD, section=scene.office.section)
    assert head != scene.head
    with pytest.raises(NotPermitted):
        grant(scene)
