"""Lists of records, newest first, by key: one person's, one post duty's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, exists, func, literal, or_, select, tuple_

from basic_info.duties.models import PostDuty
from basic_info.duties.serving import serving_duties
from basic_info.organization.models import PersonVersion, SectionVersion, UnitVersion
from duty_eval.inspections.correcting import is_corrected
from duty_eval.records.models import DutyRecord, RecordState
from duty_eval.records.queries import name_today, readable
from duty_eval.records.rollups import APPROVED, COUNTED
from duty_eval.review.models import RecordReview
from host.kernel.access import Actor
from host.kernel.db import AnyRow, AnySelect, db
from host.kernel.errors import Refused
from host.kernel.versions import in_force


@dataclass(frozen=True)
class Page:
    """A page of rows and the key that the next one begins after (None: this was the last)."""

    rows: Sequence[AnyRow]
    next_key: str | None


LIST_PAGE = 50
#: What of a record stands in a table of many.
EXPORTED = (
    "worked_on",
    "content",
    "quantity",
    "measure_unit",
    "minutes",
    "start_minute",
    "result",
    "problem",
    "next_step",
    "case_no",
    "origin",
    "record_state",
    "submitted_at",
)
#: As many digits as every number of the database has room for.
MOST_DIGITS = 18


def records_of_person(
    actor: Actor, person_id: int, first: date, last: date, only: RecordFilter, *, after: str = ""
) -> Page:
    """A page of ``listed_of_person``, by key."""
    return _page(listed_of_person(actor, person_id, first, last, only), after)


def listed_of_person(actor: Actor, person_id: int, first: date, last: date, only: RecordFilter) -> AnySelect:
    """A person's records from ``first`` to ``last`` that the actor may read, newest first. Raises Refused."""
    return listed(actor).where(*_of_person(person_id, first, last, only))


@dataclass(frozen=True)
class RecordFilter:
    """Which records of a unit or a person: of a section, a state, a post duty, a post's duties, or outside duties.

    Of a unit also those whose duty serves a function; ``function_id`` 0: those that serve none.
    """

    section_id: int | None = None
    state: str = ""
    post_duty_id: int | None = None
    is_outside: bool = False
    function_id: int | None = None
    #: Of the post whose duties they are: what is outside duties is of none.
    post_id: int | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        found = _in_state(self.state)
        if self.section_id is not None:
            found.append(DutyRecord.section_id == self.section_id)
        if self.post_duty_id is not None:
            found.append(DutyRecord.post_duty_id == self.post_duty_id)
        if self.post_id is not None:
            found.append(DutyRecord.post_duty_id.in_(select(PostDuty.id).where(PostDuty.post_id == self.post_id)))
        if self.is_outside:
            found.append(DutyRecord.post_duty_id.is_(None))
        return found


def record_filter(values: Mapping[str, str]) -> RecordFilter:
    """The filter of an address; what is no number finds nothing rather than everything."""
    return RecordFilter(
        section_id=_id_of(values.get("section", "")),
        state=values.get("state", ""),
        post_duty_id=_id_of(values.get("duty", "")),
        is_outside=values.get("outside") == "1",
        function_id=_function_of(values.get("function", "")),
        post_id=_id_of(values.get("post", "")),
    )


def _function_of(text: str) -> int | None:
    """0: those of no function; −1, which is none: what is no number."""
    return 0 if text == "none" else (_id_of(text) or -1 if text else None)


def _serving(unit_id: int, function_id: int | None) -> list[ColumnElement[bool]]:
    """The records of a unit whose duties serve one of its functions, or none of them (0)."""
    if function_id is None:
        return []
    serves = serving_duties(unit_id).subquery("serves")
    if function_id:
        return [DutyRecord.post_duty_id.in_(select(serves.c.post_duty_id).where(serves.c.function_id == function_id))]
    linked = DutyRecord.post_duty_id.in_(select(serves.c.post_duty_id))
    return [or_(DutyRecord.post_duty_id.is_(None), ~linked)]


def _id_of(text: str) -> int | None:
    if not text:
        return None
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else 0


def unit_and_section(unit_id: int, section_id: int | None, day: date) -> str:
    """What a list of a unit's records is called: the unit, with the section if there is one."""
    unit = select(UnitVersion.name).where(UnitVersion.unit_id == unit_id, in_force(UnitVersion, day)).scalar_subquery()
    section = (
        select(SectionVersion.name)
        .where(SectionVersion.section_id == section_id, in_force(SectionVersion, day))
        .scalar_subquery()
    )
    row = db.session.execute(select(unit.label("unit"), section.label("section"))).one()
    return f"{row.unit or ''}{row.section or ''}"


def records_of_unit(
    actor: Actor, unit_id: int, first: date, last: date, only: RecordFilter, *, after: str = ""
) -> Page:
    """A page of ``listed_of_unit``, by key."""
    return _page(listed_of_unit(actor, unit_id, first, last, only), after)


def listed_of_unit(actor: Actor, unit_id: int, first: date, last: date, only: RecordFilter) -> AnySelect:
    """The records that count of a unit from ``first`` to ``last`` which the actor may read. Raises Refused."""
    if first > last:
        raise Refused("开始日期不能晚于结束日期，请修改后再查询")
    conditions = [
        DutyRecord.unit_id == unit_id,
        DutyRecord.worked_on >= first,
        DutyRecord.worked_on <= last,
        DutyRecord.record_state.in_(COUNTED),
        *only.conditions(),
        *_serving(unit_id, only.function_id),
    ]
    return listed(actor).where(*conditions)


def sums_of_person(actor: Actor, person_id: int, first: date, last: date, only: RecordFilter) -> AnyRow:
    """(records, minutes) of that whole list."""
    return db.session.execute(
        select(func.count().label("records"), func.coalesce(func.sum(DutyRecord.minutes), 0).label("minutes")).where(
            readable(actor), DutyRecord.record_state != RecordState.DRAFT, *_of_person(person_id, first, last, only)
        )
    ).one()


def _of_person(person_id: int, first: date, last: date, only: RecordFilter) -> list[ColumnElement[bool]]:
    if first > last:
        raise Refused("开始日期不能晚于结束日期，请修改后再查询")
    return [
        DutyRecord.person_id == person_id,
        DutyRecord.worked_on >= first,
        DutyRecord.worked_on <= last,
        *only.conditions(),
    ]


#: What a list may be narrowed to, and its words: a locked record was approved before.
STATES = {
    "counted": "计入的（已提交和已审核）",
    "submitted": "待审核",
    "approved": "已审核（含已锁定）",
    "upheld": "已审核（不含检查更正的）",
    "rated": "有质量评价的",
    "returned": "已退回",
}


def _in_state(word: str) -> list[ColumnElement[bool]]:
    """The records in a state of ``STATES``; anything else narrows nothing."""
    if word == "upheld":
        return [DutyRecord.record_state.in_(APPROVED), ~is_corrected()]
    if word == "rated":
        return [_rated()]
    wanted = {"counted": COUNTED, "approved": APPROVED}.get(word)
    if wanted is not None:
        return [DutyRecord.record_state.in_(wanted)]
    state = RecordState.of_word(word)
    return [DutyRecord.record_state == state] if state is not None else []


def _rated() -> ColumnElement[bool]:
    return exists().where(
        RecordReview.record_id == DutyRecord.id,
        RecordReview.worked_on == DutyRecord.worked_on,
        RecordReview.quality.is_not(None),
    )


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
