"""Pages of the items in force of all units, and of one item as all units have it (B37)."""

from __future__ import annotations

from collections.abc import Iterator
from operator import itemgetter

from flask import render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from basic_info.blueprint import bp
from basic_info.documents.queries import readable
from basic_info.organization.models import UnitVersion
from basic_info.organization.queries import region_names
from basic_info.permissions import Permission
from basic_info.power_lists.browsing import (
    TITLES,
    Beside,
    ItemFilter,
    differing_units,
    items_in_force,
    page_of_items,
    side_by_side,
)
from basic_info.power_lists.models import PowerItem
from basic_info.regions.models import Tier
from basic_info.regions.queries import region_choices
from host.kernel.access import Actor, current_actor, requires
from host.kernel.db import db
from host.kernel.pages import today_in_china
from host.kernel.tables.exports import Values, register_export, whole_of
from host.kernel.versions import in_force


@bp.get("/power-items")
@requires(Permission.DUTY_READ)
def list_power_items() -> ResponseReturnValue:
    """The items in force of the units in reach."""
    chosen, day = ItemFilter.of(request.args), today_in_china()
    after = request.args.get("after", type=int)
    return render_template(
        "basic_info/power_lists/items.html",
        page=page_of_items(current_actor(), chosen, day=day, after=after),
        chosen=chosen,
        is_first=after is None,
        tiers=[(tier.value, tier.label) for tier in Tier],
        regions=[(code, name) for _id, code, name in region_choices(day)],
    )


@bp.get("/power-items/<int:item_id>/elsewhere")
@requires(Permission.DUTY_READ)
def compare_units(item_id: int) -> ResponseReturnValue:
    """The item as each unit has it, side by side."""
    item = readable(select(PowerItem), PowerItem, item_id, current_actor())
    rows = _beside(item, current_actor())
    return render_template(
        "basic_info/power_lists/elsewhere.html", item=item, rows=rows, differing=differing_units(rows)
    )


def _beside(item: PowerItem, actor: Actor) -> list[Beside]:
    region = region_names(today_in_china())
    place = db.session.execute(
        select(UnitVersion.name, region.c.name.label("region"))
        .outerjoin(region, region.c.region_id == UnitVersion.region_id)
        .where(UnitVersion.unit_id == item.unit_id, in_force(UnitVersion, today_in_china()))
    ).one_or_none()
    return side_by_side(item, place.name if place else "", (place.region or "") if place else "", actor)


register_export(
    "basic_info.items_in_force",
    "现行权责事项",
    permission=Permission.DUTY_READ,
    columns={
        "区划": "region",
        "单位": "unit",
        "事项": "PowerItem.name",
        "子项": "PowerItem.subitem_name",
        "类型": "PowerItem.power_kind",
        "编码": "PowerItem.item_code",
        "承办机构": "PowerItem.handling_text",
        "实施层级": "PowerItem.exercise_tier",
    },
    rows=lambda actor, values: items_in_force(actor, ItemFilter.of(values), day=today_in_china()),
)


def _rows(actor: Actor, values: Values) -> Iterator[tuple[str, ...]]:
    item = readable(select(PowerItem), PowerItem, whole_of(values, "item_id"), actor)
    for one in _beside(item, actor):
        says = [one.says[title] for title in TITLES]
        yield one.region, one.unit, *says, "、".join(title for title in one.says if title in one.differing)


register_export(
    "basic_info.item_elsewhere",
    "同一事项各单位对照",
    permission=Permission.DUTY_READ,
    columns={title: itemgetter(place) for place, title in enumerate(("区划", "单位", *TITLES, "与首行不同的栏目"))},
    rows=_rows,
)
