"""What other systems ask of duty_eval, as selects that they join to (see ``api``)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import case, func, select

from basic_info.duties.models import PostDuty
from basic_info.organization.models import Appointment
from duty_eval.assignments.models import AssignedTask, TaskState
from duty_eval.inspections.correcting import corrected_by_person, is_corrected
from duty_eval.inspections.models import InspectionResult
from duty_eval.records.models import DutyRecord, RecordRollup
from duty_eval.records.rollups import APPROVED, COUNTED
from duty_eval.review.models import RecordReview
from host.kernel.db import AnySelect


def last_activity_by_post_duty() -> AnySelect:
    """(post_duty_id, last_worked_on): the latest day for which something was logged under each duty."""
    return (
        select(RecordRollup.post_duty_id, func.max(RecordRollup.last_worked_on).label("last_worked_on"))
        .where(RecordRollup.post_duty_id.is_not(None), RecordRollup.record_count > 0)
        .group_by(RecordRollup.post_duty_id)
    )


def days_with_records(first: date, last: date) -> AnySelect:
    """(person_id, worked_on) of the days from ``first`` to ``last`` on which a person has records."""
    return (
        select(DutyRecord.person_id, DutyRecord.worked_on)
        .where(DutyRecord.worked_on >= first, DutyRecord.worked_on <= last, DutyRecord.record_state.in_(COUNTED))
        .distinct()
    )


def person_facts(first: date, end: date) -> AnySelect:
    """Per person the sums of the months from ``first`` to before ``end`` (both first days of a month).

    Columns: person_id, section_id, unit_id (of the primary appointment on the last day), record_count,
    approved_count, minutes, quantity, days_logged, duties_worked, duties_total, quality_sum, quality_count,
    tasks_due, tasks_done_in_time, check_weight, check_ok, check_problems. Everybody with a primary appointment has a
    row. Records whose verdict a closed inspection corrected are not approved; checks are those that were closed in
    the months and looked at the section or the post (weights), and the problems found with the person (R92).
    """
    sums = _sums(first, end).subquery("sums")
    days = _days(first, end).subquery("days")
    duties = _duties(end).subquery("duties")
    quality = _quality(first, end).subquery("quality")
    tasks = _tasks(first, end).subquery("tasks")
    corrected = corrected_by_person(first, end).subquery("corrected")
    of_section = _checks(first, end, InspectionResult.section_id).subquery("checks_of_section")
    of_post = _checks(first, end, InspectionResult.post_id).subquery("checks_of_post")
    problems = _check_problems(first, end).subquery("problems")
    person = Appointment.person_id
    return (
        select(
            person,
            Appointment.section_id,
            Appointment.unit_id,
            _or_0(sums.c.record_count),
            (_or_0(sums.c.approved_count) - _or_0(corrected.c.corrected)).label("approved_count"),
            _or_0(sums.c.minutes),
            _or_0(sums.c.quantity),
            _or_0(days.c.days_logged),
            _or_0(sums.c.duties_worked),
            _or_0(duties.c.duties_total),
            _or_0(quality.c.quality_sum),
            _or_0(quality.c.quality_count),
            _or_0(tasks.c.tasks_due),
            _or_0(tasks.c.tasks_done_in_time),
            (_or_0(of_section.c.weight) + _or_0(of_post.c.weight)).label("check_weight"),
            (_or_0(of_section.c.ok) + _or_0(of_post.c.ok)).label("check_ok"),
            _or_0(problems.c.check_problems),
        )
        .outerjoin(sums, sums.c.person_id == person)
        .outerjoin(days, days.c.person_id == person)
        .outerjoin(duties, duties.c.person_id == person)
        .outerjoin(quality, quality.c.person_id == person)
        .outerjoin(tasks, tasks.c.person_id == person)
        .outerjoin(corrected, corrected.c.person_id == person)
        .outerjoin(of_section, of_section.c.place == Appointment.section_id)
        .outerjoin(of_post, of_post.c.place == Appointment.post_id)
        .outerjoin(problems, problems.c.person_id == person)
        .where(
            Appointment.is_primary,
            Appointment.superseded_at.is_(None),
            Appointment.valid.contains(func.least(end - timedelta(days=1), func.current_date())),
        )
    )


def reviews_of_person(person_id: int, first: date, end: date) -> AnySelect:
    """(record_id, worked_on, verdict, quality, comment, reviewed_at) of a person's reviewed records, newest first."""
    return (
        select(
            RecordReview.record_id,
            RecordReview.worked_on,
            RecordReview.verdict,
            RecordReview.quality,
            RecordReview.comment,
            RecordReview.reviewed_at,
        )
        .where(RecordReview.person_id == person_id, RecordReview.worked_on >= first, RecordReview.worked_on < end)
        .order_by(RecordReview.worked_on.desc(), RecordReview.id.desc())
    )


