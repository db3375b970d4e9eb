"""Putting work into the queue: one transaction with everything else."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import Connection, Engine, func, select, text

from host.kernel.access import SYSTEM
from host.kernel.audit import AuditEntry
from host.kernel.db import db
from host.kernel.jobs.errors import AlreadyUnderWay, NotCancellable, NotRetryable, UnknownJob
from host.kernel.jobs.models import JobRun, JobState
from host.kernel.jobs.operations import cancel, enqueue, enqueue_once, retry
from tests.factories import an_actor


def entries() -> int:
    return int(db.session.execute(text("SELECT count(*) FROM procrastinate_jobs")).scalar_one())


def test_a_run_and_its_entry_of_the_queue_come_together(connection: Connection) -> None:
    run = enqueue("host.prune", actor=SYSTEM)
    named = db.session.execute(
        text("SELECT queue_name, args FROM procrastinate_jobs WHERE id = :id"), {"id": run.queue_job_id}
    ).one()
    assert (named.queue_name, named.args) == ("lvzhi_test", {"job_run_id": run.id})


def test_a_rollback_takes_run_and_entry_back(connection: Connection) -> None:
    before = entries()
    savepoint = db.session.begin_nested()
    enqueue("host.prune", actor=SYSTEM)
    assert entries() == before + 1
    savepoint.rollback()
    assert (entries(), db.session.scalar(select(func.count()).select_from(JobRun))) == (before, 0)


def test_a_job_that_nobody_registered_is_refused(connection: Connection) -> None:
    with pytest.raises(UnknownJob):
        enqueue("host.no_such_job", actor=SYSTEM)


def test_a_run_bears_the_jobs_title_unless_it_has_its_own(connection: Connection) -> None:
    runs = [enqueue("host.prune", actor=SYSTEM), enqueue("host.prune", title="清理三月", actor=SYSTEM)]
    assert [run.title for run in runs] == ["清理过期数据", "清理三月"]


def test_a_queued_run_is_cancelled_at_once(connection: Connection) -> None:
    run = enqueue("host.prune", actor=SYSTEM)
    cancel(run, actor=SYSTEM)
    assert run.state is JobState.CANCELLED


def test_a_running_run_is_asked_to_stop(connection: Connection) -> None:
    run = enqueue("host.prune", actor=SYSTEM)
    run.state = JobState.RUNNING
    db.session.flush()
    cancel(run, actor=SYSTEM)
    assert (run.state, run.cancel_requested_at is not None) == (JobState.RUNNING, True)


def test_a_finished_run_cannot_be_cancelled(connection: Connection) -> None:
    run = enqueue("host.prune", actor=SYSTEM)
    run.state = JobState.DONE
    db.session.flush()
    with pytest.raises(NotCancellable):
        cancel(run, actor=SYSTEM)


def test_a_failed_run_begins_anew_with_another_entry(connection: Connection) -> None:
    run = enqueue("host.prune", actor=SYSTEM)
    first = run.queue_job_id
    run.state, run.error = JobState.FAILED, "未完成"
    db.session.flush()
    retry(run, actor=SYSTEM)
    assert db.session.execute(
        select(JobRun.state, JobRun.error, JobRun.queue_job_id != first).where(JobRun.id == run.id)
    ).one() == (JobState.QUEUED, None, True)


def test_a_finished_run_is_not_retried(connection: Connection) -> None:
    run = enqueue("host.prune", actor=SYSTEM)
    run.state = JobState.DONE
    db.session.flush()
    with pytest.raises(NotRetryable):
        retry(run, actor=SYSTEM)


def test_asking_cancelling_and_retrying_are_audited(connection: Connection) -> None:
    actor = an_actor()
    run = enqueue("host.prune", actor=actor)
    cancel(run, actor=actor)
    retry(run, actor=actor)
    found = db.session.execute(
        select(AuditEntry.action, AuditEntry.actor_id)
        .where(AuditEntry.subject == f"job_run:{run.id}")
        .order_by(AuditEntry.id)
    ).all()
    assert [tuple(row) for row in found] == [
        ("job_run.requested", actor.account_id),
        ("job_run.cancel_requested", actor.account_id),
        ("job_run.retried", actor.account_id),
    ]


def test_what_is_asked_for_once_is_given_back_while_it_waits_or_goes_on(connection: Connection) -> None:
    first, was_new = enqueue_once("host.prune", actor=SYSTEM)
    first.state = JobState.RUNNING
    again, is_new = enqueue_once("host.prune", actor=an_actor())
    other, is_other = enqueue_once("host.prune", arguments={"unit_id": 7}, actor=SYSTEM)
    first.state = JobState.DONE
    db.session.flush()
    later, is_later = enqueue_once("host.prune", actor=SYSTEM)
    assert (again, was_new, is_new, is_other, is_later) == (first, True, False, True, True)
    assert len({first.id, other.id, later.id}) == 3


def test_the_clock_s_own_run_is_given_back_too(connection: Connection) -> None:
    ticked = enqueue("host.prune", arguments={"tick": "2026-03-02T02:10:00+08:00"}, actor=SYSTEM)
    assert enqueue_once("host.prune", actor=SYSTEM) == (ticked, False)


def test_one_that_is_being_stopped_is_not_given_back(connection: Connection) -> None:
    run, _ = enqueue_once("host.prune", actor=SYSTEM)
    run.state = JobState.RUNNING
    cancel(run, actor=SYSTEM)
    assert enqueue_once("host.prune", actor=SYSTEM)[1]


def test_a_failed_run_is_not_retried_beside_another_of_the_same(connection: Connection) -> None:
    failed, _ = enqueue_once("host.prune", actor=SYSTEM)
    failed.state = JobState.FAILED
    db.session.flush()
    enqueue_once("host.prune", actor=SYSTEM)
    with pytest.raises(AlreadyUnderWay):
        retry(failed, actor=SYSTEM)


def test_two_who_ask_at_the_same_moment_get_one_run(app: Flask, committed: Engine) -> None:
    def ask(_number: int) -> int:
        with app.app_context():
            run, _ = enqueue_once("host.prune", actor=SYSTEM)
            db.session.commit()
            return run.id

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(ask, range(8)))) == 1
