"""Reads of closed months: which are closed where, what is open in them, and who may ask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from basic_info.organization.models import Appointment, PersonVersion, Section, Unit
from basic_info.organization.queries import last_place, region_names, section_names, unit_names
from basic_info.organization.scope import units_in_region, units_under, within
from basic_info.regions.models import Region
from duty_eval.dashboards.sums import Span, by_unit
from duty_eval.periods.models import PeriodLock, PeriodReopening, SectionMonth
from duty_eval.permissions import Permission
from duty_eval.records.models import DutyRecord
from duty_eval.records.queries import name_today
from host.kernel.access import Actor, ScopeKind, scope_prefix
from host.kernel.db import AnyRow, AnySelect, db
from host.kernel.errors import NotFound
from host.kernel.partitions import first_of_month
from host.kernel.versions import in_force


@dataclass(frozen=True)
class Place:
    """What an act is for: a division by its code, a unit with all below it, or a section. Exactly one is given."""

    region_code: str | None = None
    unit_id: int | None = None
    section_id: int | None = None

    def sections(self) -> ColumnElement[bool]:
        """The condition that picks its sections."""
        if self.section_id is not None:
            return Section.id == self.section_id
        units = units_under(self.unit_id) if self.unit_id is not None else units_in_region(self.region_code or "-")
        return Section.unit_id.in_(units)


def place_of(text: str, actor: Actor, permission: str) -> Place:
    """``unit:7``, ``section:9``, ``region:371302`` → the place, which must lie within the actor's reach. NotFound."""
    kind, _, key = text.partition(":")
    if kind == "region":
        if any(
            grant.kind is ScopeKind.REGION and grant.region_code and key.startswith(scope_prefix(grant.region_code))
            for grant in actor.grants_for(permission)
        ) and db.session.scalar(select(Region.id).where(Region.code == key)):
            return Place(region_code=key)
        raise NotFound
    if not key.isdecimal() or len(key) > 18:
        raise NotFound
    number = int(key)
    if kind == "unit" and db.session.scalar(
        select(Unit.id).where(Unit.id == number, within(actor, permission, unit=Unit.id))
    ):
        return Place(unit_id=number)
    reached = within(actor, permission, unit=Section.unit_id, section=Section.id)
    if kind == "section" and db.session.scalar(select(Section.id).where(Section.id == number, reached)):
        return Place(section_id=number)
    raise NotFound


def is_closed(section_id: int, month: date) -> bool:
    """Whether the section's month is locked."""
    return bool(
        db.session.scalar(
            select(SectionMonth.is_locked).where(SectionMonth.section_id == section_id, SectionMonth.month == month)
        )
    )


def is_closed_to(person_id: int, day: date) -> bool:
    """Whether the database would refuse the person a record of that day. One statement."""
    closed = select(func.bool_and(func.month_is_closed(Appointment.section_id, day, person_id, 0))).where(
        Appointment.person_id == person_id, in_force(Appointment, day)
    )
    return bool(db.session.scalar(closed))


def is_open_to(person_id: int, month: date, record_id: int | None = None) -> ColumnElement[bool]:
    """The reopenings that hold now for the person's month, or for the record."""
    return and_(
        PeriodReopening.person_id == person_id,
        PeriodReopening.month == month,
        PeriodReopening.closed_at.is_(None),
        PeriodReopening.expires_at > datetime.now(UTC),
        or_(PeriodReopening.record_id.is_(None), PeriodReopening.record_id == record_id),
    )


