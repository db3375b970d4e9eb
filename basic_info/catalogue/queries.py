"""Reads of the public catalogue: only what is in force, of units that are open; nothing of persons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, and_, exists, func, or_, select, tuple_
from sqlalchemy.orm import selectinload

from basic_info.catalogue.models import CatalogueOpening
from basic_info.flowcharts.models import ChartState, Flowchart
from basic_info.organization.models import Unit, UnitVersion
from basic_info.organization.scope import within
from basic_info.permissions import Permission
from basic_info.power_lists.models import ListState, PowerItem, PowerItemSection, PowerKind, PowerList
from host.kernel.access import Actor
from host.kernel.db import AnyRow, AnySelect, db
from host.kernel.errors import NotFound
from host.kernel.versions import in_force

PAGE = 50

_LIST_IN_FORCE = and_(PowerList.unit_id == Unit.id, PowerList.list_state == ListState.IN_FORCE)
_OPEN = exists().where(CatalogueOpening.unit_id == Unit.id, CatalogueOpening.closed_at.is_(None))


@dataclass(frozen=True)
class Page:
    """Some rows and the key that continues them, None at the end."""

    rows: Sequence[AnyRow]
    next_after: int | None


def open_units(*, day: date, words: str = "", after: int | None = None) -> Page:
    """Open units (id, code, name, items, year) in pinyin order, those behind unit ``after``."""
    return _page(_units(day, words).where(_OPEN), day, after)


def units_of_office(actor: Actor, *, day: date, words: str = "", after: int | None = None) -> Page:
    """Units with a list in force that the actor may open; ``is_open`` tells whether they are."""
    return _page(all_units_of_office(actor, day=day, words=words), day, after)


def all_units_of_office(actor: Actor, *, day: date, words: str = "") -> AnySelect:
    """The same without pages."""
    reached = within(actor, Permission.CATALOGUE_OPEN, unit=Unit.id)
    return _units(day, words).add_columns(_OPEN.label("is_open")).where(reached)


def is_any_open() -> bool:
    """Whether there is a public catalogue at all."""
    return bool(db.session.scalar(select(exists().where(CatalogueOpening.closed_at.is_(None)))))


def open_unit(code: str, *, day: date) -> AnyRow:
    """(id, code, name, list_id, year) of an open unit. Raises NotFound."""
    found = db.session.execute(
        select(Unit.id, Unit.code, UnitVersion.name, PowerList.id.label("list_id"), PowerList.year)
        .join(UnitVersion, and_(UnitVersion.unit_id == Unit.id, in_force(UnitVersion, day)))
        .join(PowerList, _LIST_IN_FORCE)
        .where(Unit.code == code, _OPEN)
    ).first()
    if found is None:
        raise NotFound
    return found


def items_of(list_id: int, *, kind: PowerKind | None, words: str, after: int) -> tuple[Sequence[PowerItem], int | None]:
    """A page of a list's items in its order, and the number behind which the next page starts."""
    statement = select(PowerItem).where(PowerItem.power_list_id == list_id, PowerItem.sort_no > after)
    if kind is not None:
        statement = statement.where(PowerItem.power_kind == kind)
    if words:
        said = (PowerItem.name, PowerItem.subitem_name)
        statement = statement.where(or_(*(column.contains(words, autoescape=True) for column in said)))
    rows = db.session.scalars(statement.order_by(PowerItem.sort_no).limit(PAGE + 1)).all()
    return rows[:PAGE], rows[PAGE - 1].sort_no if len(rows) > PAGE else None


def counts_by_kind(list_id: int) -> list[tuple[PowerKind, int]]:
    """How many items of each kind, in the usual order of kinds."""
    rows = db.session.execute(
        select(PowerItem.power_kind, func.count())
        .where(PowerItem.power_list_id == list_id)
        .group_by(PowerItem.power_kind)
    )
    counts = {kind: count for kind, count in rows}
    return [(kind, counts[kind]) for kind in PowerKind if kind in counts]


def item_of(list_id: int, item_id: int) -> PowerItem:
    """An item of the list with its laws and limits. Raises NotFound."""
    found = db.session.scalar(
        select(PowerItem)
        .options(selectinload(PowerItem.bases), selectinload(PowerItem.limits))
        .where(PowerItem.id == item_id, PowerItem.power_list_id == list_id)
    )
    if found is None:
        raise NotFound
    return found


def handling_names(item_id: int) -> Sequence[str]:
    """The names of the handling sections as the list prints them."""
    statement = select(PowerItemSection.name).where(PowerItemSection.power_item_id == item_id)
    return db.session.scalars(statement.order_by(PowerItemSection.id)).all()


def published_charts(item_id: int) -> Select[Flowchart]:
    """The published flowcharts of an item."""
    return select(Flowchart).where(Flowchart.power_item_id == item_id, Flowchart.chart_state == ChartState.PUBLISHED)


def _units(day: date, words: str) -> AnySelect:
    count = select(func.count()).where(PowerItem.power_list_id == PowerList.id).scalar_subquery()
    statement = (
        select(Unit.id, Unit.code, UnitVersion.name, count.label("items"), PowerList.year)
        .join(UnitVersion, and_(UnitVersion.unit_id == Unit.id, in_force(UnitVersion, day)))
        .join(PowerList, _LIST_IN_FORCE)
        .order_by(UnitVersion.name_key, Unit.id)
    )
    return statement.where(UnitVersion.name.contains(words, autoescape=True)) if words else statement


def _page(statement: AnySelect, day: date, after: int | None) -> Page:
    if after is not None:
        last = select(UnitVersion.name_key, UnitVersion.unit_id).where(
            UnitVersion.unit_id == after, in_force(UnitVersion, day)
        )
        key = db.session.execute(last).first()
        if key is not None:
            statement = statement.where(tuple_(UnitVersion.name_key, Unit.id) > tuple_(*key))
    rows = db.session.execute(statement.limit(PAGE + 1)).all()
    return Page(rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else None)
