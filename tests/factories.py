"""Makers of rows: ``a_thing(**over)`` gives a flushed row that is valid as it stands."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any, TypeVar

from flask import current_app
from sqlalchemy.dialects.postgresql import Range

from basic_info.duties.models import FunctionKind, PostDuty, SectionDuty, UnitFunction
from basic_info.organization import kinds
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
from basic_info.organization.queries import primary_appointment
from basic_info.regions.models import Region, RegionVersion, Tier
from duty_eval.absences.models import Absence, AbsenceKind, AbsenceState
from host.auth.models import Account, RoleGrant
from host.kernel.access import Actor, Grant, Role, ScopeKind
from host.kernel.db import Model, db

M = TypeVar("M", bound=Model)

SINCE = Range(date(2020, 1, 1), None)
_numbers = count(1)


def _add(row: M) -> M:
    db.session.add(row)
    db.session.flush()
    return row


def a_region(code: str = "371300", **over: Any) -> Region:
    found = db.session.query(Region).filter_by(code=code).one_or_none()
    if found is not None:
        return found
    region = _add(Region(code=code))
    _add(RegionVersion(**{"region_id": region.id, "name": "临沂市", "tier": Tier.CITY, "valid": SINCE, **over}))
    return region


def a_unit(
    *, name: str = "市发展和改革局", parent: Unit | None = None, region: Region | None = None, **over: Any
) -> Unit:
    region = region or a_region()
    unit = _add(Unit(code=f"U{next(_numbers)}", region_id=region.id))
    unit.path = f"{parent.path if parent else '/'}{unit.id}/"
    facts = {
        "name": name,
        "name_key": name,
        "parent_id": parent.id if parent else None,
        "region_id": region.id,
        "tier": Tier.CITY,
        "unit_kind": kinds.UnitKind.GOVERNMENT,
        "rank": kinds.Rank.DIVISION_HEAD,
        "valid": SINCE,
    }
    _add(UnitVersion(unit_id=unit.id, **{**facts, **over}))
    return unit


def a_section(*, unit: Unit | None = None, name: str = "综合科", **over: Any) -> Section:
    section = _add(Section(code=f"S{next(_numbers)}", unit_id=(unit or a_unit()).id))
    facts = {
        "name": name,
        "section_kind": kinds.SectionKind.BUSINESS,
        "rank": kinds.Rank.SECTION_HEAD,
        "valid": SINCE,
    }
    _add(SectionVersion(section_id=section.id, **{**facts, **over}))
    return section


def a_post(*, section: Section | None = None, title: str = "综合岗", **over: Any) -> Post:
    post = _add(Post(code=f"P{next(_numbers)}", section_id=(section or a_section()).id))
    facts = {"title": title, "post_class": kinds.PostClass.CIVIL_GENERAL, "seat_count": 5, "valid": SINCE}
    _add(PostVersion(post_id=post.id, **{**facts, **over}))
    return post


def a_person(*, name: str = "王芳", post: Post | None = None, **over: Any) -> Person:
    """A person; with ``post`` also their primary appointment there."""
    person = _add(Person(code=f"R{next(_numbers)}"))
    facts = {
        "name": name,
        "name_key": name,
        "sex": kinds.Sex.FEMALE,
        "identity": kinds.Identity.CIVIL_SERVANT,
        "person_kind": kinds.PersonKind.ON_QUOTA,
        "work_state": kinds.WorkState.ON_POST,
        "quota_kind": kinds.QuotaKind.ADMIN_GENERAL,
        "valid": SINCE,
    }
    _add(PersonVersion(person_id=person.id, **{**facts, **over}))
    if post is not None:
        an_appointment(person, post)
    return person


def an_appointment(person: Person, post: Post, **over: Any) -> Appointment:
    section = db.session.get_one(Section, post.section_id)
    facts = {"section_id": section.id, "unit_id": section.unit_id, "valid": SINCE, **over}
    return _add(Appointment(person_id=person.id, post_id=post.id, **facts))


def a_function(*, unit: Unit, text: str = "拟订并组织实施国民经济和社会发展战略", **over: Any) -> UnitFunction:
    facts = {"sort_no": 1, "text": text, "function_kind": FunctionKind.DUTY, "valid": SINCE, **over}
    return _add(UnitFunction(unit_id=unit.id, **facts))


def a_section_duty(*, section: Section, text: str = "起草重要文稿", **over: Any) -> SectionDuty:
    facts = {"sort_no": 1, "text": text, "valid": SINCE, **over}
    return _add(SectionDuty(section_id=section.id, unit_id=section.unit_id, **facts))


def a_post_duty(*, post: Post, text: str = "起草年度工作要点", **over: Any) -> PostDuty:
    section = db.session.get_one(Section, post.section_id)
    facts = {"sort_no": 1, "text": text, "valid": SINCE, **over}
    return _add(PostDuty(post_id=post.id, section_id=section.id, unit_id=section.unit_id, **facts))


def an_account(*, person: Person | None = None, name: str = "王芳", **over: Any) -> Account:
    facts = {"login_name": f"user{next(_numbers)}", "display_name": name, **over}
    return _add(Account(person_id=person.id if person else None, **facts))


def an_actor(
    role: Role = Role.STAFF,
    *,
    person: Person | None = None,
    region: str | None = None,
    unit: Unit | None = None,
    section: Section | None = None,
) -> Actor:
    """An actor who just gave the password, with one grant: of the region, unit or section given, else of oneself."""
    account = an_account(person=person)
    kind = ScopeKind.SELF
    if region:
        kind = ScopeKind.REGION
    elif unit:
        kind = ScopeKind.UNIT
    elif section:
        kind = ScopeKind.SECTION
    grant = Grant(
        role=role,
        kind=kind,
        region_code=region,
        unit_id=unit.id if unit else None,
        section_id=section.id if section else None,
    )
    return Actor(
        account_id=account.id,
        display_name=account.display_name,
        person_id=person.id if person else None,
        grants=(grant,),
        confirmed_at=datetime.now(UTC),
        permission_map=current_app.extensions["permission_map"],
    )


def a_holder(role: Role, **where: Any) -> Actor:
    """``an_actor`` whose grant is in the database too, so that others find them."""
    actor = an_actor(role, **where)
    (grant,) = actor.grants
    _add(
        RoleGrant(
            account_id=actor.account_id,
            role=role,
            scope_kind=grant.kind,
            region_code=grant.region_code,
            unit_id=grant.unit_id,
            section_id=grant.section_id,
            valid=SINCE,
        )
    )
    return actor


def a_leave(actor: Actor, first: date, last: date) -> Absence:
    """Confirmed leave of the actor's person, both days counted."""
    assert actor.person_id is not None
    place = primary_appointment(actor.person_id, first)
    assert place is not None
    absence = Absence(
        person_id=actor.person_id,
        section_id=place.section_id,
        absence_kind=AbsenceKind.ANNUAL,
        span=Range(first, last + timedelta(days=1)),
        absence_state=AbsenceState.CONFIRMED,
        decided_at=datetime.now(UTC),
    )
    db.session.add(absence)
    db.session.flush()
    return absence
