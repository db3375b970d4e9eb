"""Reads of duties: what a post carries, what a unit's functions are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, Text, and_, cast, func, select

from basic_info.duties.models import DutyLink, FunctionKind, LinkState, PostDuty, SectionDuty, UnitFunction
from basic_info.duties.thread import Layer
from basic_info.organization import queries as register
from basic_info.organization.models import (
    PostVersion,
    SectionVersion,
    Unit,
    UnitVersion,
)
from basic_info.organization.scope import within
from basic_info.permissions import Permission
from host.kernel.access import Actor
from host.kernel.db import AnyRow, AnySelect, db
from host.kernel.errors import NotFound
from host.kernel.pages import today_in_china
from host.kernel.versions import in_force

UNITS = 50


def functions_of_unit(unit_id: int, day: date) -> Select[UnitFunction]:
    return (
        select(UnitFunction)
        .where(UnitFunction.unit_id == unit_id, UnitFunction.valid.contains(day))
        .order_by(UnitFunction.sort_no)
    )


def section_duties_of_unit(unit_id: int, day: date) -> Select[SectionDuty]:
    return (
        select(SectionDuty)
        .where(SectionDuty.unit_id == unit_id, SectionDuty.valid.contains(day))
        .order_by(SectionDuty.section_id, SectionDuty.sort_no)
    )


def readable_units(actor: Actor) -> Select[int]:
    """Ids of the units whose duties the actor may read."""
    return select(Unit.id).where(register.readable_units(actor, permission=Permission.DUTY_READ))


def require_readable(unit_id: int, actor: Actor) -> None:
    """Raises NotFound unless the actor may read the unit's duties; one statement."""
    if db.session.scalar(readable_units(actor).where(Unit.id == unit_id)) is None:
        raise NotFound


def require_reach(unit_id: int, permission: Permission, actor: Actor) -> None:
    """Raises NotFound unless ``permission`` reaches the unit for the actor; one statement."""
    if db.session.scalar(select(Unit.id).where(Unit.id == unit_id, within(actor, permission, unit=Unit.id))) is None:
        raise NotFound


@dataclass(frozen=True)
class Coverage:
    """How much of a unit's functions is carried: catch-all ones are left out (R47)."""

    functions: int
    carried: int
    section_duties: int
    section_duties_carried: int

    @property
    def share(self) -> float | None:
        """Carried functions of all, 0–1; None without functions."""
        return self.carried / self.functions if self.functions else None


@dataclass(frozen=True)
class Branch:
    """A duty with those below it, for the tree of a unit."""

    layer: Layer
    id: int
    text: str
    place: str
    below: tuple[Branch, ...]


@dataclass(frozen=True)
class UnitsPage:
    """Units with (unit_id, name, functions, section_duties); ``next_key`` continues the list."""

    rows: tuple[AnyRow, ...]
    next_key: str | None


def units_page(actor: Actor, *, q: str, after: str) -> UnitsPage:
    """A page of readable units in the order of their names, how many duties each has; one statement."""
    statement = units_with_duties(actor, q=q)
    if after:
        statement = statement.where(_unit_key() > after)
    rows = tuple(db.session.execute(statement.limit(UNITS + 1)).all())
    return UnitsPage(rows[:UNITS], rows[UNITS - 1].key if len(rows) > UNITS else None)


def units_with_duties(actor: Actor, *, q: str = "") -> AnySelect:
    """(unit_id, name, functions, section_duties, key) of the readable units by name, with ``q`` in it."""
    day = today_in_china()
    functions = select(func.count()).where(
        UnitFunction.unit_id == UnitVersion.unit_id, UnitFunction.valid.contains(day)
    )
    duties = select(func.count()).where(SectionDuty.unit_id == UnitVersion.unit_id, SectionDuty.valid.contains(day))
    key = _unit_key()
    statement = (
        select(
            UnitVersion.unit_id,
            UnitVersion.name,
            functions.scalar_subquery().label("functions"),
            duties.scalar_subquery().label("section_duties"),
            key.label("key"),
        )
        .where(in_force(UnitVersion, day), UnitVersion.unit_id.in_(readable_units(actor)))
        .order_by(key)
    )
    if q.strip():
        statement = statement.where(UnitVersion.name.contains(q.strip(), autoescape=True))
    return statement


