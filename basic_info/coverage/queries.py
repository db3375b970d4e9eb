"""Reads of the coverage map: a unit's gaps as they are now, the city's as last checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import BigInteger, Integer, and_, cast, func, literal, select, tuple_, union_all
from sqlalchemy.dialects.postgresql import distinct_on

from basic_info.coverage.gaps import GAPS, Gap, gap_rows
from basic_info.coverage.models import CoverageRun
from basic_info.duties.queries import readable_units
from basic_info.organization.models import UnitVersion
from host.kernel.access import Actor
from host.kernel.db import AnyRow, AnySelect, db
from host.kernel.versions import in_force

PAGE = 50
#: Runs that the trend of a unit shows.
RUNS = 12


@dataclass(frozen=True)
class Overview:
    """The city as last checked: ``checked_on`` None before the first check."""

    checked_on: date | None
    units: int
    functions: int
    carried: int
    gaps: dict[Gap, int]

    @property
    def share(self) -> float | None:
        """Carried functions of all, 0–1; None without functions."""
        return self.carried / self.functions if self.functions else None


def gaps_of_unit(unit_id: int, day: date) -> dict[Gap, int]:
    """How many gaps of each kind the unit has on ``day``; one statement."""
    parts = []
    for gap in Gap:
        rows = gap_rows(gap, day).subquery()
        parts.append(
            select(literal(gap.value).label("gap"), func.count().label("gap_count")).where(rows.c.unit_id == unit_id)
        )
    return {GAPS[row.gap]: row.gap_count for row in db.session.execute(union_all(*parts))}


def rows_of_gap(unit_id: int, gap: Gap, day: date, *, after: int = 0) -> tuple[Sequence[AnyRow], int | None]:
    """A page of a unit's gaps of one kind (layer, thing_id, text, place), and the key that continues it."""
    found = gap_rows(gap, day).subquery()
    statement = (
        select(found)
        .where(found.c.unit_id == unit_id, found.c.thing_id > cast(literal(after), BigInteger))
        .order_by(found.c.thing_id)
        .limit(PAGE + 1)
    )
    rows = db.session.execute(statement).all()
    return rows[:PAGE], rows[PAGE - 1].thing_id if len(rows) > PAGE else None


def overview(actor: Actor) -> Overview:
    """The sums over the units in reach, each as last checked; two statements."""
    latest = _latest(actor).subquery()
    count, functions, carried, checked_on = db.session.execute(
        select(
            func.count(),
            func.coalesce(func.sum(latest.c.function_count), 0),
            func.coalesce(func.sum(latest.c.carried_count), 0),
            func.max(latest.c.checked_on),
        )
    ).one()
    each = func.jsonb_each_text(latest.c.gaps).table_valued("key", "value").alias("each")
    sums = db.session.execute(
        select(each.c.key, func.sum(cast(each.c.value, Integer)))
        .select_from(latest)
        .join(each, literal(True))
        .group_by(each.c.key)
    )
    found = {GAPS[key]: int(number) for key, number in sums}
    return Overview(checked_on, count, int(functions), int(carried), {gap: found.get(gap, 0) for gap in Gap})


def units_with(
    actor: Actor, gap: Gap, day: date, *, after: tuple[int, int] | None = None
) -> tuple[Sequence[AnyRow], tuple[int, int] | None]:
    """Units that have gaps of the kind (unit_id, name, gap_count, checked_on), most first; and the next key."""
    found = all_units_with(actor, gap, day).order_by(None).subquery()
    statement = select(found).order_by(found.c.gap_count.desc(), found.c.unit_id.desc()).limit(PAGE + 1)
    if after is not None:
        statement = statement.where(tuple_(found.c.gap_count, found.c.unit_id) < tuple_(*after))
    rows = db.session.execute(statement).all()
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    return rows[:PAGE], (last.gap_count, last.unit_id) if last else None


def all_units_with(actor: Actor, gap: Gap, day: date) -> AnySelect:
    """The same without pages."""
    latest = _latest(actor).subquery()
    count = cast(latest.c.gaps[gap.value].astext, Integer)
    return (
        select(latest.c.unit_id, UnitVersion.name, count.label("gap_count"), latest.c.checked_on)
        .join(UnitVersion, and_(UnitVersion.unit_id == latest.c.unit_id, in_force(UnitVersion, day)))
        .where(count > 0)
        .order_by(count.desc(), latest.c.unit_id.desc())
    )


def runs_of_unit(unit_id: int) -> Sequence[CoverageRun]:
    """The last checks of a unit, the newest first."""
    statement = select(CoverageRun).where(CoverageRun.unit_id == unit_id)
    return db.session.scalars(statement.order_by(CoverageRun.checked_on.desc()).limit(RUNS)).all()


def _latest(actor: Actor) -> AnySelect:
    return (
        select(CoverageRun)
        .ext(distinct_on(CoverageRun.unit_id))
        .where(CoverageRun.unit_id.in_(readable_units(actor)))
        .order_by(CoverageRun.unit_id, CoverageRun.checked_on.desc())
    )
