"""Reads for reviewers: what waits, who may be reviewed by whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    ColumnElement,
    Date,
    Integer,
    Row,
    Select,
    and_,
    cast,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    tuple_,
)
from sqlalchemy.orm import aliased

from basic_info.duties.models import PostDuty
from basic_info.organization.kinds import LeaderKind
from basic_info.organization.models import Appointment, PersonVersion
from basic_info.organization.scope import within
from duty_eval.delegations.queries import StandIns, acts_today, stand_ins_column, stand_ins_of
from duty_eval.flags.queries import flag_words
from duty_eval.periods.models import SectionMonth
from duty_eval.permissions import Permission
from duty_eval.records.models import REVIEW_RANK, WANTS_LOOK, DutyRecord, RecordOrigin, RecordState
from duty_eval.records.queries import evidence_count, name_today
from duty_eval.review.sampling import must_open
from host.auth.models import Account
from host.kernel.access import Actor
from host.kernel.db import db
from host.kernel.errors import Refused
from host.kernel.pages import today_in_china

PAGE = 50
#: Counting stops here: "1000+" is as good to a reader and costs the same whatever the table holds.
COUNT_LIMIT = 1000
LONG_MINUTES = 600
# Word for word as the index has them: bound values would keep it from being used.
WANTS_A_LOOK: ColumnElement[bool] = literal_column(f"({WANTS_LOOK})", Boolean)
_RANK: ColumnElement[int] = literal_column(f"({REVIEW_RANK})", Integer)


@dataclass(frozen=True)
class Waiting:
    """A page of the review queue, its rows as ``queue`` gives them, and the key of the next one."""

    rows: Sequence[tuple[DutyRecord, str, str | None, int, str | None, bool]]
    next_key: str | None


def reviewable(actor: Actor) -> ColumnElement[bool]:
    """The submitted records that the actor may decide on: never one's own; heads' go to those above them (R89).

    What still waited when its month was closed (R90) can be decided on by nobody until the month, the person or the
    record is opened again.
    """
    return and_(DutyRecord.record_state == RecordState.SUBMITTED, ~is_sealed(), decides_on_records(actor))


def is_sealed() -> ColumnElement[bool]:
    """Whether the record's month is closed to its person, as the database itself says; never the running month."""
    month = cast(func.date_trunc("month", DutyRecord.worked_on), Date)
    locked = exists().where(SectionMonth.section_id == DutyRecord.section_id, SectionMonth.month == month)
    return and_(
        DutyRecord.worked_on < func.date_trunc("month", func.current_date()),
        # One look into an index, where the function costs ten times as much: most months of a queue are open.
        locked.where(SectionMonth.is_locked),
        func.month_is_closed(DutyRecord.section_id, DutyRecord.worked_on, DutyRecord.person_id, DutyRecord.id),
    )


def decides_on_records(actor: Actor) -> ColumnElement[bool]:
    """The records that are the actor's to decide on, in whatever state; what one typed for another is not."""
    is_behalf = DutyRecord.origin == RecordOrigin.ON_BEHALF
    typist = aliased(Account)
    by_head = select(typist.id).where(typist.id == DutyRecord.entered_by_id, is_head_today(typist.person_id)).exists()
    return and_(
        in_charge_of(
            actor,
            Permission.DUTY_RECORD_REVIEW,
            person=DutyRecord.person_id,
            unit=DutyRecord.unit_id,
            section=DutyRecord.section_id,
            goes_above=and_(is_behalf, by_head),
        ),
        or_(~is_behalf, DutyRecord.entered_by_id != (actor.account_id or 0)),
    )


def in_charge_of(
    actor: Actor,
    permission: str,
    *,
    person: Any,
    unit: Any,
    section: Any,
    goes_above: ColumnElement[bool] | None = None,
) -> ColumnElement[bool]:
    """Whether the actor decides on what is the person's: who holds ``permission`` in the section, of heads those above.

    ``goes_above``: what else those above decide on. Never on one's own (R89).
    """
    is_head = is_head_today(person)
    if goes_above is not None:
        is_head = or_(is_head, goes_above)
    ordinary = and_(within(actor, permission, unit=unit, section=section), ~is_head)
    of_heads = and_(within(actor, Permission.DUTY_RECORD_REVIEW_HEADS, unit=unit, section=section), is_head)
    return and_(or_(ordinary, of_heads), person != (actor.person_id or 0))


