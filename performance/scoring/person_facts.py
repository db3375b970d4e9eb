"""What duty_eval measured of each person in a period, as one statement."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, Select, and_, case, func, select

from basic_info.duties.models import PostDuty
from basic_info.organization.models import Appointment
from duty_eval.assignments.models import AssignedTask, TaskState
from duty_eval.records.models import DutyRecord, RecordRollup
from duty_eval.records.rollups import APPROVED, COUNTED
from duty_eval.review.models import RecordReview, Verdict
from host.kernel.db import db


def person_facts(first: date, end: date) -> Select[Any]:
    """One row for each person with a primary appointment on the period's last day; ``end`` is not included.

    Columns: person_id, section_id, unit_id, record_count, approved_count, minutes, quantity, days_logged,
    duties_worked, duties_total, quality_sum, quality_count, tasks_due, tasks_done_in_time.
    """
    last = end - timedelta(days=1)
    work, duties, carried = _work(first, end), _duties_worked(first, end, last), _duties_total(last)
    quality, tasks = _quality(first, end), _tasks(first, end)
    here = and_(Appointment.is_primary, Appointment.valid.contains(last), Appointment.superseded_at.is_(None))
    selected: Select[Any] = select(
        Appointment.person_id,
        Appointment.section_id,
        Appointment.unit_id,
        *(
            func.coalesce(part.c[name], 0).label(name)
            for part in (work, duties, carried, quality, tasks)
            for name in part.c.keys()  # noqa: SIM118  # a column collection, not a dict
            if name != "person_id"
        ),
    ).where(here)
    for part in (work, duties, carried, quality, tasks):
        selected = selected.outerjoin(part, part.c.person_id == Appointment.person_id)
    return selected


def _work(first: date, end: date) -> Any:
    """Sums by day first: distinct days are then a plain count, without sorting every record."""
    by_day = (
        select(
            DutyRecord.person_id,
            DutyRecord.worked_on,
            func.count().label("records"),
            func.sum(case((DutyRecord.record_state.in_(APPROVED), 1), else_=0)).label("approved"),
            func.sum(DutyRecord.minutes).label("minutes"),
            func.sum(DutyRecord.quantity).label("quantity"),
        )
        .where(DutyRecord.worked_on >= first, DutyRecord.worked_on < end, DutyRecord.record_state.in_(COUNTED))
        .group_by(DutyRecord.person_id, DutyRecord.worked_on)
        .subquery()
    )
    return (
        select(
            by_day.c.person_id,
            func.sum(by_day.c.records).label("record_count"),
            func.sum(by_day.c.approved).label("approved_count"),
            func.sum(by_day.c.minutes).label("minutes"),
            func.sum(by_day.c.quantity).label("quantity"),
            func.count().label("days_logged"),
        )
        .group_by(by_day.c.person_id)
        .subquery("work")
    )


def _held(last: date) -> Any:
    """The duties (person_id, post_duty_id) of all posts that people hold on ``last``."""
    return (
        select(Appointment.person_id, PostDuty.id.label("post_duty_id"))
        .join(PostDuty, PostDuty.post_id == Appointment.post_id)
        .where(Appointment.valid.contains(last), Appointment.superseded_at.is_(None), PostDuty.valid.contains(last))
    )


def _duties_total(last: date) -> Any:
    held = _held(last).subquery()
    return select(held.c.person_id, func.count().label("duties_total")).group_by(held.c.person_id).subquery("carried")


def _duties_worked(first: date, end: date, last: date) -> Any:
    """How many of the duties that they hold people have records of."""
    worked = (
        select(DutyRecord.person_id, DutyRecord.post_duty_id)
        .where(
            DutyRecord.worked_on >= first,
            DutyRecord.worked_on < end,
            DutyRecord.record_state.in_(COUNTED),
            DutyRecord.post_duty_id.is_not(None),
        )
        .distinct()
        .subquery()
    )
    held = _held(last).subquery()
    return (
        select(worked.c.person_id, func.count().label("duties_worked"))
        .join(held, and_(held.c.person_id == worked.c.person_id, held.c.post_duty_id == worked.c.post_duty_id))
        .group_by(worked.c.person_id)
        .subquery("duties")
    )


def _quality(first: date, end: date) -> Any:
    return (
        select(
            RecordReview.person_id,
            func.sum(RecordReview.quality).label("quality_sum"),
            func.count().label("quality_count"),
        )
        .where(
            RecordReview.worked_on >= first,
            RecordReview.worked_on < end,
            RecordReview.verdict == Verdict.APPROVED,
            RecordReview.quality.is_not(None),
        )
        .group_by(RecordReview.person_id)
        .subquery("quality")
    )


def _tasks(first: date, end: date) -> Any:
    """Tasks due in the period; the day on which one was done is read in China time, as the session is set."""
    in_time = and_(AssignedTask.task_state == TaskState.DONE, func.date(AssignedTask.done_at) <= AssignedTask.due_on)
    return (
        select(
            AssignedTask.person_id,
            func.count().label("tasks_due"),
            func.sum(case((in_time, 1), else_=0)).label("tasks_done_in_time"),
        )
        .where(
            AssignedTask.due_on >= first,
            AssignedTask.due_on < end,
            AssignedTask.task_state != TaskState.WITHDRAWN,
        )
        .group_by(AssignedTask.person_id)
        .subquery("tasks")
    )


def reviews_of(person_id: int, first: date, last: date) -> Sequence[Row[date, int, Verdict, int | None, str, str]]:
    """The newest reviews of the person's records in the period: (worked_on, record_id, quality, comment, content)."""
    return db.session.execute(
        select(
            RecordReview.worked_on,
            RecordReview.record_id,
            RecordReview.verdict,
            RecordReview.quality,
            RecordReview.comment,
            DutyRecord.content,
        )
        .join(
            DutyRecord,
            and_(DutyRecord.id == RecordReview.record_id, DutyRecord.worked_on == RecordReview.worked_on),
        )
        .where(
            DutyRecord.person_id == person_id,
            DutyRecord.worked_on >= first,
            DutyRecord.worked_on <= last,
        )
        .order_by(RecordReview.worked_on.desc(), RecordReview.id.desc())
        .limit(20)
    ).all()


def work_by_duty(person_id: int, first: date, end: date) -> Sequence[Row[str, str, int, Decimal]]:
    """(duty's words, measure unit, records, quantity) of a person's work in the months of the period, most first."""
    records = func.sum(RecordRollup.record_count).label("records")
    return db.session.execute(
        select(PostDuty.text, PostDuty.measure_unit, records, func.sum(RecordRollup.quantity).label("quantity"))
        .join(PostDuty, PostDuty.id == RecordRollup.post_duty_id)
        .where(RecordRollup.person_id == person_id, RecordRollup.month >= first, RecordRollup.month < end)
        .group_by(PostDuty.id, PostDuty.text, PostDuty.measure_unit)
        .having(func.sum(RecordRollup.record_count) > 0)
        .order_by(records.desc(), PostDuty.id)
    ).all()
