"""Putting work into the queue, stopping it and starting it again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from host.kernel.access import Actor
from host.kernel.audit import plain, record_change
from host.kernel.db import db
from host.kernel.jobs.errors import NotCancellable, NotRetryable
from host.kernel.jobs.models import JobRun, JobState
from host.kernel.jobs.queue import defer
from host.kernel.jobs.registry import find_job


def enqueue(name: str, *, arguments: Mapping[str, Any] | None = None, title: str | None = None, actor: Actor) -> JobRun:
    """Ask for a run of job ``name`` in the session's transaction: a rollback takes it back altogether.

    ``arguments`` are the function's keywords, as JSON can hold them (ids and ISO days, no rows). The run works
    with the rights that ``actor`` has when it begins. Raises UnknownJob.
    """
    job = find_job(name)
    run = JobRun(
        job=name,
        title=title or job.title,
        arguments=plain(arguments) or {},
        state=JobState.QUEUED,
        created_by=actor.account_id,
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
    """Begin a failed or cancelled run anew, with the same arguments. Raises NotRetryable."""
    _hold(run)
    if not run.can_be_retried:
        raise NotRetryable
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