def is_head_today(person: Any) -> ColumnElement[bool]:
    """Whether the person leads today, or acts for somebody who does: what is theirs goes to those above."""
    return or_(leads_today(person), acts_today(person))


def leads_today(person: Any) -> ColumnElement[bool]:
    """Whether the person leads a section or a unit today: what is theirs goes to those above them (R89).

    A section's deputies do not count: the one above them is the section's head. Asked of each row by an index rather
    than of a list of all leaders, who are tens of thousands in a city.
    """
    return (
        select(Appointment.id)
        .where(
            Appointment.person_id == person,
            Appointment.leader_kind.is_not(None),
            Appointment.leader_kind != LeaderKind.SECTION_DEPUTY,
            Appointment.valid.contains(func.current_date()),
            Appointment.superseded_at.is_(None),
        )
        .correlate_except(Appointment)
        .exists()
    )


def waiting(
    actor: Actor, *, after: str = "", which: str = "", person_id: int | None = None, day: date | None = None
) -> Waiting:
    """The queue, a page by key. One statement."""
    rows = queue(actor, which=which, person_id=person_id, day=day).add_columns(_RANK.label("rank")).limit(PAGE + 1)
    if after:
        rank, at, record_id = _parse(after)
        rows = rows.where(
            tuple_(_RANK, DutyRecord.submitted_at, DutyRecord.id)
            > tuple_(literal(rank), literal(at), literal(record_id)),
        )
    found = db.session.execute(rows).all()
    shown = found[:PAGE]
    last = shown[-1] if len(found) > PAGE else None
    rows_shown = [(row[0], row[1], row[2], row[3], row[4], row[5]) for row in shown]
    return Waiting(rows_shown, _key(last[0], last.rank) if last is not None else None)


@dataclass(frozen=True)
class Counts:
    """How many wait and how many of them want a look; both stop at COUNT_LIMIT."""

    total: int
    to_look: int
    to_open: int
    #: What was still waiting when its month was closed: to be opened again, not to be decided on.
    sealed: int = 0
    #: Who acts for whom meanwhile.
    stand_ins: StandIns = StandIns()

    @property
    def plain(self) -> int:
        return self.total - self.to_look


def counts_waiting(actor: Actor) -> Counts:
    """One statement."""
    some = (
        select(WANTS_A_LOOK.label("looks"), must_open(actor).label("opens"), is_sealed().label("sealed"))
        .where(DutyRecord.record_state == RecordState.SUBMITTED, decides_on_records(actor))
        .limit(COUNT_LIMIT)
        .subquery()
    )
    waits, today = ~some.c.sealed, today_in_china()
    row = db.session.execute(
        select(
            func.count().filter(waits),
            func.count().filter(waits, some.c.looks),
            func.count().filter(waits, some.c.opens),
            func.count().filter(some.c.sealed),
            stand_ins_column(actor, today),
        ).select_from(some)
    ).one()
    total, to_look, to_open, sealed, found = row
    return Counts(int(total), int(to_look), int(to_open), int(sealed), stand_ins_of(found, today))


def queue(
    actor: Actor, *, which: str = "", person_id: int | None = None, day: date | None = None
) -> Select[DutyRecord, str, str, int, str | None, bool]:
    """(DutyRecord, person_name, duty_text, evidence_count, flag_words, must_open): what wants a look, then the oldest.

    ``which``: ``look`` only what wants a look, ``plain`` only the rest, ``sample`` what is drawn and not yet opened;
    ``person_id`` and ``day`` only theirs and only of it.
    """
    rows = (
        select(
            DutyRecord,
            PersonVersion.name.label("person_name"),
            PostDuty.text.label("duty_text"),
            evidence_count(),
            flag_words(),
            must_open(actor).label("must_open"),
        )
        .join(PersonVersion, name_today(DutyRecord.person_id))
        .outerjoin(PostDuty, PostDuty.id == DutyRecord.post_duty_id)
        .where(reviewable(actor))
        .order_by(_RANK, DutyRecord.submitted_at, DutyRecord.id)
    )
    if person_id is not None:
        rows = rows.where(DutyRecord.person_id == person_id)
    if day is not None:
        rows = rows.where(DutyRecord.worked_on == day)
    if which == "sample":
        return rows.where(must_open(actor))
    if which in {"look", "plain"}:
        rows = rows.where(WANTS_A_LOOK if which == "look" else ~WANTS_A_LOOK)
    return rows


