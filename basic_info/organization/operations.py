"""Writes of the register by hand (机构登记): set up, change, move and abolish units; read a number in full."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import func, or_, select, true

from basic_info.organization.cards import MOST, person_of
from basic_info.organization.codes import check_credit_code
from basic_info.organization.errors import (
    ChangedMeanwhile,
    CircularParent,
    CodeTaken,
    LaterChanges,
    OutsideScope,
    StillInUse,
)
from basic_info.organization.models import (
    Appointment,
    PersonVersion,
    Post,
    PostVersion,
    Section,
    SectionVersion,
    Unit,
    UnitVersion,
)
from basic_info.organization.pinyin import name_key
from basic_info.organization.scope import within
from basic_info.organization.tree import hang_units, hold_tree
from basic_info.permissions import Permission
from basic_info.regions.models import Region
from host.auth.models import RoleGrant
from host.kernel.access import SYSTEM, Actor, ScopeKind, scope_prefix
from host.kernel.audit import record_change
from host.kernel.crypto import provider
from host.kernel.db import db
from host.kernel.errors import NotFound
from host.kernel.pages import day
from host.kernel.versions import change, current, end


def create_unit(code: str, *, facts: Mapping[str, Any], on: date, actor: Actor, reason: str | None = None) -> Unit:
    """Set up a unit (设立) from ``on``. ``facts`` are columns of ``UnitVersion`` but for the key of its name.

    Raises CodeTaken, OutsideScope, InvalidCreditCode.
    """
    hold_tree()
    _check_place(facts["region_id"], facts.get("parent_id"), actor=actor)
    if db.session.scalar(select(Unit.id).where(Unit.code == code)) is not None:
        raise CodeTaken
    unit = Unit(code=code, region_id=facts["region_id"])
    db.session.add(unit)
    db.session.flush()  # the version needs the id
    change(
        unit.id,
        version=UnitVersion,
        key=UnitVersion.unit_id,
        facts=_complete({"short_name": "", **facts}),
        on=on,
        actor=actor,
        action="unit.created",
        reason=reason,
    )
    hang_units()
    return unit


def change_unit(
    unit: Unit,
    *,
    facts: Mapping[str, Any],
    on: date,
    based_on: int | None,
    actor: Actor,
    reason: str | None = None,
    replace_later: bool = False,
) -> UnitVersion:
    """Other facts of a unit hold from ``on`` (变更、更名、划转); its subtree moves along with it.

    ``based_on`` is the version that the form showed. Raises ChangedMeanwhile when another one is in force by now,
    LaterChanges unless ``replace_later``, OutsideScope, CircularParent, InvalidCreditCode.
    """
    hold_tree()
    _hold_in_reach(unit.id, actor=actor)
    held = db.session.scalars(current(UnitVersion, UnitVersion.unit_id, unit.id, on)).one_or_none()
    if (held.id if held else None) != based_on:
        raise ChangedMeanwhile
    if not replace_later and later_changes(unit.id, on):
        raise LaterChanges
    if "parent_id" in facts or "region_id" in facts:
        region_id = facts.get("region_id", held.region_id if held else unit.region_id)
        parent_id = facts.get("parent_id", held.parent_id if held else None)
        if held is None or (region_id, parent_id) != (held.region_id, held.parent_id):
            _check_place(region_id, parent_id, actor=actor)
            _check_no_circle(unit.id, parent_id, on)
    version = change(
        unit.id,
        version=UnitVersion,
        key=UnitVersion.unit_id,
        facts=_complete(facts),
        on=on,
        actor=actor,
        action="unit.changed",
        reason=reason,
    )
    hang_units()
    return version


def later_changes(unit_id: int, on: date) -> list[UnitVersion]:
    """The changes of a unit that take effect after ``on``."""
    return list(
        db.session.scalars(
            select(UnitVersion)
            .where(
                UnitVersion.unit_id == unit_id,
                UnitVersion.superseded_at.is_(None),
                func.lower(UnitVersion.valid) > on,
            )
            .order_by(func.lower(UnitVersion.valid))
        )
    )


def abolish_unit(unit: Unit, *, on: date, actor: Actor, reason: str) -> None:
    """The unit is no more from ``on`` (撤销), its sections and posts with it; nothing is deleted.

    Raises StillInUse while it has child units, people or users on or after that day (R12).
    """
    hold_tree()
    _hold_in_reach(unit.id, actor=actor)
    in_the_way = what_keeps(unit.id, on)
    if in_the_way:
        raise StillInUse(f"{day(on)}仍有{'、'.join(in_the_way)}，不能撤销；请先转出或撤销")
    sections = select(Section.id).where(Section.unit_id == unit.id)
    posts = select(Post.id).where(Post.section_id.in_(sections), Post.id.in_(_not_over(PostVersion.post_id, on)))
    for post_id in db.session.scalars(posts):
        end(post_id, version=PostVersion, key=PostVersion.post_id, on=on, actor=actor, action="post.ended")
    open_sections = sections.where(Section.id.in_(_not_over(SectionVersion.section_id, on)))
    for section_id in db.session.scalars(open_sections):
        end(
            section_id,
            version=SectionVersion,
            key=SectionVersion.section_id,
            on=on,
            actor=actor,
            action="section.ended",
        )
    end(
        unit.id,
        version=UnitVersion,
        key=UnitVersion.unit_id,
        on=on,
        actor=actor,
        action="unit.abolished",
        reason=reason,
    )


def what_keeps(unit_id: int, on: date) -> list[str]:
    """What forbids to abolish a unit from ``on``, in words with numbers."""
    children = db.session.scalar(
        select(func.count(UnitVersion.unit_id.distinct())).where(
            UnitVersion.parent_id == unit_id, UnitVersion.superseded_at.is_(None), _reaches(UnitVersion.valid, on)
        )
    )
    people = db.session.scalar(
        select(func.count(Appointment.person_id.distinct())).where(
            Appointment.unit_id == unit_id, Appointment.superseded_at.is_(None), _reaches(Appointment.valid, on)
        )
    )
    own = or_(
        RoleGrant.unit_id == unit_id, RoleGrant.section_id.in_(select(Section.id).where(Section.unit_id == unit_id))
    )
    users = db.session.scalar(
        select(func.count(RoleGrant.account_id.distinct())).where(
            own, RoleGrant.revoked_at.is_(None), _reaches(RoleGrant.valid, on)
        )
    )
    found = ((children, "个下级单位"), (people, "名在职人员"), (users, "个已授权的账号"))
    return [f" {count} {word}" for count, word in found if count]


def read_id_no(person_id: int, *, day: date, purpose: str, actor: Actor) -> str:
    """The ID number in full, which leaves an audit row without the number (R158). Raises NotFound, Unreadable."""
    person = person_of(actor, person_id, permission=Permission.PERSON_UNMASK)
    facts = db.session.scalars(current(PersonVersion, PersonVersion.person_id, person.id, day)).one_or_none()
    if facts is None or facts.id_no is None:
        raise NotFound("没有登记身份证号")
    number = provider().decrypt(facts.id_no, context=f"person:{person.code}:id_no")
    record_change(person, action="person.unmasked", actor=actor, reason=purpose)
    return number


def _not_over(key: Any, on: date) -> Any:
    """Ids that have a version on ``on`` or later: what is long over must not end once more."""
    version = key.class_
    return select(key).where(version.superseded_at.is_(None), _reaches(version.valid, on))


def _reaches(valid: Any, on: date) -> Any:
    return or_(func.upper_inf(valid), func.upper(valid) > on)


def _complete(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts with what follows from them."""
    found = dict(facts)
    if "name" in found:
        found["name_key"] = name_key(found["name"])
    if found.get("credit_code"):
        found["credit_code"] = check_credit_code(found["credit_code"])
    return found


