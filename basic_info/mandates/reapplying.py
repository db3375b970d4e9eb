"""A reply applied anew to its draft: what persons corrected stays, and what of the reply it kept out is named (R44).

A row that a person looked at is not overwritten. Where the reply, read anew after a decision, says more or less of it
than it did when the person looked, that is astray: the page lists it until somebody takes it in or leaves it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select

from basic_info.mandates.addressee import for_unit
from basic_info.mandates.amending import amended
from basic_info.mandates.clause_rows import tasks_of
from basic_info.mandates.errors import ChangedMeanwhile
from basic_info.mandates.models import ClauseKind, FieldKind, Mandate, MandateClause, MandateLeader, MandateQuota
from basic_info.mandates.numbers import leader_key, quota_key
from basic_info.mandates.parsing import ParsedMandate
from basic_info.mandates.parts import TABLES, Parts, Row, copied_parts, keep_parts
from basic_info.mandates.previewing import parsed_again
from basic_info.mandates.readings import accept_reading, correct_reading, remove_reading, require_open, restore_reading
from basic_info.mandates.regrouping import section_key, with_tasks
from basic_info.mandates.replies import reply_of
from basic_info.mandates.wording import same_words
from host.kernel.access import Actor
from host.kernel.db import db
from host.kernel.errors import NotFound

Kept = MandateClause | MandateQuota | MandateLeader


@dataclass(frozen=True)
class Astray:
    """What the reply says otherwise of a row that a person looked at, and the row doesn't show.

    ``more``, ``less``: tasks that the body gets and gives. ``count``: the number that would hold. ``is_gone``: no order
    of the reply states the row any more. ``value``: the row's value with all of it.
    """

    reading: Kept
    table: str
    name: str
    value: Row
    more: tuple[str, ...] = ()
    less: tuple[str, ...] = ()
    count: int | None = None
    is_gone: bool = False


def apply_again(mandate: Mandate) -> None:
    """The draft's rows as the reply makes them now. Raises NotFound where its words cannot be read any more."""
    base, parsed = _base(mandate), parsed_again(mandate)
    if base is None or parsed is None:
        raise NotFound
    _reapply(mandate, _fresh(mandate, base, parsed))


def astray_of(mandate: Mandate) -> list[Astray]:
    """What of the reply the corrected rows of an open draft keep out, in the order of the page."""
    base = _base(mandate)
    touched = [(name, one) for name, table in TABLES.items() if name != "field" for one in _touched(mandate, table)]
    parsed = parsed_again(mandate) if base is not None and touched else None
    if base is None or parsed is None:
        return []
    fresh = _fresh(mandate, base, parsed)
    now = {
        "clause": {identity(row): row for row in fresh.clauses if _is_body(row)},
        "quota": {identity(row): row for row in fresh.quotas},
        "leader": {identity(row): row for row in fresh.leaders},
    }
    placed = {same_words(task) for task in _standing_tasks(mandate)}
    return [found for name, one in touched for found in _astray(name, one, now[name], placed)]


def settle_astray(mandate: Mandate, table: str, reading_id: int, *, take: bool, revision: int, actor: Actor) -> None:
    """Take into the corrected row what the reply says of it now, or leave the row as the person has it.

    Either way the reading that stands beside the correction is the one read anew. Raises NotOpen, ChangedMeanwhile
    (``revision`` is the one on the screen; somebody settled it already), NotPermitted.
    """
    require_open(mandate, actor)
    found = next((one for one in astray_of(mandate) if (one.table, one.reading.id) == (table, reading_id)), None)
    if found is None or mandate.revision != revision:
        raise ChangedMeanwhile("打开本页后内容又有修改，请重新核对后再决定")
    row = found.reading
    if not (take and found.is_gone):
        row.extracted_value, row.corrected_value = _read_anew(mandate, found), row.value
    db.session.flush()  # the corrections below read the row again
    if not take:
        accept_reading(mandate, row, version=row.lock_version, actor=actor)
    elif found.is_gone:
        remove_reading(mandate, row, version=row.lock_version, actor=actor)
    else:
        correct_reading(mandate, row, found.value, version=row.lock_version, actor=actor)
        if row.is_removed:
            restore_reading(mandate, row, version=row.lock_version, actor=actor)


def _base(mandate: Mandate) -> Mandate | None:
    return db.session.get(Mandate, mandate.base_id) if mandate.base_id else None


def _fresh(mandate: Mandate, base: Mandate, parsed: ParsedMandate) -> Parts:
    reply = reply_of(for_unit(parsed, mandate.unit_id), unit_id=mandate.unit_id, words=mandate.source_text)
    return amended(copied_parts(base), reply)


def _touched(mandate: Mandate, table: Any) -> list[Any]:
    """The rows that a person looked at, without those that persons added."""
    found = select(table).where(table.mandate_id == mandate.id, table.corrected_by.is_not(None)).order_by(table.id)
    return [one for one in db.session.scalars(found) if one.extracted_value]


