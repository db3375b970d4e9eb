"""Writes of flags. None of them commits; none is a change of the record, so none leaves an audit row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from duty_eval.flags.models import FlagKind, RecordFlag
from host.kernel.db import db


@dataclass(frozen=True)
class Finding:
    """Something found about a record."""

    record_id: int
    worked_on: date
    kind: FlagKind
    detail: str


def flag(findings: Sequence[Finding]) -> int:
    """Keep the findings, each kind once per record; returns how many were new. One statement, none for nothing."""
    if not findings:
        return 0
    made = db.session.execute(
        insert(RecordFlag)
        .values([asdict(finding) for finding in findings])
        .on_conflict_do_nothing()
        .returning(RecordFlag.id)
    )
    return len(made.all())


def forget_flags(record_id: int, worked_on: date) -> None:
    """What was found of words that are no more: the record was deleted, or says something else now."""
    db.session.execute(
        delete(RecordFlag).where(RecordFlag.record_id == record_id, RecordFlag.worked_on == worked_on),
        execution_options={"synchronize_session": False},
    )
