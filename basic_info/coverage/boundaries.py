"""职责分工: what two units do together, and a mandate already says who does which part of it, is no overlap (R126)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Integer, case, cast, false, func, literal, or_, select, true
from sqlalchemy.orm import aliased

from basic_info.coverage.models import FunctionOverlap
from basic_info.duties.models import UnitFunction
from basic_info.duties.queries import readable_units
from basic_info.mandates.models import HELD, ClauseKind, Mandate, MandateClause
from basic_info.organization.models import Unit, UnitVersion
from host.kernel.access import Actor
from host.kernel.db import AnySelect, db
from host.kernel.versions import in_force

#: A clause speaks of a function when it has this share of the function's character pairs.
SHARE = Decimal("0.3")
SHOWN = 100


def clauses_between(one: Any, other: Any, words: Any, day: date) -> AnySelect:
    """Clauses in force in which one of two units divides the function ``words`` with the other, named by its name.

    ``one``, ``other``: columns of unit ids; ``words``: the column of the function's text.
    """
    named = aliased(UnitVersion)
    # As it stands, not its searched form: of a whole city's pairs each looks at the clauses of two units.
    said = MandateClause.text
    gram = func.unnest(func.search_grams(words)).column_valued("gram")
    share = (
        select(func.avg(cast(func.strpos(func.search_words(said), gram) > 0, Integer)))
        .correlate(MandateClause)
        .scalar_subquery()
    )
    by_name = func.strpos(said, named.name) > 0
    by_short_name = (named.short_name != "") & (func.strpos(said, named.short_name) > 0)
    return (
        select(MandateClause)
        .join(Mandate, Mandate.id == MandateClause.mandate_id)
        .join(named, (named.unit_id == case((Mandate.unit_id == one, other), else_=one)) & in_force(named, day))
        .where(
            Mandate.unit_id.in_([one, other]),
            Mandate.mandate_state.in_(HELD),
            Mandate.valid.contains(day),
            MandateClause.clause_kind == ClauseKind.BOUNDARY,
            # In this order: counting pairs is dear, and hardly any clause names the other unit.
            case((or_(by_name, by_short_name), share >= SHARE), else_=false()),
        )
    )


def is_divided(one: Any, other: Any, words: Any, day: date) -> ColumnElement[bool]:
    """Whether there is such a clause."""
    return clauses_between(one, other, words, day).with_only_columns(literal(1)).correlate_except(
        MandateClause, Mandate
    ).exists()  # fmt: skip


@dataclass(frozen=True)
class Division:
    """A function that a clause divides with another unit; without ``clause`` its words are not the reader's to see."""

    function_id: int
    text: str
    other_name: str
    clause_id: int
    clause: str


def divisions(unit_id: int, day: date, actor: Actor) -> Sequence[Division]:
    """The unit's functions that would overlap, were they not divided by a clause; one statement."""
    own, other, version = aliased(UnitFunction), aliased(UnitFunction), aliased(UnitVersion)
    pairs = _pairs_of(unit_id).subquery()
    clause = (
        clauses_between(own.unit_id, other.unit_id, own.text, day)
        .with_only_columns(MandateClause.id, MandateClause.text, Mandate.unit_id)
        .order_by(MandateClause.id)
        .limit(1)
        .correlate(own, other)
        .lateral("clause")
    )
    rows = db.session.execute(
        select(
            own.id,
            own.text,
            version.name,
            clause.c.id.label("clause_id"),
            clause.c.text.label("clause"),
            clause.c.unit_id.in_(readable_units(actor)).label("is_readable"),
        )
        .select_from(pairs)
        .join(own, (own.id == pairs.c.own_id) & own.valid.contains(day))
        .join(other, (other.id == pairs.c.other_id) & other.valid.contains(day))
        .join(version, (version.unit_id == other.unit_id) & in_force(version, day))
        .join(clause, true())
        .order_by(own.id, other.id)
        .limit(SHOWN)
    )
    return [Division(row.id, row.text, row.name, row.clause_id, row.clause if row.is_readable else "") for row in rows]


def _pairs_of(unit_id: int) -> CompoundSelect[int, int]:
    """(own_id, other_id): of near-equal functions as last compared, and of equal ones."""
    pair, own, other = FunctionOverlap, aliased(UnitFunction), aliased(UnitFunction)
    unit, other_unit = aliased(Unit), aliased(Unit)
    near = (
        select(mine.label("own_id"), theirs.label("other_id")).where(of == unit_id)
        for of, mine, theirs in (
            (pair.unit_id, pair.function_id, pair.other_id),
            (pair.other_unit_id, pair.other_id, pair.function_id),
        )
    )
    equal = (
        select(own.id, other.id)
        .join(unit, unit.id == own.unit_id)
        .join(other_unit, (other_unit.region_id == unit.region_id) & (other_unit.id != unit.id))
        .join(
            other,
            (other.unit_id == other_unit.id)
            & (func.md5(func.search_words(other.text)) == func.md5(func.search_words(own.text))),
        )
        .where(own.unit_id == unit_id)
    )
    first, second = near
    return first.union_all(second, equal)
