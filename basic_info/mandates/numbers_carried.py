"""Numbers over an amendment that comes late: what later ones add is added to what holds before them now (R44)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import insert, select

from basic_info.mandates.errors import FewerThanNone
from basic_info.mandates.models import Mandate, MandateLeader, MandateQuota
from basic_info.mandates.numbers import Numbering, place_of, replaced
from basic_info.mandates.parsing.model import Increment
from basic_info.mandates.parts import Row
from host.kernel.db import db

Number = MandateQuota | MandateLeader


def carry_numbers(mandate: Mandate, later: Iterable[Mandate], numbering: Numbering) -> None:
    """Bring the numbers of each later amendment up to date, one after the other from ``mandate`` on.

    A row as it was confirmed stays, taken out; another one stands in its place. Raises FewerThanNone.
    """
    standing = [_as_row(one, mandate, numbering) for one in _numbers(mandate, numbering) if not one.is_removed]
    for one in later:
        standing = _restated(one, standing, numbering)


def _restated(later: Mandate, before: list[Row], numbering: Numbering) -> list[Row]:
    """The rows of a later amendment where ``before`` holds before it; they are written where they are others."""
    numbers = _numbers(later, numbering)
    there = [one for one in numbers if not one.is_removed]
    own = [one for one in there if one.origin_document_id in (None, later.document_id)]
    ended = _ended(later, numbers, numbering)
    stated = [_as_row(one, later, numbering) for one in own if not one.is_difference]
    said = {numbering.key(row) for row in stated}
    wanted = replaced(before, stated, numbering.key, numbering.family)
    wanted = [row for row in wanted if numbering.key(row) in said or numbering.key(row) not in ended]
    for one in own:
        if one.is_difference:
            _add(wanted, one, later, numbering)
    _write(later, there, wanted, numbering)
    return wanted


def _add(wanted: list[Row], one: Number, later: Mandate, numbering: Numbering) -> None:
    row, by = _as_row(one, later, numbering), one.delta or 0
    rank = row["rank"] if numbering.is_post else None
    found = place_of(wanted, Increment(row[numbering.name], by, numbering.is_post, rank, ""), numbering)
    if len(found) != 1:
        wanted.append(row)  # it is no more in what holds before: the number as it was confirmed
        return
    count = wanted[found[0]]["count"] + by
    if count < 0:
        name, version = row[numbering.name], f"第 {later.version_no} 版"
        raise FewerThanNone(f"补入后，{version}减少 {-by} 名的“{name}”会少于 0 名，请先核对本批复和{version}的数字")
    value = {**row["extracted_value"], "count": count}
    wanted[found[0]] = {**row, "count": count, "extracted_value": value, "delta": by}


def _write(later: Mandate, there: Sequence[Number], wanted: list[Row], numbering: Numbering) -> None:
    standing = {_facts(numbering, numbering.facts(one)): one for one in there}
    kept = [standing.pop(_facts(numbering, row), None) for row in wanted]
    for one in standing.values():
        one.is_removed = True
    db.session.flush()  # before the new rows stand beside them
    rows = [
        {"delta": None, **row, "mandate_id": later.id} for row, one in zip(wanted, kept, strict=True) if one is None
    ]
    if rows:
        db.session.execute(insert(numbering.table), rows)


def _facts(numbering: Numbering, row: Row) -> tuple[object, ...]:
    """By what two rows say the same."""
    return numbering.key(row), row["count"], row.get("holds_quota")


def _ended(later: Mandate, numbers: Iterable[Number], numbering: Numbering) -> set[object]:
    """The kinds of its base that the later amendment took out."""
    rows = [(one, numbering.key(numbering.facts(one))) for one in numbers]
    there = {key for one, key in rows if not one.is_removed}
    return {
        key
        for one, key in rows
        if one.is_removed and key not in there and one.origin_document_id not in (None, later.document_id)
    }


def _as_row(one: Number, mandate: Mandate, numbering: Numbering) -> Row:
    """The row as one of another version: a number like any other, with its document and words."""
    return {
        **numbering.facts(one),
        "extracted_value": one.value,
        "source_snippet": one.source_snippet,
        "confidence": one.confidence,
        "is_removed": False,
        "origin_document_id": one.origin_document_id or mandate.document_id,
    }


def _numbers(mandate: Mandate, numbering: Numbering) -> Sequence[Number]:
    table: Any = numbering.table
    found: Sequence[Number] = db.session.scalars(
        select(table).where(table.mandate_id == mandate.id).order_by(table.id)
    ).all()
    return found
