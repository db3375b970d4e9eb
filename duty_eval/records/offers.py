"""What a day is prefilled with: collected cases, assigned tasks, what is usual; and the duties to pick from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import Date, and_, cast, func, null, select

from basic_info.duties.models import PostDuty
from basic_info.organization.models import Appointment, PostVersion
from duty_eval.assignments.models import AssignedTask, TaskState
from duty_eval.record_templates.queries import offered
from duty_eval.records.models import DutyRecord, RecordSuggestion
from duty_eval.records.rollups import COUNTED
from duty_eval.requirements.queries import why_asked
from host.kernel.db import AnyRow, AnySelect, db

#: How far back the habit of a weekday is looked for.
HABIT_WEEKS = 4
HABIT_DAYS = 7
#: Templates on a page that shall be filled in within a minute.
MOST_TEMPLATES = 8
#: What is usual is ticked beforehand only as far as it fits into a working day, in minutes.
FULL_DAY = 480


@dataclass(frozen=True)
class Offer:
    """One line of the prefilled day: confirm it as it stands, change it, or leave it out."""

    post_duty_id: int | None
    duty_text: str
    content: str
    measure_unit: str = "项"
    quantity: Decimal | None = None
    minutes: int | None = None
    case_no: str | None = None
    suggestion_id: int | None = None
    task_id: int | None = None
    #: 办件, 交办, 常做
    why: str = ""
    is_checked: bool = True
    #: the limit of an assigned task
    due_on: date | None = None
    #: what was typed over the numbers, where the page comes back with an error
    typed_quantity: str | None = None
    typed_minutes: str | None = None
    #: the start that was typed; nothing ever prefills one
    typed_start: str = ""
    #: what was last written under the duty, to be taken over in one tap
    last_words: str = ""
    #: whether it was refused because it had no words
    needs_words: bool = False

    @property
    def is_habit(self) -> bool:
        """Whether it only comes from what is usual, not from a case or a task."""
        return self.suggestion_id is None and self.task_id is None

    @property
    def minutes_text(self) -> str:
        if self.typed_minutes is not None:
            return self.typed_minutes
        return str(self.minutes or "")

    @property
    def quantity_text(self) -> str:
        """The quantity as a person types it: ``9``, not ``9.00``."""
        if self.typed_quantity is not None:
            return self.typed_quantity
        return f"{self.quantity:f}".rstrip("0").rstrip(".") if self.quantity is not None else ""


def offers_for(person_id: int, day: date) -> list[Offer]:
    """The prefilled day: collected cases, assigned tasks, then what is usual on this weekday and what is kept ready.

    What comes from a case or a task brings its words. What is only usual brings the duty, its measure and the usual
    amounts; its words are the person's own to write, or to leave out. Three statements.
    """
    known = [
        Offer(
            row.post_duty_id,
            row.duty_text or "岗位职责以外的工作",
            row.content,
            row.measure_unit or "项",
            Decimal(1),
            None,
            row.case_no,
            row.suggestion_id,
            row.task_id,
            "办件" if row.suggestion_id else "交办",
            is_checked=row.suggestion_id is not None,
            due_on=row.due_on,
        )
        for row in db.session.execute(_known(person_id, day))
    ]
    taken = {offer.post_duty_id for offer in known}
    usual = [
        Offer(
            row.post_duty_id, row.duty_text, "", row.measure_unit, _usual_quantity(row), row.minutes,
            why="常做", is_checked=True, last_words=row.content,
        )
        for row in db.session.execute(_usual(person_id, day))
        if row.post_duty_id not in taken
    ]  # fmt: skip
    shown = known + _within_a_day(usual[:3])
    return shown + _templates(
        person_id, day, {(offer.post_duty_id, offer.content or offer.last_words) for offer in shown}
    )


def _usual_quantity(row: AnyRow) -> Decimal | None:
    """As last time; one where neither quantity nor minutes were written, which is what the sums counted then."""
    if row.quantity is None and row.minutes is None:
        return Decimal(1)
    quantity: Decimal | None = row.quantity
    return quantity


def _within_a_day(usual: list[Offer]) -> list[Offer]:
    """The most usual stays ticked as far as it fits into a working day: what is offered is no longer than a day."""
    spent, fitting = 0, []
    for offer in usual:
        fits = not spent or spent + (offer.minutes or 0) <= FULL_DAY
        spent += (offer.minutes or 0) if fits else 0
        fitting.append(replace(offer, is_checked=fits))
    return fitting


def _templates(person_id: int, day: date, shown: set[tuple[int | None, str]]) -> list[Offer]:
    """What is kept ready for the person's posts (D4), unticked; what is offered already is left out."""
    return [
        Offer(
            template.post_duty_id, duty_text, template.content, measure_unit, template.quantity, template.minutes,
            why="常用内容", is_checked=False,
        )
        for template, duty_text, measure_unit in offered(person_id, day, most=MOST_TEMPLATES)
        if (template.post_duty_id, template.content) not in shown
    ]  # fmt: skip


