"""Workload of sections and units by month, counted ahead for the pictures of whole divisions.

Which months of which units are to be counted again is found by comparison, not noted by whoever changes something:
the work is held against the roll-ups by the standards of today, the attendance against a digest of what it comes from
(posts, shares, leave, the calendar). So records, corrections, locks, standards, leave and the register all arrive,
whatever way they were changed; bands are no part of it, they are laid on when it is read.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Text, cast, delete, func, insert, literal, or_, select, text, union_all
from sqlalchemy.dialects.postgresql import Range, aggregate_order_by
from sqlalchemy.dialects.postgresql import insert as upsert

from basic_info.organization.models import Appointment, Section
from duty_eval.expectations import away_spans, sent_spans
from duty_eval.records.models import RecordRollup
from duty_eval.workload.models import FACTS, SectionWorkload, UnitWorkload
from duty_eval.workload.queries import attendance, work_by
from duty_eval.workload.saturation import FEWEST_PEOPLE, LEAST_COVERED
from host.kernel.calendar.models import CalendarVersion
from host.kernel.db import AnySelect, db
from host.kernel.jobs.progress import Progress
from host.kernel.partitions import first_of_month

#: Units that are counted in one transaction.
BATCH = 200
#: What of the work is kept, by its name in ``work_by``.
WORK = {"records": "records", "covered": "covered", "standard": "standard_minutes", "minutes": "logged_minutes"}


def count_workload(today: date, run: Progress, *, since: date | None = None) -> int:
    """Count every month from ``since`` on (None: all) that is not as it should be; returns how many months of units
    there were. Commits by batch.
    """
    counted = 0
    for month in months_with_records(today):
        if since is not None and month < since:
            continue
        last = last_day(month, today)
        stale = sorted(stale_units(month, last).items())
        db.session.commit()
        for begin in range(0, len(stale), BATCH):
            batch = dict(stale[begin : begin + BATCH])
            count_month(month, last, batch)
            db.session.commit()
            counted += len(batch)
            run.step(counted)
            run.checkpoint()
    return counted


def months_with_records(today: date) -> list[date]:
    """The months from the first one that has records to the present one."""
    month, present = db.session.scalar(select(func.min(RecordRollup.month))), first_of_month(today)
    months = []
    while month is not None and month <= present:
        months.append(month)
        month = first_of_month(month, plus=1)
    return months


def last_day(month: date, today: date) -> date:
    """Up to which day a month is counted: its end, or today."""
    return min(first_of_month(month, plus=1) - timedelta(days=1), today)


def stale_units(month: date, last: date) -> dict[int, str]:
    """The units whose month is not as it was counted → the digest of what it is to be counted from. Two statements."""
    fresh = _inputs(month, last).subquery("fresh")
    kept = (
        select(UnitWorkload.unit_id, UnitWorkload.inputs, literal(1).label("is_there"))
        .where(UnitWorkload.month == month)
        .subquery("kept")
    )
    unit, digest = func.coalesce(fresh.c.unit_id, kept.c.unit_id), func.coalesce(fresh.c.inputs, "")
    rows = db.session.execute(
        select(unit.label("unit_id"), digest.label("inputs"), (kept.c.inputs == digest).label("is_same")).select_from(
            fresh.outerjoin(kept, kept.c.unit_id == fresh.c.unit_id, full=True)
        )
    ).all()
    inputs = {row.unit_id: row.inputs for row in rows}
    worked = db.session.scalars(_units_with_other_work(month)).all()
    return {
        **{row.unit_id: row.inputs for row in rows if not row.is_same},
        **{unit_id: inputs.get(unit_id, "") for unit_id in worked},
    }


def _inputs(month: date, last: date) -> AnySelect:
    """(unit_id, inputs): a digest of the posts of the unit's people, here and elsewhere, and of when they were away."""
    held = (
        Appointment.superseded_at.is_(None),
        Appointment.valid.overlaps(Range(month, last + timedelta(days=1))),
    )
    columns = ("id", "post_id", "valid", "share_percent", "appointment_kind", "is_primary")
    post = func.concat_ws("|", *(func.coalesce(cast(getattr(Appointment, name), Text), "-") for name in columns))
    away, sent = away_spans(month, last).subquery("away"), sent_spans(month, last).subquery("sent")
    lines = union_all(
        select(Appointment.person_id, post.label("line")).where(*held),
        *(
            select(spans.c.person_id, func.concat_ws("|", word, cast(spans.c.begins, Text), cast(spans.c.ends, Text)))
            for word, spans in (("away", away), ("sent", sent))
        ),
    ).subquery("lines")
    said = func.string_agg(lines.c.line, aggregate_order_by(literal(";"), lines.c.line))
    person = select(lines.c.person_id, said.label("said")).group_by(lines.c.person_id).subquery("person")
    places = select(Appointment.unit_id, Appointment.person_id).where(*held).distinct().subquery("places")
    token = select(cast(CalendarVersion.token, Text)).scalar_subquery()
    everybody = func.string_agg(
        func.concat_ws(":", places.c.person_id, person.c.said), aggregate_order_by(literal("/"), places.c.person_id)
    )
    return (
        select(places.c.unit_id, func.md5(func.concat_ws("/", last.isoformat(), token, everybody)).label("inputs"))
        .join(person, person.c.person_id == places.c.person_id)
        .group_by(places.c.unit_id)
    )


