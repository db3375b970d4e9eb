from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, String, func
from sqlalchemy.orm import Mapped, mapped_column

from host.kernel.db import Model


class ClockLeader(Model):
    """Which scheduler leads, and when it was last heard of. One row."""

    __tablename__ = "clock_leader"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    #: The PostgreSQL backend that holds the advisory lock; a leader that hangs is ended by it.
    backend_pid: Mapped[int]
    process: Mapped[str]
    beat_at: Mapped[datetime]


class ClockSchedule(Model):
    """定时任务: when a job is due. Seeded from the systems' declarations; the office may change cron and on/off."""

    __tablename__ = "clock_schedule"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    title: Mapped[str]
    job: Mapped[str] = mapped_column(String(80))
    cron: Mapped[str] = mapped_column(String(80))
    #: As the system declares it; a schedule that nobody edited follows when the declaration changes.
    declared_cron: Mapped[str] = mapped_column(String(80))
    is_on: Mapped[bool] = mapped_column(default=True, server_default="true")
    #: Ticks before the last edit are not made up for.
    changed_at: Mapped[datetime] = mapped_column(server_default=func.now())


class ClockFiring(Model):
    """The ledger of firings: (schedule, tick) is unique, so a tick fires once whoever leads."""

    __tablename__ = "clock_firing"

    schedule_name: Mapped[str] = mapped_column(String(80), primary_key=True)
    tick: Mapped[datetime] = mapped_column(primary_key=True)
    job_run_id: Mapped[int | None] = mapped_column(BigInteger)
