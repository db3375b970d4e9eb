"""Workers as real processes: what happens when they die, stop or are told to stop a run."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Any

import pytest

from host.kernel.access import SYSTEM
from host.kernel.db import db
from host.kernel.jobs.models import JobRun, JobState
from host.kernel.jobs.operations import cancel, enqueue
from tests.host.jobs import processes as _jobs  # noqa: F401  # registers the jobs here as well

pytestmark = [pytest.mark.committed, pytest.mark.slow]
Eventually = Callable[[Callable[[], object]], None]


def a_count(upto: int) -> JobRun:
    run = enqueue("test.count", arguments={"upto": upto}, actor=SYSTEM)
    db.session.commit()
    return run


def now(run: JobRun) -> JobRun:
    db.session.rollback()
    db.session.refresh(run)
    db.session.rollback()
    return run


def test_52_job_survives_kill_minus_9(processes: Any, eventually: Eventually) -> None:
    runs = [a_count(12) for _ in range(2)]
    first = processes.start("worker")
    eventually(lambda: all(now(run).progress_done > 0 for run in runs))
    os.kill(first, signal.SIGKILL)
    processes.start("worker")
    eventually(lambda: all(now(run).state.is_over for run in runs))
    assert [(run.state, run.result, run.attempts) for run in runs] == [
        (JobState.DONE, {"rows": 12}, 2),
        (JobState.DONE, {"rows": 12}, 2),
    ]


def test_a_worker_told_to_stop_gives_its_run_to_the_next(processes: Any, eventually: Eventually) -> None:
    run = a_count(20)
    first = processes.start("worker")
    eventually(lambda: now(run).progress_done > 0)
    os.kill(first, signal.SIGTERM)
    eventually(lambda: now(run).state is JobState.QUEUED)
    processes.start("worker")
    eventually(lambda: now(run).state.is_over)
    assert (run.state, run.attempts) == (JobState.DONE, 1)


def test_a_running_run_stops_when_it_is_cancelled(processes: Any, eventually: Eventually) -> None:
    run = a_count(500)
    processes.start("worker")
    eventually(lambda: now(run).progress_done > 0)
    cancel(run, actor=SYSTEM)
    db.session.commit()
    eventually(lambda: now(run).state.is_over)
    assert (run.state, run.progress_done < 500) == (JobState.CANCELLED, True)
