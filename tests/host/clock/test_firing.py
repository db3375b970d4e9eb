"""A tick becomes one run; schedules keep what people edited."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, func, select

from host.kernel.access import Actor, Role
from host.kernel.audit import AuditEntry
from host.kernel.clock.cron import CHINA
from host.kernel.clock.firing import fire_due
from host.kernel.clock.models import ClockFiring, ClockSchedule
from host.kernel.clock.schedules import HOST_SCHEDULES, seed_schedules
from host.kernel.clock.tasks import make_partitions, prune
from host.kernel.db import db
from host.kernel.jobs.models import JobRun, JobState
from host.kernel.jobs.progress import Progress
from host.kernel.jobs.registry import find_job
from host.kernel.system import Schedule
from tests.factories import an_actor

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=CHINA)
SignIn = Callable[[Actor], FlaskClient]


def a_schedule(**over: Any) -> ClockSchedule:
    facts = {
        "name": "test.hourly",
        "title": "每小时",
        "job": "host.prune",
        "cron": "0 * * * *",
        "declared_cron": "0 * * * *",
        "changed_at": NOON - timedelta(days=1),
        **over,
    }
    schedule = ClockSchedule(**facts)
    db.session.add(schedule)
    db.session.flush()
    return schedule


def run_count() -> int:
    return db.session.scalar(select(func.count()).select_from(JobRun)) or 0


def test_a_tick_puts_one_run_into_the_queue(connection: Connection) -> None:
    a_schedule()
    run = fire_due("test.hourly", NOON)
    assert run is not None
    assert db.session.get_one(ClockFiring, ("test.hourly", NOON)).job_run_id == run.id


def test_a_tick_that_fired_does_not_fire_again(connection: Connection) -> None:
    a_schedule()
    fire_due("test.hourly", NOON)
    assert (fire_due("test.hourly", NOON + timedelta(seconds=3)), run_count()) == (None, 1)


def test_ticks_missed_by_all_are_made_up_for_by_one_run(connection: Connection) -> None:
    a_schedule(cron="*/10 * * * *")
    run = fire_due("test.hourly", NOON + timedelta(minutes=5))
    assert run is not None
    assert (run.arguments["tick"], run_count()) == (NOON.isoformat(), 1)


def test_a_tick_older_than_the_grace_is_let_go(connection: Connection) -> None:
    a_schedule(cron="30 10 * * *")
    assert fire_due("test.hourly", NOON) is None


def test_a_tick_before_the_last_edit_is_let_go(connection: Connection) -> None:
    a_schedule(changed_at=NOON + timedelta(minutes=1))
    assert fire_due("test.hourly", NOON + timedelta(minutes=2)) is None


def test_a_schedule_that_is_off_does_not_fire(connection: Connection) -> None:
    a_schedule(is_on=False)
    assert fire_due("test.hourly", NOON) is None


def test_a_declaration_that_changes_moves_an_unedited_schedule(connection: Connection) -> None:
    a_schedule()
    seed_schedules([Schedule(name="test.hourly", title="每小时", cron="5 * * * *", job="host.prune")])
    db.session.expire_all()
    assert db.session.get_one(ClockSchedule, "test.hourly").cron == "5 * * * *"


def test_an_edited_schedule_stays_as_it_was_edited(connection: Connection) -> None:
    a_schedule(cron="20 * * * *")
    seed_schedules([Schedule(name="test.hourly", title="每小时", cron="5 * * * *", job="host.prune")])
    db.session.expire_all()
    assert db.session.get_one(ClockSchedule, "test.hourly").cron == "20 * * * *"


def test_every_schedule_of_the_host_names_a_job(connection: Connection) -> None:
    assert [find_job(schedule.job).name for schedule in HOST_SCHEDULES] == [schedule.job for schedule in HOST_SCHEDULES]


def test_an_edit_is_kept_and_audited(connection: Connection, sign_in_as: SignIn) -> None:
    a_schedule()
    browser = sign_in_as(an_actor(Role.SYSTEM_ADMIN, region="371300"))
    answer = browser.post("/jobs/schedules/test.hourly", data={"cron": "30 6  * * 1-5"})
    schedule = db.session.get_one(ClockSchedule, "test.hourly")
    assert (answer.status_code, schedule.cron, schedule.is_on) == (303, "30 6 * * 1-5", False)
    audited = select(AuditEntry.after).where(AuditEntry.subject == "clock_schedule:test.hourly")
    assert db.session.scalar(audited) == {"cron": "30 6 * * 1-5", "is_on": False}


@pytest.mark.parametrize("cron", ["61 * * * *", "", "*/5 * * * * *", "0 0 30 2 *", "\x00 * * * *"])
def test_a_wrong_time_rule_comes_back_with_its_form(connection: Connection, sign_in_as: SignIn, cron: str) -> None:
    a_schedule()
    browser = sign_in_as(an_actor(Role.SYSTEM_ADMIN, region="371300"))
    answer = browser.post("/jobs/schedules/test.hourly", data={"cron": cron, "is_on": "y"})
    assert (answer.status_code, "请修改以下内容" in answer.text) == (422, True)
    assert db.session.get_one(ClockSchedule, "test.hourly").cron == "0 * * * *"


def test_only_the_system_administrator_opens_the_schedules(connection: Connection, sign_in_as: SignIn) -> None:
    a_schedule()
    refused = {
        role
        for role in Role
        if sign_in_as(an_actor(role)).post("/jobs/schedules/test.hourly").status_code == 403
        and sign_in_as(an_actor(role)).get("/jobs/schedules").status_code == 403
    }
    assert refused == set(Role) - {Role.SYSTEM_ADMIN}


def test_the_schedules_show_their_last_run(connection: Connection, sign_in_as: SignIn) -> None:
    a_schedule()
    run = fire_due("test.hourly", NOON)
    assert run is not None
    page = sign_in_as(an_actor(Role.SYSTEM_ADMIN, region="371300")).get("/jobs/schedules").text
    assert f"/jobs/{run.id}" in page


def test_an_unknown_schedule_is_not_found(connection: Connection, sign_in_as: SignIn) -> None:
    assert sign_in_as(an_actor(Role.SYSTEM_ADMIN, region="371300")).get("/jobs/schedules/none").status_code == 404


def test_partitions_that_are_there_are_not_made_again(connection: Connection) -> None:
    make_partitions(Progress())
    assert make_partitions(Progress()) == {"made": 0}


def test_pruning_leaves_what_is_still_needed(connection: Connection) -> None:
    now = datetime.now(UTC)
    old = now - timedelta(days=500)
    db.session.add_all(
        [ClockFiring(schedule_name="a", tick=old), ClockFiring(schedule_name="a", tick=now)]
        + [JobRun(job="x", title="x", state=JobState.DONE, created_at=at) for at in (old, now)]
        + [JobRun(job="x", title="x", state=JobState.FAILED, created_at=old)]
    )
    db.session.flush()
    result = prune(Progress()) or {}
    assert (result["firings"], result["runs"], run_count()) == (1, 1, 2)