def _or_0(column: Any) -> Any:
    return func.coalesce(column, 0).label(column.name)


def _sums(first: date, end: date) -> AnySelect:
    return (
        select(
            RecordRollup.person_id,
            func.sum(RecordRollup.record_count).label("record_count"),
            func.sum(RecordRollup.approved_count).label("approved_count"),
            func.sum(RecordRollup.minutes).label("minutes"),
            func.sum(RecordRollup.quantity).label("quantity"),
            func.count(RecordRollup.post_duty_id.distinct())
            .filter(RecordRollup.record_count > 0)
            .label("duties_worked"),
        )
        .where(RecordRollup.month >= first, RecordRollup.month < end)
        .group_by(RecordRollup.person_id)
    )


def _days(first: date, end: date) -> AnySelect:
    """Counted from the records themselves: one day may have several duties, so sums of months cannot say it."""
    distinct_days = (
        select(DutyRecord.person_id, DutyRecord.worked_on)
        .where(
            DutyRecord.worked_on >= first,
            DutyRecord.worked_on < end,
            DutyRecord.record_state.in_(APPROVED),
            ~is_corrected(),
        )
        .distinct()
        .subquery()
    )
    return select(distinct_days.c.person_id, func.count().label("days_logged")).group_by(distinct_days.c.person_id)


def _checks(first: date, end: date, place: Any) -> AnySelect:
    """Weights of what closed inspections looked at and found right, by section (where no post was drawn) or by post."""
    is_of_place = InspectionResult.post_id.is_(None) if place is InspectionResult.section_id else place.is_not(None)
    return (
        select(
            place.label("place"),
            func.sum(InspectionResult.checked_weight).label("weight"),
            func.sum(InspectionResult.ok_weight).label("ok"),
        )
        .where(
            InspectionResult.subject_id.is_not(None),
            InspectionResult.closed_on >= first,
            InspectionResult.closed_on < end,
            is_of_place,
        )
        .group_by(place)
    )


def _check_problems(first: date, end: date) -> AnySelect:
    return (
        select(InspectionResult.person_id, func.sum(InspectionResult.problem_count).label("check_problems"))
        .where(
            InspectionResult.person_id.is_not(None),
            InspectionResult.closed_on >= first,
            InspectionResult.closed_on < end,
        )
        .group_by(InspectionResult.person_id)
    )


def _duties(end: date) -> AnySelect:
    day = func.least(end - timedelta(days=1), func.current_date())
    return (
        select(Appointment.person_id, func.count(PostDuty.id.distinct()).label("duties_total"))
        .join(PostDuty, PostDuty.post_id == Appointment.post_id)
        .where(Appointment.superseded_at.is_(None), Appointment.valid.contains(day), PostDuty.valid.contains(day))
        .group_by(Appointment.person_id)
    )


def _quality(first: date, end: date) -> AnySelect:
    return (
        select(
            RecordReview.person_id,
            func.sum(RecordReview.quality).label("quality_sum"),
            func.count(RecordReview.quality).label("quality_count"),
        )
        .where(RecordReview.worked_on >= first, RecordReview.worked_on < end, RecordReview.quality.is_not(None))
        .group_by(RecordReview.person_id)
    )


def _tasks(first: date, end: date) -> AnySelect:
    in_time = (AssignedTask.task_state == TaskState.DONE) & (func.date(AssignedTask.done_at) <= AssignedTask.due_on)
    return (
        select(
            AssignedTask.person_id,
            func.count().label("tasks_due"),
            func.sum(case((in_time, 1), else_=0)).label("tasks_done_in_time"),
        )
        .where(AssignedTask.due_on >= first, AssignedTask.due_on < end, AssignedTask.task_state != TaskState.WITHDRAWN)
        .group_by(AssignedTask.person_id)
    )
