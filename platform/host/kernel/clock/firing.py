"""A tick becomes a run in the queue: once, whoever leads (security row 51)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from host.kernel.access import SYSTEM
from host.kernel.clock.cron import latest_tick
from host.kernel.clock.models import ClockFiring, ClockSchedule
from host.kernel.db import db
from host.kernel.jobs.models import JobRun
from host.kernel.jobs.operations import enqueue

#: A tick that nobody was there for is made up for within this time.
GRACE = timedelta(hours=1)


def fire_due(name: str, now: datetime) -> JobRun | None:
    """Put the run of the schedule's latest tick that is due into the queue; None where none is.

    Ledger row and queue entry are one transaction: both or neither. The caller commits.
    """
    schedule = db.session.get(ClockSchedule, name, populate_existing=True)
    if schedule is None or not schedule.is_on:
        return None
    after = max(_last_tick(name) or schedule.changed_at, schedule.changed_at, now - GRACE)
    tick = latest_tick(schedule.cron, after=after, until=now)
    if tick is None or not _is_first(name, tick):
        return None
    run = enqueue(schedule.job, arguments={"tick": tick.isoformat()}, title=schedule.title, actor=SYSTEM)
    db.session.execute(
        update(ClockFiring).where(ClockFiring.schedule_name == name, ClockFiring.tick == tick).values(job_run_id=run.id)
    )
    return run


def _last_tick(name: str) -> datetime | None:
    return db.session.scalar(select(func.max(ClockFiring.tick)).where(ClockFiring.schedule_name == name))


def _is_first(name: str, tick: datetime) -> bool:
    """Enter the tick in the ledger; a second one waits here for the first's commit and then finds it there."""
    entered = db.session.execute(
        insert(ClockFiring)
        .values(schedule_name=name, tick=tick)
        .on_conflict_do_nothing()
        .returning(ClockFiring.schedule_name)
    ).first()
    return entered is not None
