"""Runs as the actor may see them: one's own, with ``host:job:read_all`` those of everybody within reach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Select, or_, select, true

from host.kernel.access import Actor
from host.kernel.db import db
from host.kernel.errors import NotFound
from host.kernel.jobs.models import JobLogLine, JobRun, JobState
from host.kernel.reach import account_ids_within, governs_all
from host.permissions import Permission

PAGE = 50
SHOWN_LINES = 200


def visible_runs(actor: Actor) -> Select[JobRun]:
    runs = select(JobRun).order_by(JobRun.id.desc())
    return runs.where(_reached(actor, Permission.JOB_READ_ALL))


def _reached(actor: Actor, permission: Permission) -> ColumnElement[bool]:
    """One's own runs; with ``permission`` those of the accounts within reach; over the whole city all there are."""
    own = JobRun.created_by == actor.account_id
    if not actor.may(permission):
        return own
    if governs_all(actor, permission):
        return true()
    return or_(own, JobRun.created_by.in_(account_ids_within(actor, permission)))


def runs_in_state(actor: Actor, word: str) -> Select[JobRun]:
    """The runs that the actor may see, of one state where ``word`` is one."""
    state = next((kind for kind in JobState if kind.value == word), None)
    return visible_runs(actor) if state is None else visible_runs(actor).where(JobRun.state == state)


def page_of_runs(actor: Actor, *, before: int | None, state: JobState | None) -> tuple[list[JobRun], int | None]:
    """The newest runs below id ``before``, and the ``before`` of the next page."""
    runs = visible_runs(actor)
    if before is not None:
        runs = runs.where(JobRun.id < before)
    if state is not None:
        runs = runs.where(JobRun.state == state)
    found = list(db.session.scalars(runs.limit(PAGE + 1)))
    return found[:PAGE], found[PAGE - 1].id if len(found) > PAGE else None


def run_of(actor: Actor, run_id: int, *, to_change: bool = False) -> JobRun:
    """One run; raises NotFound where there is none the actor may see (or stop and retry: ``to_change``)."""
    run = db.session.scalar(visible_runs(actor).where(JobRun.id == run_id))
    if run is None:
        raise NotFound
    if to_change and not may_change(actor, run):
        raise NotFound
    return run


def may_change(actor: Actor, run: JobRun) -> bool:
    """Whether the actor may cancel and retry the run: their own, or any with ``host:job:manage_all``."""
    if run.created_by is not None and run.created_by == actor.account_id:
        return True
    reached = select(JobRun.id).where(JobRun.id == run.id, _reached(actor, Permission.JOB_MANAGE_ALL))
    return actor.may(Permission.JOB_MANAGE_ALL) and db.session.scalar(reached) is not None


def last_lines(run: JobRun) -> Sequence[JobLogLine]:
    """The newest lines of its log, oldest first."""
    newest = select(JobLogLine).where(JobLogLine.job_run_id == run.id).order_by(JobLogLine.id.desc())
    return list(reversed(db.session.scalars(newest.limit(SHOWN_LINES)).all()))


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How far a run is and how fast it goes: ``percent`` 0–100, the others None where they cannot be told."""

    percent: float
    rows_per_second: float | None
    seconds_left: float | None


def pace_of(run: JobRun, now: datetime | None = None) -> Pace:
    """Measured over the whole of the present attempt."""
    if run.state is JobState.DONE:
        return Pace(percent=100, rows_per_second=None, seconds_left=None)
    total, done = run.progress_total, run.progress_done
    percent = min(100.0, 100 * done / total) if total else 0.0
    if run.state is not JobState.RUNNING or run.started_at is None or not done:
        return Pace(percent=percent, rows_per_second=None, seconds_left=None)
    seconds = ((now or datetime.now(UTC)) - run.started_at).total_seconds()
    speed = done / seconds if seconds > 0 else None
    left = (total - done) / speed if speed and total and total >= done else None
    return Pace(percent=percent, rows_per_second=speed, seconds_left=left)
