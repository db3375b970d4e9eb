"""Reads of flags for whoever shows records."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Protocol

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Date, String, case, cast, exists, func, literal, select, tuple_
from sqlalchemy.dialects.postgresql import aggregate_order_by

from duty_eval.flags.models import FlagKind, RecordFlag
from duty_eval.records.models import DutyRecord
from host.kernel.db import db


class Keyed(Protocol):
    """What is named by its number and its day: a record, or a row that carries both."""

    @property
    def id(self) -> int: ...
    @property
    def worked_on(self) -> date: ...


def flags_of(records: Iterable[Keyed]) -> dict[int, list[RecordFlag]]:
    """The flags of the records by record id, oldest first; a record without flags is not in it. One statement."""
    keys = [(record.id, record.worked_on) for record in records]
    if not keys:
        return {}
    ids = literal([number for number, _ in keys], ARRAY(BigInteger))
    days = literal([day for _, day in keys], ARRAY(Date))
    given = func.unnest(ids, days).table_valued("id", "worked_on").render_derived()
    found: dict[int, list[RecordFlag]] = {}
    for flag in db.session.scalars(
        select(RecordFlag)
        .where(tuple_(RecordFlag.record_id, RecordFlag.worked_on).in_(select(given.c.id, given.c.worked_on)))
        .order_by(RecordFlag.id)
    ):
        found.setdefault(flag.record_id, []).append(flag)
    return found


def flag_words() -> ColumnElement[str | None]:
    """What was found about a record of the query, in words, as a column: a list costs no statement more for it."""
    kind = case({one.value: one.label for one in FlagKind}, value=cast(RecordFlag.kind, String))
    in_order = aggregate_order_by(literal("；"), RecordFlag.id)
    words = func.string_agg(func.concat(kind, "：", RecordFlag.detail), in_order)
    return (
        select(words)
        .where(RecordFlag.record_id == DutyRecord.id, RecordFlag.worked_on == DutyRecord.worked_on)
        .correlate(DutyRecord)
        .scalar_subquery()
        .label("flag_words")
    )


def is_flagged() -> ColumnElement[bool]:
    """Whether a record of the query has a flag, for a list that shows the flagged ones first."""
    return exists().where(RecordFlag.record_id == DutyRecord.id, RecordFlag.worked_on == DutyRecord.worked_on)