def to_open(actor: Actor, keys: Sequence[tuple[int, date]]) -> Sequence[Row[DutyRecord, str]]:
    """(DutyRecord, person_name) of those (id, day) that are drawn, not opened and still wait, as the list stands."""
    return db.session.execute(
        select(DutyRecord, PersonVersion.name)
        .join(PersonVersion, name_today(DutyRecord.person_id))
        .where(among(keys), reviewable(actor), must_open(actor))
        .order_by(_RANK, DutyRecord.submitted_at, DutyRecord.id)
    ).all()


def count_waiting(actor: Actor) -> int:
    """How many wait, counted to COUNT_LIMIT at most."""
    if not (actor.may(Permission.DUTY_RECORD_REVIEW) or actor.may(Permission.DUTY_RECORD_REVIEW_HEADS)):
        return 0
    some = select(DutyRecord.id).where(reviewable(actor)).limit(COUNT_LIMIT).subquery()
    return db.session.scalar(select(func.count()).select_from(some)) or 0


def attention(record: DutyRecord) -> str:
    """Why a record wants a look before it is passed with the rest; empty: ordinary. The same rule as WANTS_A_LOOK."""
    if record.version_no > 1:
        return "修改后重交"
    if record.post_duty_id is None:
        return "职责以外"
    if record.minutes is not None and record.minutes > LONG_MINUTES:
        return "用时较长"
    if record.is_backdated:
        return "补填"
    if record.is_flagged:
        return "有提示"
    return ""


def may_review(actor: Actor, record: DutyRecord) -> bool:
    """Whether the record waits for this actor's decision."""
    if not actor.may(Permission.REVIEW_OPEN) or record.record_state is not RecordState.SUBMITTED:
        return False
    waits = select(DutyRecord.id).where(
        DutyRecord.id == record.id, DutyRecord.worked_on == record.worked_on, reviewable(actor)
    )
    return db.session.scalar(waits) is not None


def locked(actor: Actor, keys: Sequence[tuple[int, date]]) -> Sequence[DutyRecord]:
    """The records of those (id, day) that still wait for the actor, locked in id order."""
    return db.session.scalars(
        select(DutyRecord)
        .where(among(keys), reviewable(actor))
        .order_by(DutyRecord.worked_on, DutyRecord.id)
        .with_for_update(of=DutyRecord)
    ).all()


def among(keys: Sequence[tuple[int, date]]) -> ColumnElement[bool]:
    """The records of those (id, day): two arrays, so that 500 are planned as quickly as one."""
    ids = literal([number for number, _ in keys], ARRAY(BigInteger))
    days = literal([day for _, day in keys], ARRAY(Date))
    given = func.unnest(ids, days).table_valued("id", "worked_on").render_derived()
    return tuple_(DutyRecord.id, DutyRecord.worked_on).in_(select(given.c.id, given.c.worked_on))


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _key(record: DutyRecord, rank: int) -> str:
    """``<rank>.<microseconds>.<id>``: whole numbers, so that no row is skipped or shown twice by rounding."""
    assert record.submitted_at is not None  # what waits was submitted
    return f"{rank}.{(record.submitted_at - _EPOCH) // timedelta(microseconds=1)}.{record.id}"


def _parse(text: str) -> tuple[int, datetime, int]:
    try:
        rank, instant, number = (int(part) for part in text.split("."))
        return rank, _EPOCH + timedelta(microseconds=instant), number
    except (ValueError, OverflowError):
        raise Refused("翻页位置有误，请回到第一页") from None
