"""The nightly look at what was submitted on a day: quantities out of the usual, words that are alike (R91)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, String, and_, case, cast, func, literal, select, union
from sqlalchemy.dialects.postgresql import insert

from basic_info.organization.models import Section, Unit
from basic_info.regions.models import Region
from duty_eval.absences.halves import HalfDay
from duty_eval.absences.models import STILL_AT_WORK, Absence, AbsenceState
from duty_eval.entry_rules.models import OverlapMode
from duty_eval.entry_rules.queries import ALIKE_WORKDAYS, RULES
from duty_eval.flags.likeness import LEAST_LENGTH, alike_by
from duty_eval.flags.models import FlagKind, RecordFlag
from duty_eval.flags.operations import Finding, flag
from duty_eval.records.models import DutyRecord, RecordOrigin
from duty_eval.records.rollups import COUNTED
from host.kernel.calendar.workdays import load_workdays
from host.kernel.db import AnyRow, AnySelect, db
from host.kernel.pages import day as day_words

CHINA = ZoneInfo("Asia/Shanghai")
#: Fewer entries of one's own do not say what is usual.
LEAST_ENTRIES = 5
QUANTITY_DAYS = 90


def compare_day(day: date) -> int:
    """Flag what was submitted on ``day``, a unit at a time, which it commits; returns how many flags are new.

    Beside leave that was granted on the day also what was submitted before, of the last ``QUANTITY_DAYS``.
    Run again it finds nothing new. Only typed words are compared, within the unit; no score knows of it.
    """
    rules = RULES.by_code(day)
    made = 0
    for unit_id, code in _units(day):
        here = RULES.nearest(code, rules)
        made += flag_quantities(unit_id, day, times=here.quantity_times)
        made += flag_leave(unit_id, day)
        if here.overlap_mode is not OverlapMode.OFF:
            made += flag_overlaps(unit_id, day)
        if here.compares_text:
            made += flag_words(unit_id, day, percent=here.alike_percent)
        db.session.commit()
    return made


def _units(day: date) -> Sequence[AnyRow]:
    """(unit_id, division code) where something was submitted, or somebody's leave granted, on the day."""
    active = union(
        select(DutyRecord.unit_id).where(*_submitted(day)),
        select(Section.unit_id)
        .join(Absence, Absence.section_id == Section.id)
        .where(_falls_on(Absence.decided_at, day)),
    )
    return db.session.execute(
        select(Unit.id, Region.code)
        .join(Region, Region.id == Unit.region_id)
        .where(Unit.id.in_(active))
        .order_by(Unit.id)
    ).all()


def _submitted(day: date) -> tuple[ColumnElement[bool], ...]:
    return (*_lately_done(day), _falls_on(DutyRecord.submitted_at, day))


def _lately_done(day: date) -> tuple[ColumnElement[bool], ...]:
    return (
        DutyRecord.worked_on > day - timedelta(days=QUANTITY_DAYS),
        DutyRecord.worked_on <= day,
        DutyRecord.record_state.in_(COUNTED),
    )


def _falls_on(instant: Any, day: date) -> ColumnElement[bool]:
    start = datetime.combine(day, time(), CHINA)
    return and_(instant >= start, instant < start + timedelta(days=1))


def _flag_beside_leave(rows: AnySelect, unit_id: int, day: date) -> int:
    """Keep those of ``rows``, records joined with leave, of which the one or the other came on the day."""
    granted = (
        Absence.section_id.in_(select(Section.id).where(Section.unit_id == unit_id)),
        _falls_on(Absence.decided_at, day),
    )
    return _flag_all(rows.where(DutyRecord.unit_id == unit_id, *_submitted(day))) + _flag_all(
        rows.where(*_lately_done(day), *granted)
    )


def flag_leave(unit_id: int, day: date) -> int:
    """Work on a whole day of confirmed leave: it may well have been done, so it is kept and told."""
    rows = (
        select(
            DutyRecord.id,
            DutyRecord.worked_on,
            literal(FlagKind.ON_LEAVE.value),
            literal("已确认请假的日子，请与本人核实"),
        )
        .join(
            Absence,
            and_(Absence.person_id == DutyRecord.person_id, Absence.span.contains(DutyRecord.worked_on)),
        )
        .where(
            Absence.absence_state == AbsenceState.CONFIRMED,
            Absence.absence_kind.not_in(STILL_AT_WORK),
            Absence.is_half.is_(False),
        )
    )
    return _flag_beside_leave(rows, unit_id, day)


