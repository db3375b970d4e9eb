"""``lvzhi worker``: takes runs from the queue; on any number of machines."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import structlog
from flask import Flask
from procrastinate.exceptions import ConnectorException
from sqlalchemy import event

from host.kernel.db import db
from host.kernel.jobs.queue import Queue, queue_of
from host.kernel.jobs.registry import load_tasks

log = structlog.get_logger("host.jobs")

#: Jobs work longer than requests: a statement, and a pause inside a transaction while a file is parsed.
STATEMENT_TIMEOUT = "30min"
IDLE_TIMEOUT = "30min"


@dataclass(frozen=True, kw_only=True)
class Pace:
    """Seconds. A killed worker's run is taken up after ``dead_after + look + poll`` at most: 37."""

    beat: float = 5
    dead_after: float = 25
    look: float = 10
    #: Also without a notice from PostgreSQL, which is not listened for any more once its server was restarted.
    poll: float = 2
    #: How long SIGTERM waits for runs to end by themselves before they are asked to stop.
    grace: float = 5


def run_worker(app: Flask, *, pace: Pace | None = None, concurrency: int = 2) -> None:
    """Work until SIGTERM or SIGINT. Runs that do not end in time go back into the queue."""
    with app.app_context():
        allow_long_work()
        load_tasks(app)
    asyncio.run(_work(queue_of(app), pace or Pace(), concurrency))
    with app.app_context():
        db.engine.dispose()


def allow_long_work() -> None:
    """Lift the time limits of requests for every connection that this process opens."""

    @event.listens_for(db.engine, "connect")
    def on_connect(connection: Any, _record: object) -> None:
        # On the driver itself: the setting is the connection's, so it is committed before the pool has it.
        connection.execute(f"SET statement_timeout = '{STATEMENT_TIMEOUT}'")
        connection.execute(f"SET idle_in_transaction_session_timeout = '{IDLE_TIMEOUT}'")
        connection.commit()


async def _work(queue: Queue, pace: Pace, concurrency: int) -> None:
    async with queue.app.open_async():
        looking = asyncio.create_task(_take_up_stalled(queue, pace))
        try:
            await queue.app.run_worker_async(
                queues=[queue.name],
                name="lvzhi",
                concurrency=concurrency,
                # What people see is kept in job_run: a finished entry has no further use.
                delete_jobs="always",
                fetch_job_polling_interval=pace.poll,
                update_heartbeat_interval=pace.beat,
                stalled_worker_timeout=pace.dead_after,
                shutdown_graceful_timeout=pace.grace,
            )
        finally:
            looking.cancel()


async def _take_up_stalled(queue: Queue, pace: Pace) -> None:
    """Give the runs of workers that no longer beat back to the queue. Two workers doing so at a time do no harm:
    a run that is begun twice is cut off from its first attempt."""
    entries = queue.app.job_manager
    while True:
        await asyncio.sleep(pace.look)
        try:
            for entry in await entries.get_stalled_jobs(queue=queue.name, seconds_since_heartbeat=pace.dead_after):
                log.warning("job_taken_up_again", **entry.task_kwargs)
                await entries.retry_job(entry)
        except ConnectorException as error:
            log.warning("stalled_jobs_not_read", error=str(error.__cause__ or error))
