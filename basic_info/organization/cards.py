"""Cards of units, sections, posts and people as of a day (单位、科室、岗位、人员卡片)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select, tuple_

from basic_info.duties.models import PostDuty
from basic_info.organization.kinds import PersonKind, QuotaKind
from basic_info.organization.models import (
    Appointment,
    Person,
    PersonVersion,
    Post,
    PostVersion,
    Section,
    SectionVersion,
    Unit,
    UnitVersion,
)
from basic_info.organization.queries import (
    person_in_reach,
    post_titles,
    readable_people,
    readable_units,
    region_names,
    section_names,
    unit_names,
)
from basic_info.organization.shares import split
from basic_info.permissions import Permission
from host.kernel.access import Actor
from host.kernel.crypto import Unreadable, masked_id_no, masked_phone, provider
from host.kernel.db import AnyRow, AnySelect, db
from host.kernel.errors import NotFound
from host.kernel.versions import Version, in_force

PAGE = 50
MOST = 2**63 - 1


@dataclass(frozen=True, kw_only=True)
class UnitCard:
    """A unit on a day. ``facts`` is None on days on which it was not there."""

    unit: Unit
    facts: UnitVersion | None
    region: str | None
    parent: str | None
    versions: Sequence[UnitVersion]
    sections: Sequence[AnyRow]
    children: Sequence[AnyRow]
    headcount: Sequence[tuple[QuotaKind | None, int]]

    @property
    def name(self) -> str:
        shown = self.facts or (self.versions[0] if self.versions else None)
        return shown.name if shown else self.unit.code

    @property
    def actual_count(self) -> int:
        """实有: those who use a quota place, always counted (R17)."""
        return sum(count for _kind, count in self.headcount)


def unit_of(actor: Actor, unit_id: int) -> Unit:
    """The unit if the actor may see it; raises NotFound."""
    unit = db.session.scalars(select(Unit).where(Unit.id == min(unit_id, MOST), readable_units(actor))).one_or_none()
    if unit is None:
        raise NotFound
    return unit


def unit_card(actor: Actor, unit_id: int, *, day: date) -> UnitCard:
    """Everything on a unit's page. Six statements, whatever the unit has."""
    unit = unit_of(actor, unit_id)
    versions = db.session.scalars(
        select(UnitVersion)
        .where(UnitVersion.unit_id == unit.id, UnitVersion.superseded_at.is_(None))
        .order_by(func.lower(UnitVersion.valid).desc())
    ).all()
    facts = next((version for version in versions if covers(version, day)), None)
    places = _places(facts, day) if facts else None
    return UnitCard(
        unit=unit,
        facts=facts,
        region=places.region if places else None,
        parent=places.parent if places else None,
        versions=versions,
        sections=sections_of(unit.id, day),
        children=children_of(actor, unit.id, day),
        headcount=headcount_of(unit.id, day),
    )


def covers(version: Version, day: date) -> bool:
    lower, upper = version.valid.lower, version.valid.upper
    return (lower is None or lower <= day) and (upper is None or day < upper)


def _places(facts: UnitVersion, day: date) -> AnyRow:
    region, parent = region_names(day), unit_names(day)
    return db.session.execute(
        select(
            select(region.c.name).where(region.c.region_id == facts.region_id).scalar_subquery().label("region"),
            select(parent.c.name).where(parent.c.unit_id == facts.parent_id).scalar_subquery().label("parent"),
        )
    ).one()


def sections_of(unit_id: int, day: date) -> Sequence[AnyRow]:
    """(id, SectionVersion, people, seats) of the sections of a unit on ``day`` in their own order."""
    people = _held(Appointment.section_id == Section.id, day)
    seats = (
        select(func.coalesce(func.sum(PostVersion.seat_count), 0))
        .join(Post, Post.id == PostVersion.post_id)
        .where(Post.section_id == Section.id, in_force(PostVersion, day))
        .correlate(Section)
        .scalar_subquery()
    )
    return db.session.execute(
        select(Section.id, SectionVersion, people.label("people"), seats.label("seats"))
        .join(SectionVersion, and_(SectionVersion.section_id == Section.id, in_force(SectionVersion, day)))
        .where(Section.unit_id == unit_id)
        .order_by(SectionVersion.sort_no, Section.id)
    ).all()


def children_of(actor: Actor, unit_id: int, day: date) -> Sequence[AnyRow]:
    """(unit_id, name, unit_kind) of the units right below one on ``day`` that the actor may see."""
    return db.session.execute(
        select(UnitVersion.unit_id, UnitVersion.name, UnitVersion.unit_kind)
        .where(
            UnitVersion.parent_id == unit_id,
            in_force(UnitVersion, day),
            readable_units(actor, UnitVersion.unit_id),
        )
        .order_by(UnitVersion.name_key, UnitVersion.unit_id)
    ).all()