def flag_overlaps(unit_id: int, day: date) -> int:
    """Hours within half a day of leave that was granted after the entry; at entry the rest is told (R91)."""
    begins = case(*((Absence.half_part == half, half.hours[0]) for half in HalfDay))
    ends = case(*((Absence.half_part == half, sum(half.hours)) for half in HalfDay))
    is_within = and_(
        Absence.person_id == DutyRecord.person_id,
        Absence.span.contains(DutyRecord.worked_on),
        DutyRecord.start_minute < ends,
        DutyRecord.start_minute + DutyRecord.minutes > begins,
    )
    rows = (
        select(
            DutyRecord.id,
            DutyRecord.worked_on,
            literal(FlagKind.OVERLAP.value),
            literal("与已确认的半天请假重叠，请与本人核实"),
        )
        .join(Absence, is_within)
        .where(
            Absence.absence_state == AbsenceState.CONFIRMED,
            Absence.absence_kind.not_in(STILL_AT_WORK),
        )
    )
    return _flag_beside_leave(rows, unit_id, day)


def flag_quantities(unit_id: int, day: date, *, times: Decimal) -> int:
    """Quantities of more than ``times`` the person's own median under the same duty, of at least five entries."""
    own = DutyRecord.__table__.alias("own")
    median = func.percentile_cont(0.5).within_group(own.c.quantity)
    usual = (
        select(median.label("median"), func.count().label("entries"))
        .where(
            own.c.person_id == DutyRecord.person_id,
            own.c.post_duty_id == DutyRecord.post_duty_id,
            own.c.worked_on > day - timedelta(days=QUANTITY_DAYS),
            own.c.worked_on <= day,
            own.c.id != DutyRecord.id,
            own.c.quantity.is_not(None),
            own.c.record_state.in_(COUNTED),
        )
        .lateral("usual")
    )
    words = func.concat("数量 ", _plain(DutyRecord.quantity), "，本人同类工作平时为 ", _plain(usual.c.median))
    rows = (
        select(DutyRecord.id, DutyRecord.worked_on, literal(FlagKind.QUANTITY.value), words)
        .join(usual, usual.c.entries >= LEAST_ENTRIES)
        .where(DutyRecord.unit_id == unit_id, *_submitted(day), DutyRecord.quantity > times * usual.c.median)
    )
    return _flag_all(rows)


def _flag_all(rows: AnySelect) -> int:
    """Keep what ``rows`` (record, day, kind, words) found; returns how many are new."""
    made = db.session.execute(
        insert(RecordFlag)
        .from_select(["record_id", "worked_on", "kind", "detail"], rows)
        .on_conflict_do_nothing()
        .returning(RecordFlag.id)
    )
    return len(made.all())


def _plain(number: Any) -> Any:
    """``12.50`` → ``12.5``, ``30.00`` → ``30``."""
    return func.trim_scale(func.round(cast(number, DutyRecord.quantity.type), 2)).cast(String)


def flag_words(unit_id: int, day: date, *, percent: int) -> int:
    """Typed words that are alike to one's own of the last 20 working days, or to a colleague's of the unit."""
    rows = _typed(unit_id, day)
    fresh = [place for place, row in enumerate(rows) if row.is_fresh]
    if not fresh:
        return 0
    best: dict[tuple[int, FlagKind], tuple[int, int]] = {}
    for pair in alike_by([row.content for row in rows], fresh, percent):
        one, other = rows[pair.one], rows[pair.other]
        if other.id > one.id:
            continue  # who wrote it first is not told of those who came after
        kind = FlagKind.LIKE_OWN if other.person_id == one.person_id else FlagKind.LIKE_OTHERS
        best[pair.one, kind] = max(best.get((pair.one, kind), (0, 0)), (pair.percent, pair.other))
    return flag(list(_findings(rows, best)))


def _typed(unit_id: int, day: date) -> Sequence[AnyRow]:
    first = load_workdays().add_workdays(day, -ALIKE_WORKDAYS)
    fresh = (*_submitted(day),)
    return db.session.execute(
        select(
            DutyRecord.id,
            DutyRecord.worked_on,
            DutyRecord.person_id,
            DutyRecord.content,
            func.coalesce(fresh[2] & fresh[3], literal(value=False)).label("is_fresh"),
        )
        .where(
            DutyRecord.unit_id == unit_id,
            DutyRecord.worked_on >= first,
            DutyRecord.worked_on <= day,
            DutyRecord.origin == RecordOrigin.TYPED,
            DutyRecord.record_state.in_(COUNTED),
            func.length(DutyRecord.content) >= LEAST_LENGTH,
        )
        .order_by(DutyRecord.id)
    ).all()


def _findings(rows: Sequence[AnyRow], best: dict[tuple[int, FlagKind], tuple[int, int]]) -> Iterator[Finding]:
    for (place, kind), (percent, other) in best.items():
        day = rows[other].worked_on
        whose = "本人" if kind is FlagKind.LIKE_OWN else "本单位他人"
        words = f"与{whose} {day_words(day, short=True)}的内容 {percent}% 相同"
        yield Finding(rows[place].id, rows[place].worked_on, kind, words)