def units_of_month(actor: Actor, month: date, day: date) -> AnySelect:
    """(unit_id, name, region_name, sections, locked, opened, unreviewed) of the units in reach with sections, by name.

    ``unreviewed``: records of the month that wait for their review, which a lock would leave without one.
    """
    names, regions = unit_names(day), region_names(day)
    sums = by_unit([Span(month, first_of_month(month, plus=1) - timedelta(days=1))])
    return (
        select(
            Unit.id.label("unit_id"),
            names.c.name,
            regions.c.name.label("region_name"),
            func.count(Section.id).label("sections"),
            func.count().filter(SectionMonth.is_locked).label("locked"),
            func.count().filter(~SectionMonth.is_locked).label("opened"),
            func.coalesce(sums.c.record_count - sums.c.approved_count, 0).label("unreviewed"),
        )
        .join(Section, Section.unit_id == Unit.id)
        .join(names, names.c.unit_id == Unit.id)
        .outerjoin(regions, regions.c.region_id == Unit.region_id)
        .outerjoin(SectionMonth, and_(SectionMonth.section_id == Section.id, SectionMonth.month == month))
        .outerjoin(sums, sums.c.unit_id == Unit.id)
        .where(within(actor, Permission.PERIOD_LOCK, unit=Unit.id))
        .group_by(Unit.id, names.c.name, regions.c.name, sums.c.record_count, sums.c.approved_count)
        .order_by(names.c.name, Unit.id)
    )


def acts_of_month(actor: Actor, month: date, day: date) -> AnySelect:
    """(PeriodLock, place) that touch the actor's reach, newest first."""
    units, sections, regions = unit_names(day), section_names(day), region_names(day)
    section_unit = select(Section.unit_id).where(Section.id == PeriodLock.section_id).scalar_subquery()
    in_regions = PeriodLock.region_id.in_(
        select(Unit.region_id).where(within(actor, Permission.PERIOD_LOCK, unit=Unit.id))
    )
    return (
        select(PeriodLock, func.coalesce(units.c.name, sections.c.name, regions.c.name).label("place"))
        .outerjoin(units, units.c.unit_id == PeriodLock.unit_id)
        .outerjoin(sections, sections.c.section_id == PeriodLock.section_id)
        .outerjoin(regions, regions.c.region_id == PeriodLock.region_id)
        .where(
            PeriodLock.month == month,
            or_(
                in_regions,
                within(actor, Permission.PERIOD_LOCK, unit=func.coalesce(PeriodLock.unit_id, section_unit)),
            ),
        )
        .order_by(PeriodLock.id.desc())
    )


def reopenings(actor: Actor, *, only_open: bool = True) -> AnySelect:
    """(PeriodReopening, person_name) of the people in reach, newest first."""
    place = (
        select(Appointment.person_id)
        .where(
            Appointment.id == last_place(PeriodReopening.person_id),
            within(actor, Permission.PERIOD_REOPEN, unit=Appointment.unit_id, section=Appointment.section_id),
        )
        .correlate(PeriodReopening)
    )
    rows = (
        select(PeriodReopening, PersonVersion.name.label("person_name"))
        .join(PersonVersion, name_today(PeriodReopening.person_id))
        .where(place.exists())
        .order_by(PeriodReopening.id.desc())
    )
    if only_open:
        rows = rows.where(PeriodReopening.closed_at.is_(None), PeriodReopening.expires_at > datetime.now(UTC))
    return rows


def reopenable(actor: Actor, record_id: int, day: date) -> Select[DutyRecord]:
    """A record that the actor may open again, locked; never one's own."""
    return (
        select(DutyRecord)
        .where(
            DutyRecord.id == record_id,
            DutyRecord.worked_on == day,
            DutyRecord.person_id != (actor.person_id or 0),
            within(actor, Permission.PERIOD_REOPEN, unit=DutyRecord.unit_id, section=DutyRecord.section_id),
        )
        .with_for_update()
    )


def regions_in_reach(actor: Actor, rows: Sequence[AnyRow]) -> list[AnyRow]:
    """Of the divisions ``rows`` (id, code, name) those that a grant of the actor's covers as a whole."""
    starts = tuple(
        scope_prefix(grant.region_code)
        for grant in actor.grants_for(Permission.PERIOD_LOCK)
        if grant.kind is ScopeKind.REGION and grant.region_code
    )
    return [row for row in rows if starts and row.code.startswith(starts)]
