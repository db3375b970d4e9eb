"""What confirmed mandates bring into force: unit functions, section duties and the links from their clauses.

The unit's whole timeline speaks, not the last version alone: a document that comes late takes its days between the
others, and what is said in the same words goes on as the row it is, with the links and records that hang on it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import insert, select
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
from basic_info.mandates.models import ClauseKind, Mandate, MandateClause
from basic_info.mandates.timeline import versions_held
from basic_info.mandates.wording import same_words
from host.kernel.db import db

_KINDS = {ClauseKind.DUTY: FunctionKind.DUTY, ClauseKind.CATCH_ALL: FunctionKind.CATCH_ALL}
_ON_REQUEST = re.compile(r"审批|许可|受理|核准|备案|核发|登记管理")
Key = tuple[int, str]


@dataclass(frozen=True)
class Applied:
    """The rows that began and ended, by their ids."""

    functions: tuple[int, ...]
    section_duties: tuple[int, ...]
    ended_functions: tuple[int, ...]
    ended_duties: tuple[int, ...]


@dataclass
class Spell:
    """Days without a gap over which versions say the same; ``facts`` are those of the last of them."""

    since: date
    until: date | None
    facts: dict[str, Any]

    @property
    def valid(self) -> Range[date]:
        return Range(self.since, self.until)


@dataclass
class _Changes:
    """What became of the rows of a table."""

    made: list[int] = field(default_factory=list)
    ended: list[int] = field(default_factory=list)


def apply_mandates(unit_id: int, *, confirmed_by: int) -> Applied:
    """Make the unit's functions and section duties those of its timeline (R44)."""
    versions = versions_held(unit_id)
    clauses = _clauses(versions)
    functions = _settle(
        UnitFunction,
        _spells(versions, {one.id: _stated_functions(one, clauses[one.id]) for one in versions}),
        _by_key(
            (0, row.text, row)
            for row in db.session.scalars(
                select(UnitFunction).where(UnitFunction.unit_id == unit_id, UnitFunction.mandate_id.is_not(None))
            )
        ),
    )
    duties = _settle(
        SectionDuty,
        _spells(versions, {one.id: _stated_duties(one, clauses[one.id]) for one in versions}),
        _by_key(
            (row.section_id, row.text, row)
            for row in db.session.scalars(
                select(SectionDuty).where(
                    SectionDuty.unit_id == unit_id,
                    SectionDuty.work_source == WorkSource.MANDATE,
                    SectionDuty.clause_id.is_not(None),
                )
            )
        ),
    )
    _link_clauses(unit_id, [clause for rows in clauses.values() for clause in rows], confirmed_by)
    return Applied(tuple(functions.made), tuple(duties.made), tuple(functions.ended), tuple(duties.ended))


def is_stated(clause: MandateClause) -> bool:
    """Whether a clause states a function; one without a number of its own only leads in: 主要职责是：."""
    return clause.clause_kind in _KINDS and "no" in clause.value


def _clauses(versions: Sequence[Mandate]) -> dict[int, list[MandateClause]]:
    found: dict[int, list[MandateClause]] = {one.id: [] for one in versions}
    rows = db.session.scalars(
        select(MandateClause)
        .where(MandateClause.mandate_id.in_(found), MandateClause.is_removed.is_(False))
        .order_by(MandateClause.sort_no)
    )
    for row in rows:
        found[row.mandate_id].append(row)
    return found


def _stated_functions(mandate: Mandate, clauses: Iterable[MandateClause]) -> dict[Key, dict[str, Any]]:
    return {
        (0, same_words(clause.text)): {
            "unit_id": mandate.unit_id,
            "mandate_id": mandate.id,
            "sort_no": clause.value["no"],
            "text": clause.text,
            "function_kind": _KINDS[clause.clause_kind],
            "rhythm": Rhythm.ON_DEMAND if _ON_REQUEST.search(clause.text) else None,
        }
        for clause in clauses
        if is_stated(clause)
    }


