"""One run from start to end, in this process."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.exc import OperationalError

from host.auth.models import Account, RoleGrant
from host.kernel.access import SYSTEM, Role, ScopeKind
from host.kernel.db import db
from host.kernel.errors import Refused
from host.kernel.jobs.errors import Interrupted
from host.kernel.jobs.execution import FAILED, MAX_ATTEMPTS
from host.kernel.jobs.models import JobLogLine, JobRun, JobState
from host.kernel.jobs.operations import cancel, retry
from host.kernel.jobs.progress import Progress
from tests.factories import an_account, an_actor

Put = Callable[..., JobRun]
Do = Callable[..., JobRun]


def seen_by_others(engine: Engine, run_id: int) -> Any:
    with engine.connect() as connection:
        return connection.execute(
            select(JobRun.state, JobRun.progress_done, JobRun.progress_total).where(JobRun.id == run_id)
        ).one()


def logged(run: JobRun) -> list[str]:
    lines = select(JobLogLine.text).where(JobLogLine.job_run_id == run.id).order_by(JobLogLine.id)
    return list(db.session.scalars(lines))


def test_a_run_hands_back_what_the_function_returns(put: Put, do: Do) -> None:
    run = do(put(lambda run, rows: {"rows": rows, "until": date(2026, 3, 2)}, rows=7))
    assert (run.state, run.result) == (JobState.DONE, {"rows": 7, "until": "2026-03-02"})


def test_progress_is_seen_by_others_while_the_job_works(put: Put, do: Do, queue: Engine) -> None:
    seen = []

    def work(run: Progress) -> None:
        run.step(3, total=10)
        seen.append(tuple(seen_by_others(queue, run.run_id or 0)))

    do(put(work))
    assert seen == [(JobState.RUNNING, 3, 10)]


def test_the_log_is_kept_in_order_also_when_the_job_fails(put: Put, do: Do) -> None:
    def work(run: Progress) -> None:
        for number in range(3):
            run.log(f"第 {number} 批")
        raise Refused("第 3 行有误")

    assert logged(do(put(work))) == ["第 0 批", "第 1 批", "第 2 批"]


def test_what_the_job_wrote_is_committed_with_its_end(put: Put, do: Do) -> None:
    def work(run: Progress) -> None:
        an_account(login_name="made-by-job")

    do(put(work))
    assert db.session.scalar(select(Account.login_name)) == "made-by-job"


def test_what_a_failed_job_left_open_is_taken_back(put: Put, do: Do) -> None:
    def work(run: Progress) -> None:
        an_account()
        raise RuntimeError("a bug")

    do(put(work))
    assert db.session.scalar(select(Account.id)) is None


def test_a_broken_rule_is_told_in_its_own_words(put: Put, do: Do) -> None:
    def work(run: Progress) -> None:
        raise Refused("花名册第 3 行：身份证号有误")

    run = do(put(work))
    assert (run.state, run.error) == (JobState.FAILED, "花名册第 3 行：身份证号有误")


def test_a_bug_is_told_without_its_details(put: Put, do: Do) -> None:
    run = do(put(lambda run: 1 / 0))
    assert (run.state, run.error) == (JobState.FAILED, FAILED)


def test_a_job_stops_at_the_checkpoint_after_it_was_cancelled(put: Put, do: Do) -> None:
    reached = []

    def work(run: Progress) -> None:
        row = db.session.get_one(JobRun, run.run_id)
        cancel(row, actor=SYSTEM)
        db.session.commit()
        run.checkpoint()
        reached.append("past the checkpoint")

    run = do(put(work))
    assert (run.state, reached) == (JobState.CANCELLED, [])


def test_a_cancelled_runs_old_entry_does_nothing_after_a_retry(put: Put, do: Do) -> None:
    calls: list[int] = []
    run = put(lambda run: calls.append(1))
    first = run.queue_job_id
    cancel(run, actor=SYSTEM)
    retry(run, actor=SYSTEM)
    db.session.commit()
    assert (do(run, entry=first).state, calls) == (JobState.QUEUED, [])


def test_a_retried_run_is_done(put: Put, do: Do) -> None:
    outcomes = iter([Refused("先不行"), None])

    def work(run: Progress) -> None:
        if (outcome := next(outcomes)) is not None:
            raise outcome

    run = do(put(work))
    retry(run, actor=SYSTEM)
    db.session.commit()
    assert (do(run).state, run.attempts) == (JobState.DONE, 1)


def test_a_run_that_is_over_is_not_done_twice(put: Put, do: Do) -> None:
    calls: list[int] = []
    run = put(lambda run: calls.append(1))
    do(run)
    do(run)
    assert calls == [1]


def test_a_worker_that_stops_puts_the_run_back(put: Put, do: Do) -> None:
    run = put(lambda run: run.checkpoint())
    with pytest.raises(Interrupted):
        do(run, stops=True)
    db.session.expire_all()
    assert (db.session.get_one(JobRun, run.id).state, run.attempts) == (JobState.QUEUED, 0)


def test_a_lost_connection_makes_the_run_begin_again(put: Put, do: Do) -> None:
    def work(run: Progress) -> None:
        raise OperationalError("SELECT 1", {}, Exception("server closed the connection"))

    run = put(work)
    with pytest.raises(Interrupted):
        do(run)
    db.session.expire_all()
    assert db.session.get_one(JobRun, run.id).state is JobState.RUNNING


def test_an_attempt_that_was_taken_over_writes_no_more(put: Put, do: Do, queue: Engine) -> None:
    def work(run: Progress) -> dict[str, Any]:
        with queue.begin() as other_worker:
            other_worker.execute(update(JobRun).values(attempts=JobRun.attempts + 1))
        an_account()
        return {"rows": 1}

    run = do(put(work))
    assert (run.state, run.result, db.session.scalar(select(Account.id))) == (JobState.RUNNING, {}, None)


def test_a_run_that_kills_its_workers_is_given_up(put: Put, do: Do) -> None:
    calls: list[int] = []
    run = put(lambda run: calls.append(1))
    run.state, run.attempts = JobState.RUNNING, MAX_ATTEMPTS
    db.session.commit()
    assert (do(run).state, calls) == (JobState.FAILED, [])


def test_a_job_works_with_the_grants_of_who_asked(put: Put, do: Do) -> None:
    actor = an_actor(Role.STAFF)
    db.session.add(RoleGrant(account_id=actor.account_id, role=Role.ASSESSOR, scope_kind=ScopeKind.SELF))
    seen = []
    do(put(lambda run: seen.append([grant.role for grant in run.actor.grants]), actor=actor))
    assert seen == [[Role.ASSESSOR]]


def test_a_job_of_a_disabled_account_is_not_done(put: Put, do: Do) -> None:
    calls: list[int] = []
    actor = an_actor()
    run = put(lambda run: calls.append(1), actor=actor)
    db.session.execute(update(Account).values(is_disabled=True))
    db.session.commit()
    assert (do(run).error, calls) == ("发起任务的账号已停用", [])
