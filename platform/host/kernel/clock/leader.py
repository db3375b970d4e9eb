"""``lvzhi scheduler``: any number may run; one leads and fires, the others wait to take over."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from types import FrameType

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask, current_app
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from host.kernel.clock.cron import CHINA, trigger_of
from host.kernel.clock.errors import BadCron
from host.kernel.clock.firing import fire_due
from host.kernel.clock.leadership import Candidate
from host.kernel.clock.models import ClockSchedule
from host.kernel.clock.schedules import declared_schedules, seed_schedules
from host.kernel.db import db
from host.kernel.jobs.registry import load_tasks
from host.kernel.partitions import ensure_ahead

log = structlog.get_logger("host.clock")


@dataclass(frozen=True, kw_only=True)
class Intervals:
    """Seconds. A killed leader is replaced after ``attempt`` (5), one that hangs after
    ``dead_after + 2 × attempt + 5`` at most (45)."""

    beat: float = 5
    attempt: float = 5
    dead_after: float = 30
    reload: float = 15


def run_scheduler(app: Flask, *, intervals: Intervals | None = None) -> None:
    """Wait for the lead, lead until it is lost, and again, until SIGTERM or SIGINT."""
    intervals = intervals or Intervals()
    stop = threading.Event()
    _stop_on_signals(stop)
    with app.app_context():
        load_tasks(app)
    while not stop.is_set():
        try:
            _stand(app, intervals, stop)
        except SQLAlchemyError as error:
            log.warning("database_unavailable", error=str(error).splitlines()[0])
            stop.wait(intervals.attempt)
    with app.app_context():
        db.engine.dispose()


def _stand(app: Flask, intervals: Intervals, stop: threading.Event) -> None:
    """One candidacy: ends when the lead was won and lost again, or at ``stop``."""
    with app.app_context():
        candidate = Candidate(db.engine, dead_after=intervals.dead_after)
    try:
        while not stop.is_set():
            if candidate.take_the_lead():
                Leader(app, candidate, intervals).lead(stop)
                return
            stop.wait(intervals.attempt)
    finally:
        candidate.close()


class Leader:
    """The clock itself, while this process leads.

    The beat is one of the clock's own jobs, in a thread of its own: a clock that stands still beats no more.
    """

    def __init__(self, app: Flask, candidate: Candidate, intervals: Intervals) -> None:
        self.app = app
        self.candidate = candidate
        self.intervals = intervals
        self.is_lost = threading.Event()
        self.last_beat = time.monotonic()
        self.loaded: dict[str, str] = {}
        self.clock = BackgroundScheduler(
            timezone=CHINA,
            executors={"default": ThreadPoolExecutor(4), "beat": ThreadPoolExecutor(1)},
            # Missed ticks: one run for all, and the ledger decides which tick it stands for.
            job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1},
        )

    def lead(self, stop: threading.Event) -> None:
        """Fire until ``stop`` or until the lead is lost."""
        log.info("leading")
        self.clock.add_job(self._beat, "interval", seconds=self.intervals.beat, executor="beat")
        self._at_once_and_every(self.intervals.reload, self._load)
        self._guarded(_seed_and_prepare)
        self.clock.start()
        try:
            while not stop.wait(0.2) and not self.is_lost.is_set():
                self._end_if_stuck()
        finally:
            self.clock.shutdown(wait=False)
            log.info("no_longer_leading")

    def _at_once_and_every(self, seconds: float, function: Callable[[], None]) -> None:
        self.clock.add_job(function, "interval", seconds=seconds, next_run_time=datetime.now(CHINA))

    def _beat(self) -> None:
        try:
            self.candidate.beat()
            self.last_beat = time.monotonic()
        except SQLAlchemyError as error:
            log.warning("lead_lost", error=str(error).splitlines()[0])
            self.is_lost.set()

    def _end_if_stuck(self) -> None:
        """A beat that hangs on a dead link would hang for hours: the process ends and is started afresh."""
        if time.monotonic() - self.last_beat > self.intervals.dead_after + self.intervals.beat:
            log.error("beat_stuck")
            os._exit(70)

    def _load(self) -> None:
        """Read the schedules: what is new, edited or switched on ticks from now on; missed ticks are made up for."""
        with self.app.app_context():
            rows = db.session.scalars(select(ClockSchedule).where(ClockSchedule.is_on)).all()
            wanted = {row.name: row.cron for row in rows}
        for name in self.loaded.keys() - wanted.keys():
            self.clock.remove_job(name)
            del self.loaded[name]
        for name, cron in wanted.items():
            if self.loaded.get(name) != cron:
                self._put(name, cron)

    def _put(self, name: str, cron: str) -> None:
        self.loaded[name] = cron
        try:
            trigger = trigger_of(cron)
        except BadCron as bad:
            log.error("schedule_unreadable", schedule=name, reason=str(bad))
            return
        self.clock.add_job(self._fire, trigger, args=[name], id=name, replace_existing=True)
        self._fire(name)

    def _fire(self, name: str) -> None:
        def fire() -> None:
            if fire_due(name, datetime.now(UTC)) is not None:
                db.session.commit()

        self._guarded(fire, schedule=name)

    def _guarded(self, work: Callable[[], None], **about: str) -> None:
        """A schedule that fails is logged and does not keep the others from their time."""
        with self.app.app_context():
            try:
                work()
            except Exception:
                db.session.rollback()
                log.exception("clock_work_failed", **about)


def _seed_and_prepare() -> None:
    """What a new leader sees to first: the declared schedules and the partitions of the months ahead."""
    seed_schedules(declared_schedules(current_app.extensions["systems"]))
    db.session.commit()
    with db.engine.begin() as connection:
        ensure_ahead(connection, date.today())  # noqa: DTZ011  # partitions follow the server's own day


def _stop_on_signals(stop: threading.Event) -> None:
    def on_signal(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, on_signal)
    signal.signal(signal.SIGINT, on_signal)
