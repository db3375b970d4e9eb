"""Reads of duty records: where a person stands, their day, their month, what to offer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    Integer,
    Row,
    Select,
    and_,
    bindparam,
    cast,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
    text,
    tuple_,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by

from basic_info.duties.models import PostDuty
from basic_info.organization.models import Appointment, PersonVersion, PostVersion
from basic_info.organization.scope import within
from duty_eval.assignments.models import AssignedTask, TaskState
from duty_eval.evidence.models import RecordEvidence
from duty_eval.permissions import Permission
from duty_eval.records.models import DutyRecord, DutyRecordRevision, RecordState, RecordSuggestion
from duty_eval.records.rollups import COUNTED
from duty_eval.review.models import RecordReview
from host.kernel.access import Actor
from host.kernel.db import AnyRow, AnySelect, db
from host.kernel.errors import Refused

#: How far back the habit of a weekday is looked for.
HABIT_WEEKS = 4
HABIT_DAYS = 7
#: A duty used so often in that time is ticked beforehand.
OFTEN = 2


CHINA = ZoneInfo("Asia/Shanghai")


def today_in_china() -> date:
    """The day that it is in the city, wherever the server's clock stands."""
    return datetime.now(CHINA).date()


def own_open(person_id: int, today: date) -> tuple[int, bool]:
    """(records of the last 60 days that were sent back, whether anything is logged today), one statement."""
    row = db.session.execute(
        select(
            func.count().filter(DutyRecord.record_state == RecordState.RETURNED),
            func.count().filter(DutyRecord.worked_on == today, DutyRecord.record_state.in_(COUNTED)),
        ).where(
            DutyRecord.person_id == person_id,
            DutyRecord.worked_on > today - timedelta(days=60),
            DutyRecord.worked_on <= today,
        )
    ).one()
    return int(row[0]), bool(row[1])


@dataclass(frozen=True)
class Standing:
    """A post that a person holds on a day, with the duties that can be logged under it."""

    post_id: int
    section_id: int
    unit_id: int
    duty_ids: frozenset[int]
    #: measure unit (件, 次, 项) by duty id
    measures: dict[int, str] = field(hash=False)
    #: minutes that all records of that day already add up to
    minutes_logged: int
    #: ids drawn for records that are about to be written
    drawn: tuple[int, ...] = ()


def standings(person_id: int, day: date, *, draw: int = 0) -> list[Standing]:
    """The posts held on ``day``, the primary one first, in one statement; empty: none.

    ``draw``: so many ids of new records are drawn from the sequence on the way (a gap there harms nobody).
    """
    rows = db.session.execute(_STANDINGS, {"person_id": person_id, "day": day, "draw": draw}).all()
    return [
        Standing(
            row.post_id,
            row.section_id,
            row.unit_id,
            frozenset(row.duty_ids),
            dict(zip(row.duty_ids, row.measures, strict=True)),
            int(row.spent),
            tuple(row.drawn),
        )
        for row in rows
    ]


def _standings_statement() -> Any:
    # Tables, not classes: what comes is no object of the session's, and the ORM's share would be a third of the cost.
    record, duty, post = DutyRecord.__table__.c, PostDuty.__table__.c, Appointment.__table__.c
    person_id, day = bindparam("person_id", type_=BigInteger), bindparam("day", type_=Date)
    # Spelled out: words that are parameters would be written into the statement anew for every record.
    counted = record.record_state.in_([literal_column(f"'{state.value}'") for state in COUNTED])
    spent = (
        select(func.coalesce(func.sum(record.minutes), literal_column("0")))
        .where(record.person_id == person_id, record.worked_on == day, counted)
        .scalar_subquery()
    )
    numbers = func.generate_series(literal_column("1"), bindparam("draw", type_=Integer)).table_valued("n")
    drawn = func.array(
        select(func.nextval(literal_column("'duty_record_id_seq'"))).select_from(numbers).scalar_subquery()
    )
    has_duty = duty.id.is_not(None)
    ids = func.array_agg(aggregate_order_by(duty.id, duty.id)).filter(has_duty)
    measures = func.array_agg(aggregate_order_by(duty.measure_unit, duty.id)).filter(has_duty)
    return (
        select(
            post.post_id,
            post.section_id,
            post.unit_id,
            func.coalesce(ids, text("'{}'::bigint[]")).label("duty_ids"),
            func.coalesce(measures, text("'{}'::varchar[]")).label("measures"),
            spent.label("spent"),
            drawn.label("drawn"),
        )
        .select_from(Appointment.__table__)
        .outerjoin(PostDuty.__table__, and_(duty.post_id == post.post_id, duty.valid.op("@>")(day)))
        .where(
            post.person_id == person_id,
            post.valid.op("@>")(day),
            post.superseded_at.is_(None),
        )
        .group_by(post.id)
        .order_by(post.is_primary.desc(), post.id)
    )


