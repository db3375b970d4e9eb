from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, String, func, text
from sqlalchemy.orm import Mapped, mapped_column

from host.kernel.db import Model


class JobState(enum.Enum):
    """Where a run stands: queued → running → done, failed or cancelled; a retry queues it anew."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        """The word people see."""
        return JOB_STATE_LABELS[self.value]

    @property
    def is_over(self) -> bool:
        """Nothing more will happen unless somebody asks for a retry."""
        return self in {JobState.DONE, JobState.FAILED, JobState.CANCELLED}


#: What a run is in until it is over.
OPEN = (JobState.QUEUED, JobState.RUNNING)
JOB_STATE_LABELS = {
    "queued": "排队中",
    "running": "进行中",
    "done": "已完成",
    "failed": "未完成",
    "cancelled": "已取消",
}


class JobRun(Model):
    """One run of a job (后台任务) as people see it; the queue's own tables carry the work."""

    __tablename__ = "job_run"
    __table_args__ = (
        Index(None, "state", "created_at"),
        Index(None, "created_by", "created_at"),
        Index(
            None,
            "only_key",
            unique=True,
            postgresql_where=text("state IN ('queued', 'running') AND cancel_requested_at IS NULL"),
        ),
        CheckConstraint("progress_done >= 0", name="progress_is_not_negative"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    job: Mapped[str] = mapped_column(String(80))
    title: Mapped[str]
    arguments: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    state: Mapped[JobState] = mapped_column(default=JobState.QUEUED)
    progress_done: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    progress_total: Mapped[int | None] = mapped_column(BigInteger)
    #: What the job hands back: counts, a file's id.
    result: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    #: A sentence for the person when it failed.
    error: Mapped[str | None]
    cancel_requested_at: Mapped[datetime | None]
    #: How often it was begun. Together with ``queue_job_id`` it tells a run that was taken up again from its
    #: forerunner: the forerunner may write no more.
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    #: The entry of the queue that carries it now; an older entry of the same run does nothing.
    queue_job_id: Mapped[int | None] = mapped_column(BigInteger)
    #: What is asked for, where it may wait or go on only once at a time (``enqueue_once``).
    only_key: Mapped[str | None]
    #: The account that asked for it; None: the clock.
    created_by: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

    @property
    def can_be_cancelled(self) -> bool:
        return not self.state.is_over and self.cancel_requested_at is None

    @property
    def can_be_retried(self) -> bool:
        return self.state in {JobState.FAILED, JobState.CANCELLED}


class JobLogLine(Model):
    """A line that a job wrote for the person who watches it."""

    __tablename__ = "job_log_line"
    __table_args__ = (Index(None, "job_run_id", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    job_run_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(JobRun.id))
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    text: Mapped[str]
