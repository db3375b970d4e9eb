from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on

from host.kernel.clock.cron import next_tick
from host.kernel.clock.errors import BadCron
from host.kernel.clock.models import ClockFiring, ClockSchedule
from host.kernel.db import db
from host.kernel.errors import NotFound
from host.kernel.jobs.models import JobRun, JobState


@dataclass(frozen=True, kw_only=True)
class ScheduleLine:
    """A schedule with its last firing and when it is due next (None: off, or never)."""

    schedule: ClockSchedule
    last_tick: datetime | None
    last_run_id: int | None
    last_state: JobState | None
    next_tick: datetime | None


def schedule_lines(now: datetime | None = None) -> list[ScheduleLine]:
    """All schedules by title, in one statement."""
    last = (
        select(ClockFiring.schedule_name, ClockFiring.tick, ClockFiring.job_run_id)
        .ext(distinct_on(ClockFiring.schedule_name))
        .order_by(ClockFiring.schedule_name, ClockFiring.tick.desc())
        .subquery()
    )
    rows = db.session.execute(
        select(ClockSchedule, last.c.tick, last.c.job_run_id, JobRun.state)
        .outerjoin(last, last.c.schedule_name == ClockSchedule.name)
        .outerjoin(JobRun, JobRun.id == last.c.job_run_id)
        .order_by(ClockSchedule.name)
    )
    now = now or datetime.now(UTC)
    return [
        ScheduleLine(
            schedule=schedule,
            last_tick=tick,
            last_run_id=run_id,
            last_state=state,
            next_tick=due_next(schedule, now),
        )
        for schedule, tick, run_id, state in rows
    ]


def due_next(schedule: ClockSchedule, now: datetime) -> datetime | None:
    try:
        return next_tick(schedule.cron, now) if schedule.is_on else None
    except BadCron:
        return None


def schedule_named(name: str) -> ClockSchedule:
    """Raises NotFound."""
    schedule = db.session.get(ClockSchedule, name)
    if schedule is None:
        raise NotFound
    return schedule