def _stated_duties(mandate: Mandate, clauses: Iterable[MandateClause]) -> dict[Key, dict[str, Any]]:
    """Tasks of matched sections; a clause that nobody matched to a section gives none, the page says so."""
    return {
        (clause.section_id, same_words(task)): {
            "section_id": clause.section_id,
            "unit_id": mandate.unit_id,
            "sort_no": number,
            "text": task,
            "work_source": WorkSource.MANDATE,
            "clause_id": clause.id,
        }
        for clause in clauses
        if clause.clause_kind is ClauseKind.SECTION and clause.section_id
        for number, task in enumerate(tasks_of(clause.value), start=1)
    }


def _spells(versions: Sequence[Mandate], stated: dict[int, dict[Key, dict[str, Any]]]) -> dict[Key, list[Spell]]:
    """For each text the days on which it holds, one spell for versions that follow each other."""
    spells: dict[Key, list[Spell]] = defaultdict(list)
    for mandate in versions:
        since, until = mandate.valid.lower, mandate.valid.upper
        assert since is not None  # versions that hold have a first day
        for key, facts in stated[mandate.id].items():
            last = spells[key][-1] if spells[key] else None
            if last is not None and last.until == since:
                last.until, last.facts = until, facts
            else:
                spells[key].append(Spell(since, until, facts))
    return spells


def _by_key(rows: Iterable[tuple[int, str, Any]]) -> dict[Key, list[Any]]:
    found: dict[Key, list[Any]] = defaultdict(list)
    for place, text, row in rows:
        found[place, same_words(text)].append(row)
    return found


def _settle(table: Any, wanted: dict[Key, list[Spell]], standing: dict[Key, list[Any]]) -> _Changes:
    """Give each row the spell that it is, begin what has no row, end what no version says; nothing is deleted."""
    changes, fresh = _Changes(), list[Spell]()
    for key, spells in wanted.items():
        rows = standing.get(key, [])
        for spell in spells:
            row = next((one for one in rows if _meets(one.valid, spell)), None)
            if row is None:
                fresh.append(spell)
                continue
            rows.remove(row)
            _extend(row, spell, changes)
    for row in (one for rows in standing.values() for one in rows):
        if not row.valid.isempty:  # no version says it any more: it never held
            row.valid = Range(empty=True)
            changes.ended.append(row.id)
    db.session.flush()
    changes.made = insert_returning(table, [{**spell.facts, "valid": spell.valid} for spell in fresh])
    return changes


def _meets(valid: Range[date], spell: Spell) -> bool:
    return not valid.isempty and (valid.overlaps(spell.valid) or valid.adjacent_to(spell.valid))


def _extend(row: Any, spell: Spell, changes: _Changes) -> None:
    """The row's days are the spell's; the newer clause is its ground and gives its place."""
    if row.valid.upper is None and spell.until is not None:
        changes.ended.append(row.id)
    if row.valid != spell.valid:
        row.valid = spell.valid
    row.sort_no = spell.facts["sort_no"]
    if isinstance(row, SectionDuty):
        row.clause_id = spell.facts["clause_id"]


def _link_clauses(unit_id: int, clauses: Iterable[MandateClause], confirmed_by: int) -> None:
    """A clause and the function it states belong together by the document itself: no proposal is needed."""
    functions = db.session.execute(
        select(UnitFunction.id, UnitFunction.text).where(
            UnitFunction.unit_id == unit_id, UnitFunction.mandate_id.is_not(None)
        )
    ).all()
    by_words = {same_words(row.text): row.id for row in functions}
    rows = [
        {
            "unit_id": unit_id,
            "clause_id": clause.id,
            "function_id": by_words[same_words(clause.text)],
            "link_state": LinkState.CONFIRMED,
            "decided_by": confirmed_by,
            "decided_at": datetime.now(UTC),
        }
        for clause in clauses
        if is_stated(clause)
    ]
    if rows:
        db.session.execute(insert_new(DutyLink).on_conflict_do_nothing(), rows)


def insert_returning(table: Any, rows: list[dict[str, Any]]) -> list[int]:
    """Insert all rows at once; their ids in the order of ``rows``."""
    if not rows:
        return []
    statement = insert(table).returning(table.id, sort_by_parameter_order=True)
    return list(db.session.scalars(statement, rows))
