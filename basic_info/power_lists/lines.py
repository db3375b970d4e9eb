"""One item over the versions of its list: which rows are the same item, and what holds on for it (R46, R53)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Select, func, insert, literal, select, update
from sqlalchemy.dialects.postgresql import insert as insert_new
from sqlalchemy.orm import aliased

from basic_info.duties.models import DutyLink, LinkState
from basic_info.power_lists.models import (
    ItemChange,
    LegalBasis,
    PowerItem,
    PowerItemChange,
    PowerItemSection,
    PowerKind,
    PowerList,
    PowerTimeLimit,
)
from host.kernel.db import db

_BLANKS = re.compile(r"\s+")
_OWN = {"id", "power_list_id", "unit_id", "origin_id", "sort_no"}
_COPIED = [column.name for column in PowerItem.__table__.columns if column.name not in _OWN]
_PARTS: tuple[type[LegalBasis | PowerTimeLimit | PowerItemSection], ...] = (
    LegalBasis,
    PowerTimeLimit,
    PowerItemSection,
)
_LINKED = ("function_id", "link_state", "score", "decided_by", "decided_at")


class Versioned(Protocol):
    """A row of an item as far as it tells which item it is."""

    id: Any
    origin_id: Any
    item_code: Any
    name: Any
    subitem_name: Any
    power_kind: Any


def line_of(item: type[PowerItem]) -> ColumnElement[int]:
    """The first row of the item, by which all its versions are known."""
    return func.coalesce(item.origin_id, item.id)


def line(item: Versioned) -> int:
    """As ``line_of``, of a row at hand."""
    return int(item.origin_id or item.id)


def same_item(item_id: int) -> Select[int]:
    """The ids of all versions of the item that a row belongs to."""
    mine = select(line_of(PowerItem)).where(PowerItem.id == item_id).scalar_subquery()
    other = aliased(PowerItem)
    return select(other.id).where(line_of(other) == mine)


def pairs_of(old: Sequence[Versioned], new: Sequence[Versioned]) -> list[tuple[int, int]]:
    """Which of the new rows is which old item, as (place in ``old``, place in ``new``).

    The same line; else the same code, if it stands once on both sides; else the same name, sub-item and type.
    """
    free_old, free_new = dict(enumerate(old)), dict(enumerate(new))
    found: list[tuple[int, int]] = []
    for key in (line, _code, _words):
        befores, afters = _once(free_old, key), _once(free_new, key)
        for name in befores.keys() & afters.keys():
            found.append((befores[name], afters[name]))
            free_old.pop(befores[name])
            free_new.pop(afters[name])
    return sorted(found, key=lambda pair: pair[1])


def _once(rows: dict[int, Versioned], key: Callable[[Versioned], Hashable]) -> dict[Hashable, int]:
    named = [(key(row), place) for place, row in rows.items()]
    counts = Counter(name for name, _ in named)
    return {name: place for name, place in named if name and counts[name] == 1}


def _code(item: Versioned) -> str:
    return _BLANKS.sub("", item.item_code or "")


def _words(item: Versioned) -> tuple[str, str, PowerKind]:
    return _BLANKS.sub("", item.name), _BLANKS.sub("", item.subitem_name), item.power_kind


def join_lines(before_id: int, after_id: int) -> None:
    """The items of a list that the list before had become the same items; two statements and one update in bulk."""
    columns = [PowerItem.id, PowerItem.origin_id, PowerItem.item_code, PowerItem.name, PowerItem.subitem_name,
               PowerItem.power_kind]  # fmt: skip
    old, new = (
        db.session.execute(select(*columns).where(PowerItem.power_list_id == each)).all()
        for each in (before_id, after_id)
    )
    joined = [{"id": new[after].id, "origin_id": line(old[before])} for before, after in pairs_of(old, new)]
    changed = [row for row in joined if row["id"] != row["origin_id"]]
    if changed:
        db.session.execute(update(PowerItem), changed)


def copy_items(from_list_id: int, to_list: PowerList, *, lines: Iterable[int] | None = None, sort_from: int = 0) -> int:
    """Copy items with laws, limits and sections into a draft, their lines going on; how many.

    Sections of another unit are not taken over: the names wait to be matched there.
    """
    chosen = PowerItem.power_list_id == from_list_id
    if lines is not None:
        chosen &= line_of(PowerItem).in_(list(lines))
    columns = [getattr(PowerItem, name) for name in _COPIED]
    rows = select(
        literal(to_list.id), literal(to_list.unit_id), line_of(PowerItem), PowerItem.sort_no + sort_from, *columns
    ).where(chosen)
    names = ["power_list_id", "unit_id", "origin_id", "sort_no", *_COPIED]
    ids = db.session.scalars(insert(PowerItem).from_select(names, rows).returning(PowerItem.id)).all()
    for part in _PARTS:
        _copy_part(part, from_list_id, to_list, set(ids))
    return len(ids)


def _copy_part(
    part: type[LegalBasis | PowerTimeLimit | PowerItemSection], from_list_id: int, to_list: PowerList, ids: set[int]
) -> None:
    old, new = aliased(PowerItem), aliased(PowerItem)
    source_unit = select(PowerList.unit_id).where(PowerList.id == from_list_id).scalar_subquery()
    columns: dict[str, Any] = {
        column.name: column for column in part.__table__.columns if column.name not in {"id", "power_item_id"}
    }
    if part is PowerItemSection and to_list.unit_id != db.session.scalar(select(source_unit)):
        columns.pop("section_id")
    rows = (
        select(new.id, *columns.values())
        .select_from(part)
        .join(old, old.id == part.power_item_id)
        .join(new, line_of(new) == line_of(old))
        .where(old.power_list_id == from_list_id, new.id.in_(ids))
        .order_by(part.id)
    )
    db.session.execute(insert(part).from_select(["power_item_id", *columns], rows))


def carry_links(before_id: int, after_id: int) -> None:
    """What people decided about an item holds in the next version, and for what it was merged into (R46)."""
    old, new, merged = aliased(PowerItem), aliased(PowerItem), aliased(PowerItemChange)
    decided = [getattr(DutyLink, name) for name in _LINKED]
    for same in (
        line_of(new) == line_of(old),
        line_of(new).in_(
            select(merged.into_line_id)
            .where(merged.power_list_id == after_id, merged.change == ItemChange.MERGED, merged.line_id == line_of(old))
            .correlate(old)
        ),
    ):
        rows = (
            select(DutyLink.unit_id, new.id, *decided)
            .join(old, old.id == DutyLink.item_id)
            .join(new, (new.power_list_id == literal(after_id)) & same)
            .where(
                old.power_list_id == before_id,
                DutyLink.link_state != LinkState.PROPOSED,
                DutyLink.unit_id == new.unit_id,
            )
        )
        columns = ["unit_id", "item_id", *_LINKED]
        db.session.execute(insert_new(DutyLink).from_select(columns, rows).on_conflict_do_nothing())
