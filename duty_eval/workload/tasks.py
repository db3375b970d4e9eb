from __future__ import annotations

from typing import Any

from duty_eval.workload.counting import count_workload
from host.kernel.jobs.progress import Progress
from host.kernel.jobs.registry import job
from host.kernel.pages import today_in_china
from host.kernel.partitions import first_of_month

_WORDS = {"months": "重新统计的单位月份"}


@job("duty_eval.count_present_month", title="统计本月工作量", words=_WORDS, alone=True)
def count_present_month(run: Progress) -> dict[str, Any]:
    """Count the workload of the present month where it changed since: by day the months before hardly change."""
    today = today_in_china()
    return {"months": count_workload(today, run, since=first_of_month(today))}


@job("duty_eval.count_workload", title="统计工作量", words=_WORDS, alone=True)
def count_workload_of_months(run: Progress) -> dict[str, Any]:
    """Count the workload of every month that changed since; run again it finds none."""
    return {"months": count_workload(today_in_china(), run)}
