"""The items in force of all units: narrowed by kind, division, tier, unit and section; one item across units (B37)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Self

from sqlalchemy import ColumnElement, and_, func, literal, or_, select, tuple_
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import selectinload

from basic_info.duties.queries import readable_units
from basic_info.organization.models import Unit, UnitVersion
from basic_info.organization.queries import region_names
from basic_info.organization.scope import units_in_region
from basic_info.power_lists.comparing import FIELDS, squeezed
from basic_info.power_lists.models import ListState, PowerItem, PowerItemSection, PowerKind, PowerList
from basic_info.power_lists.queries import same_elsewhere
from basic_info.regions.models import Tier
from host.kernel.access import Actor
from host.kernel.db import AnyRow, AnySelect, db
from host.kernel.versions import in_force
from host.kernel.words import has_words, terms_of

PAGE = 50
_ORDER = (PowerItem.name, PowerItem.subitem_name, PowerItem.id)
#: What two units may say of one item and a reader wants to see side by side.
_SIDE_BY_SIDE = ("事项名称", "子项", "权力类型", "编码", "实施层级", "法定期限", "承诺期限")
#: Code and tier follow from the division: they differ and say nothing.
_DIFFERS_ANYWAY = frozenset({"编码", "实施层级"})
_SECTIONS, _LAWS = "承办机构", "实施依据"
#: The columns of the comparison, in their order.
TITLES = (*_SIDE_BY_SIDE, _SECTIONS, _LAWS)


@dataclass(frozen=True, kw_only=True)
class ItemFilter:
    """What the list is narrowed to; the words of the address."""

    words: str = ""
    kind: PowerKind | None = None
    tier: Tier | None = None
    region_code: str = ""
    unit: str = ""
    section: str = ""

    @classmethod
    def of(cls, values: Mapping[str, str]) -> Self:
        """Read from the address; a value that there is no such thing of is as good as none."""
        return cls(
            words=values.get("q", "").strip()[:100],
            kind=PowerKind.of_word(values.get("power_kind", "")),
            tier={tier.value: tier for tier in Tier}.get(values.get("tier", "")),
            region_code=values.get("region", "").strip()[:12],
            unit=values.get("unit", "").strip()[:100],
            section=values.get("section", "").strip()[:100],
        )

    @property
    def in_url(self) -> dict[str, str]:
        chosen = {
            "q": self.words,
            "power_kind": self.kind.value if self.kind else "",
            "tier": self.tier.value if self.tier else "",
            "region": self.region_code,
            "unit": self.unit,
            "section": self.section,
        }
        return {name: value for name, value in chosen.items() if value}

    def conditions(self) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = []
        if self.words:
            of_name = PowerItem.item_code == self.words
            if terms := terms_of(self.words):
                of_name = or_(of_name, has_words(PowerItem.name + " " + PowerItem.subitem_name, terms))
            found.append(of_name)
        if self.kind:
            found.append(PowerItem.power_kind == self.kind)
        if self.tier:
            found.append(UnitVersion.tier == self.tier)
        if self.region_code:
            found.append(PowerItem.unit_id.in_(units_in_region(self.region_code)))
        if self.unit:
            found.append(or_(UnitVersion.name.contains(self.unit, autoescape=True), Unit.code == self.unit))
        if self.section:
            found.append(PowerItem.handling_text.contains(self.section, autoescape=True))
        return found


@dataclass(frozen=True)
class ItemPage:
    """``rows`` as of ``items_in_force``; ``by_kind`` counts all that is chosen but for the kind."""

    rows: Sequence[AnyRow]
    total: int
    by_kind: list[tuple[PowerKind, int]]
    next_after: int | None


def page_of_items(actor: Actor, chosen: ItemFilter, *, day: date, after: int | None = None) -> ItemPage:
    """A page of the items in force, those behind item ``after``. Two statements."""
    of_any_kind = ItemFilter(**{**vars(chosen), "kind": None})
    counts: dict[PowerKind, int] = {
        row.power_kind: row.items
        for row in db.session.execute(
            _joined(select(PowerItem.power_kind, func.count().label("items")), actor, of_any_kind, day).group_by(
                PowerItem.power_kind
            )
        )
    }
    query = items_in_force(actor, chosen, day=day).limit(PAGE + 1)
    if after is not None:
        query = query.where(tuple_(*_ORDER) > select(*_ORDER).where(PowerItem.id == after).scalar_subquery())
    rows = db.session.execute(query).all()
    return ItemPage(
        rows[:PAGE],
        counts.get(chosen.kind, 0) if chosen.kind else sum(counts.values()),
        [(kind, counts[kind]) for kind in PowerKind if kind in counts],
        rows[PAGE - 1].PowerItem.id if len(rows) > PAGE else None,
    )


def items_in_force(actor: Actor, chosen: ItemFilter, *, day: date) -> AnySelect:
    """(PowerItem, unit, region) of the lists in force of the units whose duties the actor may read, by name."""
    region = region_names(day)
    wanted = select(PowerItem, UnitVersion.name.label("unit"), region.c.name.label("region"))
    return (
        _joined(wanted, actor, chosen, day)
        .outerjoin(region, region.c.region_id == UnitVersion.region_id)
        .order_by(*_ORDER)
    )


def _joined(wanted: AnySelect, actor: Actor, chosen: ItemFilter, day: date) -> AnySelect:
    return (
        wanted.select_from(PowerItem)
        .join(PowerList, PowerList.id == PowerItem.power_list_id)
        .join(Unit, Unit.id == PowerItem.unit_id)
        .join(UnitVersion, and_(UnitVersion.unit_id == Unit.id, in_force(UnitVersion, day)))
        .where(
            PowerList.list_state == ListState.IN_FORCE,
            PowerItem.unit_id.in_(readable_units(actor)),
            *chosen.conditions(),
        )
    )


@dataclass(frozen=True)
class Beside:
    """What one unit says of an item: column → words; ``differing`` columns say something else than the first unit's."""

    item_id: int
    region: str
    unit: str
    says: dict[str, str]
    differing: frozenset[str]


