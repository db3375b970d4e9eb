"""An empty queue, and runs that are done in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import Engine, text

from host.kernel.access import SYSTEM, Actor
from host.kernel.db import db
from host.kernel.jobs.execution import execute
from host.kernel.jobs.models import JobRun
from host.kernel.jobs.operations import enqueue
from host.kernel.jobs.registry import JobFunction, job


@pytest.fixture
def queue(committed: Engine) -> Iterator[Engine]:
    """The real queue, emptied before and after."""
    _empty(committed)
    yield committed
    _empty(committed)


def _empty(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("TRUNCATE procrastinate_jobs, procrastinate_workers RESTART IDENTITY CASCADE"))


@pytest.fixture
def put(queue: Engine) -> Callable[..., JobRun]:
    """Register a function as a job and commit a run of it."""

    def put_function(function: JobFunction, *, actor: Actor = SYSTEM, **arguments: object) -> JobRun:
        job("test.job", title="试验任务")(function)
        run = enqueue("test.job", arguments=arguments, actor=actor)
        db.session.commit()
        return run

    return put_function


@pytest.fixture
def do(app: Flask) -> Callable[..., JobRun]:
    """Do a run as a worker would and read it again."""

    def do_run(run: JobRun, *, entry: int | None = None, stops: bool = False) -> JobRun:
        execute(app, run.id, queue_job_id=entry or run.queue_job_id, should_stop=lambda: stops)
        db.session.expire_all()
        return db.session.get_one(JobRun, run.id)

    return do_run
