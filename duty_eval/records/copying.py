"""One's own day again on another day (复制)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from duty_eval.records import rollups
from duty_eval.records.models import CONTENT_LENGTH, DutyRecord, RecordOrigin
from duty_eval.records.operations import MOST_AT_ONCE, Entry, Logged, log_records, person_of
from duty_eval.records.standing import standings
from host.kernel.access import Actor
from host.kernel.db import db
from host.kernel.errors import NotFound


def copy_day(
    source: date,
    *,
    to: date,
    client_key: str,
    actor: Actor,
    today: date,
    late_reason: str = "",
    overlap_reason: str = "",
) -> Logged:
    """The records of one day again on another (复制), once per key. Raises NotFound when there are none.

    What the day has already, word for word under the same duty, is left out: a second copy doubles nothing.
    """
    person_id = person_of(actor)
    originals = db.session.scalars(
        select(DutyRecord)
        .options(joinedload(DutyRecord.post_duty))
        .where(
            DutyRecord.person_id == person_id,
            DutyRecord.worked_on == source,
            DutyRecord.record_state.in_(rollups.COUNTED),
        )
        .order_by(DutyRecord.id)
        .limit(MOST_AT_ONCE)
    ).all()
    if not originals:
        raise NotFound("没有可以复制的记录")
    mine = {duty_id for standing in standings(person_id, to) for duty_id in standing.duty_ids}
    there = _said_already(person_id, to)
    said = [(record, *_again(record, mine)) for record in originals]
    entries = [
        Entry(
            post_duty_id=duty_id,
            content=words,
            quantity=record.quantity,
            minutes=record.minutes,
            start_minute=record.start_minute,
            result=record.result,
            origin=RecordOrigin.COPIED,
        )
        for record, duty_id, words in said
        if (duty_id, words) not in there
    ]
    if not entries:
        return Logged((), to, is_new=False)
    return log_records(
        entries,
        worked_on=to,
        client_key=client_key,
        actor=actor,
        today=today,
        late_reason=late_reason,
        overlap_reason=overlap_reason,
    )


def _again(record: DutyRecord, mine: Collection[int]) -> tuple[int | None, str]:
    """(post duty, words) of the copy: under a duty that is no longer mine it is work outside duty.

    Nothing is lost in copying: who wrote no words, because the duty said enough, then has the duty's.
    """
    if record.post_duty is None or record.post_duty_id in mine:
        return record.post_duty_id, record.content
    return None, record.content or record.post_duty.text[:CONTENT_LENGTH]


def _said_already(person_id: int, day: date) -> set[tuple[int | None, str]]:
    """(post duty, words) of what counts on the person's day."""
    rows = db.session.execute(
        select(DutyRecord.post_duty_id, DutyRecord.content).where(
            DutyRecord.person_id == person_id,
            DutyRecord.worked_on == day,
            DutyRecord.record_state.in_(rollups.COUNTED),
        )
    )
    return {(row.post_duty_id, row.content) for row in rows}
