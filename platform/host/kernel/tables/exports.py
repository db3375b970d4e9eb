"""Lists that can be taken out as tables (导出): declared once beside the list, filtered as its page's address says.

A list page needs two things: ``register_export(...)`` beside its query, and ``{{ export("system.list") }}`` in its
template.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from operator import attrgetter
from typing import Any

from sqlalchemy import Select, func, literal, select

from host.kernel.access import Actor
from host.kernel.db import AnyRow, AnySelect, db
from host.kernel.errors import NotFound, Refused

#: The fields of a page's address: a filter that the page knows narrows the export too.
Values = Mapping[str, str]
#: Column heading → attribute of the row (dots go deeper) or a function of it.
Columns = Mapping[str, str | Callable[[Any], Any]]

#: More rows than this are made by a job.
MOST_AT_ONCE = 20_000
#: More people than this leave only after the password was given anew (security row 12).
MOST_PEOPLE_UNASKED = 100
MOST_ID = 2**63 - 1
#: Rows that are fetched, and held, at a time.
BATCH = 500


@dataclass(frozen=True)
class Export:
    """One list as a table. ``rows``: a select cut to the actor and ordered as the page is, or ready rows of few."""

    name: str
    title: str
    permission: StrEnum
    columns: Columns
    rows: Callable[[Actor, Values], AnySelect | Iterable[Any]]
    names_people: bool = False

    @property
    def headings(self) -> tuple[str, ...]:
        return tuple(self.columns)

    def cells_of(self) -> Callable[[Any], Sequence[Any]]:
        """What turns a row into its cells."""
        readers = [attrgetter(column) if isinstance(column, str) else column for column in self.columns.values()]
        return lambda row: [read(row) for read in readers]


_exports: dict[str, Export] = {}


def register_export(
    name: str,
    title: str,
    *,
    permission: StrEnum,
    columns: Columns,
    rows: Callable[[Actor, Values], AnySelect | Iterable[Any]],
    names_people: bool = False,
) -> None:
    """Declare that the list ``name`` (``system.list``) can be exported as ``title`` by holders of ``permission``.

    ``names_people``: a row is a person; more than MOST_PEOPLE_UNASKED of them leave after the password was given anew.
    """
    _exports[name] = Export(name, title, permission, columns, rows, names_people)


def registered_exports() -> Mapping[str, Export]:
    return dict(_exports)


def find_export(name: str, actor: Actor) -> Export:
    """The export; raises NotFound where there is none, NotPermitted where its list is not the actor's to read."""
    found = _exports.get(name)
    if found is None:
        raise NotFound("没有这份名单")
    actor.require(found.permission)
    return found


def whole_of(values: Values, name: str) -> int:
    """A number that the page's own address carries, such as a person's id; raises NotFound without one."""
    text = values.get(name, "")
    if not (text.isascii() and text.isdigit()) or int(text) > MOST_ID:
        raise NotFound
    return int(text)


def day_of(values: Values, name: str, default: date) -> date:
    """A day of the page's address; raises Refused for what is no day."""
    try:
        return date.fromisoformat(values[name]) if values.get(name) else default
    except ValueError:
        raise Refused("日期格式应为 2026-03-02") from None


@dataclass(frozen=True)
class Table:
    """An export for one actor and one set of filters: ``count`` rows, read as they are taken.

    ``count`` stops one above MOST_AT_ONCE unless it was counted in full.
    """

    export: Export
    source: AnySelect | Sequence[Any]
    count: int

    @property
    def is_large(self) -> bool:
        return self.count > MOST_AT_ONCE

    def rows(self) -> Iterator[Sequence[Any]]:
        """The cells of each row; no more than BATCH rows are in memory at a time."""
        cells = self.export.cells_of()
        for row in _streamed(self.source) if isinstance(self.source, Select) else self.source:
            yield cells(row)


def table_of(export: Export, actor: Actor, values: Values, *, in_full: bool = False) -> Table:
    """What ``actor`` gets of the list under the filters ``values``; one statement, which counts."""
    found = export.rows(actor, values)
    if not isinstance(found, Select):
        ready = list(found)
        return Table(export, ready, len(ready))
    some = found.with_only_columns(literal(1), maintain_column_froms=True).order_by(None)
    if not in_full:
        some = some.limit(MOST_AT_ONCE + 1)
    return Table(export, found, db.session.scalar(select(func.count()).select_from(some.subquery())) or 0)


def _streamed(found: AnySelect) -> Iterator[AnyRow]:
    """Through a cursor on the server, batch by batch; what was read is let go of."""
    result = db.session.execute(found.execution_options(yield_per=BATCH))
    for batch in result.partitions():
        yield from batch
