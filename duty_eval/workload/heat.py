"""负荷热力图: saturation by month of sections, of units, of divisions, read from what the night counted."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from types import SimpleNamespace
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, select
from sqlalchemy.dialects.postgresql import distinct_on

from basic_info.organization.models import Section, Unit
from basic_info.organization.scope import within
from basic_info.regions.models import Region
from duty_eval.entry_rules.queries import RULES
from duty_eval.permissions import Permission
from duty_eval.workload.counting import facts_by_section, last_day
from duty_eval.workload.models import FACTS, SectionWorkload, UnitWorkload
from duty_eval.workload.saturation import LEAST_COVERED, Bands, Load
from host.kernel.access import Actor, scope_prefix
from host.kernel.db import AnySelect, db
from host.kernel.partitions import first_of_month

#: Months that are shown, the last one that of the day.
MONTHS = 6


@dataclass(frozen=True)
class Named:
    """A row to be shown: ``key`` is the section's or unit's id or the division's code, ``code`` its division's.

    ``back``: its months lie so many before those of the columns; such a row is left out where it has nothing.
    """

    key: int | str
    name: str
    code: str
    url: str | None = None
    back: int = 0


@dataclass(frozen=True)
class Cell:
    """A month of a row. ``load`` None: it was not counted; ``url``: what is behind it."""

    month: date
    load: Load | None
    url: str | None = None

    @property
    def missing(self) -> str:
        """Why there is no saturation, in a word (R138)."""
        if self.load is None:
            return "—"
        if not self.load.is_shown:
            return "不足3人"
        if not self.load.records:
            return "无纪实"
        return "缺标准" if self.load.coverage is not None and self.load.coverage < LEAST_COVERED else "无出勤"


@dataclass(frozen=True)
class Row:
    name: str
    cells: Sequence[Cell]
    url: str | None = None


@dataclass(frozen=True)
class Heat:
    """Rows by months. ``counted_at``: when the newest of what is kept was counted, None where nothing of it is.

    ``bands``: those that all rows go by in the last month; None where they differ. ``is_live``: the last month was
    counted just now.
    """

    months: Sequence[date]
    rows: Sequence[Row]
    counted_at: datetime | None
    bands: Bands | None
    is_live: bool = False

    @property
    def picture(self) -> dict[str, Any]:
        """The same for a drawing: cells as [column, row, whole percents, band]."""
        cells = [
            [column, place, round(float(one.load.saturation) * 100), one.load.band.value]
            for place, row in enumerate(self.rows)
            for column, one in enumerate(row.cells)
            if one.load is not None and one.load.saturation is not None and one.load.band is not None
        ]
        columns = [f"{month:%Y-%m}" for month in self.months]
        return {"columns": columns, "rows": [row.name for row in self.rows], "cells": cells}


#: What a cell opens, by its row and the last day of its month.
Opens = Callable[[Named, date], str | None]
#: The bands of a division, by its code, in a month.
BandsOf = Callable[[str, date], Bands]


def months_to(day: date, *, back: int = 0) -> list[date]:
    """The months that are shown up to ``day``, or those so many months before them."""
    return [first_of_month(day, plus=-number - back) for number in range(MONTHS - 1, -1, -1)]


def heat(
    rows: Sequence[Named],
    facts: AnySelect,
    months: Sequence[date],
    *,
    bands: BandsOf,
    today: date,
    opens: Opens,
    present: Mapping[int, Any] | None = None,
) -> Heat:
    """``facts``: (key, month, …facts, counted_at), at most one line for each. One statement.

    ``present``: key → the facts of the last month as they are now, instead of those that are kept; None: not counted.
    """
    kept = {(line.key, line.month): line for line in db.session.execute(facts)}
    found: dict[tuple[Any, date], Any] = dict(kept)
    if present is not None:
        found = {at: line for at, line in kept.items() if at[1] != months[-1]}
        found |= {(key, months[-1]): line for key, line in present.items()}

    def cell(row: Named, month: date) -> Cell:
        line = found.get((row.key, month))
        if line is None:
            return Cell(month, None)
        load = _load(row.name, line, bands(row.code, month))
        return Cell(month, load, opens(row, last_day(month, today)) if load.is_shown and load.records else None)

    shown = [(row, [cell(row, first_of_month(month, plus=-row.back)) for month in months]) for row in rows]
    ends = {bands(row.code, months[-1]) for row in rows}
    return Heat(
        months,
        [Row(row.name, cells, row.url) for row, cells in shown if not row.back or any(one.load for one in cells)],
        max((line.counted_at for line in kept.values()), default=None),
        ends.pop() if len(ends) == 1 else None,
        is_live=present is not None,
    )


def bands_of_months(months: Collection[date], today: date) -> BandsOf:
    """The bands of whatever division in each of the months, by the rules of the month's last day. One statement."""
    ends = {month: last_day(month, today) for month in months}
    rules = RULES.by_code_on(set(ends.values()))

    def bands(code: str, month: date) -> Bands:
        rule = RULES.nearest(code, rules[ends[month]])
        return Bands(Decimal(rule.load_low_percent) / 100, Decimal(rule.load_high_percent) / 100)

    return cache(bands)


