"""整页导出: a dashboard as one workbook, how it counts first, then each of its tables as its own export has it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import get_template_attribute
from markupsafe import Markup

from duty_eval.dashboards import queries
from duty_eval.dashboards.forms import SPANS, Shown, shown
from duty_eval.permissions import Permission
from duty_eval.workload.heat_views import heat_table
from host.kernel.access import Actor
from host.kernel.errors import NotFound
from host.kernel.pages import span, today_in_china
from host.kernel.tables.exports import Table, Values, find_export, table_of
from host.kernel.tables.writing import Sheet

_WORDS = "duty_eval/dashboards/_words.html"
_HEAT_WORDS = "duty_eval/workload/_heat.html"


@dataclass(frozen=True)
class Part:
    """A table of the page and the words that stand over it there."""

    table: Table
    words: str = ""


@dataclass(frozen=True)
class Book:
    """A dashboard's tables up to a day. ``above``: the unit or division it lies in; ``values``: the filters."""

    name: str
    above: str
    at: Shown
    values: Values
    parts: Sequence[Part]

    @property
    def tables(self) -> list[Table]:
        return [part.table for part in self.parts]

    def sheets(self, actor: Actor) -> Iterator[Sheet]:
        """说明 for ``actor``, who takes it out, then a sheet of each table."""
        yield Sheet("说明", ("项目", "内容"), list(self._notes(actor)), is_prose=True)
        for table in self.tables:
            yield Sheet(table.export.title, table.export.headings, table.rows())

    def _notes(self, actor: Actor) -> Iterator[tuple[str, Any]]:
        yield "看板", self.name
        if self.above:
            yield "所属", self.above
        before = self.at.span.a_year_before
        yield "范围", f"{SPANS[self.at.kind]}：{span(self.at.span.first, self.at.span.last)}"
        yield "上年同期", span(before.first, before.last)
        yield "数据时间", datetime.now(UTC)
        yield "导出人", actor.display_name
        yield "计数口径", _said(_WORDS, "counted", self.at)
        for part in self.parts:
            yield part.table.export.title, f"共 {part.table.count} 行。{part.words}"


def own_book(actor: Actor, address: Mapping[str, str]) -> Book:
    at = shown(address, today_in_china())
    values = at.address
    parts = [
        _part("dashboard_own", actor, values),
        _part("own_posts", actor, values, _said(_WORDS, "own_hours", at)),
        _months("months_own", actor, values, at),
    ]
    return Book("我的履职看板", "", at, values, parts)


def section_book(section_id: int, actor: Actor, address: Mapping[str, str]) -> Book:
    """Raises NotFound beyond the actor's reach, as the two below."""
    at = shown(address, today_in_china())
    place = queries.section_of(section_id, actor, at.day)
    values = {**at.address, "section_id": str(section_id)}
    parts = [
        _part("dashboard_duties", actor, values),
        *_heat("section_heat", actor, values),
        _months("months", actor, values, at),
    ]
    return Book(f"{place.name}履职看板", place.above_name, at, values, parts)


def unit_book(unit_id: int, actor: Actor, address: Mapping[str, str]) -> Book:
    at = shown(address, today_in_china())
    place = queries.unit_of(unit_id, actor, at.day)
    values = {**at.address, "unit_id": str(unit_id)}
    parts = [
        _part("dashboard_sections", actor, values),
        *_heat("unit_heat", actor, values),
        _part("dashboard_functions", actor, values, _said(_WORDS, "many_functions")),
        _months("months", actor, values, at),
    ]
    return Book(f"{place.name}履职看板", place.above_name, at, values, parts)


def region_book(code: str, actor: Actor, address: Mapping[str, str]) -> Book:
    """All units of the division, where the page turns over them."""
    at = shown(address, today_in_china())
    place = queries.region_of(code, actor, at.day)
    values = {**at.address, "code": code}
    parts = [
        _part("dashboard_divisions", actor, values),
        _part("dashboard_units", actor, values),
        *_heat("division_heat", actor, values, "单位和区划"),
        *_heat("units_heat", actor, values, "单位和区划"),
        _months("months", actor, values, at),
    ]
    return Book(f"{place.name}履职看板", "", at, values, parts)


def _part(name: str, actor: Actor, values: Values, words: str = "") -> Part:
    return Part(table_of(find_export(f"duty_eval.{name}", actor), actor, values), words)


def _months(name: str, actor: Actor, values: Values, at: Shown) -> Part:
    years = queries.two_years_to(at.day)
    return _part(name, actor, values, f"近两年各月：{span(years.first, years.last)}。")


def _heat(name: str, actor: Actor, values: Values, *whole: str) -> Iterator[Part]:
    """The heat map with its formula, where the actor may read workload here."""
    if not actor.may(Permission.WORKLOAD_READ):
        return
    # The dashboard may reach further than the workload does: its sheet is left out then, as on the page.
    with suppress(NotFound):
        found, table = heat_table(f"duty_eval.{name}", actor, values)
        yield Part(table, _said(_HEAT_WORDS, "heat_formula", found, *whole))


def _said(template: str, macro: str, *about: Any) -> str:
    """The words of the page itself, without its marks."""
    return str(Markup(get_template_attribute(template, macro)(*about)).striptags())