def _unit_key() -> ColumnElement[str]:
    return func.concat(UnitVersion.name_key, " ", func.lpad(cast(UnitVersion.unit_id, Text), 12, "0"))


def unit_name(unit_id: int) -> str:
    return (
        db.session.scalar(
            select(UnitVersion.name).where(UnitVersion.unit_id == unit_id, in_force(UnitVersion, today_in_china()))
        )
        or ""
    )


def duty_tree(unit_id: int, day: date) -> tuple[list[Branch], list[Branch], Coverage]:
    """Functions with their section and post duties, then section duties that serve no function; coverage of both."""
    functions = db.session.scalars(functions_of_unit(unit_id, day)).all()
    sections = db.session.execute(_section_duties(unit_id, day)).all()
    posts = db.session.execute(_post_duties(unit_id, day)).all()
    links = db.session.execute(
        select(DutyLink.function_id, DutyLink.section_duty_id, DutyLink.post_duty_id).where(
            DutyLink.unit_id == unit_id,
            DutyLink.link_state == LinkState.CONFIRMED,
            DutyLink.section_duty_id.is_not(None),
            DutyLink.step_id.is_(None),
        )
    ).all()
    down: dict[tuple[Layer, int], set[int]] = {}
    for link in links:
        if link.function_id:
            down.setdefault((Layer.FUNCTION, link.function_id), set()).add(link.section_duty_id)
        else:
            down.setdefault((Layer.SECTION_DUTY, link.section_duty_id), set()).add(link.post_duty_id)
    leaves = {row.id: Branch(Layer.POST_DUTY, row.id, row.text, row.title or "", ()) for row in posts}
    middle = {
        row.id: Branch(
            Layer.SECTION_DUTY, row.id, row.text, row.name or "", _pick(leaves, down.get((Layer.SECTION_DUTY, row.id)))
        )
        for row in sections
    }
    tops = [
        Branch(Layer.FUNCTION, one.id, one.text, "", _pick(middle, down.get((Layer.FUNCTION, one.id))))
        for one in functions
    ]
    served = {branch.id for top in tops for branch in top.below}
    counted = {one.id for one in functions if one.function_kind is not FunctionKind.CATCH_ALL}
    coverage = Coverage(
        functions=len(counted),
        carried=sum(1 for top in tops if top.id in counted and top.below),
        section_duties=len(middle),
        section_duties_carried=sum(1 for branch in middle.values() if branch.below),
    )
    return tops, [branch for branch in middle.values() if branch.id not in served], coverage


def _pick(branches: dict[int, Branch], ids: set[int] | None) -> tuple[Branch, ...]:
    return tuple(branch for key, branch in branches.items() if key in (ids or ()))


def _section_duties(unit_id: int, day: date) -> AnySelect:
    return (
        select(SectionDuty.id, SectionDuty.text, SectionVersion.name)
        .outerjoin(
            SectionVersion, and_(SectionVersion.section_id == SectionDuty.section_id, in_force(SectionVersion, day))
        )
        .where(SectionDuty.unit_id == unit_id, SectionDuty.valid.contains(day))
        .order_by(SectionVersion.sort_no, SectionDuty.section_id, SectionDuty.sort_no)
    )


def _post_duties(unit_id: int, day: date) -> AnySelect:
    return (
        select(PostDuty.id, PostDuty.text, PostVersion.title)
        .outerjoin(PostVersion, and_(PostVersion.post_id == PostDuty.post_id, in_force(PostVersion, day)))
        .where(PostDuty.unit_id == unit_id, PostDuty.valid.contains(day))
        .order_by(PostDuty.post_id, PostDuty.sort_no)
    )