def _standing_tasks(mandate: Mandate) -> Iterator[str]:
    rows = db.session.scalars(
        select(MandateClause).where(MandateClause.mandate_id == mandate.id, MandateClause.is_removed.is_(False))
    )
    return (task for one in rows if one.is_section for task in tasks_of(one.value))


def _is_body(row: Row) -> bool:
    return row["clause_kind"] is ClauseKind.SECTION and "name" in row["extracted_value"]


def _astray(table: str, one: Kept, now: dict[object, Row], placed: Collection[str]) -> Iterator[Astray]:
    if isinstance(one, MandateClause) and not one.is_section:
        return
    fresh = next((now[key] for key in identities(one) if key in now), None)
    if fresh is None:
        if not one.is_removed and one.origin_document_id is None:
            yield Astray(one, table, _name(one), one.value, is_gone=True)
    elif isinstance(one, MandateClause):
        yield from _body_astray(table, one, fresh, placed)
    elif fresh["count"] not in (one.extracted_value.get("count"), one.count):
        value = {**one.value, "count": fresh["count"]}
        yield Astray(one, table, _name(one), value, count=fresh["count"])


def _body_astray(table: str, one: MandateClause, fresh: Row, placed: Collection[str]) -> Iterator[Astray]:
    had, has = (list(map(same_words, tasks_of(value))) for value in (one.extracted_value, one.value))
    tasks = tasks_of(fresh["extracted_value"])
    now = set(map(same_words, tasks))
    more = tuple(task for task in tasks if same_words(task) not in {*had, *placed})
    less = tuple(task for task in tasks_of(one.value) if (words := same_words(task)) in had and words not in now)
    if not one.is_removed and not fresh["is_removed"] and (more or less):
        left = [task for task in tasks_of(one.value) if task not in less]
        yield Astray(one, table, _name(one), with_tasks(one.value, [*left, *more]), more, less)
    elif one.is_removed and more and not fresh["is_removed"]:
        yield Astray(one, table, _name(one), with_tasks(one.value, list(more)), more)


def _name(one: Kept) -> str:
    return str(one.value["name"]) if isinstance(one, MandateClause) else getattr(one, "title", getattr(one, "kind", ""))


def _read_anew(mandate: Mandate, found: Astray) -> Row:
    """What the reply says of the row now; {} where it says nothing: the row is the person's own then."""
    base, parsed = _base(mandate), parsed_again(mandate)
    if found.is_gone or base is None or parsed is None:
        return {}
    fresh = _fresh(mandate, base, parsed)
    rows = {"clause": fresh.clauses, "quota": fresh.quotas, "leader": fresh.leaders}[found.table]
    known = identities(found.reading)
    return next((row["extracted_value"] for row in rows if identity(row) in known), {})


def _reapply(mandate: Mandate, fresh: Parts) -> None:
    """The rows as they are now; those that a person looked at stay in the place of what was read anew."""
    kept = Parts()
    for (name, table), rows in zip(
        TABLES.items(), (fresh.fields, fresh.clauses, fresh.quotas, fresh.leaders), strict=True
    ):
        kind: Any = table
        db.session.execute(delete(kind).where(kind.mandate_id == mandate.id, kind.corrected_by.is_(None)))
        touched = db.session.scalars(select(kind).where(kind.mandate_id == mandate.id)).all()
        known = {key for one in touched for key in identities(one)}
        numbered = (
            [{"sort_no": number, **row} for number, row in enumerate(rows, start=1)] if name == "clause" else rows
        )
        getattr(kept, _PART[name]).extend(row for row in numbered if identity(row) not in known)
    keep_parts(mandate.id, kept)
    db.session.expire_all()  # the rows were written by statements of their own


_PART = {"field": "fields", "clause": "clauses", "quota": "quotas", "leader": "leaders"}


def identity(row: Row) -> object:
    """By what a row is the same read anew."""
    value = row["extracted_value"]
    if "field_kind" in row:
        return row["field_kind"], value.get("value") if row["field_kind"] is FieldKind.PLATE else None
    if "kind" in row:
        return quota_key(row)
    if "title" in row:
        return leader_key(row)
    if row["clause_kind"] is ClauseKind.SECTION and "name" in value:
        return section_key(row)
    return row["clause_kind"], same_words(row["text"])


def identities(one: Any) -> Collection[object]:
    """As it was read, and as a person corrected it."""
    names = ("field_kind", "clause_kind")
    facts = {name: getattr(one, name) for name in names if hasattr(one, name)}
    values = [value for value in (one.extracted_value, one.corrected_value) if value]
    if "clause_kind" in facts:
        return {identity({**facts, "text": value.get("text", ""), "extracted_value": value}) for value in values}
    return {identity({**value, **facts, "extracted_value": value}) for value in values}
