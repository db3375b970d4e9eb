"""A register import whose worker is killed in the middle: all of it after the retry, nothing before (R53)."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from basic_info.regions.operations import seed_regions
from host.demo.city import plan_city
from host.demo.workbook import write_workbook
from host.kernel.access import SYSTEM
from host.kernel.db import db
from host.kernel.jobs.models import JobRun, JobState
from host.kernel.jobs.operations import enqueue

pytestmark = [pytest.mark.committed, pytest.mark.slow]
Eventually = Callable[[Callable[[], object]], None]
PEOPLE = 260


def _counts(engine: Engine) -> list[int]:
    """Units, people and appointments as anybody else sees them."""
    with engine.connect() as connection:
        return [connection.scalar(text(f"SELECT count(*) FROM {name}")) or 0  # noqa: S608
                for name in ("unit", "person_version", "appointment")]  # fmt: skip


def _waits_at_appointments(engine: Engine) -> bool:
    """Whether somebody has written the people and now waits to write their appointments."""
    with engine.connect() as connection:
        return bool(
            connection.scalar(
                text("SELECT count(*) FROM pg_locks WHERE relation = to_regclass('appointment') AND NOT granted")
            )
        )


def _now(run: JobRun) -> JobRun:
    db.session.rollback()
    db.session.refresh(run)
    db.session.rollback()
    return run


def test_an_import_killed_in_the_middle_leaves_nothing_and_is_whole_after_the_retry(
    processes: Any, eventually: Eventually, committed: Engine, tmp_path: Path
) -> None:
    path = tmp_path / "名册.xlsx"
    write_workbook(plan_city(PEOPLE), path)
    seed_regions(actor=SYSTEM)
    run = enqueue("basic_info.import_register", arguments={"path": str(path), "on": date(2026, 1, 1)}, actor=SYSTEM)
    db.session.commit()
    with committed.connect() as holder:
        holder.execute(text("LOCK TABLE appointment IN SHARE MODE"))
        worker = processes.start("worker")
        eventually(lambda: _waits_at_appointments(committed))
        os.kill(worker, signal.SIGKILL)
        after_the_kill = _counts(committed)
        holder.rollback()
    processes.start("worker")
    eventually(lambda: _now(run).state.is_over)

    assert after_the_kill == [0, 0, 0]
    assert (run.state, run.attempts) == (JobState.DONE, 2)
    assert _counts(committed)[1:] == [PEOPLE, PEOPLE]