def headcount_of(unit_id: int, day: date) -> list[tuple[QuotaKind | None, int]]:
    """实有 by quota kind (R17): on quota and using a place on ``day``; those lent out count at home."""
    rows = db.session.execute(
        select(PersonVersion.quota_kind, func.count())
        .join(Appointment, Appointment.person_id == PersonVersion.person_id)
        .where(Appointment.unit_id == unit_id, uses_quota(day))
        .group_by(PersonVersion.quota_kind)
    ).all()
    return sorted(((kind, count) for kind, count in rows), key=lambda pair: -pair[1])


def uses_quota(day: date) -> ColumnElement[bool]:
    """Over ``Appointment`` and ``PersonVersion``: the person counts as actual (实有) where they belong."""
    return and_(
        Appointment.is_primary,
        in_force(Appointment, day),
        in_force(PersonVersion, day),
        PersonVersion.occupies_quota,
        PersonVersion.person_kind == PersonKind.ON_QUOTA,
    )


def _held(where: ColumnElement[bool], day: date) -> Any:
    return (
        select(func.count(Appointment.person_id.distinct()))
        .where(where, in_force(Appointment, day))
        .correlate(Section, Post)
        .scalar_subquery()
    )


@dataclass(frozen=True)
class PeoplePage:
    """(PersonVersion, Appointment, section, post) by name, and the person behind whom the next page begins."""

    rows: Sequence[AnyRow]
    next_after: int | None


def people_of_unit(
    actor: Actor,
    unit_id: int,
    *,
    day: date,
    quota_kind: QuotaKind | None = None,
    only_actual: bool = False,
    after: int | None = None,
) -> PeoplePage:
    """A page of ``people_in_unit``, those behind person ``after``. One statement."""
    people = people_in_unit(actor, unit_id, day=day, quota_kind=quota_kind, only_actual=only_actual)
    if after is not None:
        key = select(PersonVersion.name_key).where(
            PersonVersion.person_id == min(after, MOST), in_force(PersonVersion, day)
        )
        people = people.where(
            tuple_(PersonVersion.name_key, PersonVersion.person_id) > tuple_(key.scalar_subquery(), min(after, MOST))
        )
    rows = db.session.execute(people.limit(PAGE + 1)).all()
    next_after = rows[PAGE - 1].PersonVersion.person_id if len(rows) > PAGE else None
    return PeoplePage(rows[:PAGE], next_after)


def people_in_unit(
    actor: Actor, unit_id: int, *, day: date, quota_kind: QuotaKind | None = None, only_actual: bool = False
) -> AnySelect:
    """Who holds a primary post in the unit on ``day``, as far as the actor may see people, by name.

    With ``quota_kind`` only those who count as actual in it, with ``only_actual`` in any kind (R17).
    """
    where: list[ColumnElement[bool]] = [Appointment.unit_id == unit_id, Appointment.is_primary.is_(True)]
    if quota_kind is not None:
        where.append(PersonVersion.quota_kind == quota_kind)
    if quota_kind is not None or only_actual:
        where.append(uses_quota(day))
    return _people(actor, day).where(*where)


def people_where(actor: Actor, day: date, condition: ColumnElement[bool]) -> Sequence[AnyRow]:
    """Who holds a post on ``day`` under a condition on ``Appointment``, by name, at most 500."""
    return db.session.execute(_people(actor, day).where(condition).limit(500)).all()


def _people(actor: Actor, day: date) -> AnySelect:
    section, post = section_names(day), post_titles(day)
    return (
        select(PersonVersion, Appointment, section.c.name.label("section"), post.c.title.label("post"))
        .join(Appointment, Appointment.person_id == PersonVersion.person_id)
        .outerjoin(section, section.c.section_id == Appointment.section_id)
        .outerjoin(post, post.c.post_id == Appointment.post_id)
        .where(in_force(Appointment, day), in_force(PersonVersion, day), readable_people(actor))
        .order_by(PersonVersion.name_key, PersonVersion.person_id)
    )


def section_card(actor: Actor, section_id: int, *, day: date) -> AnyRow:
    """(Section, SectionVersion or None, unit) of a section of a unit that the actor may see. Raises NotFound."""
    unit = unit_names(day)
    row = db.session.execute(
        select(Section, SectionVersion, unit.c.name.label("unit"))
        .outerjoin(SectionVersion, and_(SectionVersion.section_id == Section.id, in_force(SectionVersion, day)))
        .outerjoin(unit, unit.c.unit_id == Section.unit_id)
        .where(Section.id == min(section_id, MOST), readable_units(actor, Section.unit_id))
    ).one_or_none()
    if row is None:
        raise NotFound
    return row


