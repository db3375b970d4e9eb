"""The one way in: rows of the interface and of files pass here, good ones become events, bad ones wait."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy.dialects.postgresql import insert

from function_monitor.cases.operations import register_events, reporter
from function_monitor.collection.errors import BadRow
from function_monitor.collection.models import BusinessSystem, QuarantineRow
from function_monitor.collection.schemas import EventDraft, read_event
from host.kernel.audit import record_change
from host.kernel.db import db
from host.kernel.idempotency import hash_body

#: Fields of a quarantined row that are kept; nobody has more to say about an event.
MOST_FIELDS = 40


@dataclass(frozen=True)
class RawRow:
    """A row as it came: field → value, and its line in the file if it came in one."""

    raw: Mapping[str, Any]
    line_no: int | None = None


@dataclass(frozen=True)
class Taken:
    """What became of a row: ``accepted``, ``duplicate`` or ``quarantined`` with a reason."""

    result: str
    reason: str = ""


def ingest(rows: Sequence[RawRow], system: BusinessSystem, *, file_id: int | None = None) -> list[Taken]:
    """Take rows of ``system``, each once; what cannot be taken is quarantined with its reason. Flushes."""
    taken: list[Taken | None] = [None] * len(rows)
    drafts: dict[int, EventDraft] = {}
    for place, row in enumerate(rows):
        try:
            drafts[place] = read_event(row.raw)
        except BadRow as bad:
            taken[place] = Taken("quarantined", str(bad))
    outcomes = register_events(list(drafts.values()), system=system, file_id=file_id)
    for place, outcome in zip(drafts, outcomes, strict=True):
        if isinstance(outcome, BadRow):
            taken[place] = Taken("quarantined", str(outcome))
        else:
            taken[place] = Taken("accepted" if outcome else "duplicate")
    done = [one or Taken("duplicate") for one in taken]
    _quarantine([(row, one.reason) for row, one in zip(rows, done, strict=True) if one.reason], system, file_id)
    _write_down(done, system)
    return done


def _write_down(done: Sequence[Taken], system: BusinessSystem) -> None:
    """One audit row for all of a message or batch: which system brought how much (R158)."""
    counts = Counter(one.result for one in done)
    if counts.keys() - {"duplicate"}:  # what was known already changes nothing
        record_change(
            system,
            action="business_system.reported",
            actor=reporter(system),
            after={name: counts[name] for name in ("accepted", "duplicate", "quarantined")},
        )


def _quarantine(bad: Sequence[tuple[RawRow, str]], system: BusinessSystem, file_id: int | None) -> None:
    """Keep bad rows, each once: a sender that repeats itself fills no table."""
    if not bad:
        return
    rows = {
        hash_body(dict(row.raw)): {
            "system_id": system.id,
            "file_id": file_id,
            "line_no": row.line_no,
            "raw": _printable(row.raw),
            "raw_hash": hash_body(dict(row.raw)),
            "reason": reason,
        }
        for row, reason in bad
    }
    db.session.execute(
        insert(QuarantineRow)
        .values(list(rows.values()))
        .on_conflict_do_nothing(index_elements=[QuarantineRow.system_id, QuarantineRow.raw_hash])
    )


def _printable(raw: Mapping[str, Any]) -> dict[str, Any]:
    """``raw`` as the database can hold it: bounded, without NUL, half of a character pair or endless numbers."""
    return {printable(str(name))[:80]: _kept(value) for name, value in islice(raw.items(), MOST_FIELDS)}


def _kept(value: Any) -> Any:
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, bool | int) or value is None:
        return value
    return printable(json.dumps(value, ensure_ascii=False))


def printable(text: str) -> str:
    """``text`` with a mark in place of what cannot be stored, of a bearable length."""
    return text[:1000].replace("\x00", "�").encode("utf-8", "replace").decode("utf-8")
