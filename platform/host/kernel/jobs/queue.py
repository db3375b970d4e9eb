"""The queue (Procrastinate) and its one task. What people see of a run is in ``job_run``, not here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import procrastinate
from flask import Flask, current_app
from procrastinate.jobs import Job as QueueJob
from procrastinate.tasks import Task
from sqlalchemy import make_url

from config import Settings
from host.kernel.db import db
from host.kernel.jobs.errors import Interrupted
from host.kernel.jobs.execution import execute

RUN_JOB = "run_job"
#: Seconds until a run whose worker stopped or lost the database begins again.
PAUSE_AFTER_INTERRUPTION = 1


@dataclass(frozen=True)
class Queue:
    """One city's queue: it bears the city schema's name, so that workers of other cities leave it alone."""

    name: str
    app: procrastinate.App
    task: Task[Any, Any, Any]


def queue_of(app: Flask) -> Queue:
    """The application's queue, built once."""
    if "queue" not in app.extensions:
        app.extensions["queue"] = _build(app)
    return cast("Queue", app.extensions["queue"])


def defer(job_run_id: int, *, lock: str | None = None) -> int:
    """Put a run into the queue inside the session's transaction; returns the entry's id.

    A rollback removes the entry with everything else of the transaction.
    """
    queue = queue_of(current_app)
    driver = db.session.connection().connection.driver_connection
    named_lock = f"{queue.name}:{lock}" if lock else None
    entry: int = queue.task.configure(queue=queue.name, lock=named_lock, connection=driver).defer(job_run_id=job_run_id)
    return entry


def _build(app: Flask) -> Queue:
    settings: Settings = app.extensions["settings"]
    assert settings.database_url is not None
    address = make_url(settings.database_url).set(drivername="postgresql")
    connector = procrastinate.PsycopgConnector(
        conninfo=address.render_as_string(hide_password=False),
        kwargs={
            "options": f"-c search_path={settings.queue_schema},public -c statement_timeout=30s",
            "application_name": "lvzhi-queue",
            "connect_timeout": 10,
        },
        min_size=1,
        max_size=4,
        timeout=15,
    )
    queue = procrastinate.App(connector=connector)
    again = procrastinate.RetryStrategy(wait=PAUSE_AFTER_INTERRUPTION, retry_exceptions=(Interrupted,))

    def run_job(context: procrastinate.JobContext, *, job_run_id: int) -> None:
        entry: QueueJob = context.job
        execute(app, job_run_id, queue_job_id=entry.id, should_stop=context.should_abort)

    task = queue.task(name=RUN_JOB, pass_context=True, retry=again)(run_job)
    return Queue(name=settings.schema, app=queue, task=task)
