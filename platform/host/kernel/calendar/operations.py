"""Writes of the calendar: one day, or a whole year by its notice."""

from __future__ import annotations

from datetime import date

from blinker import Namespace
from sqlalchemy import extract, select
from sqlalchemy.dialects.postgresql import insert

from host.kernel.access import Actor
from host.kernel.audit import record_change
from host.kernel.calendar.models import CalendarDay, DayKind
from host.kernel.calendar.notices import Notice
from host.kernel.calendar.seed import bump_version
from host.kernel.calendar.workdays import forget_workdays
from host.kernel.db import db
from host.kernel.errors import Refused

calendar_changed = Namespace().signal(
    "calendar-changed",
    doc="Days changed or a year turned official: open clocks are due anew (R143). Sender: frozenset[date].",
)


def edit_day(day: date, kind: DayKind, *, note: str, reason: str, actor: Actor) -> CalendarDay:
    """Set what ``day`` is. Raises Refused for a kind that the day of the week rules out, or without a reason."""
    _check_kind(day, kind)
    if not reason.strip():
        raise Refused("请填写修改理由")
    row = db.session.get(CalendarDay, day, with_for_update=True)
    before = None if row is None else {"kind": row.day_kind, "note": row.note}
    if row is None:
        row = CalendarDay(day=day, is_provisional=True)
        db.session.add(row)
    row.day_kind, row.is_workday, row.note = kind, kind.is_workday, note.strip()
    db.session.flush()  # the row stands before it is told of
    record_change(
        f"calendar_day:{day.isoformat()}",
        action="calendar_day.edited",
        actor=actor,
        before=before,
        after={"kind": kind, "note": row.note},
        reason=reason,
    )
    _tell(frozenset({day}))
    return row


def apply_notice(notice: Notice, *, source: str, actor: Actor) -> frozenset[date]:
    """Make the year official as ``notice`` has it; returns the days that became worked or free by it (R141).

    ``source`` names the document. Raises Refused when the notice has problems or names nothing.
    """
    if notice.problems or not notice.named:
        raise Refused(notice.problems[0] if notice.problems else "没有读到放假或调休上班的日期")
    before = {
        row.day: row.is_workday
        for row in db.session.execute(
            select(CalendarDay.day, CalendarDay.is_workday)
            .where(extract("year", CalendarDay.day) == notice.year)
            .with_for_update()
        )
    }
    _write_year(notice)
    changed = frozenset(day.day for day in notice.days() if before.get(day.day) is not day.kind.is_workday)
    record_change(
        f"calendar_year:{notice.year}",
        action="calendar_year.made_official",
        actor=actor,
        before={"workdays": sum(before.values())},
        after={"workdays": notice.workday_count, "changed": sorted(changed), "source": source},
    )
    _tell(changed)
    return changed


def _check_kind(day: date, kind: DayKind) -> None:
    is_weekend = day.weekday() >= 5
    if kind is DayKind.MAKE_UP and not is_weekend:
        raise Refused("调休上班只能是周六或周日；工作日请选“工作日”")
    if kind is DayKind.WORKDAY and is_weekend:
        raise Refused("周六、周日上班请选“调休上班”")
    if kind is DayKind.WEEKEND and not is_weekend:
        raise Refused("这一天不是周末；放假请选“法定节假日”")


def _write_year(notice: Notice) -> None:
    rows = [
        {
            "day": day.day,
            "day_kind": day.kind,
            "is_workday": day.kind.is_workday,
            "note": day.note,
            "is_provisional": False,
        }
        for day in notice.days()
    ]
    new = insert(CalendarDay).values(rows)
    names = ("day_kind", "is_workday", "note", "is_provisional")
    db.session.execute(
        new.on_conflict_do_update(index_elements=["day"], set_={name: new.excluded[name] for name in names})
    )
    db.session.expire_all()  # rows loaded before are older than the upsert


def _tell(days: frozenset[date]) -> None:
    bump_version(db.session.connection())
    forget_workdays()
    calendar_changed.send(days)
