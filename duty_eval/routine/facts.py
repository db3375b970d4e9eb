"""What the records of a span say of a person, and the summary that is written from it for the person to mend (R93)."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import func, select

from basic_info.duties.models import PostDuty
from duty_eval.assignments.models import AssignedTask, TaskState
from duty_eval.post_days import post_days, whole_days
from duty_eval.records.models import DutyRecord
from duty_eval.records.rollups import COUNTED
from host.kernel.db import db

#: Duties that a summary names.
NAMED_DUTIES = 5


def facts_of(person_ids: list[int], first: date, last: date) -> dict[int, dict[str, Any]]:
    """Person → numbers of the span; six statements however many people.

    Keys: records, minutes, days_logged, days_in_all, days_expected, tasks, tasks_done, duties ([text, records, minutes]
    each).
    """
    facts = {person: _nothing() for person in person_ids}
    logged = (DutyRecord.person_id.in_(person_ids), DutyRecord.worked_on.between(first, last))
    counted = DutyRecord.record_state.in_(COUNTED)
    for row in db.session.execute(
        select(
            DutyRecord.person_id,
            func.count().label("records"),
            func.coalesce(func.sum(DutyRecord.minutes), 0).label("minutes"),
            func.count(DutyRecord.worked_on.distinct()).label("days"),
        )
        .where(*logged, counted)
        .group_by(DutyRecord.person_id)
    ):
        facts[row.person_id] |= {"records": row.records, "minutes": int(row.minutes), "days_logged": row.days}
    for duty in db.session.execute(
        select(
            DutyRecord.person_id,
            func.coalesce(PostDuty.text, "岗位职责以外的工作").label("text"),
            func.count().label("records"),
            func.coalesce(func.sum(DutyRecord.minutes), 0).label("minutes"),
        )
        .outerjoin(PostDuty, PostDuty.id == DutyRecord.post_duty_id)
        .where(*logged, counted)
        .group_by(DutyRecord.person_id, DutyRecord.post_duty_id, PostDuty.text)
        .order_by(DutyRecord.person_id, func.count().desc(), PostDuty.text)
    ):
        facts[duty.person_id]["duties"].append([duty.text, duty.records, int(duty.minutes)])
    for task in db.session.execute(
        select(
            AssignedTask.person_id,
            func.count().label("tasks"),
            func.count().filter(AssignedTask.task_state == TaskState.DONE).label("done"),
        )
        .where(
            AssignedTask.person_id.in_(person_ids),
            AssignedTask.due_on.between(first, last),
            AssignedTask.task_state != TaskState.WITHDRAWN,
        )
        .group_by(AssignedTask.person_id)
    ):
        facts[task.person_id] |= {"tasks": task.tasks, "tasks_done": task.done}
    for person, days in days_of(person_ids, first, last).items():
        facts[person] |= days
    return facts


def days_of(person_ids: list[int], first: date, last: date) -> dict[int, dict[str, int]]:
    """Person → ``days_in_all``: working days of the span at a post, ``days_expected``: those not away.

    Days before, between and after posts are in neither; part-time work counts by its share. Three statements.
    """
    found = whole_days(post_days(person_ids, first, last))
    days = {person: found.get(person, (0, 0)) for person in person_ids}
    return {person: {"days_in_all": held, "days_expected": expected} for person, (held, expected) in days.items()}


def _nothing() -> dict[str, Any]:
    return {"records": 0, "minutes": 0, "days_logged": 0, "tasks": 0, "tasks_done": 0, "duties": []}


def summary_of(facts: dict[str, Any]) -> str:
    """The first draft of a summary; the person mends it and submits it as their own."""
    if not facts["records"]:
        return ""
    hours = f"，用时约 {facts['minutes'] / 60:.0f} 小时" if facts["minutes"] else ""
    days = f"本期应出勤 {facts['days_expected']} 个工作日，{facts['days_logged']} 天有履职纪实"
    lines = [f"{days}，共 {facts['records']} 项{hours}。"]
    named = [f"{text}（{count} 项）" for text, count, _ in facts["duties"][:NAMED_DUTIES]]
    lines.append(f"主要做了：{'；'.join(named)}。")
    if facts["tasks"]:
        lines.append(f"交办任务到期 {facts['tasks']} 项，完成 {facts['tasks_done']} 项。")
    return "\n".join(lines)
