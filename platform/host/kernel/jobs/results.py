"""What a run handed back, in words: counts, a page, a file."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from host.kernel.access import Actor
from host.kernel.db import db
from host.kernel.files.subjects import register_subject
from host.kernel.jobs.errors import UnknownJob
from host.kernel.jobs.models import JobRun
from host.kernel.jobs.registry import find_job

#: Counts that many jobs have; a job's own ``words`` come first.
WORDS = {
    "rows": "行数",
    "created": "新增",
    "changed": "变更",
    "unchanged": "未变",
    "ended": "终止",
    "deleted": "清理",
    "skipped": "跳过",
    "refused": "未采用",
    "errors": "错误",
    "warnings": "提醒",
}


@dataclass(frozen=True, kw_only=True)
class Result:
    """``counts``: (word, number) in the order of the job's ``words``; ``url``: a page of this site."""

    counts: tuple[tuple[str, int], ...]
    url: str | None
    file_id: int | None


def result_of(run: JobRun) -> Result:
    """The result of a run as its page shows it; keys that have no word are left out."""
    own = _words_of(run.job)
    words = own | {key: word for key, word in WORDS.items() if key not in own}
    counts = tuple((word, run.result[key]) for key, word in words.items() if _is_count(run.result.get(key)))
    url, file_id = run.result.get("url"), run.result.get("file_id")
    return Result(
        counts=counts,
        url=url if isinstance(url, str) and url.startswith("/") and not url.startswith("//") else None,
        file_id=file_id if isinstance(file_id, int) else None,
    )


def _words_of(name: str) -> dict[str, str]:
    try:
        return dict(find_job(name).words)
    except UnknownJob:  # a run of an earlier release whose job is no more
        return {}


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _may_open(run_id: int, actor: Actor) -> bool:
    """What a run made was cut to who asked for it: nobody else opens it, whatever jobs they may look at."""
    asked_by = db.session.scalar(select(JobRun.created_by).where(JobRun.id == run_id))
    return asked_by is not None and asked_by == actor.account_id


register_subject("job_run", _may_open)
