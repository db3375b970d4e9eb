"""What a 月度履职纪实表 says: a person's records of one month, by day (D27)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.dialects.postgresql import Range

from basic_info.duties.models import PostDuty
from basic_info.organization.models import Appointment, PersonVersion, PostVersion, SectionVersion, UnitVersion
from duty_eval.expectations import off_spans
from duty_eval.records.models import DutyRecord, RecordState
from duty_eval.records.queries import name_today, readable
from duty_eval.records.rollups import COUNTED
from duty_eval.review.models import RecordReview, Verdict
from host.kernel.access import Actor
from host.kernel.calendar.workdays import load_workdays
from host.kernel.db import AnyRow, AnySelect, db
from host.kernel.errors import NotFound
from host.kernel.pages import today_in_china
from host.kernel.partitions import first_of_month


@dataclass(frozen=True)
class MonthSheet:
    """One person's month.

    ``expected_days``: working days of the month, up to today, at a post and not away (R88); ``logged_days`` and
    ``minutes`` are of the records that count, so not of those sent back. ``rows``: as ``_records`` gives them.
    """

    name: str
    places: tuple[str, ...]
    first: date
    last: date
    expected_days: int
    logged_days: int
    minutes: int
    rows: Sequence[AnyRow]


def own_sheet(actor: Actor, month: date) -> MonthSheet:
    """One's own; a month without records is a sheet without rows too. Raises NotFound for who is in no register."""
    sheets = _sheets(actor, month, DutyRecord.person_id == (actor.person_id or 0))
    if sheets:
        return sheets[0]
    name = db.session.scalar(select(PersonVersion.name).where(name_today(actor.person_id or 0)))
    if name is None:
        raise NotFound
    return _sheet(name, [], month, _expected_days([actor.person_id or 0], month))


def sheet_of(actor: Actor, person_id: int, month: date) -> MonthSheet:
    """A person's records that the actor may read. Raises NotFound where there are none."""
    return _some(_sheets(actor, month, DutyRecord.person_id == person_id))[0]


def sheets_of_section(actor: Actor, section_id: int, month: date) -> list[MonthSheet]:
    """Of everybody who logged in the section in that month, by name. Raises NotFound where nobody did."""
    return _some(_sheets(actor, month, DutyRecord.section_id == section_id))


def _some(sheets: list[MonthSheet]) -> list[MonthSheet]:
    if not sheets:
        raise NotFound("这个月没有可以打印的履职纪实，请换一个月")
    return sheets


def _sheets(actor: Actor, month: date, whose: ColumnElement[bool]) -> list[MonthSheet]:
    rows = db.session.execute(_records(actor, month).where(whose)).all()
    expected = _expected_days({row.DutyRecord.person_id for row in rows}, month)
    return [
        _sheet(theirs[0].person_name, theirs, month, expected)
        for theirs in (list(group) for _, group in groupby(rows, key=lambda row: row.DutyRecord.person_id))
    ]


def _records(actor: Actor, month: date) -> AnySelect:
    """(DutyRecord, person_name, duty_text, unit_name, section_name, post_title, reviewer_name) of what was sent."""
    end = first_of_month(month, plus=1)
    reviewer = (
        select(PersonVersion.name)
        .join(RecordReview, name_today(RecordReview.reviewer_person_id))
        .where(
            RecordReview.record_id == DutyRecord.id,
            RecordReview.worked_on == DutyRecord.worked_on,
            RecordReview.verdict == Verdict.APPROVED,
        )
        .order_by(RecordReview.id.desc())
        .limit(1)
        .correlate(DutyRecord)
        .scalar_subquery()
    )
    return (
        select(
            DutyRecord,
            PersonVersion.name.label("person_name"),
            PostDuty.text.label("duty_text"),
            UnitVersion.name.label("unit_name"),
            SectionVersion.name.label("section_name"),
            PostVersion.title.label("post_title"),
            reviewer.label("reviewer_name"),
        )
        .join(PersonVersion, name_today(DutyRecord.person_id))
        .join(UnitVersion, and_(UnitVersion.unit_id == DutyRecord.unit_id, _on_the_day(UnitVersion)))
        .join(SectionVersion, and_(SectionVersion.section_id == DutyRecord.section_id, _on_the_day(SectionVersion)))
        .join(PostVersion, and_(PostVersion.post_id == DutyRecord.post_id, _on_the_day(PostVersion)))
        .outerjoin(PostDuty, PostDuty.id == DutyRecord.post_duty_id)
        .where(
            DutyRecord.worked_on >= first_of_month(month),
            DutyRecord.worked_on < end,
            DutyRecord.record_state != RecordState.DRAFT,
            readable(actor),
        )
        .order_by(PersonVersion.name_key, DutyRecord.person_id, DutyRecord.worked_on, DutyRecord.id)
    )


def _on_the_day(version: Any) -> ColumnElement[bool]:
    return and_(version.valid.contains(DutyRecord.worked_on), version.superseded_at.is_(None))


def _sheet(name: str, rows: list[AnyRow], month: date, expected: dict[int, int]) -> MonthSheet:
    counted = [row.DutyRecord for row in rows if row.DutyRecord.record_state in COUNTED]
    places = dict.fromkeys(f"{row.unit_name} {row.section_name} {row.post_title}" for row in rows)
    person_id = rows[0].DutyRecord.person_id if rows else next(iter(expected))
    return MonthSheet(
        name=name,
        places=tuple(places),
        first=first_of_month(month),
        last=first_of_month(month, plus=1) - timedelta(days=1),
        expected_days=expected[person_id],
        logged_days=len({record.worked_on for record in counted}),
        minutes=sum(record.minutes or 0 for record in counted),
        rows=rows,
    )


def _expected_days(people: Collection[int], month: date) -> dict[int, int]:
    """How many working days of the month, up to today, each of the people was at a post and not away."""
    first = first_of_month(month)
    last = min(first_of_month(month, plus=1) - timedelta(days=1), today_in_china())
    workdays = load_workdays()
    days = [
        day for number in range((last - first).days + 1) if workdays.is_workday(day := first + timedelta(days=number))
    ]
    found = dict.fromkeys(people, 0)
    if not days:
        return found
    # Who held no post in all the month is off throughout: ``off_spans`` speaks of those who held one.
    posts = select(Appointment.person_id).where(
        Appointment.person_id.in_(people),
        Appointment.superseded_at.is_(None),
        Appointment.valid.overlaps(Range(first, last, bounds="[]")),
    )
    found |= dict.fromkeys(db.session.scalars(posts), len(days))
    for row in db.session.execute(off_spans(first, last, people=list(people))):
        # Of somebody without a post an absence may still be known.
        if found[row.person_id]:
            found[row.person_id] -= sum(row.begins <= day <= row.ends for day in days)
    return found
