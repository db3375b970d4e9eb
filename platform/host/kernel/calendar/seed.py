"""The calendar's first content: 2004–2026 as announced, 2027 as far as the law fixes it (R140, R141).

The only module that looks into ``chinesecalendar``: the package ends with 2026 and raises for later days, so
nothing counts by it at run time.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple
from uuid import uuid4

from chinese_calendar import constants
from sqlalchemy import Connection, insert, select, text

from host.kernel.access import SYSTEM, Actor
from host.kernel.audit import AuditEntry
from host.kernel.calendar.models import CalendarDay, DayKind
from host.kernel.calendar.workdays import forget_workdays
from host.kernel.db import db

OFFICIAL_YEARS = range(2004, 2027)

#: Statutory days (全国年节及纪念日放假办法, as in force since 2025) of years whose notice is not out yet.
STATUTORY_DAYS: dict[date, str] = {
    date(2027, 1, 1): "元旦",
    **{date(2027, 2, day): "春节" for day in (5, 6, 7, 8)},
    date(2027, 4, 5): "清明",
    date(2027, 5, 1): "劳动节",
    date(2027, 5, 2): "劳动节",
    date(2027, 6, 9): "端午",
    date(2027, 9, 15): "中秋",
    **{date(2027, 10, day): "国庆节" for day in (1, 2, 3)},
}
PROVISIONAL_YEARS = (2027,)


class SeedDay(NamedTuple):
    """One day as it is first known."""

    day: date
    kind: DayKind
    note: str
    is_provisional: bool


def seed_days() -> Iterator[SeedDay]:
    """All days of 2004–2027 in order."""
    chinese = {holiday.value: holiday.chinese for holiday in constants.Holiday}
    off, worked = constants.holidays, constants.workdays
    for year in OFFICIAL_YEARS:
        for day in days_of(year):
            name = chinese.get(off.get(day) or worked.get(day), "")
            yield SeedDay(day, kind_of(day, is_off=day in off, is_worked=day in worked), name, False)
    for year in PROVISIONAL_YEARS:
        for day in days_of(year):
            name = STATUTORY_DAYS.get(day, "")
            yield SeedDay(day, kind_of(day, is_off=bool(name), is_worked=False), name, True)


def kind_of(day: date, *, is_off: bool, is_worked: bool) -> DayKind:
    """The kind of a day that a notice names as off or as worked, or does not name."""
    if is_off:
        return DayKind.HOLIDAY
    is_weekend = day.weekday() >= 5
    if is_worked and is_weekend:
        return DayKind.MAKE_UP
    return DayKind.WEEKEND if is_weekend else DayKind.WORKDAY


def days_of(year: int) -> Iterator[date]:
    """1 January to 31 December."""
    day = date(year, 1, 1)
    while day.year == year:
        yield day
        day += timedelta(days=1)


def ensure_calendar(connection: Connection) -> int:
    """Fill an empty calendar; returns the number of days written (0: there were some already).

    For the migration command, which has a connection and no session; the caller's transaction holds all of it.
    """
    if connection.scalar(select(CalendarDay.day).limit(1)) is not None:
        return 0
    return _write(connection, actor=SYSTEM)


def seed_calendar(actor: Actor) -> int:
    """Write the days of the seed that are not in the table; days already there are left as they are."""
    written = _write(db.session.connection(), actor=actor)
    if written:
        forget_workdays()
    return written


def bump_version(connection: Connection) -> None:
    """Tell every process that the days differ now. Two changes at a time wait for each other here."""
    connection.execute(
        # Upsert of the one row; the token is new even after a rollback.
        text(
            "INSERT INTO calendar_version (id, token) VALUES (1, :token)"
            " ON CONFLICT (id) DO UPDATE SET token = excluded.token"
        ),
        {"token": uuid4()},
    )


def _write(connection: Connection, *, actor: Actor) -> int:
    """One statement for the nine thousand days; returns how many were new."""
    days = [
        {
            "day": day.day.isoformat(),
            "is_workday": day.kind.is_workday,
            "day_kind": day.kind.value,
            "note": day.note,
            "is_provisional": day.is_provisional,
        }
        for day in seed_days()
    ]
    done = connection.execute(
        text(
            "INSERT INTO calendar_day (day, is_workday, day_kind, note, is_provisional)"
            " SELECT day, is_workday, day_kind, note, is_provisional"
            " FROM jsonb_to_recordset(CAST(:days AS jsonb)) AS seed"
            " (day date, is_workday boolean, day_kind text, note text, is_provisional boolean)"
            " ON CONFLICT (day) DO NOTHING"
        ),
        {"days": json.dumps(days, ensure_ascii=False)},
    )
    written: int = done.rowcount
    if written:
        bump_version(connection)
        connection.execute(
            # Not by record_change: the migration command has no session.
            insert(AuditEntry).values(
                actor_id=actor.account_id,
                actor_name=actor.display_name,
                ip=actor.ip,
                action="calendar.seeded",
                subject="calendar_day:*",
                after={"days": written},
            )
        )
    return written
