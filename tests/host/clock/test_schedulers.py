"""Schedulers as real processes: one leads; when it dies or hangs another takes over; a tick fires once."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from host.kernel.clock.models import ClockFiring, ClockLeader, ClockSchedule
from host.kernel.db import db
from host.kernel.jobs.models import JobRun

pytestmark = [pytest.mark.committed, pytest.mark.slow]
Eventually = Callable[[Callable[[], object]], None]


def leader(engine: Engine) -> int | None:
    """The process that leads, by its last beat of the last two seconds."""
    with engine.connect() as connection:
        found = connection.scalar(
            select(ClockLeader.process).where(ClockLeader.beat_at > func.now() - timedelta(seconds=2))
        )
    return int(found.rsplit(":", 1)[1]) if found else None


def every_second() -> None:
    rule = "* * * * * *"
    db.session.add(ClockSchedule(name="test.tick", title="每秒", job="test.nothing", cron=rule, declared_cron=rule))
    db.session.commit()


def fired(engine: Engine) -> list[Any]:
    with engine.connect() as connection:
        mine = ClockFiring.schedule_name == "test.tick"  # others are due now and then
        return list(connection.scalars(select(ClockFiring.tick).where(mine).order_by(ClockFiring.tick)))


def runs(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        found = connection.scalars(select(JobRun.arguments["tick"].astext).where(JobRun.job == "test.nothing"))
        return sorted(found)


def test_51_scheduled_job_runs_once(processes: Any, committed: Engine, eventually: Eventually) -> None:
    every_second()
    for _ in range(3):
        processes.start("scheduler")
    eventually(lambda: len(fired(committed)) >= 5)
    processes.kill_children()
    ticks, started = fired(committed), runs(committed)
    assert len(started) == len(set(started)) == len(ticks)


def test_a_killed_leader_is_replaced(processes: Any, committed: Engine, eventually: Eventually) -> None:
    first = processes.start("scheduler")
    eventually(lambda: leader(committed) == first)
    second = processes.start("scheduler")
    os.kill(first, signal.SIGKILL)
    eventually(lambda: leader(committed) == second)
    assert leader(committed) == second


def test_a_leader_that_hangs_is_replaced_and_fires_no_tick_twice(
    processes: Any, committed: Engine, eventually: Eventually
) -> None:
    every_second()
    first = processes.start("scheduler")
    eventually(lambda: len(fired(committed)) >= 1)
    second = processes.start("scheduler")
    os.kill(first, signal.SIGSTOP)
    eventually(lambda: leader(committed) == second)
    os.kill(first, signal.SIGCONT)
    seen = len(fired(committed))
    eventually(lambda: len(fired(committed)) >= seen + 3)
    processes.kill_children()
    started = runs(committed)
    assert len(started) == len(set(started)) == len(fired(committed))


def test_a_leader_told_to_stop_leaves_at_once(processes: Any, committed: Engine, eventually: Eventually) -> None:
    first = processes.start("scheduler")
    eventually(lambda: leader(committed) == first)
    second = processes.start("scheduler")
    os.kill(first, signal.SIGTERM)
    eventually(lambda: leader(committed) == second)
    assert leader(committed) == second
