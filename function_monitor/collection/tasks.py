"""The job that looks through all watched folders."""

from __future__ import annotations

from typing import Any

from function_monitor.collection.collecting import collect_source, sources_on, total
from host.kernel.jobs.progress import Progress
from host.kernel.jobs.registry import job


@job(
    "function_monitor.collect",
    title="采集业务数据",
    words={
        "files": "新文件",
        "rows": "行",
        "accepted": "采集",
        "duplicate": "重复",
        "quarantined": "隔离",
        "unreadable": "无法读取的文件",
    },
    alone=True,
)
def collect(run: Progress) -> dict[str, Any]:
    """Every source in turn; a file is one transaction, so a stop between files loses nothing."""
    return total([collect_source(source, run) for source in sources_on()])
