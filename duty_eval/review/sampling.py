"""Sample review (抽查): the share of what waits that a reviewer opens, one by one, before any batch is passed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, and_, cast, exists, func, select
from sqlalchemy.dialects.postgresql import insert

from duty_eval.entry_rules.queries import most_sampled, sample_percent_of
from duty_eval.records.models import DutyRecord
from duty_eval.review.models import RecordOpening
from host.kernel.access import Actor
from host.kernel.audit import record_change
from host.kernel.db import db


def is_sampled() -> ColumnElement[bool]:
    """Whether the record of the query is drawn for a look.

    The draw is a hash of the record's number, seeded with its month: neither author nor reviewer can move it, and
    anybody can draw again. The share is that of the unit's division today.
    """
    seed = cast(func.to_char(DutyRecord.worked_on, "YYYYMM"), BigInteger)
    draw: Any = func.abs(func.mod(func.hashint8extended(DutyRecord.id, seed), 100))
    # The highest share of all is read once: where nobody samples, no row asks for its own.
    return and_(draw < most_sampled(), draw < sample_percent_of(DutyRecord.unit_id))


def must_open(actor: Actor) -> ColumnElement[bool]:
    """Whether the record is drawn and the actor has not opened what it says now."""
    return and_(is_sampled(), ~_is_opened(actor))


def _is_opened(actor: Actor) -> ColumnElement[bool]:
    return exists().where(
        RecordOpening.record_id == DutyRecord.id,
        RecordOpening.worked_on == DutyRecord.worked_on,
        RecordOpening.version_no == DutyRecord.version_no,
        RecordOpening.reviewer_person_id == (actor.person_id or 0),
    )


def count_unopened(records: Sequence[DutyRecord], actor: Actor) -> int:
    """How many of the records are drawn and not yet opened by the actor. One statement."""
    ids = [record.id for record in records]
    days = {record.worked_on for record in records}
    return (
        db.session.scalar(
            select(func.count())
            .select_from(DutyRecord)
            .where(DutyRecord.id.in_(ids), DutyRecord.worked_on.in_(days), must_open(actor))
        )
        or 0
    )


def note_opening(record: DutyRecord, actor: Actor) -> bool:
    """Keep that the actor has seen the record as it is now, if it is drawn; whether that is new."""
    if actor.person_id is None:
        return False
    seen = select(DutyRecord.id, DutyRecord.worked_on, DutyRecord.version_no, cast(actor.person_id, BigInteger)).where(
        DutyRecord.id == record.id, DutyRecord.worked_on == record.worked_on, must_open(actor)
    )
    made = db.session.execute(
        insert(RecordOpening)
        .from_select(["record_id", "worked_on", "version_no", "reviewer_person_id"], seen)
        .on_conflict_do_nothing()
        .returning(RecordOpening.record_id)
    )
    if made.first() is None:
        return False
    record_change(record, action="duty_record.looked_at", actor=actor)
    return True
