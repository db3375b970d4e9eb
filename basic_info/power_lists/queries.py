"""Reads of items over versions and units: their time line, the same item elsewhere, how often it was exercised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, or_, select
from sqlalchemy.orm import aliased

from basic_info.duties.queries import readable_units
from basic_info.flowcharts.models import Flowchart, FlowStep
from basic_info.organization.models import Section, SectionVersion, Unit, UnitVersion
from basic_info.power_lists.lines import line, line_of, same_item
from basic_info.power_lists.models import ListState, PowerItem, PowerItemChange, PowerItemSection, PowerList
from basic_info.regions.models import Region, RegionVersion
from host.kernel.access import Actor
from host.kernel.db import db
from host.kernel.pages import today_in_china
from host.kernel.versions import in_force

#: 16-character codes: 6 of the division, then what is the same in every division (R57).
_CODE_LENGTH, _DIVISION_LENGTH = 16, 6
_MOST_ELSEWHERE = 100


@dataclass(frozen=True)
class Event:
    """One entry of an item's time line."""

    title: str
    on: date | None
    by: str
    text: str
    is_pending: bool


def time_line(item: PowerItem, names: dict[int, str]) -> list[Event]:
    """What happened to the item over all versions and units, the newest first; ``names`` of units are filled in."""
    mine = line(item)
    return [
        event for _, event in sorted([*_listings(mine), *_changes(mine, names)], key=lambda pair: pair[0], reverse=True)
    ]


def _listings(mine: int) -> list[tuple[tuple[int, int], Event]]:
    """The lists from workbooks that have the item."""
    lists = db.session.scalars(
        select(PowerList)
        .join(PowerItem, PowerItem.power_list_id == PowerList.id)
        .where(
            line_of(PowerItem) == mine,
            PowerList.based_on_id.is_(None),
            PowerList.list_state.in_([ListState.IN_FORCE, ListState.SUPERSEDED]),
        )
    ).all()
    return [
        ((one.id, 0), Event(f"列入 {one.year} 年权责清单", one.valid.lower, f"第 {one.version_no} 版", "", False))
        for one in lists
        if not one.doc_no
    ]


def _changes(mine: int, names: dict[int, str]) -> list[tuple[tuple[int, int], Event]]:
    rows = db.session.execute(
        select(PowerItemChange, PowerList)
        .join(PowerList, PowerList.id == PowerItemChange.power_list_id)
        .where(
            or_(PowerItemChange.line_id == mine, PowerItemChange.into_line_id == mine),
            PowerList.list_state != ListState.WITHDRAWN,
        )
    ).all()
    return [((order.id, change.id), _event(change, order, mine, names)) for change, order in rows]


def _event(change: PowerItemChange, order: PowerList, mine: int, names: dict[int, str]) -> Event:
    pending = order.list_state is ListState.DRAFT
    title = change.change.label
    if change.line_id != mine:
        title = f"并入“{change.before.get('name', '')}”"
    elif change.other_unit_id:
        direction = "划转到" if change.change.value == "transferred" else "承接自"
        title = f"{direction}{names.get(change.other_unit_id, '其他单位')}"
    elif "into" in change.after:
        title = f"并入“{change.after['into']}”"
    by = f"{order.doc_no}（{order.doc_date}）" if order.doc_date else order.doc_no
    return Event(title + ("（待复核）" if pending else ""), order.valid.lower, by, order.reason, pending)


def units_named(item: PowerItem) -> dict[int, str]:
    """The names of the units that the item's time line speaks of."""
    today = today_in_china()
    wanted = select(PowerItemChange.other_unit_id).where(PowerItemChange.line_id == line(item))
    rows = db.session.execute(
        select(UnitVersion.unit_id, UnitVersion.name).where(
            UnitVersion.unit_id.in_(wanted), in_force(UnitVersion, today)
        )
    )
    return {row.unit_id: row.name for row in rows}


def current_version(item: PowerItem) -> PowerItem | None:
    """The row of the same item in a list in force, whichever unit has it now."""
    return db.session.scalar(
        select(PowerItem)
        .join(PowerList, PowerList.id == PowerItem.power_list_id)
        .where(PowerItem.id.in_(same_item(item.id)), PowerList.list_state == ListState.IN_FORCE)
        .order_by(PowerItem.id.desc())
        .limit(1)
    )