def posts_of(section_id: int, day: date) -> Sequence[AnyRow]:
    """(id, PostVersion, people) of the posts of a section on ``day``; fewer people than seats = vacant."""
    people = _held(Appointment.post_id == Post.id, day)
    return db.session.execute(
        select(Post.id, PostVersion, people.label("people"))
        .join(PostVersion, and_(PostVersion.post_id == Post.id, in_force(PostVersion, day)))
        .where(Post.section_id == section_id)
        .order_by(PostVersion.is_leader_post.desc(), Post.code)
    ).all()


def post_card(actor: Actor, post_id: int, *, day: date) -> AnyRow:
    """(Post, PostVersion or None, Section, section, unit) of a post. Raises NotFound."""
    section, unit = section_names(day), unit_names(day)
    row = db.session.execute(
        select(Post, PostVersion, Section, section.c.name.label("section"), unit.c.name.label("unit"))
        .join(Section, Section.id == Post.section_id)
        .outerjoin(PostVersion, and_(PostVersion.post_id == Post.id, in_force(PostVersion, day)))
        .outerjoin(section, section.c.section_id == Section.id)
        .outerjoin(unit, unit.c.unit_id == Section.unit_id)
        .where(Post.id == min(post_id, MOST), readable_units(actor, Section.unit_id))
    ).one_or_none()
    if row is None:
        raise NotFound
    return row


def duties_of_post(post_id: int, day: date) -> Sequence[PostDuty]:
    """The duties of a post on ``day`` in their own order."""
    return db.session.scalars(
        select(PostDuty)
        .where(PostDuty.post_id == post_id, PostDuty.valid.contains(day))
        .order_by(PostDuty.sort_no, PostDuty.id)
    ).all()


@dataclass(frozen=True, kw_only=True)
class PersonCard:
    """A person on a day, with masked numbers."""

    person: Person
    facts: PersonVersion | None
    versions: Sequence[PersonVersion]
    appointments: Sequence[AnyRow]
    #: appointment → percent of a full post, of the posts held on the day
    shares: dict[int, int]
    id_no: str
    phone: str

    @property
    def name(self) -> str:
        shown = self.facts or (self.versions[0] if self.versions else None)
        return shown.name if shown else self.person.code


def person_of(actor: Actor, person_id: int, *, permission: str = Permission.PERSON_READ) -> Person:
    """The person if ``permission`` reaches where they belong today; always oneself to read. Raises NotFound."""
    person = db.session.get(Person, min(person_id, MOST))
    is_oneself = person_id == actor.person_id and permission == Permission.PERSON_READ
    if person is None or not (is_oneself or person_in_reach(actor, person_id, permission)):
        raise NotFound
    return person


def person_card(actor: Actor, person_id: int, *, day: date) -> PersonCard:
    """Everything on a person's page but the numbers themselves. Raises NotFound."""
    person = person_of(actor, person_id)
    versions = db.session.scalars(
        select(PersonVersion)
        .where(PersonVersion.person_id == person.id, PersonVersion.superseded_at.is_(None))
        .order_by(func.lower(PersonVersion.valid).desc())
    ).all()
    facts = next((version for version in versions if covers(version, day)), None)
    appointments = _appointments(person.id, day)
    return PersonCard(
        person=person,
        facts=facts,
        versions=versions,
        appointments=appointments,
        shares=split([row.Appointment for row in appointments if covers(row.Appointment, day)]),
        id_no=masked_id_no(_opened(facts.id_no, f"person:{person.code}:id_no")) if facts else "",
        phone=masked_phone(_opened(facts.phone, f"person:{person.code}:phone")) if facts else "",
    )


def _opened(sealed: bytes | None, context: str) -> str:
    """The number, or nothing where it does not open: the page of a person must not fail for it."""
    try:
        return provider().decrypt(sealed, context=context) if sealed else ""
    except Unreadable:
        return ""


def _appointments(person_id: int, day: date) -> Sequence[AnyRow]:
    section, post, unit = section_names(day), post_titles(day), unit_names(day)
    return db.session.execute(
        select(Appointment, unit.c.name.label("unit"), section.c.name.label("section"), post.c.title.label("post"))
        .outerjoin(unit, unit.c.unit_id == Appointment.unit_id)
        .outerjoin(section, section.c.section_id == Appointment.section_id)
        .outerjoin(post, post.c.post_id == Appointment.post_id)
        .where(Appointment.person_id == person_id, Appointment.superseded_at.is_(None))
        .order_by(func.lower(Appointment.valid).desc(), Appointment.id.desc())
    ).all()
