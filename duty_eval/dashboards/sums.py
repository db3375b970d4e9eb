"""Reading and keeping the sums of units and divisions: exact at every instant, whatever the job has added up so far."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import (
    Date,
    Subquery,
    case,
    cast,
    delete,
    func,
    insert,
    literal,
    select,
    text,
    union_all,
)
from sqlalchemy.dialects.postgresql import insert as upsert

from basic_info.organization.models import Unit
from duty_eval.dashboards.models import SUMS, RegionDaySum, RegionMonthSum, UnitDaySum, UnitMonthSum, UnitSumChange
from duty_eval.records.models import DutyRecord
from duty_eval.records.rollups import APPROVED, COUNTED
from host.kernel.db import AnySelect, Model, db
from host.kernel.partitions import first_of_month


@dataclass(frozen=True)
class Span:
    """Days from the first of a month to ``last``, both counted."""

    first: date
    last: date

    @property
    def months(self) -> tuple[date, date]:
        """(first month, first month not in) of the months that lie in the span as a whole."""
        after = first_of_month(self.last, plus=1)
        return self.first, after if self.last == after - timedelta(days=1) else first_of_month(self.last)

    @property
    def a_year_before(self) -> Span:
        """The same days of the year before; 29 February becomes 28."""
        return Span(_year_back(self.first), _year_back(self.last))


def _year_back(day: date) -> date:
    return day.replace(year=day.year - 1, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=day.year - 1)


@dataclass(frozen=True)
class Level:
    """The sums of units, or of divisions with the units right in them: their tables, and the column of whose."""

    months: Any
    days: Any
    key: str

    def changes(self) -> tuple[Any, AnySelect]:
        """Whose the changes are that are not added up yet, and a select from them."""
        found = select(UnitSumChange)
        if self.key == "unit_id":
            return UnitSumChange.unit_id, found
        return Unit.region_id, found.join(Unit, Unit.id == UnitSumChange.unit_id)


UNITS = Level(UnitMonthSum, UnitDaySum, "unit_id")
REGIONS = Level(RegionMonthSum, RegionDaySum, "region_id")


def by_unit(spans: Iterable[Span], *, only: AnySelect | None = None) -> Subquery:
    """(unit_id, nth, record_count, approved_count, outside_count, minutes) per unit and span, ``nth`` from 0.

    Of those that have records then; ``only``: the ids of those that are asked for, None: all.
    """
    return _by_place(UNITS, spans, only)


def by_region(spans: Iterable[Span], *, only: AnySelect) -> Subquery:
    """(region_id, nth, …sums) of the units right in each of the divisions ``only``, as ``by_unit``."""
    return _by_place(REGIONS, spans, only)


def _by_place(level: Level, spans: Iterable[Span], only: AnySelect | None) -> Subquery:
    parts = (_part(piece, literal(nth), only) for nth, span in enumerate(spans) for piece in _pieces(level, span))
    whose, nth, *sums = union_all(*parts).subquery().c
    return (
        select(whose.label(level.key), nth.label("nth"), *(func.sum(one).label(one.name) for one in sums))
        .group_by(whose, nth)
        .having(func.sum(sums[0]) != 0)
        .subquery("by_place")
    )


def by_month(level: Level, span: Span, *, only: AnySelect) -> Subquery:
    """(``level.key``, month, …sums) of the months of the span, the last one up to the span's last day; several rows
    each, which may take something off again.
    """
    parts = [_part(piece, piece.month, only) for piece in _pieces(level, span)]
    whose, month, *sums = union_all(*parts).subquery().c
    return select(whose.label(level.key), month.label("month"), *sums).subquery("by_month")


@dataclass(frozen=True)
class _Piece:
    """Rows that count for a span, or where ``is_off`` are taken off again. ``month``: to which month they belong."""

    whose: Any
    month: Any
    rows: AnySelect
    is_off: bool = False


def _pieces(level: Level, span: Span) -> Iterator[_Piece]:
    """What a span is the sum of: whole months from the sums of months, the rest from those of days, and from both what
    is not added up yet.

    A month of which more lies in the span than beyond it is taken as a whole, less its days beyond.
    """
    start, end = span.months
    after = first_of_month(span.last, plus=1)
    is_whole = end > span.last
    is_mostly_in = not is_whole and (after - span.last).days <= span.last.day
    months, days = level.months, level.days
    whole = (months.month >= start, months.month < (after if is_mostly_in else end))
    yield _Piece(getattr(months, level.key), months.month, select(*_sums(months)).where(*whole))
    if not is_whole:
        day = days.worked_on
        rest = (day > span.last, day < after) if is_mostly_in else (day >= end, day <= span.last)
        yield _Piece(getattr(days, level.key), literal(end), select(*_sums(days)).where(*rest), is_off=is_mostly_in)
    day = UnitSumChange.worked_on
    whose, changes = level.changes()
    changed = changes.with_only_columns(*_sums(UnitSumChange)).where(day >= span.first, day <= span.last)
    yield _Piece(whose, cast(func.date_trunc("month", day), Date), changed)


def _part(piece: _Piece, group: Any, only: AnySelect | None) -> AnySelect:
    """(whose, ``group``, …sums) of a piece."""
    sums = [(-one if piece.is_off else one).label(one.name) for one in piece.rows.selected_columns]
    asked = () if only is None else (piece.whose.in_(only),)
    rows = piece.rows.with_only_columns(piece.whose.label("whose"), group.label("of"), *sums)
    return rows.where(*asked)


def _sums(table: Any) -> list[Any]:
    return [getattr(table, name) for name in SUMS]


def add_up() -> int:
    """Add the changes to the sums; returns how many there were. Two at a time: the second waits and finds none."""
    _hold_sums()
    taken = (
        delete(UnitSumChange)
        .returning(UnitSumChange.unit_id, UnitSumChange.worked_on, *_sums(UnitSumChange))
        .cte("taken")
    )
    days = (
        select(taken.c.unit_id, taken.c.worked_on, *_totals(taken.c))
        .group_by(taken.c.unit_id, taken.c.worked_on)
        .cte("days")
    )
    month = cast(func.date_trunc("month", days.c.worked_on), Date)
    of_region = Unit.id == days.c.unit_id
    added = {
        (UnitDaySum, "unit_id", "worked_on"): select(days),
        (UnitMonthSum, "unit_id", "month"): select(days.c.unit_id, month, *_totals(days.c)).group_by(
            days.c.unit_id, month
        ),
        (RegionDaySum, "region_id", "worked_on"): select(Unit.region_id, days.c.worked_on, *_totals(days.c))
        .join(Unit, of_region)
        .group_by(Unit.region_id, days.c.worked_on),
        (RegionMonthSum, "region_id", "month"): select(Unit.region_id, month, *_totals(days.c))
        .join(Unit, of_region)
        .group_by(Unit.region_id, month),
    }
    ctes = [_added(table, keys, rows).cte(f"added_{n}") for n, ((table, *keys), rows) in enumerate(added.items())]
    return db.session.scalar(select(func.count()).select_from(taken).add_cte(*ctes)) or 0


def _hold_sums() -> None:
    """Whoever else adds up, or moves a unit and its sums along, waits until this transaction ends."""
    db.session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('unit_day_sum', 7))"))


def _totals(columns: Any) -> list[Any]:
    return [func.sum(columns[name]).label(name) for name in SUMS]


def _added(table: type[Model], keys: list[str], rows: AnySelect) -> Any:
    """``rows`` (…keys, …sums) added to those that are there."""
    fresh = upsert(table).from_select([*keys, *SUMS], rows)
    old = table.__table__.c
    return fresh.on_conflict_do_update(
        index_elements=keys, set_={name: old[name] + fresh.excluded[name] for name in SUMS}
    )


def recount() -> AnySelect:
    """(unit_id, worked_on, …sums) from the records themselves: what the sums must equal to the last digit."""
    return (
        select(
            DutyRecord.unit_id,
            DutyRecord.worked_on,
            func.count().label("record_count"),
            func.sum(case((DutyRecord.record_state.in_(APPROVED), 1), else_=0)).label("approved_count"),
            func.sum(case((DutyRecord.post_duty_id.is_(None), 1), else_=0)).label("outside_count"),
            func.coalesce(func.sum(DutyRecord.minutes), 0).label("minutes"),
        )
        .where(DutyRecord.record_state.in_(COUNTED))
        .group_by(DutyRecord.unit_id, DutyRecord.worked_on)
    )


def count_sums_again() -> None:
    """Make the sums anew from the records: after records came in beside the triggers (a whole month loaded at once)."""
    _hold_sums()
    db.session.execute(text("LOCK TABLE duty_record IN SHARE MODE"))
    for table in (UnitSumChange, UnitDaySum, UnitMonthSum, RegionDaySum, RegionMonthSum):
        db.session.execute(delete(table))
    db.session.execute(insert(UnitDaySum).from_select(["unit_id", "worked_on", *SUMS], recount()))
    month, sums = (
        cast(func.date_trunc("month", UnitDaySum.worked_on), Date),
        [func.sum(one) for one in _sums(UnitDaySum)],
    )
    for made, whose, key, when in (
        (UnitMonthSum, UnitDaySum.unit_id, "month", month),
        (RegionDaySum, Unit.region_id, "worked_on", UnitDaySum.worked_on),
        (RegionMonthSum, Unit.region_id, "month", month),
    ):
        rows = select(whose, when, *sums).join_from(UnitDaySum, Unit).group_by(whose, when)
        db.session.execute(insert(made).from_select([whose.key, key, *SUMS], rows))
