"""One run from its start to its end, as a worker does it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import structlog
from flask import Flask
from sqlalchemy import Row, func, select, update
from sqlalchemy.exc import DBAPIError, OperationalError

from host.kernel.audit import plain
from host.kernel.db import db
from host.kernel.errors import DomainError
from host.kernel.jobs.actors import actor_of
from host.kernel.jobs.errors import Interrupted, JobCancelled, Superseded
from host.kernel.jobs.models import JobRun, JobState
from host.kernel.jobs.progress import QueuedProgress, Turn, mine
from host.kernel.jobs.registry import find_job

log = structlog.get_logger("host.jobs")

#: A run whose worker dies this often is not taken up again: it is likely what kills them.
MAX_ATTEMPTS = 5
GAVE_UP = "任务多次中断，已停止。请重试；仍不成功时，请把任务编号告诉管理员。"
FAILED = "任务未完成，已保存的部分不受影响。请重试；仍不成功时，请把任务编号告诉管理员。"


def execute(app: Flask, job_run_id: int, *, queue_job_id: int | None, should_stop: Callable[[], bool]) -> None:
    """Do the run that this entry of the queue carries; does nothing if another entry does or it is over.

    Raises Interrupted when it should begin again. Every other outcome is written to the run.
    """
    with app.app_context(), structlog.contextvars.bound_contextvars(job_run_id=job_run_id):
        begun = _begin(job_run_id, queue_job_id)
        if begun is None:
            return
        turn = Turn(job_run_id, queue_job_id, begun.attempts)
        try:
            _work(begun, turn, should_stop)
        except Interrupted:
            db.session.rollback()
            _put_back(turn)
            raise
        except Superseded:
            log.warning("job_superseded", job=begun.job)
        except JobCancelled:
            _end(turn, JobState.CANCELLED)
        except DomainError as refused:
            _end(turn, JobState.FAILED, error=str(refused))
        except Exception as error:
            if _has_lost_the_database(error):
                raise Interrupted from error
            log.exception("job_failed", job=begun.job)
            _end(turn, JobState.FAILED, error=FAILED)
        finally:
            db.session.remove()


def _begin(job_run_id: int, queue_job_id: int | None) -> Row[Any] | None:
    """Count one more attempt and take the run over; None where there is nothing to do."""
    with db.engine.begin() as connection:
        found = connection.execute(
            select(JobRun.state, JobRun.attempts, JobRun.cancel_requested_at)
            .where(JobRun.id == job_run_id, JobRun.queue_job_id == queue_job_id)
            .with_for_update()
        ).first()
        if found is None or found.state.is_over:
            return None
        changes: dict[str, Any] = {"attempts": JobRun.attempts + 1, "started_at": func.now()}
        if found.cancel_requested_at is not None:
            changes |= {"state": JobState.CANCELLED, "finished_at": func.now()}
        elif found.attempts >= MAX_ATTEMPTS:
            changes |= {"state": JobState.FAILED, "finished_at": func.now(), "error": GAVE_UP}
        else:
            changes |= {"state": JobState.RUNNING}
        row = connection.execute(
            update(JobRun)
            .where(JobRun.id == job_run_id)
            .values(**changes)
            .returning(JobRun.job, JobRun.arguments, JobRun.created_by, JobRun.attempts, JobRun.state)
        ).one()
    return row if row.state is JobState.RUNNING else None


def _work(begun: Row[Any], turn: Turn, should_stop: Callable[[], bool]) -> None:
    """Call the job's function; what it leaves uncommitted is committed together with the run's end."""
    job = find_job(begun.job)
    arguments = dict(begun.arguments)
    tick = arguments.pop("tick", None)
    progress = QueuedProgress(
        turn,
        actor=actor_of(begun.created_by),
        should_stop=should_stop,
        tick=datetime.fromisoformat(tick) if tick else None,
    )
    try:
        result = job.function(progress, **arguments)
    except BaseException:
        # Locks go first, then the last lines are written: they may say why.
        db.session.rollback()
        progress.write()
        raise
    progress.write()
    done = db.session.execute(
        update(JobRun)
        .where(*mine(turn))
        .values(state=JobState.DONE, result=plain(result) or {}, finished_at=func.now(), error=None)
        .returning(JobRun.id)
        .execution_options(synchronize_session=False)
    ).first()
    if done is None:
        raise Superseded
    db.session.commit()


def _end(turn: Turn, state: JobState, *, error: str | None = None) -> None:
    db.session.rollback()
    with db.engine.begin() as connection:
        connection.execute(update(JobRun).where(*mine(turn)).values(state=state, error=error, finished_at=func.now()))


def _put_back(turn: Turn) -> None:
    """The worker stops in good order: that attempt does not count."""
    with db.engine.begin() as connection:
        connection.execute(
            update(JobRun).where(*mine(turn)).values(state=JobState.QUEUED, attempts=JobRun.attempts - 1)
        )


def _has_lost_the_database(error: Exception) -> bool:
    """Whether the connection went away (states 57P and 08, or none at all), not just the statement."""
    if not isinstance(error, DBAPIError):
        return False
    state: str | None = getattr(error.orig, "sqlstate", None)
    if state is None:
        return isinstance(error, OperationalError)
    return error.connection_invalidated or state.startswith(("57P", "08"))
