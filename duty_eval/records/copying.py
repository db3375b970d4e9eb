"""One's own day again on another day (复制)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from duty_eval.records import rollups
from duty_eval.records.models import CONTENT_LENGTH, DutyRecord, RecordOrigin
from duty_eval.records.operations import MOST_AT_ONCE, Entry, Logged, log_records, person_of
from duty_eval.records.standing import standings
from duty_eval.requirements.queries import asking_words
from host.kernel.access import Actor
from host.kernel.db import AnyRow, db
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

    What the day has already, word for word under the same duty, is left out: a second copy doubles nothing. So is what
    has no words where the duty asks for some on that day: ``left_out`` names these duties.
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
    said = [(record, *_again(record, mine)) for record in originals]
    asking = asking_words({duty_id for _, duty_id, words in said if duty_id is not None and not words}, to)
    left_out = tuple(dict.fromkeys(asking.values()))
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
        for record, duty_id, words in _missing(said, person_id=person_id, day=to)
        if words or duty_id not in asking
    ]
    if not entries:
        return Logged((), to, is_new=False, left_out=left_out)
    logged = log_records(
        entries,
        worked_on=to,
        client_key=client_key,
        actor=actor,
        today=today,
        late_reason=late_reason,
        overlap_reason=overlap_reason,
    )
    return replace(logged, left_out=left_out)


def not_copied(duties: Sequence[str]) -> str:
    """What was left out because words are asked for, as the end of a sentence; empty without any."""
    names = "、".join(f"「{text[:20]}」" for text in duties)
    return f"；{names}须写明做了什么，没有复制，请另填" if duties else ""


def _again(record: DutyRecord, mine: Collection[int]) -> tuple[int | None, str]:
    """(post duty, words) of the copy: under a duty that is no longer mine it is work outside duty.

    Nothing is lost in copying: who wrote no words, because the duty said enough, then has the duty's.
    """
    if record.post_duty is None or record.post_duty_id in mine:
        return record.post_duty_id, record.content
    return None, record.content or record.post_duty.text[:CONTENT_LENGTH]


def _missing(
    said: Sequence[tuple[DutyRecord, int | None, str]], *, person_id: int, day: date
) -> list[tuple[DutyRecord, int | None, str]]:
    """Of what would be said on the day, what it has not: as many times as it is said and not there yet."""
    rows = db.session.execute(
        select(DutyRecord.post_duty_id, DutyRecord.content, DutyRecord.quantity, DutyRecord.minutes).where(
            DutyRecord.person_id == person_id,
            DutyRecord.worked_on == day,
            DutyRecord.record_state.in_(rollups.COUNTED),
        )
    )
    there = Counter(_what(row.post_duty_id, row.content, row) for row in rows)
    missing = []
    for record, duty_id, words in said:
        what = _what(duty_id, words, record)
        if there[what]:
            there[what] -= 1
        else:
            missing.append((record, duty_id, words))
    return missing


def _what(duty_id: int | None, words: str, amounts: AnyRow | DutyRecord) -> Hashable:
    """By what one thing done is told from another: without words by its amounts."""
    return (duty_id, words) if words else (duty_id, amounts.quantity, amounts.minutes)
