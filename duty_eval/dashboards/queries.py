"""What the dashboards show: sums of a division, a unit, a section, a person, each beside the same days a year ago."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Integer, Subquery, and_, cast, func, literal, select, tuple_, union_all

from basic_info.duties.models import PostDuty, UnitFunction
from basic_info.duties.serving import serving_duties
from basic_info.organization.models import Section, SectionVersion, Unit, UnitVersion
from basic_info.organization.scope import within
from basic_info.regions.models import Region, RegionVersion
from duty_eval.dashboards.models import SUMS
from duty_eval.dashboards.sums import REGIONS, UNITS, Span, by_month, by_region, by_unit
from duty_eval.permissions import Permission
from duty_eval.records.models import DutyRecord, RecordRollup
from duty_eval.records.rollups import APPROVED, COUNTED
from host.kernel.access import Actor, ScopeKind, scope_prefix
from host.kernel.db import AnyRow, AnySelect, db
from host.kernel.errors import NotFound
from host.kernel.partitions import first_of_month
from host.kernel.versions import in_force

#: Digits that tell divisions apart, by tier (R8: GB/T 2260).
CITY, COUNTY, TOWNSHIP = 4, 6, 9
PAGE = 50

Condition = ColumnElement[bool]


@dataclass(frozen=True)
class Place:
    """What a dashboard is of."""

    id: int
    name: str
    code: str = ""
    above_id: int | None = None
    above_name: str = ""


def reach(
    actor: Actor, *, unit: Any, section: Any = None, permission: Permission = Permission.DASHBOARD_READ
) -> Condition:
    return within(actor, permission, unit=unit, section=section)


def region_of(code: str, actor: Actor, day: date) -> Place:
    """The division; raises NotFound where no grant of the actor reaches all of it."""
    row = db.session.execute(
        select(Region.id, Region.code, RegionVersion.name)
        .join(RegionVersion, RegionVersion.region_id == Region.id)
        .where(Region.code == code, in_force(RegionVersion, day))
    ).one_or_none()
    if row is None or not reaches_region(code, actor):
        raise NotFound
    return Place(row.id, row.name, row.code)


def reaches_region(code: str, actor: Actor, *, permission: Permission = Permission.DASHBOARD_READ) -> bool:
    """Whether a grant of the actor reaches all of the division."""
    return any(
        grant.kind is ScopeKind.REGION and scope_prefix(code).startswith(scope_prefix(grant.region_code or "-"))
        for grant in actor.grants_for(permission)
    )


def reaches_unit(unit_id: int, actor: Actor) -> bool:
    """Whether the actor may open the dashboard of all of the unit; the head of a section may not."""
    found = select(Unit.id).where(Unit.id == unit_id, reach(actor, unit=Unit.id, permission=Permission.DASHBOARD_READ))
    return db.session.scalar(found) is not None


def code_above(code: str) -> str | None:
    """The code of the division that this one lies in: townships in counties, counties in the city."""
    if len(code) > COUNTY:
        return code[:COUNTY]
    return f"{code[:CITY]}00" if code != f"{code[:CITY]}00" else None


def unit_of(unit_id: int, actor: Actor, day: date, *, permission: Permission = Permission.DASHBOARD_READ) -> Place:
    """The unit with its division; raises NotFound beyond the actor's reach."""
    row = db.session.execute(
        select(Unit.id, UnitVersion.name, Region.code, RegionVersion.region_id, RegionVersion.name.label("above"))
        .join(UnitVersion, UnitVersion.unit_id == Unit.id)
        .join(Region, Region.id == Unit.region_id)
        .join(RegionVersion, RegionVersion.region_id == Region.id)
        .where(
            Unit.id == unit_id,
            in_force(UnitVersion, day),
            in_force(RegionVersion, day),
            reach(actor, unit=Unit.id, permission=permission),
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    return Place(row.id, row.name, row.code, row.region_id, row.above)


def section_of(section_id: int, actor: Actor, day: date) -> Place:
    """The section with its unit (``above``); raises NotFound beyond the actor's reach."""
    row = db.session.execute(
        select(Section.id, SectionVersion.name, Section.unit_id, UnitVersion.name.label("above"), Region.code)
        .join(SectionVersion, SectionVersion.section_id == Section.id)
        .join(UnitVersion, UnitVersion.unit_id == Section.unit_id)
        .join(Unit, Unit.id == Section.unit_id)
        .join(Region, Region.id == Unit.region_id)
        .where(
            Section.id == section_id,
            in_force(SectionVersion, day),
            in_force(UnitVersion, day),
            reach(actor, unit=Section.unit_id, section=Section.id),
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    return Place(row.id, row.name, row.code, row.unit_id, row.above)


def divisions(region: Place, span: Span, day: date) -> AnySelect:
    """(code, name, …sums, …sums ``_before``) of the division's own units and of each division right below it, by code.

    ``before``: the same days a year ago. The division's own units stand under its own code.
    """
    child = code_below(region)
    sums = by_region([span, span.a_year_before], only=_inside(region))
    grouped = (
        select(child.label("code"), *_both(sums))
        .select_from(sums)
        .join(Region, Region.id == sums.c.region_id)
        .group_by(child)
        .subquery("grouped")
    )
    named = (
        select(Region.code, RegionVersion.name)
        .join(RegionVersion, RegionVersion.region_id == Region.id)
        .where(in_force(RegionVersion, day))
        .subquery("named")
    )
    return (
        select(named.c.name, *grouped.c)
        .select_from(grouped)
        .join(named, named.c.code == grouped.c.code)
        .order_by(grouped.c.code)
    )


def units(region: Place, actor: Actor, span: Span, day: date) -> AnySelect:
    """(unit_id, name, name_key, …sums, …sums before) of the units right in the division, by name."""
    sums = by_unit([span, span.a_year_before], only=select(Unit.id).where(Unit.region_id == region.id))
    grouped = select(sums.c.unit_id, *_both(sums)).group_by(sums.c.unit_id).subquery("grouped")
    return (
        select(
            UnitVersion.name,
            UnitVersion.name_key,
            Unit.id.label("unit_id"),
            *(func.coalesce(column, 0).label(column.name) for column in grouped.c if column.name != "unit_id"),
        )
        .join(Unit, Unit.id == UnitVersion.unit_id)
        .outerjoin(grouped, grouped.c.unit_id == Unit.id)
        .where(Unit.region_id == region.id, in_force(UnitVersion, day), reach(actor, unit=Unit.id))
        .order_by(UnitVersion.name_key, Unit.id)
    )


def page_of_units(rows: AnySelect, after: tuple[str, int] | None) -> tuple[Sequence[AnyRow], str | None]:
    """A page of ``units`` and the key of the next one."""
    if after is not None:
        rows = rows.where(tuple_(UnitVersion.name_key, Unit.id) > tuple_(literal(after[0]), literal(after[1])))
    found = db.session.execute(rows.limit(PAGE + 1)).all()
    last = found[PAGE - 1] if len(found) > PAGE else None
    return found[:PAGE], f"{last.unit_id}.{last.name_key}" if last is not None else None


def sums_of_unit(unit_id: int, span: Span) -> AnyRow:
    """(…sums, …sums before) of the whole unit, sections that are no more included."""
    rows = by_unit([span, span.a_year_before], only=select(literal(unit_id)))
    return db.session.execute(select(*_both(rows))).one()


def _inside(region: Place) -> AnySelect:
    """The ids of the division and of those inside it."""
    return select(Region.id).where(Region.code.startswith(scope_prefix(region.code), autoescape=True))


def months_of_region(region: Place, span: Span) -> list[AnyRow]:
    """(month, …sums) of all units inside the division, by month."""
    return _months(select(by_month(REGIONS, span, only=_inside(region))))


def months_of_unit(unit_id: int, span: Span) -> list[AnyRow]:
    """(month, …sums) of one unit, by month."""
    return _months(select(by_month(UNITS, span, only=select(literal(unit_id)))))


def months_of(span: Span, **whose: int) -> list[AnyRow]:
    """(month, …sums) of a ``person_id``, or a ``section_id`` and its ``unit_id``, by month."""
    return _months(select(_by_duty([span], **whose)))


def _months(rows: AnySelect) -> list[AnyRow]:
    c = rows.subquery().c
    sums = (func.sum(c[name]).label(name) for name in SUMS)
    return list(db.session.execute(select(c.month, *sums).group_by(c.month).order_by(c.month)).all())


def sections(unit_id: int, actor: Actor, span: Span, day: date) -> AnySelect:
    """(section_id, name, …sums, …sums before) of the unit's sections as they stand, those with nothing logged too."""
    rows = _by_duty([span, span.a_year_before], unit_id=unit_id)
    sums = select(rows.c.section_id, *_both(rows)).group_by(rows.c.section_id).subquery("sums")
    return (
        select(
            SectionVersion.section_id,
            SectionVersion.name,
            *(func.coalesce(column, 0).label(column.name) for column in sums.c if column.name != "section_id"),
        )
        .join(Section, Section.id == SectionVersion.section_id)
        .outerjoin(sums, sums.c.section_id == Section.id)
        .where(
            Section.unit_id == unit_id,
            in_force(SectionVersion, day),
            reach(actor, unit=Section.unit_id, section=Section.id),
        )
        .order_by(SectionVersion.sort_no, SectionVersion.section_id)
    )


def functions(unit_id: int, span: Span) -> AnySelect:
    """(function_id, text, …sums, …sums before) of the unit's functions that something was logged for.

    A record counts for every function that its duty serves, so that the lines may add up to more than the whole;
    what serves none stands in the last line, without an id.
    """
    rows = _by_duty([span, span.a_year_before], unit_id=unit_id)
    serves = serving_duties(unit_id).subquery("serves")
    return (
        select(
            UnitFunction.id.label("function_id"),
            func.coalesce(UnitFunction.text, "未衔接到职能的工作").label("text"),
            *_both(rows),
        )
        .select_from(rows)
        .outerjoin(serves, serves.c.post_duty_id == rows.c.post_duty_id)
        .outerjoin(UnitFunction, UnitFunction.id == serves.c.function_id)
        .group_by(UnitFunction.id)
        .order_by(UnitFunction.sort_no.nulls_last(), UnitFunction.id)
    )


def duties(span: Span, **whose: int) -> AnySelect:
    """(post_duty_id, text, measure_unit, quantity, quantity_before, …sums, …sums before) by duty; ``whose`` as for
    ``_by_duty``.

    What is outside duties stands in the last line, without an id and without a quantity.
    """
    rows = _by_duty([span, span.a_year_before], **whose)
    quantity = func.sum(rows.c.quantity)
    return (
        select(
            rows.c.post_duty_id,
            func.coalesce(PostDuty.text, "岗位职责以外").label("text"),
            PostDuty.measure_unit,
            func.coalesce(quantity.filter(rows.c.nth == 0), 0).label("quantity"),
            func.coalesce(quantity.filter(rows.c.nth == 1), 0).label("quantity_before"),
            *_both(rows),
        )
        .select_from(rows)
        .outerjoin(PostDuty, PostDuty.id == rows.c.post_duty_id)
        .group_by(rows.c.post_duty_id, PostDuty.text, PostDuty.measure_unit, PostDuty.section_id, PostDuty.sort_no)
        .order_by(PostDuty.section_id.nulls_last(), PostDuty.sort_no, rows.c.post_duty_id)
    )


def _by_duty(spans: Sequence[Span], **whose: int) -> Subquery:
    """(nth, month, section_id, post_duty_id, quantity, …sums): whole months from roll-ups, the rest from the records.

    ``whose``: ``unit_id``, ``section_id``, ``person_id`` → its id; with a section its unit too, for its index.
    """
    parts: list[AnySelect] = []
    for nth, span in enumerate(spans):
        start, end = span.months
        parts.append(
            select(
                literal(nth).label("nth"),
                RecordRollup.month,
                RecordRollup.section_id,
                RecordRollup.post_duty_id,
                RecordRollup.quantity,
                RecordRollup.record_count,
                RecordRollup.approved_count,
                _outside(RecordRollup.post_duty_id, RecordRollup.record_count).label("outside_count"),
                RecordRollup.minutes,
            ).where(_are(RecordRollup, whose), RecordRollup.month >= start, RecordRollup.month < end)
        )
        if end <= span.last:
            parts.append(_of_days(nth, end, span.last, whose))
    return union_all(*parts).subquery("by_duty")


def _of_days(nth: int, first: date, last: date, whose: dict[str, int]) -> AnySelect:
    return select(
        literal(nth).label("nth"),
        literal(first),
        DutyRecord.section_id,
        DutyRecord.post_duty_id,
        func.coalesce(DutyRecord.quantity, 0),
        literal(1),
        cast(DutyRecord.record_state.in_(APPROVED), Integer),
        _outside(DutyRecord.post_duty_id, 1),
        func.coalesce(DutyRecord.minutes, 0),
    ).where(
        _are(DutyRecord, whose),
        DutyRecord.worked_on >= first,
        DutyRecord.worked_on <= last,
        DutyRecord.record_state.in_(COUNTED),
    )


def _are(table: Any, whose: dict[str, int]) -> Condition:
    return and_(*(getattr(table, name) == value for name, value in whose.items()))


def _outside(duty: Any, count: Any) -> Any:
    return cast(duty.is_(None), Integer) * count


def _both(rows: Any) -> list[Any]:
    """The sums of the span (nth 0), then those of the year before (nth 1) as ``…_before``."""
    now = [func.coalesce(func.sum(rows.c[name]).filter(rows.c.nth == 0), 0).label(name) for name in SUMS]
    before = [func.coalesce(func.sum(rows.c[name]).filter(rows.c.nth == 1), 0).label(f"{name}_before") for name in SUMS]
    return now + before


def code_below(region: Place) -> Any:
    """The code of the division right below ``region`` that a unit lies in; the region's own code for its own units."""
    wide = len(scope_prefix(region.code))
    digits = COUNTY if wide == CITY else TOWNSHIP
    return func.substr(Region.code, 1, digits)


def two_years_to(day: date) -> Span:
    """The 24 months up to ``day``: a year and the one before it."""
    return Span(first_of_month(day, plus=-23), day)