def _load(name: str, line: Any, bands: Bands) -> Load:
    facts = {fact: getattr(line, fact) for fact in FACTS}
    return Load(
        section_id=0,
        name=name,
        people=int(facts["people"]),
        attendance_days=Decimal(facts["attendance_days"]),
        records=int(facts["records"]),
        covered=int(facts["covered"]),
        standard_minutes=Decimal(facts["standard_minutes"]),
        logged_minutes=int(facts["logged_minutes"]),
        bands=bands,
    )


def _facts(table: Any) -> list[Any]:
    return [getattr(table, name) for name in FACTS]


def present_of_sections(actor: Actor, unit_id: int, today: date, *, section_id: int | None = None) -> dict[int, Any]:
    """Section → the facts of the present month up to now, of those that ``of_sections`` gives. Five statements."""
    only = () if section_id is None else (Section.id == section_id,)
    reach = within(actor, Permission.WORKLOAD_READ, unit=Section.unit_id, section=Section.id)
    rows = facts_by_section([unit_id], first_of_month(today), today, reach, *only)
    return {row["section_id"]: SimpleNamespace(**row) for row in rows}


def of_sections(actor: Actor, unit_id: int, months: Collection[date], *, section_id: int | None = None) -> AnySelect:
    """The facts of those of a unit's sections, or of one of them, that the actor may see the workload of."""
    only = () if section_id is None else (SectionWorkload.section_id == section_id,)
    reach = within(actor, Permission.WORKLOAD_READ, unit=SectionWorkload.unit_id, section=SectionWorkload.section_id)
    return (
        select(
            SectionWorkload.section_id.label("key"),
            SectionWorkload.month,
            *_facts(SectionWorkload),
            UnitWorkload.counted_at,
        )
        .join(
            UnitWorkload,
            (UnitWorkload.unit_id == SectionWorkload.unit_id) & (UnitWorkload.month == SectionWorkload.month),
        )
        .where(SectionWorkload.unit_id == unit_id, SectionWorkload.month.in_(months), reach, *only)
    )


def of_units(actor: Actor, unit_ids: Collection[int], months: Collection[date]) -> AnySelect:
    """The facts of those of the units that the actor may see the workload of."""
    return select(
        UnitWorkload.unit_id.label("key"), UnitWorkload.month, *_facts(UnitWorkload), UnitWorkload.counted_at
    ).where(
        UnitWorkload.unit_id.in_(unit_ids),
        UnitWorkload.month.in_(months),
        within(actor, Permission.WORKLOAD_READ, unit=UnitWorkload.unit_id),
    )


def of_divisions(
    region_code: str, child: ColumnElement[str], months: Collection[date], *, is_reached: bool
) -> AnySelect:
    """The facts of all units inside the division, by ``child``, the code of the division right below it.

    Of the units that have a saturation; where none has, of all, which says why.
    ``is_reached``: whether the actor may see the workload of all of it; else there is nothing.
    """
    inside = Region.code.startswith(scope_prefix(region_code), autoescape=True) if is_reached else false()
    compared = and_(UnitWorkload.records > 0, UnitWorkload.covered >= LEAST_COVERED * UnitWorkload.records)
    # One sum of each fact for the units with a saturation and one for the others: not each of them twice.
    sums = (
        select(
            child.label("key"),
            UnitWorkload.month,
            compared.label("is_compared"),
            *(func.sum(fact).label(fact.key) for fact in _facts(UnitWorkload)),
            func.max(UnitWorkload.counted_at).label("counted_at"),
        )
        .join(Unit, Unit.id == UnitWorkload.unit_id)
        .join(Region, Region.id == Unit.region_id)
        .where(inside, UnitWorkload.month.in_(months))
        .group_by(child, UnitWorkload.month, compared)
        .subquery("sums")
    )
    c = sums.c
    newest = func.max(c.counted_at).over(partition_by=(c.key, c.month)).label("counted_at")
    return (
        select(c.key, c.month, *(c[name] for name in FACTS), newest)
        .ext(distinct_on(c.key, c.month))
        .order_by(c.key, c.month, c.is_compared.desc())
    )
