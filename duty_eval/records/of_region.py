"""The records of a whole division, unit by unit: what the numbers of its dashboard open to, and its export."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, literal, or_, select, true, tuple_
from sqlalchemy.orm import aliased

from basic_info.duties.models import PostDuty
from basic_info.organization.models import PersonVersion, SectionVersion, Unit, UnitVersion
from basic_info.organization.scope import within
from basic_info.regions.models import Region
from duty_eval.dashboards.sums import Span, by_unit
from duty_eval.permissions import Permission
from duty_eval.records.lists import EXPORTED, LIST_PAGE, MOST_DIGITS, parse_key
from duty_eval.records.models import DutyRecord, RecordState
from duty_eval.records.queries import name_today, readable
from duty_eval.records.rollups import COUNTED
from host.kernel.access import Actor, scope_prefix
from host.kernel.db import AnyRow, AnySelect, db
from host.kernel.errors import Refused
from host.kernel.versions import Version


class Which(StrEnum):
    """Which of the records that count, as the dashboard has a number of."""

    ALL = ""
    WAITING = "waiting"
    OUTSIDE = "outside"

    @property
    def word(self) -> str:
        return {"": "计入的", "waiting": "待审核", "outside": "岗位职责以外"}[self.value]

    @property
    def condition(self) -> ColumnElement[bool]:
        if self is Which.WAITING:
            return DutyRecord.record_state == RecordState.SUBMITTED
        counted = DutyRecord.record_state.in_(COUNTED)
        return and_(counted, DutyRecord.post_duty_id.is_(None)) if self is Which.OUTSIDE else counted


@dataclass(frozen=True)
class OfRegion:
    """What is asked for: a division with all below it, or (``own_level``) only the units right in it."""

    code: str
    span: Span
    which: Which = Which.ALL
    own_level: bool = False

    @property
    def place(self) -> ColumnElement[bool]:
        if self.own_level:
            return Region.code == self.code
        return Region.code.startswith(scope_prefix(self.code), autoescape=True)


def of_region(code: str, span: Span, values: Mapping[str, str]) -> OfRegion:
    """The same from an address; raises Refused for another ``which``."""
    try:
        which = Which(values.get("which", ""))
    except ValueError:
        raise Refused("没有这种筛选，请从看板上的数字重新打开") from None
    return OfRegion(code, span, which, values.get("own") == "1")


@dataclass(frozen=True)
class RegionPage:
    """``rows``: (DutyRecord, person's name, duty's words); ``units``: unit → its name on the last day."""

    rows: Sequence[AnyRow]
    units: Mapping[int, str]
    next_key: str | None


def records_of_region(actor: Actor, asked: OfRegion, *, after: str = "") -> RegionPage:
    """A page of the records by unit, in each the newest first. Two statements, whatever the division holds.

    Only units whose sums say that they have such records are looked into, so each gives at least one: a page needs
    no more units than it has lines.
    """
    unit_key, record_key = _key(after)
    units = _units_with(actor, asked).order_by(Unit.id).limit(LIST_PAGE + 2)
    if unit_key:
        units = units.where(Unit.id >= unit_key)
    places = units.subquery("places")
    each = (
        select(DutyRecord)
        .where(
            DutyRecord.unit_id == places.c.id,
            DutyRecord.worked_on >= asked.span.first,
            DutyRecord.worked_on <= asked.span.last,
            asked.which.condition,
        )
        .order_by(DutyRecord.worked_on.desc(), DutyRecord.id.desc())
        .limit(LIST_PAGE + 1)
    )
    if record_key is not None:
        day, record_id = record_key
        older = tuple_(DutyRecord.worked_on, DutyRecord.id) < tuple_(literal(day), literal(record_id))
        each = each.where(or_(places.c.id > unit_key, older))
    lines = each.correlate(places).lateral("lines")
    record = aliased(DutyRecord, lines)
    found = db.session.execute(
        select(record, PersonVersion.name.label("person_name"), PostDuty.text.label("duty_text"))
        .select_from(places)
        .join(lines, true())
        .join(PersonVersion, name_today(record.person_id))
        .outerjoin(PostDuty, PostDuty.id == record.post_duty_id)
        .order_by(record.unit_id, record.worked_on.desc(), record.id.desc())
        .limit(LIST_PAGE + 1)
    ).all()
    shown = found[:LIST_PAGE]
    last = shown[-1][0] if len(found) > LIST_PAGE else None
    return RegionPage(
        shown,
        _names({row[0].unit_id for row in shown}, asked.span.last),
        f"{last.unit_id}.{last.worked_on}.{last.id}" if last is not None else None,
    )


def _units_with(actor: Actor, asked: OfRegion) -> AnySelect:
    """(id) of the units whose sums have such records."""
    inside = select(Unit.id).join(Region, Region.id == Unit.region_id).where(asked.place)
    sums = by_unit([asked.span], only=inside)
    count = {
        Which.ALL: sums.c.record_count,
        Which.WAITING: sums.c.record_count - sums.c.approved_count,
        Which.OUTSIDE: sums.c.outside_count,
    }[asked.which]
    return (
        select(Unit.id)
        .join(sums, sums.c.unit_id == Unit.id)
        .where(count > 0, within(actor, Permission.DUTY_RECORD_READ, unit=Unit.id))
    )


def _names(unit_ids: set[int], day: date) -> dict[int, str]:
    rows = db.session.execute(
        select(UnitVersion.unit_id, UnitVersion.name).where(
            UnitVersion.unit_id.in_(unit_ids), UnitVersion.valid.contains(day), UnitVersion.superseded_at.is_(None)
        )
    )
    return {row.unit_id: row.name for row in rows}


def _key(text: str) -> tuple[int, tuple[date, int] | None]:
    """``7.2026-03-02.17`` → (unit, (day, id)); raises Refused."""
    if not text:
        return 0, None
    unit, _, rest = text.partition(".")
    if not (unit.isascii() and unit.isdigit() and len(unit) <= MOST_DIGITS):
        raise Refused("翻页位置有误，请回到第一页")
    return int(unit), parse_key(rest)


def listed_of_region(actor: Actor, asked: OfRegion) -> AnySelect:
    """The same records by unit, section and day: for an export.

    Plain columns and no rows of the mapper: a county's month is some 300,000 of them.
    """
    return (
        select(
            Region.code.label("region_code"),
            UnitVersion.name.label("unit_name"),
            SectionVersion.name.label("section_name"),
            PersonVersion.name.label("person_name"),
            PostDuty.text.label("duty_text"),
            *(getattr(DutyRecord, name) for name in EXPORTED),
        )
        .join(Unit, Unit.id == DutyRecord.unit_id)
        .join(Region, Region.id == Unit.region_id)
        .outerjoin(UnitVersion, and_(UnitVersion.unit_id == Unit.id, _on_its_day(UnitVersion)))
        .outerjoin(
            SectionVersion, and_(SectionVersion.section_id == DutyRecord.section_id, _on_its_day(SectionVersion))
        )
        .join(PersonVersion, name_today(DutyRecord.person_id))
        .outerjoin(PostDuty, PostDuty.id == DutyRecord.post_duty_id)
        .where(
            readable(actor),
            asked.place,
            DutyRecord.worked_on >= asked.span.first,
            DutyRecord.worked_on <= asked.span.last,
            asked.which.condition,
        )
        .order_by(DutyRecord.unit_id, DutyRecord.section_id, DutyRecord.worked_on, DutyRecord.id)
    )


def _on_its_day(version: type[Version]) -> ColumnElement[bool]:
    """The version that held on the day of the record."""
    return and_(version.valid.contains(DutyRecord.worked_on), version.superseded_at.is_(None))