def _known(person_id: int, day: date) -> AnySelect:
    suggestions = (
        select(
            RecordSuggestion.post_duty_id,
            PostDuty.text.label("duty_text"),
            PostDuty.measure_unit,
            RecordSuggestion.content,
            RecordSuggestion.case_no,
            RecordSuggestion.id.label("suggestion_id"),
            func.nullif(0, 0).label("task_id"),
            cast(null(), Date).label("due_on"),
        )
        .outerjoin(PostDuty, PostDuty.id == RecordSuggestion.post_duty_id)
        .where(
            RecordSuggestion.person_id == person_id,
            RecordSuggestion.worked_on == day,
            RecordSuggestion.used_at.is_(None),
            RecordSuggestion.dismissed_at.is_(None),
        )
        .limit(20)
    )
    tasks = (
        select(
            AssignedTask.post_duty_id,
            PostDuty.text.label("duty_text"),
            PostDuty.measure_unit,
            AssignedTask.title.label("content"),
            func.nullif("", "").label("case_no"),
            func.nullif(0, 0).label("suggestion_id"),
            AssignedTask.id.label("task_id"),
            AssignedTask.due_on,
        )
        .outerjoin(PostDuty, PostDuty.id == AssignedTask.post_duty_id)
        .where(AssignedTask.person_id == person_id, AssignedTask.task_state == TaskState.OPEN)
        .order_by(AssignedTask.due_on.nulls_last(), AssignedTask.id)
        .limit(20)
    )
    both = suggestions.subquery().select().union_all(tasks.subquery().select()).subquery()
    return select(both)


def _habit_days(day: date) -> list[date]:
    """The same weekday of recent weeks, and the last days."""
    weeks = [day - timedelta(weeks=week) for week in range(1, HABIT_WEEKS + 1)]
    return weeks + [day - timedelta(days=back) for back in range(1, HABIT_DAYS)]


def _usual(person_id: int, day: date) -> AnySelect:
    """Duties logged on this weekday or in recent days and not yet today, the most usual first, as last described."""
    days = _habit_days(day)
    newest = (
        select(
            DutyRecord.post_duty_id,
            func.count().over(partition_by=DutyRecord.post_duty_id).label("times"),
            func.row_number()
            .over(partition_by=DutyRecord.post_duty_id, order_by=(DutyRecord.worked_on.desc(), DutyRecord.id.desc()))
            .label("place"),
            DutyRecord.content,
            DutyRecord.quantity,
            DutyRecord.minutes,
        )
        .where(
            DutyRecord.person_id == person_id,
            DutyRecord.worked_on.in_(days),
            DutyRecord.record_state.in_(COUNTED),
            DutyRecord.case_no.is_(None),
        )
        .subquery()
    )
    today = (
        select(DutyRecord.post_duty_id)
        .where(DutyRecord.person_id == person_id, DutyRecord.worked_on == day)
        .where(DutyRecord.post_duty_id.is_not(None))
    )
    return (
        select(newest, PostDuty.text.label("duty_text"), PostDuty.measure_unit)
        .join(PostDuty, PostDuty.id == newest.c.post_duty_id)
        .where(newest.c.place == 1, PostDuty.valid.contains(day))
        .where(newest.c.post_duty_id.not_in(today))
        .order_by(newest.c.times.desc(), newest.c.post_duty_id)
        .limit(5)
    )


def duty_buttons(person_id: int, day: date) -> Sequence[AnyRow]:
    """(id, text, measure_unit, times, post_title, post_id, asks_words, asks_evidence) of my post duties on ``day``,
    those I use most on this weekday first; ``asks_…``: who asks it, in words, "" for nobody."""
    days = _habit_days(day)
    used = (
        select(DutyRecord.post_duty_id, func.count().label("times"))
        .where(DutyRecord.person_id == person_id, DutyRecord.worked_on.in_(days))
        .group_by(DutyRecord.post_duty_id)
        .subquery()
    )
    return db.session.execute(
        select(
            PostDuty.id,
            PostDuty.text,
            PostDuty.measure_unit,
            func.coalesce(used.c.times, 0).label("times"),
            PostVersion.title.label("post_title"),
            PostDuty.post_id,
            why_asked("words", day).label("asks_words"),
            why_asked("evidence", day).label("asks_evidence"),
        )
        .join(Appointment, Appointment.post_id == PostDuty.post_id)
        .outerjoin(used, used.c.post_duty_id == PostDuty.id)
        .outerjoin(
            PostVersion,
            and_(
                PostVersion.post_id == PostDuty.post_id,
                PostVersion.valid.contains(day),
                PostVersion.superseded_at.is_(None),
            ),
        )
        .where(
            Appointment.person_id == person_id,
            Appointment.valid.contains(day),
            Appointment.superseded_at.is_(None),
            PostDuty.valid.contains(day),
        )
        .order_by(func.coalesce(used.c.times, 0).desc(), Appointment.is_primary.desc(), PostDuty.sort_no)
        .limit(30)
    ).all()
