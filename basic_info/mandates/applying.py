"""What a confirmed mandate brings into force: unit functions, section duties and the links from its clauses."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.dialects.postgresql import insert as insert_new

from basic_info.duties.models import (
    DutyLink,
    FunctionKind,
    LinkState,
    Rhythm,
    SectionDuty,
    UnitFunction,
    WorkSource,
)
from basic_info.mandates.clause_rows import tasks_of
from basic_info.mandates.models import ClauseKind, Mandate, MandateClause, MandateStyle
from host.kernel.db import db

_KINDS = {ClauseKind.DUTY: FunctionKind.DUTY, ClauseKind.CATCH_ALL: FunctionKind.CATCH_ALL}
_ON_REQUEST = re.compile(r"审批|许可|受理|核准|备案|核发|登记管理")


@dataclass(frozen=True)
class Applied:
    """How many functions and section duties began."""

    functions: int
    section_duties: int


def apply_mandate(mandate: Mandate, since: date, *, confirmed_by: int) -> Applied:
    """Begin the functions and section duties of ``mandate`` on ``since``; those it no longer names end that day.

    What is said in the same words goes on as it is, with the links that people drew. An amendment ends nothing
    but the duties of the sections that it rewrites (R44).
    """
    clauses = db.session.scalars(
        select(MandateClause).where(MandateClause.mandate_id == mandate.id).order_by(MandateClause.sort_no)
    ).all()
    functions = _apply_functions(mandate, clauses, since, confirmed_by)
    return Applied(functions, _apply_section_duties(mandate, clauses, since))


def _apply_functions(mandate: Mandate, clauses: Sequence[MandateClause], since: date, confirmed_by: int) -> int:
    # A clause without a number of its own only leads in: 主要职责是：
    stated = [clause for clause in clauses if clause.clause_kind in _KINDS and "no" in clause.extracted_value]
    standing = _standing_functions(mandate.unit_id)
    fresh = [clause for clause in stated if clause.text not in standing]
    if mandate.style is not MandateStyle.AMENDMENT:
        kept = {clause.text for clause in stated}
        _end(UnitFunction, [number for text, number in standing.items() if text not in kept], since)
    rows = [
        {
            "unit_id": mandate.unit_id,
            "mandate_id": mandate.id,
            "sort_no": clause.extracted_value["no"],
            "text": clause.text,
            "function_kind": _KINDS[clause.clause_kind],
            "rhythm": Rhythm.ON_DEMAND if _ON_REQUEST.search(clause.text) else None,
            "valid": Range(since, None),
        }
        for clause in fresh
    ]
    ids = dict(zip((clause.text for clause in fresh), insert_returning(UnitFunction, rows), strict=True))
    _link_clauses(mandate.unit_id, [(clause.id, {**standing, **ids}[clause.text]) for clause in stated], confirmed_by)
    return len(rows)


def _standing_functions(unit_id: int) -> dict[str, int]:
    """The unit's functions of mandates that have no end yet, by their words."""
    rows = db.session.execute(
        select(UnitFunction.text, UnitFunction.id).where(
            UnitFunction.unit_id == unit_id,
            UnitFunction.mandate_id.is_not(None),
            func.upper_inf(UnitFunction.valid),
        )
    ).all()
    return {row.text: row.id for row in rows}


def _link_clauses(unit_id: int, pairs: list[tuple[int, int]], confirmed_by: int) -> None:
    """A clause and the function it states belong together by the document itself: no proposal is needed."""
    rows = [
        {
            "unit_id": unit_id,
            "clause_id": clause_id,
            "function_id": function_id,
            "link_state": LinkState.CONFIRMED,
            "decided_by": confirmed_by,
            "decided_at": datetime.now(UTC),
        }
        for clause_id, function_id in pairs
    ]
    if rows:
        db.session.execute(insert_new(DutyLink).on_conflict_do_nothing(), rows)


def _apply_section_duties(mandate: Mandate, clauses: Sequence[MandateClause], since: date) -> int:
    """Tasks of matched sections; a clause that nobody matched to a section gives none, the page says so."""
    stated = {
        (clause.section_id, task): (clause.id, number)
        for clause in clauses
        if clause.clause_kind is ClauseKind.SECTION and clause.section_id
        for number, task in enumerate(tasks_of(clause.corrected_value or clause.extracted_value), start=1)
    }
    standing = _standing_section_duties(mandate.unit_id)
    touched = {section_id for section_id, _ in stated} if mandate.style is MandateStyle.AMENDMENT else None
    gone = [
        duty_id for key, duty_id in standing.items() if key not in stated and (touched is None or key[0] in touched)
    ]
    _end(SectionDuty, gone, since)
    for key in stated.keys() & standing.keys():  # said again in the same words: the newer clause is its ground
        db.session.execute(update(SectionDuty).where(SectionDuty.id == standing[key]).values(clause_id=stated[key][0]))
    rows = [
        {
            "section_id": section_id,
            "unit_id": mandate.unit_id,
            "sort_no": number,
            "text": task,
            "work_source": WorkSource.MANDATE,
            "clause_id": clause_id,
            "valid": Range(since, None),
        }
        for (section_id, task), (clause_id, number) in stated.items()
        if (section_id, task) not in standing
    ]
    return len(insert_returning(SectionDuty, rows))


def _standing_section_duties(unit_id: int) -> dict[tuple[int | None, str], int]:
    rows = db.session.execute(
        select(SectionDuty.section_id, SectionDuty.text, SectionDuty.id).where(
            SectionDuty.unit_id == unit_id,
            SectionDuty.work_source == WorkSource.MANDATE,
            SectionDuty.clause_id.is_not(None),
            func.upper_inf(SectionDuty.valid),
        )
    ).all()
    return {(row.section_id, row.text): row.id for row in rows}


def _end(table: type[UnitFunction | SectionDuty], ids: list[int], since: date) -> None:
    """The rows hold until ``since``; one that began later or that day never held (an empty range)."""
    if ids:
        first = func.lower(table.valid)
        until = func.greatest(first, since)
        db.session.execute(update(table).where(table.id.in_(ids)).values(valid=func.daterange(first, until)))


def insert_returning(table: Any, rows: list[dict[str, Any]]) -> list[int]:
    """Insert all rows at once; their ids in the order of ``rows``."""
    if not rows:
        return []
    statement = insert(table).returning(table.id, sort_by_parameter_order=True)
    return list(db.session.scalars(statement, rows))
