"""Lists of records, newest first, by key: one person's, one post duty's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, func, literal, select, tuple_

from basic_info.duties.models import PostDuty
from basic_info.organization.models import PersonVersion
from duty_eval.records.models import DutyRecord, RecordState
from duty_eval.records.queries import name_today, readable
from host.kernel.access import Actor
from host.kernel.db import AnyRow, AnySelect, db
from host.kernel.errors import Refused


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
