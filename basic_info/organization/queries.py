"""What the register says on a day, for its own pages and for the systems above."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, FromClause, and_, false, func, or_, select
from sqlalchemy.dialects.postgresql import DATEMULTIRANGE, DATERANGE
from sqlalchemy.orm import aliased

from basic_info.organization.models import (
    Appointment,
    PersonVersion,
    PostVersion,
    Section,
    SectionVersion,
    Unit,
    UnitVersion,
)
from basic_info.organization.scope import within
from basic_info.permissions import Permission
from basic_info.regions.models import RegionVersion
from host.kernel.access import Actor, ScopeKind
from host.kernel.db import db
from host.kernel.pages import today_in_china
from host.kernel.versions import in_force


def primary_appointment(person_id: int, day: date) -> Appointment | None:
    """The primary appointment (主职) of a person on ``day``; there is at most one (R28)."""
    return db.session.scalars(
        select(Appointment).where(
            Appointment.person_id == person_id, Appointment.is_primary, in_force(Appointment, day)
        )
    ).one_or_none()


def in_post_since() -> Any:
    """The day on which the holder of an ``Appointment`` came to its post and title (任现职时间), as a column.

    Another share of the working time is a version of the same appointment: time in the post does not begin anew.
    """
    same = aliased(Appointment)
    spans = (
        select(func.unnest(func.range_agg(same.valid, type_=DATEMULTIRANGE), type_=DATERANGE).label("span"))
        .where(
            same.person_id == Appointment.person_id,
            same.post_id == Appointment.post_id,
            same.job_title == Appointment.job_title,
            same.is_primary == Appointment.is_primary,
            same.superseded_at.is_(None),
        )
        .correlate(Appointment)
        .subquery("spans")
    )
    of_this = select(func.lower(spans.c.span, type_=Date)).where(spans.c.span.overlaps(Appointment.valid))
    return of_this.correlate(Appointment).scalar_subquery()


def unit_name_map(unit_ids: Iterable[int], day: date) -> dict[int, str]:
    """Names of units on ``day`` by id; a unit that was not there on that day is left out. One statement."""
    rows = db.session.execute(
        select(UnitVersion.unit_id, UnitVersion.name).where(
            UnitVersion.unit_id.in_(set(unit_ids)), in_force(UnitVersion, day)
        )
    )
    return {unit_id: name for unit_id, name in rows}


def units_called(words: str, day: date, actor: Actor) -> list[int]:
    """The units of that code, else those of that name or short name on ``day``, which the actor may see."""
    reach = readable_units(actor)
    if found := db.session.scalars(select(Unit.id).where(Unit.code == words, reach)).all():
        return list(found)
    named = select(Unit.id).join(UnitVersion, UnitVersion.unit_id == Unit.id).where(in_force(UnitVersion, day), reach)
    full = db.session.scalars(named.where(UnitVersion.name == words)).all()
    return list(full or db.session.scalars(named.where(UnitVersion.short_name == words).limit(2)).all())


def unit_names(day: date) -> FromClause:
    """``unit_id``, ``name`` and ``name_key`` on ``day`` as a table to join."""
    return (
        select(UnitVersion.unit_id, UnitVersion.name, UnitVersion.name_key)
        .where(in_force(UnitVersion, day))
        .subquery("unit_names")
    )


def section_names(day: date) -> FromClause:
    """``section_id`` and ``name`` on ``day`` as a table to join."""
    return (
        select(SectionVersion.section_id, SectionVersion.name)
        .where(in_force(SectionVersion, day))
        .subquery("section_names")
    )


def post_titles(day: date) -> FromClause:
    """``post_id`` and ``title`` on ``day`` as a table to join."""
    return select(PostVersion.post_id, PostVersion.title).where(in_force(PostVersion, day)).subquery("post_titles")


def person_names(day: date) -> FromClause:
    """``person_id``, ``name`` and ``name_key`` on ``day`` as a table to join."""
    return (
        select(PersonVersion.person_id, PersonVersion.name, PersonVersion.name_key)
        .where(in_force(PersonVersion, day))
        .subquery("person_names")
    )


def region_names(day: date) -> FromClause:
    """``region_id`` and ``name`` on ``day`` as a table to join."""
    return (
        select(RegionVersion.region_id, RegionVersion.name).where(in_force(RegionVersion, day)).subquery("region_names")
    )


def readable_units(
    actor: Actor, unit: Any = Unit.id, *, permission: Permission = Permission.UNIT_READ
) -> ColumnElement[bool]:
    """The units whose facts the actor may read: those in reach, and the one that oneself or one's section is in.

    What a unit is and does is no secret inside it; people are cut by ``readable_people`` instead.
    """
    reached = [within(actor, permission, unit=unit)]
    sections = [
        grant.section_id
        for grant in actor.grants_for(permission)
        if grant.kind is ScopeKind.SECTION and grant.section_id is not None
    ]
    if sections:
        reached.append(unit.in_(select(Section.unit_id).where(Section.id.in_(sections))))
    if actor.person_id is not None and actor.may(permission):
        own = select(Appointment.unit_id).where(
            Appointment.person_id == actor.person_id, in_force(Appointment, today_in_china())
        )
        reached.append(unit.in_(own))
    return or_(false(), *reached)


def readable_people(actor: Actor) -> ColumnElement[bool]:
    """The appointments whose holders the actor may see by name, as a condition on ``Appointment``."""
    return within(
        actor,
        Permission.PERSON_READ,
        unit=Appointment.unit_id,
        section=Appointment.section_id,
        person=Appointment.person_id,
    )


def last_place(person_id: Any) -> Any:
    """Id of the appointment that says where a person belongs today: the one in force, else the latest."""
    place = Appointment.__table__.alias("last_place")
    today = today_in_china()
    return (
        select(place.c.id)
        .where(place.c.person_id == person_id, place.c.is_primary, place.c.superseded_at.is_(None))
        .order_by(place.c.valid.contains(today).desc(), func.lower(place.c.valid).desc())
        .limit(1)
        .scalar_subquery()
    )


def person_in_reach(actor: Actor, person_id: int, permission: str) -> bool:
    """Whether ``permission`` reaches the person where they belong today, whatever day is looked at."""
    found = db.session.scalar(
        select(Appointment.id).where(
            and_(
                Appointment.id == last_place(person_id),
                within(
                    actor,
                    permission,
                    unit=Appointment.unit_id,
                    section=Appointment.section_id,
                    person=Appointment.person_id,
                ),
            )
        )
    )
    return found is not None
