"""What a job says about itself while it works, and how it learns that it shall stop."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, insert, select, update

from host.kernel.access import SYSTEM, Actor
from host.kernel.db import db
from host.kernel.jobs.errors import Interrupted, JobCancelled, Superseded
from host.kernel.jobs.models import JobLogLine, JobRun

#: Seconds between two writes of progress, at least.
PAUSE = 0.5
MAX_LOG_LINES = 2000
CUT_LINE = "（日志较长，后面的不再显示）"


class Progress:
    """How far a job is (进度). This plain one keeps it in memory: for the command line and for tests."""

    def __init__(self, *, actor: Actor = SYSTEM, run_id: int | None = None, tick: datetime | None = None) -> None:
        #: None outside the queue.
        self.run_id = run_id
        #: On whose behalf the job works: who asked for it with today's grants, or SYSTEM for the clock's.
        self.actor = actor
        #: The tick of the clock that asked for the run; None where a person did.
        self.tick = tick
        self.done = 0
        self.total: int | None = None
        self.lines: list[str] = []

    def step(self, done: int, total: int | None = None) -> None:
        """``done`` rows (or other units) are worked off, of ``total`` where that is known."""
        self.done = done
        self.total = self.total if total is None else total

    def log(self, text: str) -> None:
        """A line in Chinese for the person who watches."""
        self.lines.append(text)

    def checkpoint(self) -> None:
        """Call between two batches, with nothing uncommitted that must not be lost.

        Raises JobCancelled, Interrupted or Superseded when the job is to stop here; let them pass.
        """


@dataclass(frozen=True)
class Turn:
    """One attempt at a run: what it writes counts only while the row still carries these three numbers."""

    run_id: int
    queue_job_id: int | None
    attempt: int


class QueuedProgress(Progress):
    """Progress of a run in the queue: short transactions of their own, so that others see it at once."""

    def __init__(
        self, turn: Turn, *, actor: Actor, should_stop: Callable[[], bool], tick: datetime | None = None
    ) -> None:
        super().__init__(actor=actor, run_id=turn.run_id, tick=tick)
        self._turn = turn
        self._should_stop = should_stop
        self._written: tuple[int, int | None] = (0, None)
        self._log_count = 0
        self._last_write = 0.0
        self._is_cancelled = False
        self._is_superseded = False

    def step(self, done: int, total: int | None = None) -> None:
        super().step(done, total)
        self._write_if_due()

    def log(self, text: str) -> None:
        if self._log_count <= MAX_LOG_LINES:
            super().log(text if self._log_count < MAX_LOG_LINES else CUT_LINE)
        self._log_count += 1
        self._write_if_due()

    def checkpoint(self) -> None:
        self._write_if_due()
        if self._is_superseded:
            raise Superseded
        if self._is_cancelled:
            raise JobCancelled
        if self._should_stop():
            raise Interrupted

    def write(self) -> None:
        """Write what is not written yet, and look whether somebody asked to stop."""
        self._last_write = time.monotonic()
        now = (self.done, self.total)
        with db.engine.begin() as connection:
            if now == self._written:
                row = connection.execute(select(JobRun.cancel_requested_at).where(*mine(self._turn))).first()
            else:
                row = connection.execute(
                    update(JobRun)
                    .where(*mine(self._turn))
                    .values(progress_done=self.done, progress_total=self.total)
                    .returning(JobRun.cancel_requested_at)
                ).first()
            if row is not None and self.lines:
                lines = [{"job_run_id": self._turn.run_id, "text": text} for text in self.lines]
                connection.execute(insert(JobLogLine), lines)
        self._is_superseded = row is None
        self._is_cancelled = row is not None and row.cancel_requested_at is not None
        self._written = now
        self.lines.clear()

    def _write_if_due(self) -> None:
        if time.monotonic() - self._last_write >= PAUSE:
            self.write()


def mine(turn: Turn) -> tuple[ColumnElement[bool], ...]:
    """The condition that the run is still this turn's."""
    return (
        JobRun.id == turn.run_id,
        JobRun.queue_job_id == turn.queue_job_id,
        JobRun.attempts == turn.attempt,
    )
