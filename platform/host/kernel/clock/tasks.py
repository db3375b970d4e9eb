"""The host's own jobs: partitions ahead of time, and what has served its time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, literal, select, tuple_

from host.kernel.clock.models import ClockFiring
from host.kernel.db import Model, db
from host.kernel.idempotency import RequestKey
from host.kernel.jobs.models import JobLogLine, JobRun, JobState
from host.kernel.jobs.progress import Progress
from host.kernel.jobs.registry import job
from host.kernel.partitions import ensure_ahead, validate_keys

#: A month, the weeks until it is locked, and 100 days more: a late repetition is still recognised.
REQUEST_KEY_DAYS = 200
SESSION_DAYS = 30
FIRING_DAYS = 400
#: Runs of the clock that went well; those people asked for, and failed ones, are kept.
CLOCK_RUN_DAYS = 30
#: Whatever they tell of is found on its own page for good.
NOTIFICATION_DAYS = 400
OUTGOING_DAYS = 90
BATCH = 5000


@job("host.make_partitions", title="按月分表", words={"made": "新建分表"}, alone=True)
def make_partitions(run: Progress) -> dict[str, Any]:
    """Make the coming months' partitions; rows that came before them are moved in."""
    made = ensure_ahead(db.session.connection(), date.today())  # noqa: DTZ011  # the server's own day
    db.session.commit()
    validate_keys(db.session.connection())
    run.log(f"新建分表 {made} 个")
    return {"made": made}


@job(
    "host.prune",
    title="清理过期数据",
    words={
        "rate_counters": "限速计数",
        "sessions": "已结束的登录",
        "request_keys": "过期的提交编号",
        "firings": "旧的定时记录",
        "runs": "旧的定时任务记录",
        "notifications": "旧消息",
        "outgoing": "已办结的对外通知",
    },
    alone=True,
)
def prune(run: Progress) -> dict[str, Any]:
    """Delete what nobody needs any more, a batch at a time so that nobody waits for it."""
    now = datetime.now(UTC)
    tables = Model.metadata.tables
    # The kernel knows the sign-in's tables by name only: it imports nothing of host.auth.
    counter, session = tables["rate_counter"], tables["auth_session"]
    key, firing = tables[RequestKey.__tablename__], tables[ClockFiring.__tablename__]
    told, sent = tables["notification"], tables["outgoing_message"]
    sessions_before = now - timedelta(days=SESSION_DAYS)
    session_is_over = (session.c.ended_at < sessions_before) | (session.c.expires_at < sessions_before)
    return {
        "rate_counters": _delete(run, counter, counter.c.expires_at < now),
        "sessions": _delete(run, session, session_is_over),
        "request_keys": _delete(run, key, key.c.created_at < now - timedelta(days=REQUEST_KEY_DAYS)),
        "firings": _delete(run, firing, firing.c.tick < now - timedelta(days=FIRING_DAYS)),
        "runs": _delete_clock_runs(run, now - timedelta(days=CLOCK_RUN_DAYS)),
        "notifications": _delete(run, told, told.c.created_at < now - timedelta(days=NOTIFICATION_DAYS)),
        "outgoing": _delete(run, sent, sent.c.settled_at < now - timedelta(days=OUTGOING_DAYS)),
    }


def _delete(run: Progress, table: Table, condition: ColumnElement[bool]) -> int:
    """Delete by primary key, committing each batch; returns how many rows went."""
    keys = tuple_(*table.primary_key.columns)
    batch = select(*table.primary_key.columns).where(condition).limit(BATCH)
    count = 0
    while True:
        run.checkpoint()
        gone = len(db.session.execute(delete(table).where(keys.in_(batch)).returning(literal(1))).all())
        db.session.commit()
        count += gone
        run.step(run.done + gone)
        if gone < BATCH:
            return count


def _delete_clock_runs(run: Progress, before: datetime) -> int:
    count = 0
    old = (
        select(JobRun.id)
        .where(JobRun.created_by.is_(None), JobRun.state == JobState.DONE, JobRun.created_at < before)
        .limit(BATCH)
    )
    while ids := db.session.scalars(old).all():
        run.checkpoint()
        db.session.execute(delete(JobLogLine).where(JobLogLine.job_run_id.in_(ids)))
        db.session.execute(delete(JobRun).where(JobRun.id.in_(ids)))
        db.session.commit()
        count += len(ids)
        run.step(run.done + len(ids))
    return count
