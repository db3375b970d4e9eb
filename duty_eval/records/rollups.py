"""Roll-ups: a person's sums of a month by post duty, changed in the transaction that changes the records.

What counts is what is submitted, approved or locked. ``recount`` computes the same from the raw rows; a test
holds the two against each other after concurrent writes and corrections.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import case, func, select, update
from sqlalchemy.dialects.postgresql import Insert, insert

from duty_eval.records.models import DutyRecord, RecordRollup, RecordState
from host.kernel.db import AnySelect, db
from host.kernel.partitions import first_of_month

COUNTED = (RecordState.SUBMITTED, RecordState.APPROVED, RecordState.LOCKED)
APPROVED = (RecordState.APPROVED, RecordState.LOCKED)


@dataclass(frozen=True)
class Delta:
    """What one record adds to (or takes from) the sums of its month."""

    person_id: int
    worked_on: date
    section_id: int
    unit_id: int
    post_duty_id: int | None
    records: int
    approved: int
    quantity: Decimal
    pieces: Decimal
    minutes: int


def delta_of(record: Any, *, records: int, approved: int = 0) -> Delta:
    """``records`` +1: it begins to count, −1: it no longer does, 0: only its approval changes."""
    return Delta(
        person_id=record.person_id,
        worked_on=record.worked_on,
        section_id=record.section_id,
        unit_id=record.unit_id,
        post_duty_id=record.post_duty_id,
        records=records,
        approved=approved,
        quantity=(record.quantity or Decimal(0)) * records,
        pieces=(record.quantity or Decimal(1)) * records,
        minutes=(record.minutes or 0) * records,
    )


def apply(deltas: Iterable[Delta]) -> None:
    """Add the deltas, rows in key order so that two writers never wait for each other in a ring."""
    rows = _summed(deltas)
    # A row that takes away is there already; as a row to insert it would break the constraint on counts.
    _take_away([row for row in rows if row["record_count"] < 0])
    _add([row for row in rows if row["record_count"] >= 0])


def added_up(fresh: Insert) -> Insert:
    """``fresh`` rows of sums, added to those that are there already."""
    old, new = RecordRollup.__table__.c, fresh.excluded
    names = ("record_count", "approved_count", "quantity", "pieces", "minutes")
    summed = {name: old[name] + new[name] for name in names}
    last = func.greatest(old.last_worked_on, new.last_worked_on)
    return fresh.on_conflict_do_update(constraint="uq_record_rollup_key", set_={**summed, "last_worked_on": last})


#: Built once: making the statement costs more than sending it.
_UPSERT = added_up(insert(RecordRollup.__table__))  # type: ignore[arg-type]


def _add(rows: list[dict[str, Any]]) -> None:
    if rows:
        db.session.execute(_UPSERT, rows)


def _take_away(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        db.session.execute(
            update(RecordRollup)
            .where(
                RecordRollup.person_id == row["person_id"],
                RecordRollup.month == row["month"],
                RecordRollup.section_id == row["section_id"],
                RecordRollup.post_duty_id.is_not_distinct_from(row["post_duty_id"]),
            )
            .values(
                record_count=RecordRollup.record_count + row["record_count"],
                approved_count=RecordRollup.approved_count + row["approved_count"],
                quantity=RecordRollup.quantity + row["quantity"],
                pieces=RecordRollup.pieces + row["pieces"],
                minutes=RecordRollup.minutes + row["minutes"],
            )
        )


def recount(person_id: int | None = None) -> AnySelect:
    """The same sums from the raw rows: (person, month, section, post duty, records, approved, quantity, pieces,
    minutes)."""
    month = func.date_trunc("month", DutyRecord.worked_on).cast(RecordRollup.month.type)
    keys = (DutyRecord.person_id, month.label("month"), DutyRecord.section_id, DutyRecord.post_duty_id)
    sums = select(
        *keys,
        func.count().label("record_count"),
        func.sum(case((DutyRecord.record_state.in_(APPROVED), 1), else_=0)).label("approved_count"),
        func.coalesce(func.sum(DutyRecord.quantity), 0).label("quantity"),
        func.sum(func.coalesce(DutyRecord.quantity, 1)).label("pieces"),
        func.coalesce(func.sum(DutyRecord.minutes), 0).label("minutes"),
    ).where(DutyRecord.record_state.in_(COUNTED))
    if person_id is not None:
        sums = sums.where(DutyRecord.person_id == person_id)
    return sums.group_by(*keys)


def _summed(deltas: Iterable[Delta]) -> list[dict[str, Any]]:
    sums: dict[tuple[int, date, int, int, int | None], dict[str, Any]] = {}
    for delta in deltas:
        month = first_of_month(delta.worked_on)
        key = (delta.person_id, month, delta.section_id, delta.unit_id, delta.post_duty_id)
        row = sums.setdefault(
            key,
            {
                "person_id": delta.person_id,
                "month": month,
                "section_id": delta.section_id,
                "unit_id": delta.unit_id,
                "post_duty_id": delta.post_duty_id,
                "record_count": 0,
                "approved_count": 0,
                "quantity": Decimal(0),
                "pieces": Decimal(0),
                "minutes": 0,
                "last_worked_on": delta.worked_on,
            },
        )
        row["record_count"] += delta.records
        row["approved_count"] += delta.approved
        row["quantity"] += delta.quantity
        row["pieces"] += delta.pieces
        row["minutes"] += delta.minutes
        row["last_worked_on"] = max(row["last_worked_on"], delta.worked_on)
    return [sums[key] for key in sorted(sums, key=lambda key: (*key[:4], key[4] or 0))]
