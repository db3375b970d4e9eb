"""Lists of units (单位): filtered, in pinyin order, page by key; and the tree, one level at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, tuple_
from sqlalchemy.orm import aliased

from basic_info.organization.kinds import UnitKind
from basic_info.organization.models import Unit, UnitVersion
from basic_info.organization.queries import readable_units, region_names, unit_names
from basic_info.organization.scope import units_in_region
from basic_info.regions.models import Region, RegionVersion, Tier
from host.kernel.access import Actor
from host.kernel.db import AnyRow, AnySelect, db
from host.kernel.versions import in_force

PAGE = 50


@dataclass(frozen=True, kw_only=True)
class UnitFilter:
    """What the list is narrowed to; the words of the URL."""

    words: str = ""
    kind: UnitKind | None = None
    tier: Tier | None = None
    region_code: str = ""

    @classmethod
    def of(cls, values: Mapping[str, str]) -> Self:
        """Read from the address; a value that there is no such thing of is as good as none."""
        kinds, tiers = {kind.value: kind for kind in UnitKind}, {tier.value: tier for tier in Tier}
        return cls(
            words=values.get("name", "").strip()[:100],
            kind=kinds.get(values.get("unit_kind", "")),
            tier=tiers.get(values.get("tier", "")),
            region_code=values.get("region", "").strip()[:12],
        )

    @property
    def in_url(self) -> dict[str, str]:
        chosen = {
            "name": self.words,
            "unit_kind": self.kind.value if self.kind else "",
            "tier": self.tier.value if self.tier else "",
            "region": self.region_code,
        }
        return {name: value for name, value in chosen.items() if value}

    def conditions(self) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = []
        if self.words:
            likely = UnitVersion.name.contains(self.words, autoescape=True)
            found.append(
                or_(likely, UnitVersion.short_name.contains(self.words, autoescape=True), Unit.code == self.words)
            )
        if self.kind:
            found.append(UnitVersion.unit_kind == self.kind)
        if self.tier:
            found.append(UnitVersion.tier == self.tier)
        if self.region_code:
            found.append(Unit.id.in_(units_in_region(self.region_code)))
        return found


@dataclass(frozen=True)
class UnitPage:
    rows: Sequence[AnyRow]
    total: int
    next_after: int | None


def page_of_units(actor: Actor, chosen: UnitFilter, *, day: date, after: int | None = None) -> UnitPage:
    """A page of the units on ``day`` in pinyin order, those behind unit ``after``. Two statements."""
    total = db.session.scalar(
        select(func.count()).select_from(Unit).join(UnitVersion, _version(day)).where(*_cut(actor, chosen))
    )
    query = units(actor, chosen, day=day).limit(PAGE + 1)
    if after is not None:
        query = query.where(tuple_(UnitVersion.name_key, Unit.id) > _key_of(after, day))
    rows = db.session.execute(query).all()
    return UnitPage(rows[:PAGE], total or 0, rows[PAGE - 1].id if len(rows) > PAGE else None)


def units(actor: Actor, chosen: UnitFilter, *, day: date) -> AnySelect:
    """(id, code, UnitVersion, region, parent) of the units on ``day`` that the actor may see."""
    region, parent = region_names(day), unit_names(day)
    return (
        select(Unit.id, Unit.code, UnitVersion, region.c.name.label("region"), parent.c.name.label("parent"))
        .join(UnitVersion, _version(day))
        .outerjoin(region, region.c.region_id == UnitVersion.region_id)
        .outerjoin(parent, parent.c.unit_id == UnitVersion.parent_id)
        .where(*_cut(actor, chosen))
        .order_by(UnitVersion.name_key, Unit.id)
    )


def _version(day: date) -> ColumnElement[bool]:
    return and_(UnitVersion.unit_id == Unit.id, in_force(UnitVersion, day))


def _cut(actor: Actor, chosen: UnitFilter) -> list[ColumnElement[bool]]:
    return [readable_units(actor), *chosen.conditions()]


def _key_of(unit_id: int, day: date) -> Any:
    key = select(UnitVersion.name_key).where(UnitVersion.unit_id == unit_id, in_force(UnitVersion, day))
    return tuple_(key.scalar_subquery(), unit_id)


# The tree: regions carry the units that hang under no unit of the same region, units carry their child units.


def regions_under(parent_id: int | None, day: date) -> Sequence[AnyRow]:
    """(id, code, name, is_statistical, has_children) of the divisions right below one; None: the top."""
    below = aliased(RegionVersion)
    has_children = exists(select(below.id).where(below.parent_id == RegionVersion.region_id, in_force(below, day)))
    above = RegionVersion.parent_id.is_(None) if parent_id is None else RegionVersion.parent_id == parent_id
    return db.session.execute(
        select(
            Region.id,
            Region.code,
            RegionVersion.name,
            RegionVersion.is_statistical,
            has_children.label("has_children"),
        )
        .join(RegionVersion, RegionVersion.region_id == Region.id)
        .where(above, in_force(RegionVersion, day))
        .order_by(Region.code)
    ).all()


def units_of_region(actor: Actor, region_id: int, day: date) -> Sequence[AnyRow]:
    """The units at the top of one division."""
    parent = aliased(UnitVersion)
    inside = exists(
        select(parent.id).where(
            parent.unit_id == UnitVersion.parent_id, parent.region_id == region_id, in_force(parent, day)
        )
    )
    return _nodes(actor, day, UnitVersion.region_id == region_id, ~inside)


def units_below(actor: Actor, unit_id: int, day: date) -> Sequence[AnyRow]:
    """The units right below one."""
    return _nodes(actor, day, UnitVersion.parent_id == unit_id)


def _nodes(actor: Actor, day: date, *conditions: ColumnElement[bool]) -> Sequence[AnyRow]:
    below = aliased(UnitVersion)
    has_children = exists(select(below.id).where(below.parent_id == Unit.id, in_force(below, day)))
    return db.session.execute(
        select(Unit.id, UnitVersion.name, UnitVersion.unit_kind, has_children.label("has_children"))
        .join(UnitVersion, _version(day))
        .where(readable_units(actor), *conditions)
        .order_by(UnitVersion.name_key, Unit.id)
    ).all()
