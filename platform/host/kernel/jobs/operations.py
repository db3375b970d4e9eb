"""Putting work into the queue, stopping it and starting it again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import literal, select, text
from sqlalchemy.dialects.postgresql import JSONB

from host.kernel.access import Actor
from host.kernel.audit import plain, record_change
from host.kernel.db import db
from host.kernel.jobs.errors import AlreadyUnderWay, NotCancellable, NotRetryable
from host.kernel.jobs.models import OPEN, JobRun, JobState
from host.kernel.jobs.queue import defer
from host.kernel.jobs.registry import find_job


def enqueue(name: str, *, arguments: Mapping[str, Any] | None = None, title: str | None = None, actor: Actor) -> JobRun:
    """Ask for a run of job ``name`` in the session's transaction: a rollback takes it back altogether.

    ``arguments`` are the function's keywords, as JSON can hold them (ids and ISO days, no rows). The run works
    with the rights that ``actor`` has when it begins. Raises UnknownJob.
    """
    return _ask(name, arguments, title, actor)


def enqueue_once(name: str, *, arguments: Mapping[str, Any] | None = None, actor: Actor) -> tuple[JobRun, bool]:
    """The run of job ``name`` with ``arguments`` that waits or goes on, whoever asked for it, else a new one; and
    whether it is new.

    For work that finds out itself what there is to do: a second run beside it would do nothing.
    """
    key = _only_key(name, arguments)
    _wait_in_line(key)
    found = under_way(name, arguments)
    return (found, False) if found else (_ask(name, arguments, None, actor, only_key=key), True)


def under_way(name: str, arguments: Mapping[str, Any] | None = None) -> JobRun | None:
    """The run of job ``name`` with ``arguments`` that waits or goes on, the clock's too: the newest."""
    same = JobRun.arguments.op("-")("tick") == literal(plain(arguments) or {}, JSONB)
    runs = select(JobRun).where(JobRun.job == name, JobRun.state.in_(OPEN), JobRun.cancel_requested_at.is_(None), same)
    return db.session.scalars(runs.order_by(JobRun.id.desc()).limit(1)).one_or_none()


def _only_key(name: str, arguments: Mapping[str, Any] | None) -> str:
    return f"{name} {json.dumps(plain(arguments) or {}, sort_keys=True)}"


def _wait_in_line(key: str) -> None:
    """Two who ask for the same at once: the second waits here, and finds the run of the first."""
    lock = text("SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || '.job_run ' || :key, 7))")
    db.session.execute(lock, {"key": key})


def _ask(
    name: str, arguments: Mapping[str, Any] | None, title: str | None, actor: Actor, *, only_key: str | None = None
) -> JobRun:
    job = find_job(name)
    run = JobRun(
        job=name,
        title=title or job.title,
        arguments=plain(arguments) or {},
        state=JobState.QUEUED,
        created_by=actor.account_id,
        only_key=only_key,
    )
    db.session.add(run)
    _into_the_queue(run)
    if actor.account_id is not None:  # the clock's own runs stand in its ledger
        record_change(run, action="job_run.requested", actor=actor, after={"job": name})
    return run


def cancel(run: JobRun, *, actor: Actor) -> None:
    """Stop a run: a queued one at once, a running one at its next checkpoint. Raises NotCancellable."""
    _hold(run)
    if not run.can_be_cancelled:
        raise NotCancellable
    before = run.state
    run.cancel_requested_at = datetime.now(UTC)
    if run.state is JobState.QUEUED:
        # Its entry of the queue finds the run over and does nothing.
        run.state = JobState.CANCELLED
        run.finished_at = run.cancel_requested_at
    db.session.flush()  # the state's check constraint speaks here
    record_change(
        run, action="job_run.cancel_requested", actor=actor, before={"state": before}, after={"state": run.state}
    )


def retry(run: JobRun, *, actor: Actor) -> None:
    """Begin a failed or cancelled run anew, with the same arguments. Raises NotRetryable, AlreadyUnderWay."""
    if run.only_key is not None:
        _wait_in_line(run.only_key)
    _hold(run)
    if not run.can_be_retried:
        raise NotRetryable
    if run.only_key is not None and under_way(run.job, run.arguments):
        raise AlreadyUnderWay
    before = run.state
    run.state = JobState.QUEUED
    run.error = run.cancel_requested_at = run.started_at = run.finished_at = None
    run.attempts = run.progress_done = 0
    run.progress_total = None
    _into_the_queue(run)
    record_change(run, action="job_run.retried", actor=actor, before={"state": before}, after={"state": run.state})


def _hold(run: JobRun) -> None:
    """Lock the row and read it as it is now: a worker changes it meanwhile."""
    db.session.refresh(run, with_for_update=True)


def _into_the_queue(run: JobRun) -> None:
    db.session.flush()  # the entry carries the run's id
    run.queue_job_id = defer(run.id, lock=run.job if find_job(run.job).is_alone else None)
    db.session.flush()  # the run names its entry before anybody can take it up