def side_by_side(item: PowerItem, unit: str, region: str, actor: Actor) -> list[Beside]:
    """The item as its unit has it, then as the units that have the same one do (R57). Four statements."""
    places = {row.id: (row.region, row.unit) for row in same_elsewhere(item, actor)}
    rows = db.session.scalars(
        select(PowerItem)
        .where(PowerItem.id.in_([item.id, *places]))
        .options(selectinload(PowerItem.bases), selectinload(PowerItem.limits))
    ).all()
    by_id = {row.id: row for row in rows}
    sections = _handling(list(by_id))
    mine = _says(by_id[item.id], sections)
    found = [Beside(item.id, region, unit, mine, frozenset())]
    for item_id, (division, name) in places.items():
        says = _says(by_id[item_id], sections)
        found.append(Beside(item_id, division, name, says, _differing(mine, says)))
    return found


def differing_units(rows: Sequence[Beside]) -> dict[str, int]:
    """How many units say something else than the first, by column; columns that all agree on are left out."""
    return dict(Counter(title for row in rows for title in row.says if title in row.differing))


def _says(item: PowerItem, sections: Mapping[int, str]) -> dict[str, str]:
    read: dict[str, Callable[[PowerItem], str]] = {title: FIELDS[title] for title in _SIDE_BY_SIDE}
    laws = "、".join(dict.fromkeys(f"《{one.title}》{one.article}" for one in item.bases if one.title))
    return {title: of(item) for title, of in read.items()} | {
        _SECTIONS: sections.get(item.id, item.handling_text),
        _LAWS: laws,
    }


def _differing(mine: Mapping[str, str], other: Mapping[str, str]) -> frozenset[str]:
    # Sections have other names in every unit: no difference worth a mark.
    compared = mine.keys() - _DIFFERS_ANYWAY - {_SECTIONS}
    return frozenset(title for title in compared if squeezed(mine[title]) != squeezed(other[title]))


def _handling(item_ids: Sequence[int]) -> dict[int, str]:
    names = func.string_agg(PowerItemSection.name, aggregate_order_by(literal("、"), PowerItemSection.id))
    rows = db.session.execute(
        select(PowerItemSection.power_item_id, names.label("names"))
        .where(PowerItemSection.power_item_id.in_(item_ids))
        .group_by(PowerItemSection.power_item_id)
    )
    return {row.power_item_id: row.names for row in rows}
