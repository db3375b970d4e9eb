"""Reads of the calendar: a year as a page shows it."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from host.kernel.calendar.models import CalendarDay, DayKind
from host.kernel.db import db


@dataclass(frozen=True, slots=True)
class DayCell:
    """One day of the year's grid. A day that the table does not hold has no ``kind`` but its day of the week."""

    day: date
    kind: DayKind
    note: str
    is_provisional: bool


@dataclass(frozen=True, slots=True)
class Month:
    """A month as weeks from Monday to Sunday; days of other months are None."""

    number: int
    weeks: tuple[tuple[DayCell | None, ...], ...]
    workday_count: int


@dataclass(frozen=True, slots=True)
class Year:
    """A year of the calendar with its working days by quarter."""

    number: int
    months: tuple[Month, ...]
    is_provisional: bool

    @property
    def quarters(self) -> tuple[int, ...]:
        counts = [month.workday_count for month in self.months]
        return tuple(sum(counts[start : start + 3]) for start in (0, 3, 6, 9))

    @property
    def workday_count(self) -> int:
        return sum(self.quarters)


def year_of(number: int) -> Year:
    """The year as the table has it; what is missing is plain Monday to Friday and provisional."""
    rows = db.session.scalars(
        select(CalendarDay).where(CalendarDay.day.between(date(number, 1, 1), date(number, 12, 31)))
    ).all()
    cells = {row.day: DayCell(row.day, row.day_kind, row.note, row.is_provisional) for row in rows}
    months = tuple(_month(number, month, cells) for month in range(1, 13))
    return Year(number, months, len(cells) < 365 or any(cell.is_provisional for cell in cells.values()))


def day_of(day: date) -> DayCell:
    """One day as the table has it, else as the day of the week has it."""
    row = db.session.get(CalendarDay, day)
    if row is None:
        return _plain(day)
    return DayCell(row.day, row.day_kind, row.note, row.is_provisional)


def _month(year: int, month: int, cells: dict[date, DayCell]) -> Month:
    weeks = tuple(
        tuple(cells.get(day, _plain(day)) if day.month == month else None for day in week)
        for week in calendar.Calendar().monthdatescalendar(year, month)
    )
    count = sum(cell.kind.is_workday for week in weeks for cell in week if cell is not None)
    return Month(month, weeks, count)


def _plain(day: date) -> DayCell:
    return DayCell(day, DayKind.WEEKEND if day.weekday() >= 5 else DayKind.WORKDAY, "", True)
