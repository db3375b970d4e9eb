"""后台任务: who sees and does what, and what the page shows."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection

from host.kernel.access import Actor, Role
from host.kernel.db import db
from host.kernel.jobs.models import JobLogLine, JobRun, JobState
from host.kernel.jobs.operations import enqueue
from host.kernel.jobs.queries import pace_of
from tests.factories import an_actor

SignIn = Callable[[Actor], FlaskClient]


def a_run(actor: Actor, **over: Any) -> JobRun:
    run = enqueue("host.prune", title="导入人员", actor=actor)
    for name, value in over.items():
        setattr(run, name, value)
    db.session.flush()
    return run


def test_the_list_shows_ones_own_runs_only(connection: Connection, sign_in_as: SignIn) -> None:
    actor = an_actor()
    a_run(an_actor(), title="别人的任务")
    a_run(actor, title="我的任务")
    page = sign_in_as(actor).get("/jobs").text
    assert ("我的任务" in page, "别人的任务" in page) == (True, False)


def test_the_administrator_sees_all_runs(connection: Connection, sign_in_as: SignIn) -> None:
    a_run(an_actor(), title="别人的任务")
    assert "别人的任务" in sign_in_as(an_actor(Role.SYSTEM_ADMIN, region="371300")).get("/jobs").text


@pytest.mark.parametrize("page", ["", "/progress"])
def test_somebody_elses_run_is_not_found(connection: Connection, sign_in_as: SignIn, page: str) -> None:
    run = a_run(an_actor())
    assert sign_in_as(an_actor()).get(f"/jobs/{run.id}{page}").status_code == 404


@pytest.mark.parametrize("verb", ["cancel", "retry"])
def test_somebody_elses_run_is_left_alone(connection: Connection, sign_in_as: SignIn, verb: str) -> None:
    run = a_run(an_actor(), state=JobState.RUNNING)
    answer = sign_in_as(an_actor()).post(f"/jobs/{run.id}/{verb}")
    assert (answer.status_code, run.state, run.cancel_requested_at) == (404, JobState.RUNNING, None)


def test_the_administrator_may_cancel_any_run(connection: Connection, sign_in_as: SignIn) -> None:
    run = a_run(an_actor())
    sign_in_as(an_actor(Role.SYSTEM_ADMIN, region="371300")).post(f"/jobs/{run.id}/cancel")
    assert db.session.get_one(JobRun, run.id).state is JobState.CANCELLED


def test_cancelling_leads_back_to_the_run(connection: Connection, sign_in_as: SignIn) -> None:
    actor = an_actor()
    run = a_run(actor)
    answer = sign_in_as(actor).post(f"/jobs/{run.id}/cancel")
    assert (answer.status_code, answer.location) == (303, f"/jobs/{run.id}")


def test_a_finished_run_answers_cancelling_with_409(connection: Connection, sign_in_as: SignIn) -> None:
    actor = an_actor()
    run = a_run(actor, state=JobState.DONE)
    assert sign_in_as(actor).post(f"/jobs/{run.id}/cancel").status_code == 409


def test_a_failed_run_can_be_retried_from_its_page(connection: Connection, sign_in_as: SignIn) -> None:
    actor = an_actor()
    run = a_run(actor, state=JobState.FAILED, error="第 3 行有误")
    browser = sign_in_as(actor)
    assert "第 3 行有误" in (page := browser.get(f"/jobs/{run.id}").text)
    assert f"/jobs/{run.id}/retry" in page
    browser.post(f"/jobs/{run.id}/retry")
    assert db.session.get_one(JobRun, run.id).state is JobState.QUEUED


def test_a_running_page_asks_again_every_two_seconds(connection: Connection, sign_in_as: SignIn) -> None:
    actor = an_actor()
    run = a_run(actor, state=JobState.RUNNING, progress_done=30, progress_total=120)
    part = sign_in_as(actor).get(f"/jobs/{run.id}/progress").text
    assert 'hx-trigger="every 2s"' in part
    assert "30 / 120" in part
    assert "25%" in part


def test_a_finished_page_asks_no_more(connection: Connection, sign_in_as: SignIn) -> None:
    actor = an_actor()
    run = a_run(actor, state=JobState.DONE)
    assert "hx-trigger" not in sign_in_as(actor).get(f"/jobs/{run.id}/progress").text


def test_the_page_shows_log_counts_and_the_way_to_the_result(connection: Connection, sign_in_as: SignIn) -> None:
    actor = an_actor()
    run = a_run(actor, state=JobState.DONE, result={"created": 1284, "url": "/basic-info/people"})
    db.session.add(JobLogLine(job_run_id=run.id, text="读到 <3 个> 工作表"))
    page = sign_in_as(actor).get(f"/jobs/{run.id}").text
    assert "读到 &lt;3 个&gt; 工作表" in page
    assert "1,284" in page
    assert 'href="/basic-info/people"' in page


@pytest.mark.parametrize("url", ["https://example.org/", "//example.org/", "javascript:alert(1)"])
def test_a_result_never_leads_to_another_site(connection: Connection, sign_in_as: SignIn, url: str) -> None:
    actor = an_actor()
    run = a_run(actor, state=JobState.DONE, result={"url": url})
    assert url not in sign_in_as(actor).get(f"/jobs/{run.id}").text


def test_a_run_of_a_job_that_is_no_more_is_still_shown(connection: Connection, sign_in_as: SignIn) -> None:
    actor = an_actor()
    run = a_run(actor, state=JobState.DONE, job="old.job")
    assert sign_in_as(actor).get(f"/jobs/{run.id}").status_code == 200


def test_the_list_pages_by_key(connection: Connection, sign_in_as: SignIn) -> None:
    actor = an_actor()
    db.session.add_all(
        JobRun(job="host.prune", title=f"任务{number:03}", created_by=actor.account_id) for number in range(60)
    )
    db.session.flush()
    browser = sign_in_as(actor)
    last_shown = db.session.query(JobRun).filter_by(title="任务010").one()
    assert f"before={last_shown.id}" in browser.get("/jobs").text
    assert "任务009" in browser.get(f"/jobs?before={last_shown.id}").text


def test_the_list_costs_as_many_queries_for_30_rows_as_for_1(
    connection: Connection,
    sign_in_as: SignIn,
    count_queries: Callable[[], AbstractContextManager[list[str]]],
) -> None:
    actor = an_actor(Role.SYSTEM_ADMIN, region="371300")
    browser = sign_in_as(actor)
    a_run(actor)
    with count_queries() as for_one:
        browser.get("/jobs")
    for _ in range(29):
        a_run(actor)
    with count_queries() as for_thirty:
        browser.get("/jobs")
    assert len(for_thirty) == len(for_one)


def test_speed_and_time_left_come_from_what_was_done_so_far() -> None:
    now = datetime(2026, 3, 2, 9, 0, 10, tzinfo=UTC)
    run = JobRun(state=JobState.RUNNING, progress_done=200, progress_total=1000, started_at=now - timedelta(seconds=10))
    pace = pace_of(run, now)
    assert (pace.percent, pace.rows_per_second, pace.seconds_left) == (20, 20, 40)


def test_a_run_without_a_total_says_nothing_of_time_left() -> None:
    now = datetime(2026, 3, 2, 9, 0, 10, tzinfo=UTC)
    run = JobRun(state=JobState.RUNNING, progress_done=200, started_at=now - timedelta(seconds=10))
    assert pace_of(run, now).seconds_left is None
