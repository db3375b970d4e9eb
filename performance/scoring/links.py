"""From a number of a score to what it was counted from."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import url_for

#: The fact of a score → the list that it opens, and how that list is narrowed to what was counted.
_LISTS: dict[str, tuple[str, dict[str, Any]]] = {
    "days_logged": ("duty_eval.person_records", {"state": "upheld"}),
    "approved_count": ("duty_eval.person_records", {"state": "upheld"}),
    "record_count": ("duty_eval.person_records", {"state": "counted"}),
    "duties_worked": ("duty_eval.person_records", {"state": "counted"}),
    "quality_sum": ("duty_eval.person_records", {"state": "rated"}),
    "quality_count": ("duty_eval.person_records", {"state": "rated"}),
    "tasks_due": ("duty_eval.person_tasks", {}),
    "tasks_done_in_time": ("duty_eval.person_tasks", {"which": "in_time"}),
    "tasks_late": ("duty_eval.person_tasks", {"which": "late"}),
    "check_weight": ("duty_eval.person_inspections", {}),
    "check_ok": ("duty_eval.person_inspections", {}),
    "check_problems": ("duty_eval.person_inspections", {}),
}


def fact_urls(person_id: int, first: date, last: date) -> dict[str, str]:
    """Fact → address of the rows that it counts, from ``first`` to ``last``."""
    period: dict[str, Any] = {"person_id": person_id, "from": first.isoformat(), "to": last.isoformat()}
    return {fact: url_for(endpoint, **period | only) for fact, (endpoint, only) in _LISTS.items()}
