from __future__ import annotations

from datetime import timedelta
from typing import Any

from duty_eval.flags.comparing import compare_day
from host.kernel.jobs.progress import Progress
from host.kernel.jobs.registry import job
from host.kernel.pages import today_in_china


@job("duty_eval.compare_records", title="比对履职纪实", words={"flags": "新的提示"}, alone=True)
def compare_records(_run: Progress) -> dict[str, Any]:
    """Look at what was submitted yesterday; run again it finds nothing new."""
    return {"flags": compare_day(today_in_china() - timedelta(days=1))}
