"""Rows of a reply on another base, with what persons had corrected in them where it fits (R44).

Tasks of a body are carried by what was put in and taken out, a number as it was set; what doesn't fit is named.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from basic_info.mandates.clause_rows import tasks_of
from basic_info.mandates.models import Confidence, Mandate, MandateClause
from basic_info.mandates.parts import TABLES, Parts, Row
from basic_info.mandates.reapplying import identities, identity
from basic_info.mandates.regrouping import is_section, section_key, with_tasks
from basic_info.mandates.wording import same_words
from host.kernel.db import db

#: The tables of readings and the parts of a version that hold their rows.
PARTS = {"field": "fields", "clause": "clauses", "quota": "quotas", "leader": "leaders"}


@dataclass
class Mending:
    """Rows of a reply read anew while a person's corrections go along."""

    rows: list[Row]
    looks: list[str] = field(default_factory=list)


def mended_rows(was: Mandate, table: str, fresh: list[Row]) -> Mending:
    """The rows read anew with what persons corrected in the version before."""
    found: Any = TABLES[table]
    rows = db.session.scalars(select(found).where(found.mandate_id == was.id).order_by(found.id)).all()
    mending = Mending([_plain(row) for row in fresh])
    if table == "clause":
        _match_sections(mending.rows, rows)
    read = {key for one in rows if one.extracted_value for key in identities(one)}
    for one in rows:
        if one.corrected_by is None:
            continue
        if one.extracted_value or one.is_removed or read & set(identities(one)) or not _join(mending, one):
            _carry(mending, one, was)
    return mending


def _join(mending: Mending, one: Any) -> bool:
    """Whether a row that a person added is stated by the new base itself: it takes that row's place, not a second."""
    at = next((place for place, row in enumerate(mending.rows) if identity(row) in set(identities(one))), None)
    if at is None:
        return False
    row, value = mending.rows[at], one.corrected_value
    if "tasks" not in value and "count" not in value:
        return True  # the same words
    if "tasks" in value:
        value = with_tasks(value, _tasks_carried(tasks_of(row["extracted_value"]), [], tasks_of(value)))
    mending.rows[at] = _showing({**row, "corrected_by": one.corrected_by, "corrected_value": value}, value)
    mending.looks.append(f"“{_name(one)}”由人补充过：本版里已有这一项，合为一项并沿用补充的内容，请核对")
    return True


def _plain(row: Row) -> Row:
    return {**row, "corrected_value": None, "corrected_by": None}


def _match_sections(rows: Iterable[Row], before: Iterable[MandateClause]) -> None:
    """The sections that a person matched to bodies stay theirs."""
    known = {
        section_key({"extracted_value": one.value}): one.section_id
        for one in before
        if one.is_section and one.section_id and not one.is_removed
    }
    for row in rows:
        if is_section(row) and row["section_id"] is None:
            row["section_id"] = known.get(section_key(row))


def _carry(mending: Mending, one: Any, was: Mandate) -> None:
    known = identities(one) if one.extracted_value else ()
    at = next((place for place, row in enumerate(mending.rows) if identity(row) in known), None)
    is_own = one.origin_document_id in (None, was.document_id)
    if at is not None:
        row, look = _corrected(mending.rows[at], one)
        mending.rows[at] = row
    elif one.is_removed or (not is_own and one.corrected_value is None):
        return
    else:
        look = "" if not one.extracted_value else "本版里没有对应的内容，" + ("按原样保留" if is_own else "没有带入")
        if is_own:
            mending.rows.append(_as_it_was(one))
    if look:
        mending.looks.append(f"“{_name(one)}”由人修改过：{look}，请核对")


def _corrected(row: Row, one: Any) -> tuple[Row, str]:
    """The row with the person's correction, and what of it doesn't fit what was read anew."""
    seen = {**row, "corrected_by": one.corrected_by, "is_removed": one.is_removed}
    read, was_read, value = row["extracted_value"], one.extracted_value, one.corrected_value
    if value is None:
        return seen, ""
    if "tasks" in value and "tasks" in read:
        tasks = _tasks_carried(tasks_of(read), tasks_of(was_read), tasks_of(value))
        changed = with_tasks({**value, "name": value["name"]}, tasks) if tasks != tasks_of(value) else value
        look = (
            ""
            if set(map(same_words, tasks_of(read))) == set(map(same_words, tasks_of(was_read)))
            else ("本版里它的职责不同，增删的几项已照样套用")
        )
        return _showing({**seen, "corrected_value": changed}, changed), look
    look = ""
    if "count" in value and read.get("count") != was_read.get("count"):
        was_count, now = was_read.get("count"), read.get("count")
        look = f"原来读为 {was_count} 名、改为 {value['count']} 名，本版上读为 {now} 名，沿用改后的"
    return _showing({**seen, "corrected_value": value}, value), look


def _tasks_carried(read: list[str], was_read: list[str], value: list[str]) -> list[str]:
    """The tasks read anew without those that the person took out, with those that the person put in."""
    had, has = set(map(same_words, was_read)), set(map(same_words, value))
    kept = [task for task in read if same_words(task) not in had - has]
    there = set(map(same_words, kept))
    return [*kept, *(task for task in value if same_words(task) not in had | there)]


def _showing(row: Row, value: Row) -> Row:
    """The columns that other parts read say what counts."""
    if "clause_kind" in row:
        row["text"] = f"{value['name']}。{value['text']}" if "name" in value else value["text"]
    row.update(
        {
            name: value[name]
            for name in ("kind", "count", "title", "rank", "holds_quota")
            if name in row and name in value
        }
    )
    return row


def _as_it_was(one: Any) -> Row:
    """A row that no reading states, as the person left it."""
    names = ("field_kind", "clause_kind", "mark", "text", "section_id", "kind", "count", "title", "rank", "holds_quota")
    facts = {name: getattr(one, name) for name in names if hasattr(type(one), name)}
    return {
        **facts,
        "extracted_value": one.extracted_value,
        "corrected_value": one.corrected_value,
        "corrected_by": one.corrected_by,
        "source_snippet": one.source_snippet,
        "confidence": one.confidence,
        "is_removed": one.is_removed,
        "origin_document_id": None,
    }


def _name(one: Any) -> str:
    value = one.value
    return str(value.get("name") or value.get("title") or value.get("kind") or value.get("text") or value.get("value"))[
        :40
    ]


def counting(parts: Parts) -> Parts:
    """What counts of the rows: a person's value where there is one."""
    return Parts(*([_value(row) for row in rows if not row["is_removed"]] for rows in vars(parts).values()))


def _value(row: Row) -> Row:
    value = row["corrected_value"] or row["extracted_value"]
    return {**row, "extracted_value": value, "is_seen": row["corrected_by"] is not None}


def as_base(parts: Parts, document_id: int) -> Parts:
    """The rows that count, as those of the base of the next reply."""
    names = ("corrected_value", "corrected_by", "is_seen", "delta", "sort_no")
    return Parts(
        *(
            [
                {
                    **{name: fact for name, fact in row.items() if name not in names},
                    "confidence": Confidence.HIGH,
                    "origin_document_id": row["origin_document_id"] or document_id,
                }
                for row in rows
            ]
            for rows in vars(counting(parts)).values()
        )
    )
