"""The timeline of a unit: its versions one after the other, whatever order they were confirmed in (R44)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from itertools import takewhile

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import Range

from basic_info.mandates.clause_rows import tasks_of
from basic_info.mandates.models import (
    HELD,
    Mandate,
    MandateClause,
    MandateState,
    MandateStyle,
)
from basic_info.mandates.numbers import LEADERS, QUOTAS
from basic_info.mandates.numbers_carried import carry_numbers
from basic_info.mandates.parts import Parts, Row, clause_copy, copied_parts, keep_parts
from basic_info.mandates.regrouping import is_section, section_key, with_tasks
from host.kernel.db import db


def versions_held(unit_id: int) -> Sequence[Mandate]:
    """The versions that hold or held for at least a day, from the first on."""
    return db.session.scalars(
        select(Mandate)
        .where(Mandate.unit_id == unit_id, Mandate.mandate_state.in_(HELD), ~func.isempty(Mandate.valid))
        .order_by(func.lower(Mandate.valid))
    ).all()


def version_on(unit_id: int, day: date) -> Mandate | None:
    """The version of a unit that holds on ``day``."""
    return db.session.scalar(
        select(Mandate).where(Mandate.unit_id == unit_id, Mandate.mandate_state.in_(HELD), Mandate.valid.contains(day))
    )


def take_place(mandate: Mandate, since: date) -> None:
    """Give the version its days on the timeline: from ``since`` to the next version that is there already.

    The one before ends that day. A version with a later one behind it is history at once. Amendments behind a whole
    三定规定 are another's to apply again (``rebasing``).
    """
    held = versions_held(mandate.unit_id)
    before = next((one for one in held if since in one.valid), None)
    later = [one for one in held if one.valid.lower is not None and one.valid.lower > since]
    if before is not None:
        before.mandate_state = MandateState.SUPERSEDED
        before.valid = Range(before.valid.lower, since)
        db.session.flush()  # two versions may not meet, not even for a statement
    mandate.mandate_state = MandateState.SUPERSEDED if later else MandateState.CONFIRMED
    mandate.valid = Range(since, later[0].valid.lower if later else None)
    if mandate.style is MandateStyle.AMENDMENT:
        _carry_on(mandate, later)


def _carry_on(mandate: Mandate, later: Sequence[Mandate]) -> None:
    """An amendment that comes late holds in the amendments after it too, where they say nothing else."""
    later = list(takewhile(lambda one: one.style is MandateStyle.AMENDMENT, later))
    change, gone, moved = _own_parts(mandate), _gone(mandate), _moved_tasks(mandate)
    for one in later:
        own = _own_parts(one)
        _end_bodies(one, gone - {section_key(row) for row in own.clauses})
        _move_tasks(one, moved)
        keep_parts(one.id, _given_way(one, change, own))
    for numbering in (QUOTAS, LEADERS):
        carry_numbers(mandate, later, numbering)


def _gone(mandate: Mandate) -> set[str]:
    """The bodies of its base that an amendment took out."""
    rows = db.session.scalars(
        select(MandateClause).where(
            MandateClause.mandate_id == mandate.id,
            MandateClause.is_removed,
            MandateClause.origin_document_id.is_distinct_from(mandate.document_id),
            MandateClause.origin_document_id.is_not(None),
        )
    )
    return {section_key(_as_row(row)) for row in rows if row.is_section}


def _end_bodies(later: Mandate, keys: Collection[str]) -> None:
    for clause in _clauses(later):
        if clause.is_section and section_key(_as_row(clause)) in keys:
            clause.is_removed = True
    db.session.flush()


def _moved_tasks(mandate: Mandate) -> dict[str | int, tuple[list[str], list[str]]]:
    """The tasks of each body before and after an amendment, by its name and by the section that it is."""
    base = db.session.get(Mandate, mandate.base_id) if mandate.base_id else None
    if base is None:
        return {}
    before = {key: tasks_of(one.value) for one in _clauses(base) for key in _keys(one)}
    return {key: (before[key], tasks_of(one.value)) for one in _clauses(mandate) for key in _keys(one) if key in before}


def _keys(clause: MandateClause) -> list[str | int]:
    """By what a body is the same in two versions."""
    if not clause.is_section:
        return []
    return [section_key(_as_row(clause)), *([clause.section_id] if clause.section_id else [])]


def _move_tasks(later: Mandate, moved: dict[str | int, tuple[list[str], list[str]]]) -> None:
    """A body that the later amendment states, its tasks as they were: those that moved before it move there too.

    The clause as it was confirmed stays, taken out; another one stands in its place.
    """
    rows: list[Row] = []
    for clause in _clauses(later):
        if not clause.is_section or clause.origin_document_id not in (None, later.document_id):
            continue
        before, after = next((moved[key] for key in _keys(clause) if key in moved), ([], []))
        tasks = tasks_of(clause.value)
        if before == after or not set(before) <= set(tasks):
            continue
        lost = set(before) - set(after)
        now = [*(one for one in tasks if one not in lost), *(one for one in after if one not in tasks)]
        clause.is_removed = True
        value = with_tasks(clause.value, now)
        rows.append({**clause_copy(clause, later.document_id), "extracted_value": value, "sort_no": clause.sort_no})
        rows[-1]["text"] = f"{value['name']}。{value['text']}"
    db.session.flush()  # before the new rows stand beside them
    keep_parts(later.id, Parts(clauses=rows))


def _own_parts(mandate: Mandate) -> Parts:
    """The rows that an amendment itself states."""
    parts = copied_parts(mandate)
    return Parts(
        clauses=[row for row in parts.clauses if row["origin_document_id"] == mandate.document_id and is_section(row)]
    )


def _given_way(later: Mandate, change: Parts, own: Parts) -> Parts:
    """The rows of ``change`` that the later version takes over; those of the base that they replace are taken out."""
    stated = {row["section_id"] for row in own.clauses} - {None}  # also under another name
    said = {section_key(row) for row in own.clauses}
    taken = Parts(
        clauses=[row for row in change.clauses if section_key(row) not in said and row["section_id"] not in stated]
    )
    replaced = {section_key(row) for row in taken.clauses}
    bodies = {row["section_id"] for row in taken.clauses} - {None}
    for clause in _clauses(later):
        if clause.is_section and (section_key(_as_row(clause)) in replaced or clause.section_id in bodies):
            clause.is_removed = True
    db.session.flush()  # before the new rows stand beside them
    return taken


def _as_row(clause: MandateClause) -> Row:
    return {"clause_kind": clause.clause_kind, "extracted_value": clause.value}


def _clauses(mandate: Mandate) -> Sequence[MandateClause]:
    return db.session.scalars(
        select(MandateClause).where(MandateClause.mandate_id == mandate.id, MandateClause.is_removed.is_(False))
    ).all()
