"""The job that scores everybody."""

from __future__ import annotations

from typing import Any

from host.kernel.db import db
from host.kernel.errors import DomainError
from host.kernel.jobs.errors import Interrupted, JobCancelled, Superseded
from host.kernel.jobs.progress import Progress
from host.kernel.jobs.registry import job
from performance.scoring.operations import JOB, compute, fail_run


@job(JOB, title="计分", words={"persons": "计分人数"})
def score_everybody(run: Progress, *, score_run_id: int) -> dict[str, Any]:
    """Compute the run in one transaction, which ends with the job's own; on an error say so on the run."""
    try:
        done = compute(score_run_id, run)
    except (Interrupted, Superseded):
        raise  # it begins again, or another worker has it
    except JobCancelled:
        _failed(score_run_id, "已取消，没有保存任何得分")
        raise
    except DomainError as refused:
        _failed(score_run_id, str(refused))
        raise
    except Exception:
        _failed(score_run_id, "计分中断，没有保存任何得分；请在后台任务中重试")
        raise
    return {"persons": done.person_count, "url": f"/performance/runs/{done.id}"}


def _failed(score_run_id: int, because: str) -> None:
    """In a transaction of its own: that of the scores is gone."""
    db.session.rollback()
    fail_run(score_run_id, because=because)
    db.session.commit()
