"""Changes to units from a day on, and the showing of an ID number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from basic_info.organization.models import (
    Appointment,
    Person,
    Post,
    PostVersion,
    Section,
    SectionVersion,
    Unit,
    UnitVersion,
)
from basic_info.organization.queries import person_version
from basic_info.organization.register_import.columns import name_key
from basic_info.organization.register_import.targets import hang_units
from host.kernel.access import Actor
from host.kernel.audit import record_change
from host.kernel.crypto import provider
from host.kernel.db import db
from host.kernel.errors import DomainError, NotFound, Refused
from host.kernel.versions import Version, change, current, end


class StillInUse(DomainError):
    """The unit cannot be abolished (撤销): people, or units below it, are still there (R12)."""


@dataclass(frozen=True, kw_only=True)
class Holding:
    """What keeps a unit from being abolished on a day."""

    people: int
    children: int
    sections: int

    @property
    def is_open(self) -> bool:
        return bool(self.people or self.children)


def change_unit(unit_id: int, *, facts: Mapping[str, Any], on: date, reason: str, actor: Actor) -> UnitVersion:
    """From ``on`` the unit has other ``facts`` (name, short_name, parent_id, unit_kind, rank, …).

    Later, already dated changes give way (R6). Raises Refused when nothing changes, when the unit is not in
    force on ``on``, or when it would hang below itself.
    """
    _locked(unit_id)
    now = db.session.scalars(current(UnitVersion, UnitVersion.unit_id, unit_id, on)).one_or_none()
    if now is None:
        raise Refused(f"该单位在 {on} 尚未设立或已撤销，请换一个生效日期")
    changed = {name: value for name, value in facts.items() if getattr(now, name) != value}
    if not changed:
        raise Refused("没有任何改动，请修改后再保存")
    if changed.get("parent_id") is not None:
        _check_parent(unit_id, changed["parent_id"], on)
    if "name" in changed:
        changed["name_key"] = name_key(changed["name"])
    version = change(
        unit_id,
        version=UnitVersion,
        key=UnitVersion.unit_id,
        facts=changed,
        on=on,
        actor=actor,
        action="unit.changed",
        reason=reason,
    )
    hang_units()
    return version


def what_holds(unit_id: int, on: date) -> Holding:
    """People, units below and sections that are there on ``on`` or later."""
    return Holding(
        people=_count(func.count(Appointment.person_id.distinct()), Appointment, Appointment.unit_id == unit_id, on),
        children=_count(func.count(UnitVersion.unit_id.distinct()), UnitVersion, UnitVersion.parent_id == unit_id, on),
        sections=_count(
            func.count(SectionVersion.section_id.distinct()),
            SectionVersion,
            SectionVersion.section_id.in_(select(Section.id).where(Section.unit_id == unit_id)),
            on,
        ),
    )


def abolish_unit(unit_id: int, *, on: date, reason: str, actor: Actor) -> None:
    """撤销: from ``on`` the unit, its sections and its posts are no more; their history stays (R12).

    Raises StillInUse while people hold posts in it or units hang below it on ``on`` or later.
    """
    _locked(unit_id)
    if db.session.scalars(current(UnitVersion, UnitVersion.unit_id, unit_id, on)).one_or_none() is None:
        raise Refused(f"该单位在 {on} 尚未设立或已撤销，请换一个日期")
    held = what_holds(unit_id, on)
    if held.is_open:
        raise StillInUse(
            f"不能撤销：{on} 起仍有 {held.people} 名在职人员、{held.children} 个下级单位，请先办理人员转隶和下级单位调整"
        )
    sections = select(Section.id).where(Section.unit_id == unit_id)
    for post_id in db.session.scalars(_reaching(PostVersion, PostVersion.post_id, Post.section_id.in_(sections), on)):
        end(post_id, version=PostVersion, key=PostVersion.post_id, on=on, actor=actor, action="post.ended",
            reason=reason)  # fmt: skip
    for section_id in db.session.scalars(
        _reaching(SectionVersion, SectionVersion.section_id, SectionVersion.section_id.in_(sections), on)
    ):
        end(section_id, version=SectionVersion, key=SectionVersion.section_id, on=on, actor=actor,
            action="section.ended", reason=reason)  # fmt: skip
    end(unit_id, version=UnitVersion, key=UnitVersion.unit_id, on=on, actor=actor, action="unit.abolished",
        reason=reason)  # fmt: skip
    hang_units()


def reveal_id_no(person: Person, *, on: date, purpose: str, actor: Actor) -> str:
    """The full ID number as registered on ``on``; that it was shown, to whom and why is written down, the number
    is not (R159). Raises NotFound when none is registered.
    """
    registered = person_version(person.id, on)
    if registered is None or registered.id_no is None:
        raise NotFound("未登记身份证号")
    number = provider().decrypt(registered.id_no, context=f"person:{person.code}:id_no")
    record_change(person, action="person.unmasked", actor=actor, after={"shown": "id_no"}, reason=purpose)
    return number


def _locked(unit_id: int) -> Unit:
    # Two changes to one unit wait for each other before either reads what holds.
    unit = db.session.get(Unit, unit_id, with_for_update=True)
    if unit is None:
        raise NotFound
    return unit


def _check_parent(unit_id: int, parent_id: int, on: date) -> None:
    above: int | None = parent_id
    seen: set[int] = set()
    while above is not None and above not in seen:
        if above == unit_id:
            raise Refused("上级单位不能是本单位或其下级单位")
        seen.add(above)
        row = db.session.execute(
            current(UnitVersion, UnitVersion.unit_id, above, on).with_only_columns(UnitVersion.parent_id)
        ).one_or_none()
        if row is None:
            raise Refused(f"上级单位在 {on} 尚未设立或已撤销")
        above = row.parent_id


def _count(what: ColumnElement[int], version: type[Version], condition: ColumnElement[bool], on: date) -> int:
    return db.session.scalar(select(what).where(condition, _not_over(version, on))) or 0


def _reaching(version: type[Version], key: Any, condition: ColumnElement[bool], on: date) -> Any:
    statement = select(key).where(_not_over(version, on))
    if version is PostVersion:
        statement = statement.join(Post, Post.id == PostVersion.post_id)
    return statement.where(condition).distinct().order_by(key)


def _not_over(version: type[Version], on: date) -> ColumnElement[bool]:
    return version.superseded_at.is_(None) & or_(func.upper(version.valid).is_(None), func.upper(version.valid) > on)