def same_elsewhere(item: PowerItem, actor: Actor) -> Sequence[Any]:
    """Items in force of other units with the same code, but for the division, or the same words (B37).

    Columns: id, name, subitem_name, item_code, unit_id, unit, region; units that the actor may read.
    """
    other = aliased(PowerItem)
    return db.session.execute(
        select(
            other.id, other.name, other.subitem_name, other.item_code, other.unit_id,
            UnitVersion.name.label("unit"), RegionVersion.name.label("region"),
        )
        .join(PowerList, PowerList.id == other.power_list_id)
        .join(UnitVersion, and_(UnitVersion.unit_id == other.unit_id, in_force(UnitVersion, today_in_china())))
        .join(Region, Region.id == UnitVersion.region_id)
        .join(RegionVersion, and_(RegionVersion.region_id == Region.id, in_force(RegionVersion, today_in_china())))
        .where(
            PowerList.list_state == ListState.IN_FORCE,
            other.unit_id != item.unit_id,
            other.unit_id.in_(readable_units(actor)),
            or_(_same_code(item, other), _same_words(item, other)),
        )
        .order_by(Region.code, other.unit_id, other.id)
        .limit(_MOST_ELSEWHERE)
    ).all()  # fmt: skip


def _same_code(item: PowerItem, other: type[PowerItem]) -> ColumnElement[bool]:
    code = item.item_code or ""
    if not code:
        return false()
    if len(code) != _CODE_LENGTH:
        return other.item_code == code
    return and_(
        func.length(other.item_code) == _CODE_LENGTH,
        func.substr(other.item_code, _DIVISION_LENGTH + 1) == code[_DIVISION_LENGTH:],
    )


def _same_words(item: PowerItem, other: type[PowerItem]) -> ColumnElement[bool]:
    return and_(other.name == item.name, other.subitem_name == item.subitem_name, other.power_kind == item.power_kind)


def handling_of(item_id: int) -> Sequence[Any]:
    """The handling names of an item: name, section_id, section (its name today), None where nobody matched it."""
    return db.session.execute(
        select(PowerItemSection.name, PowerItemSection.section_id, SectionVersion.name.label("section"))
        .outerjoin(Section, Section.id == PowerItemSection.section_id)
        .outerjoin(
            SectionVersion, and_(SectionVersion.section_id == Section.id, in_force(SectionVersion, today_in_china()))
        )
        .where(PowerItemSection.power_item_id == item_id)
        .order_by(PowerItemSection.id)
    ).all()


def charts_of(item_id: int) -> Sequence[Any]:
    """The flowcharts of all versions of an item, the newest first: id, name, version_no, chart_state."""
    return db.session.execute(
        select(Flowchart.id, Flowchart.name, Flowchart.version_no, Flowchart.chart_state)
        .where(Flowchart.power_item_id.in_(same_item(item_id)))
        .order_by(Flowchart.id.desc())
    ).all()


def risk_points(chart_ids: Sequence[int]) -> Sequence[Any]:
    """风险点 that the steps of charts name: name of the step, risk_point."""
    return db.session.execute(
        select(FlowStep.name, FlowStep.risk_point)
        .where(FlowStep.flowchart_id.in_(chart_ids), FlowStep.risk_point != "")
        .order_by(FlowStep.flowchart_id, FlowStep.sort_no)
    ).all()


def changes_of(draft_id: int) -> Sequence[Any]:
    """The steps of an adjustment in their order: the change, its item's first name, the other unit if there is one."""
    return db.session.execute(
        select(PowerItemChange, PowerItem.name, UnitVersion.name.label("other_unit"))
        .join(PowerItem, PowerItem.id == PowerItemChange.line_id)
        .outerjoin(
            UnitVersion,
            and_(UnitVersion.unit_id == PowerItemChange.other_unit_id, in_force(UnitVersion, today_in_china())),
        )
        .where(PowerItemChange.power_list_id == draft_id)
        .order_by(PowerItemChange.id)
    ).all()


def versions_of(unit_id: int) -> Sequence[PowerList]:
    """The unit's versions but those that were given up, the newest first."""
    return db.session.scalars(
        select(PowerList)
        .where(PowerList.unit_id == unit_id, PowerList.list_state != ListState.WITHDRAWN)
        .order_by(PowerList.version_no.desc())
    ).all()


def unit_by_word(word: str) -> int | None:
    """The unit of that code or name today."""
    return db.session.scalar(
        select(Unit.id)
        .join(UnitVersion, and_(UnitVersion.unit_id == Unit.id, in_force(UnitVersion, today_in_china())))
        .where(or_(Unit.code == word, UnitVersion.name == word))
        .order_by(Unit.id)
        .limit(1)
    )
