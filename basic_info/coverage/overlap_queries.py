"""Reads of pairs that may overlap: those of some functions, and those that people ruled out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, exists, literal, or_, select, union_all
from sqlalchemy.orm import aliased

from basic_info.coverage.boundaries import is_divided
from basic_info.coverage.gaps import ruling_of
from basic_info.coverage.models import FunctionOverlap, OverlapRuling
from basic_info.duties.models import UnitFunction
from basic_info.duties.pairs import shared_pairs
from basic_info.duties.queries import readable_units
from basic_info.organization.models import UnitVersion
from basic_info.organization.scope import within
from basic_info.permissions import Permission
from host.kernel.access import Actor
from host.kernel.db import AnySelect, db
from host.kernel.errors import NotFound
from host.kernel.versions import in_force
from host.kernel.words import Piece, highlighted

SHOWN_RULINGS = 100


@dataclass(frozen=True)
class Side:
    """A function of a pair; without ``pieces`` its words are not the reader's to see."""

    function_id: int
    unit_name: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Pair:
    """Two functions that may overlap: ``own`` is the one asked about; ``score`` 0–1."""

    id: int
    score: float
    own: Side
    other: Side
    #: whether the reader may say that they do not overlap
    may_judge: bool


def pairs_of(function_ids: Sequence[int], day: date, actor: Actor) -> Mapping[int, Sequence[Pair]]:
    """function id → its open pairs, the likest first; one statement."""
    found: dict[int, list[Pair]] = defaultdict(list)
    if not function_ids:
        return found
    pair = FunctionOverlap
    ends = ((pair.function_id, pair.other_id), (pair.other_id, pair.function_id))
    sides = union_all(
        *(
            select(pair.id, pair.score, mine.label("own"), theirs.label("other_id")).where(
                mine.in_(function_ids), ~exists().where(ruling_of(pair))
            )
            for mine, theirs in ends
        )
    ).subquery()
    own, other, version = aliased(UnitFunction), aliased(UnitFunction), aliased(UnitVersion)
    judged = and_(
        *(within(actor, Permission.COVERAGE_JUDGE, unit=one.unit_id) for one in (own, other)), literal(value=True)
    )
    rows = db.session.execute(
        select(
            sides.c.id,
            sides.c.score,
            sides.c.own,
            sides.c.other_id,
            own.text,
            other.text.label("other_text"),
            version.name,
            other.unit_id.in_(readable_units(actor)).label("is_readable"),
            judged.label("may_judge"),
        )
        .join(own, own.id == sides.c.own)
        .join(other, and_(other.id == sides.c.other_id, other.valid.contains(day)))
        .join(version, and_(version.unit_id == other.unit_id, in_force(version, day)))
        .where(own.valid.contains(day), ~is_divided(own.unit_id, other.unit_id, own.text, day))
        .order_by(sides.c.score.desc(), sides.c.id)
    )
    for row in rows:
        shared = shared_pairs(row.text, row.other_text)
        seen = highlighted(row.other_text, shared) if row.is_readable else ()
        found[row.own].append(
            Pair(
                row.id,
                row.score,
                Side(row.own, "", highlighted(row.text, shared)),
                Side(row.other_id, row.name, seen),
                row.may_judge,
            )
        )
    return found


def pair_to_judge(pair_id: int, day: date, actor: Actor) -> tuple[FunctionOverlap, Pair]:
    """An open pair whose two units are the actor's to judge. Raises NotFound."""
    pair = db.session.get(FunctionOverlap, pair_id)
    shown = pairs_of([pair.function_id], day, actor).get(pair.function_id, ()) if pair else ()
    found = next((one for one in shown if one.id == pair_id and one.may_judge), None)
    if pair is None or found is None:
        raise NotFound
    return pair, found


def ruled_out(unit_id: int, day: date) -> Sequence[tuple[OverlapRuling, str, str]]:
    """(ruling, the unit's words, the other unit's name) of the unit's pairs that people ruled out; one statement."""
    function, version = aliased(UnitFunction), aliased(UnitVersion)
    is_first = OverlapRuling.unit_id == unit_id
    rows = db.session.execute(
        select(OverlapRuling, function.text, version.name)
        .select_from(FunctionOverlap)
        .join(OverlapRuling, ruling_of(FunctionOverlap))
        .join(
            function,
            or_(
                and_(is_first, function.id == FunctionOverlap.function_id),
                and_(~is_first, function.id == FunctionOverlap.other_id),
            ),
        )
        .join(
            version,
            and_(
                in_force(version, day),
                or_(
                    and_(is_first, version.unit_id == OverlapRuling.other_unit_id),
                    and_(~is_first, version.unit_id == OverlapRuling.unit_id),
                ),
            ),
        )
        .where(or_(is_first, OverlapRuling.other_unit_id == unit_id))
        .order_by(OverlapRuling.id.desc())
        .limit(SHOWN_RULINGS)
    )
    return [(ruling, words, name) for ruling, words, name in rows]


def rulings_in_reach(actor: Actor) -> AnySelect:
    """Rulings in force whose two units are the actor's to judge."""
    reach = (
        within(actor, Permission.COVERAGE_JUDGE, unit=unit)
        for unit in (OverlapRuling.unit_id, OverlapRuling.other_unit_id)
    )
    return select(OverlapRuling).where(OverlapRuling.ended_at.is_(None), *reach)