def _units_with_other_work(month: date) -> AnySelect:
    """(unit_id) where the roll-ups, by the standards that hold in the month, say something else than is kept."""
    work = work_by(RecordRollup.section_id, where=RecordRollup.month == month).subquery("work")
    # Of the unit that the section belongs to: one that was moved within the month takes its month along.
    fresh = select(work, Section.unit_id).join(Section, Section.id == work.c.section_id).subquery("fresh")
    kept = select(SectionWorkload).where(SectionWorkload.month == month).subquery("kept")
    differs = (func.coalesce(fresh.c[now], 0) != func.coalesce(kept.c[then], 0) for now, then in WORK.items())
    same_place = (kept.c.section_id == fresh.c.section_id) & (kept.c.unit_id == fresh.c.unit_id)
    return (
        select(func.coalesce(fresh.c.unit_id, kept.c.unit_id))
        .select_from(fresh.outerjoin(kept, same_place, full=True))
        .where(or_(*differs))
        .distinct()
    )


def count_month(month: date, last: date, inputs: Mapping[int, str]) -> None:
    """Count a month of the units in ``inputs`` (unit → digest of what it is counted from) anew, up to ``last``."""
    # One at a time: what was read before another's commit must not be written after it.
    db.session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || '.unit_workload', 7))"))
    sections = facts_by_section(inputs, month, last)
    of_unit: dict[int, list[dict[str, Any]]] = {unit_id: [] for unit_id in inputs}
    for row in sections:
        of_unit[row["unit_id"]].append(row)
    units = {unit_id: _sum_of(rows) for unit_id, rows in of_unit.items()}
    _put_units(month, inputs, units)
    # A section that was moved may still stand under its former unit.
    placed = or_(
        SectionWorkload.unit_id.in_(inputs), SectionWorkload.section_id.in_([row["section_id"] for row in sections])
    )
    db.session.execute(delete(SectionWorkload).where(SectionWorkload.month == month, placed))
    if sections:
        db.session.execute(insert(SectionWorkload), sections)


def _sum_of(sections: list[dict[str, Any]]) -> dict[str, Decimal]:
    """Of the sections that have a saturation; where none has, of those that are shown, which says why."""
    shown = [row for row in sections if row["people"] >= FEWEST_PEOPLE]
    compared = [row for row in shown if row["records"] and row["covered"] >= LEAST_COVERED * row["records"]]
    return {name: sum((row[name] for row in compared or shown), Decimal(0)) for name in FACTS}


def facts_by_section(
    unit_ids: Collection[int], month: date, last: date, *only: ColumnElement[bool]
) -> list[dict[str, Any]]:
    """The rows of ``section_workload`` that a month of the units comes to, of the sections that are theirs today and
    of which ``only`` holds.

    Five statements.
    """
    theirs = select(Section.id).where(Section.unit_id.in_(unit_ids))
    of_units = (RecordRollup.month == month) & RecordRollup.section_id.in_(theirs)
    work = {row.section_id: row for row in db.session.execute(work_by(RecordRollup.section_id, where=of_units))}
    days, people = attendance(unit_ids, month, last)
    found = days.keys() | people.keys() | work.keys()
    units = db.session.execute(
        select(Section.id, Section.unit_id)
        .where(Section.id.in_(found), Section.unit_id.in_(unit_ids), *only)
        .order_by(Section.id)
    )
    return [
        {
            "section_id": section_id,
            "unit_id": unit_id,
            "month": month,
            "people": people.get(section_id, 0),
            "attendance_days": days.get(section_id, Decimal(0)),
            **{kept: getattr(work.get(section_id), name, None) or 0 for name, kept in WORK.items()},
        }
        for section_id, unit_id in units
    ]


def _put_units(month: date, inputs: Mapping[int, str], units: Mapping[int, Mapping[str, Decimal]]) -> None:
    rows = [
        {"unit_id": unit_id, "month": month, "inputs": inputs[unit_id], **facts} for unit_id, facts in units.items()
    ]
    fresh = upsert(UnitWorkload)
    said = {name: fresh.excluded[name] for name in (*FACTS, "inputs")}
    db.session.execute(
        fresh.on_conflict_do_update(index_elements=["unit_id", "month"], set_={**said, "counted_at": func.now()}), rows
    )