#: Built once: every record sends it.
_STANDINGS = _standings_statement()


def evidence_count() -> Any:
    """How much evidence a record of the query has, as a column: a list costs no statement more for it."""
    return (
        select(func.count())
        .where(RecordEvidence.record_id == DutyRecord.id, RecordEvidence.worked_on == DutyRecord.worked_on)
        .correlate(DutyRecord)
        .scalar_subquery()
        .label("evidence_count")
    )


def records_of_day(person_id: int, day: date) -> Sequence[Row[DutyRecord, str, int]]:
    """A person's records of one day with their duties' words, in the order they were made."""
    return db.session.execute(
        select(DutyRecord, PostDuty.text.label("duty_text"), evidence_count())
        .outerjoin(PostDuty, PostDuty.id == DutyRecord.post_duty_id)
        .where(DutyRecord.person_id == person_id, DutyRecord.worked_on == day)
        .order_by(DutyRecord.id)
    ).all()


def own_record(actor: Actor, record_id: int, day: date) -> Select[DutyRecord]:
    """One record of the actor's own, locked: its day and state will not change under us."""
    return (
        select(DutyRecord)
        .where(DutyRecord.id == record_id, DutyRecord.worked_on == day, DutyRecord.person_id == (actor.person_id or 0))
        .with_for_update()
    )


def readable_record(actor: Actor, record_id: int, day: date) -> Select[DutyRecord, str, str]:
    """One record that the actor may read, with its person's name and its duty's words."""
    return (
        select(DutyRecord, PersonVersion.name.label("person_name"), PostDuty.text.label("duty_text"))
        .join(PersonVersion, name_today(DutyRecord.person_id))
        .outerjoin(PostDuty, PostDuty.id == DutyRecord.post_duty_id)
        .where(DutyRecord.id == record_id, DutyRecord.worked_on == day, readable(actor))
    )


def readable(actor: Actor) -> Any:
    """The records within the actor's reach, and always one's own."""
    reach = within(
        actor,
        Permission.DUTY_RECORD_READ,
        unit=DutyRecord.unit_id,
        section=DutyRecord.section_id,
        person=DutyRecord.person_id,
    )
    return reach if actor.person_id is None else or_(reach, DutyRecord.person_id == actor.person_id)


def name_today(person_id: Any) -> Any:
    """The join to a person's name as it is today."""
    return and_(
        PersonVersion.person_id == person_id,
        PersonVersion.valid.contains(func.current_date()),
        PersonVersion.superseded_at.is_(None),
    )


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
    #: what was typed over the two numbers, where the page comes back with an error
    typed_quantity: str | None = None
    typed_minutes: str | None = None

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
    """The prefilled day: collected cases, assigned tasks, then what is usual on this weekday. Two statements."""
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
            row.post_duty_id, row.duty_text, row.content, row.measure_unit, row.quantity, row.minutes,
            why="常做", is_checked=True,
        )
        for row in db.session.execute(_usual(person_id, day))
        if row.post_duty_id not in taken
    ]  # fmt: skip
    return known + usual[:3]


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
    """My post duties on ``day``, those I use most on this weekday first, with what I last wrote under each."""
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


def last_logged_day(person_id: int, before: date) -> date | None:
    """The latest day before ``before`` that has records, at most 60 days back."""
    return db.session.scalar(
        select(func.max(DutyRecord.worked_on)).where(
            DutyRecord.person_id == person_id,
            DutyRecord.worked_on < before,
            DutyRecord.worked_on >= before - timedelta(days=60),
            DutyRecord.record_state.in_(COUNTED),
        )
    )


