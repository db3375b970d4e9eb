"""疑似交叉: functions of different units that say nearly the same, found by a job and kept for the pages (R126)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from basic_info.coverage.gaps import real_function, says_catch_all
from basic_info.coverage.models import FunctionOverlap
from basic_info.duties.models import UnitFunction
from basic_info.duties.pairs import Candidates
from basic_info.duties.similarity import likest
from basic_info.organization.models import Unit
from host.kernel.db import AnyRow, db

#: Of one function so many are shown; who has more like it has boilerplate.
MOST_OTHERS = 10


def find_overlaps(day: date, *, least: Decimal) -> int:
    """Compare the functions in force within each division, and keep the pairs at or above ``least`` (cosine 0–1).

    Equal words are left out: those are certain; so are catch-all functions, whose words are everybody's. A pair found
    before keeps its row, one found no more goes. Returns how many pairs there are.
    """
    rows = db.session.execute(
        select(
            Unit.region_id,
            UnitFunction.unit_id,
            UnitFunction.id,
            UnitFunction.text,
            func.md5(func.search_words(UnitFunction.text)).label("words"),
        )
        .join(Unit, Unit.id == UnitFunction.unit_id)
        .where(*real_function(day), ~says_catch_all(UnitFunction.text))
        .order_by(Unit.region_id, UnitFunction.unit_id, UnitFunction.id)
    ).all()
    # Not the transaction's time: a second run within one would then find nothing gone.
    now = datetime.now(UTC)
    found = [
        {**pair, "seen_at": now}
        for _, of_region in groupby(rows, key=lambda row: row.region_id)
        for pair in _pairs(list(of_region), float(least))
    ]
    fresh = insert(FunctionOverlap)
    kept = fresh.on_conflict_do_update(
        index_elements=["function_id", "other_id"],
        set_={name: fresh.excluded[name] for name in ("score", "words", "other_words", "seen_at")},
    )
    if found:
        # With RETURNING the rows go a thousand to a statement.
        db.session.execute(kept.returning(FunctionOverlap.id), found).all()
    db.session.execute(delete(FunctionOverlap).where(FunctionOverlap.seen_at < now))
    return len(found)


def _pairs(rows: Sequence[AnyRow], least: float) -> Iterator[dict[str, Any]]:
    """Each pair of a division once, the unit with the smaller id first."""
    texts = [row.text for row in rows]
    of_unit, of_words = defaultdict(set), defaultdict(set)
    for place, row in enumerate(rows):
        of_unit[row.unit_id].add(place)
        of_words[row.words].add(place)
    if len(of_unit) < 2:  # noqa: PLR2004 - nobody to overlap with
        return
    barred = [frozenset(of_unit[row.unit_id] | of_words[row.words]) for row in rows]
    scores: dict[tuple[int, int], float] = {}
    for place, others in enumerate(likest(texts, Candidates(texts), count=MOST_OTHERS, least=least, barred=barred)):
        scores.update({(min(place, other), max(place, other)): score for other, score in others})
    for (first, second), score in scores.items():
        one, other = rows[first], rows[second]
        yield {
            "function_id": one.id,
            "unit_id": one.unit_id,
            "words": one.words,
            "other_id": other.id,
            "other_unit_id": other.unit_id,
            "other_words": other.words,
            "score": score,
        }
