"""What the host itself does at fixed times, and how declared schedules get into the database."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import case
from sqlalchemy.dialects.postgresql import insert

from host.kernel.clock.models import ClockSchedule
from host.kernel.db import db
from host.kernel.system import Schedule, System

HOST_SCHEDULES = (
    Schedule(name="host.make_partitions", title="按月分表", cron="10 2 * * *", job="host.make_partitions"),
    Schedule(name="host.drop_expired_files", title="清理到期文件", cron="20 4 * * *", job="host.drop_expired_files"),
    Schedule(name="host.send_outgoing", title="送出对外通知", cron="*/2 * * * *", job="host.send_outgoing"),
    Schedule(name="host.prune", title="清理过期数据", cron="40 3 * * *", job="host.prune"),
)


def declared_schedules(systems: Iterable[System]) -> tuple[Schedule, ...]:
    """The host's schedules and all systems'."""
    return (*HOST_SCHEDULES, *(schedule for system in systems for schedule in system.schedules))


def seed_schedules(schedules: Iterable[Schedule]) -> None:
    """Write declared schedules; a time rule that somebody edited stays. The caller commits."""
    rows = [
        {"name": s.name, "title": s.title, "job": s.job, "cron": s.cron, "declared_cron": s.cron} for s in schedules
    ]
    if not rows:
        return
    fresh = insert(ClockSchedule).values(rows)
    is_edited = ClockSchedule.cron != ClockSchedule.declared_cron
    db.session.execute(
        fresh.on_conflict_do_update(
            index_elements=[ClockSchedule.name],
            set_={
                "title": fresh.excluded.title,
                "job": fresh.excluded.job,
                "cron": case((is_edited, ClockSchedule.cron), else_=fresh.excluded.cron),
                "declared_cron": fresh.excluded.declared_cron,
            },
        )
    )
