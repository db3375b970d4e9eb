"""Reading and keeping the sums of units: exact at every instant, whatever the job has added up so far."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Date, Subquery, case, cast, delete, func, insert, literal, select, text, union_all
from sqlalchemy.dialects.postgresql import insert as upsert

from duty_eval.dashboards.models import SUMS, UnitDaySum, UnitMonthSum, UnitSumChange
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


def by_unit(spans: Iterable[Span]) -> Subquery:
    """(unit_id, nth, record_count, approved_count, outside_count, minutes) per unit and span, ``nth`` from 0.

    Whole months come from the sums of months, the rest from those of days, and from both what is not added up yet.
    """
    parts: list[AnySelect] = []
    for nth, span in enumerate(spans):
        start, end = span.months
        parts += [
            _part(UnitMonthSum, nth).where(UnitMonthSum.month >= start, UnitMonthSum.month < end),
            _part(UnitSumChange, nth).where(
                UnitSumChange.worked_on >= span.first, UnitSumChange.worked_on <= span.last
            ),
        ]
        if end <= span.last:
            parts.append(_part(UnitDaySum, nth).where(UnitDaySum.worked_on >= end, UnitDaySum.worked_on <= span.last))
    rows = union_all(*parts).subquery()
    sums = (func.sum(rows.c[name]).label(name) for name in SUMS)
    return select(rows.c.unit_id, rows.c.nth, *sums).group_by(rows.c.unit_id, rows.c.nth).subquery("by_unit")


def by_month(span: Span) -> Subquery:
    """(unit_id, month, …sums) of the months of the span, the last one up to the span's last day; several rows each."""
    start, end = span.months
    of_change = cast(func.date_trunc("month", UnitSumChange.worked_on), Date)
    parts: list[AnySelect] = [
        select(UnitMonthSum.unit_id, UnitMonthSum.month, *_sums(UnitMonthSum)).where(
            UnitMonthSum.month >= start, UnitMonthSum.month < end
        ),
        select(UnitSumChange.unit_id, of_change, *_sums(UnitSumChange)).where(
            UnitSumChange.worked_on >= span.first, UnitSumChange.worked_on <= span.last
        ),
    ]
    if end <= span.last:
        parts.append(
            select(UnitDaySum.unit_id, literal(end), *_sums(UnitDaySum)).where(
                UnitDaySum.worked_on >= end, UnitDaySum.worked_on <= span.last
            )
        )
    return union_all(*parts).subquery("by_month")


def _part(table: Any, nth: int) -> AnySelect:
    return select(table.unit_id, literal(nth).label("nth"), *_sums(table))


def _sums(table: Any) -> list[Any]:
    return [getattr(table, name) for name in SUMS]


def add_up() -> int:
    """Add the changes to the sums; returns how many there were. Two at a time: the second waits and finds none."""
    db.session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('unit_day_sum', 7))"))
    taken = (
        delete(UnitSumChange)
        .returning(UnitSumChange.unit_id, UnitSumChange.worked_on, *_sums(UnitSumChange))
        .cte("taken")
    )
    days = (
        select(taken.c.unit_id, taken.c.worked_on, *(func.sum(taken.c[name]).label(name) for name in SUMS))
        .group_by(taken.c.unit_id, taken.c.worked_on)
        .cte("days")
    )
    month = cast(func.date_trunc("month", days.c.worked_on), Date)
    months = select(days.c.unit_id, month, *(func.sum(days.c[name]) for name in SUMS)).group_by(days.c.unit_id, month)
    added_days = _added(UnitDaySum, "worked_on", select(days)).cte("added_days")
    added_months = _added(UnitMonthSum, "month", months).cte("added_months")
    count = select(func.count()).select_from(taken).add_cte(added_days, added_months)
    return db.session.scalar(count) or 0


def _added(table: type[Model], key: str, rows: AnySelect) -> Any:
    """``rows`` (unit, key, sums) added to those that are there."""
    fresh = upsert(table).from_select(["unit_id", key, *SUMS], rows)
    old = table.__table__.c
    return fresh.on_conflict_do_update(
        index_elements=["unit_id", key], set_={name: old[name] + fresh.excluded[name] for name in SUMS}
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
    db.session.execute(text("LOCK TABLE duty_record IN SHARE MODE"))
    for table in (UnitSumChange, UnitDaySum, UnitMonthSum):
        db.session.execute(delete(table))
    days = recount()
    db.session.execute(insert(UnitDaySum).from_select(["unit_id", "worked_on", *SUMS], days))
    month = cast(func.date_trunc("month", UnitDaySum.worked_on), Date)
    sums = [func.sum(one) for one in _sums(UnitDaySum)]
    months = select(UnitDaySum.unit_id, month, *sums).group_by(UnitDaySum.unit_id, month)
    db.session.execute(insert(UnitMonthSum).from_select(["unit_id", "month", *SUMS], months))