def month_of(person_id: int, first: date, end: date) -> Sequence[AnyRow]:
    """Per day of a person's month: (worked_on, records, minutes, drafts, returned, approved); drafts are no records."""

    def counted(*states: RecordState) -> Any:
        return func.count().filter(DutyRecord.record_state.in_(states))

    return db.session.execute(
        select(
            DutyRecord.worked_on,
            func.count().filter(DutyRecord.record_state != RecordState.DRAFT).label("records"),
            func.coalesce(func.sum(DutyRecord.minutes).filter(DutyRecord.record_state.in_(COUNTED)), 0).label(
                "minutes"
            ),
            counted(RecordState.DRAFT).label("drafts"),
            counted(RecordState.RETURNED).label("returned"),
            counted(RecordState.APPROVED, RecordState.LOCKED).label("approved"),
        )
        .where(DutyRecord.person_id == person_id, DutyRecord.worked_on >= first, DutyRecord.worked_on < end)
        .group_by(DutyRecord.worked_on)
        .order_by(DutyRecord.worked_on)
    ).all()


@dataclass(frozen=True)
class Page:
    """A page of rows and the key that the next one begins after (None: this was the last)."""

    rows: Sequence[AnyRow]
    next_key: str | None


LIST_PAGE = 50


def records_of_person(
    actor: Actor, person_id: int, first: date, last: date, *, after: str = "", state: str = ""
) -> Page:
    """A page of ``listed_of_person``, by key."""
    return _page(listed_of_person(actor, person_id, first, last, state=state), after)


def listed_of_person(actor: Actor, person_id: int, first: date, last: date, *, state: str = "") -> AnySelect:
    """A person's records from ``first`` to ``last`` that the actor may read, newest first. Raises Refused."""
    return listed(actor).where(*_of_person(person_id, first, last, state))


def sums_of_person(actor: Actor, person_id: int, first: date, last: date, *, state: str = "") -> AnyRow:
    """(records, minutes) of that whole list."""
    return db.session.execute(
        select(func.count().label("records"), func.coalesce(func.sum(DutyRecord.minutes), 0).label("minutes")).where(
            readable(actor), DutyRecord.record_state != RecordState.DRAFT, *_of_person(person_id, first, last, state)
        )
    ).one()


def _of_person(person_id: int, first: date, last: date, state: str) -> list[ColumnElement[bool]]:
    if first > last:
        raise Refused("开始日期不能晚于结束日期，请修改后再查询")
    wanted = RecordState.of_word(state)
    only = [DutyRecord.record_state == wanted] if wanted is not None else []
    return [DutyRecord.person_id == person_id, DutyRecord.worked_on >= first, DutyRecord.worked_on <= last, *only]


def records_of_duty(actor: Actor, post_duty_id: int, *, after: str = "") -> Page:
    """The records of one post duty that the actor may read, newest first, by key."""
    return _page(listed(actor).where(DutyRecord.post_duty_id == post_duty_id), after)


def listed(actor: Actor) -> Select[DutyRecord, str, str]:
    """(DutyRecord, person_name, duty_text) of all records but drafts that the actor may read, newest first."""
    return (
        select(DutyRecord, PersonVersion.name.label("person_name"), PostDuty.text.label("duty_text"))
        .join(PersonVersion, name_today(DutyRecord.person_id))
        .outerjoin(PostDuty, PostDuty.id == DutyRecord.post_duty_id)
        .where(readable(actor), DutyRecord.record_state != RecordState.DRAFT)
        .order_by(DutyRecord.worked_on.desc(), DutyRecord.id.desc())
    )


def _page(rows: AnySelect, after: str) -> Page:
    if after:
        day, record_id = parse_key(after)
        rows = rows.where(tuple_(DutyRecord.worked_on, DutyRecord.id) < tuple_(literal(day), literal(record_id)))
    found = db.session.execute(rows.limit(LIST_PAGE + 1)).all()
    shown = found[:LIST_PAGE]
    more = len(found) > LIST_PAGE
    return Page(shown, f"{shown[-1][0].worked_on}.{shown[-1][0].id}" if more else None)


def parse_key(text: str) -> tuple[date, int]:
    """``2026-03-02.17`` → (day, id); raises Refused."""
    day, _, number = text.partition(".")
    try:
        return date.fromisoformat(day), int(number)
    except ValueError:
        raise Refused("翻页位置有误，请回到第一页") from None


def history_of(record_id: int, day: date) -> dict[str, Any]:
    """Reviews and revisions of a record, newest first."""
    revisions = db.session.scalars(
        select(DutyRecordRevision)
        .where(DutyRecordRevision.record_id == record_id, DutyRecordRevision.worked_on == day)
        .order_by(DutyRecordRevision.version_no.desc())
    ).all()
    reviews = db.session.scalars(
        select(RecordReview)
        .where(RecordReview.record_id == record_id, RecordReview.worked_on == day)
        .order_by(RecordReview.id.desc())
    ).all()
    return {"revisions": revisions, "reviews": reviews}