def _hold_in_reach(unit_id: int, *, actor: Actor) -> None:
    reached = true() if actor is SYSTEM else within(actor, Permission.UNIT_EDIT, unit=Unit.id)
    # Its key stays: whoever adds up sums of the unit meanwhile refers to it, and a move waits for him in turn.
    held = select(Unit.id).where(Unit.id == unit_id, reached).with_for_update(key_share=True)
    if db.session.scalar(held) is None:
        raise NotFound


def _check_place(region_id: int, parent_id: int | None, *, actor: Actor) -> None:
    """A unit may be put only where the actor's own reach goes: under a unit in reach, or into a division in reach."""
    if actor is SYSTEM:
        return
    code = db.session.scalar(select(Region.code).where(Region.id == min(region_id, MOST))) or ""
    regions = [
        grant.region_code
        for grant in actor.grants_for(Permission.UNIT_EDIT)
        if grant.kind is ScopeKind.REGION and grant.region_code
    ]
    if code and any(code.startswith(scope_prefix(region)) for region in regions):
        return
    reached = within(actor, Permission.UNIT_EDIT, unit=Unit.id)
    parent = db.session.scalar(select(Unit.id).where(Unit.id == parent_id, Unit.region_id == region_id, reached))
    if parent_id is None or parent is None:
        raise OutsideScope


def _check_no_circle(unit_id: int, parent_id: int | None, on: date) -> None:
    """Climb from the new parent to the top as of ``on``; raises CircularParent when the unit itself comes by."""
    seen: set[int] = set()
    while parent_id is not None and parent_id not in seen:
        if parent_id == unit_id:
            raise CircularParent
        seen.add(parent_id)
        above = db.session.scalars(current(UnitVersion, UnitVersion.unit_id, parent_id, on)).one_or_none()
        parent_id = above.parent_id if above else None
