"""The heat maps of the dashboards: which rows, what a cell opens; and the same as tables that go out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from flask import url_for

from duty_eval.dashboards import queries
from duty_eval.dashboards.forms import Shown, shown
from duty_eval.dashboards.queries import Place
from duty_eval.permissions import Permission
from duty_eval.workload.heat import (
    BandsOf,
    Cell,
    Heat,
    Named,
    Opens,
    Row,
    bands_of_months,
    heat,
    months_to,
    of_divisions,
    of_sections,
    of_units,
    present_of_sections,
)
from duty_eval.workload.saturation import Load
from host.kernel.access import Actor, current_actor
from host.kernel.db import AnyRow, AnySelect, db
from host.kernel.pages import narrowed, today_in_china
from host.kernel.partitions import first_of_month
from host.kernel.tables.exports import Columns, Table, Values, find_export, register_export, whole_of

#: Months of a year: a section's own of the year before stand below those of this year.
YEAR = 12


def section_heat(place: Place, at: Shown, actor: Actor, opens: Opens) -> Heat:
    """A section's own months, over the same ones of a year ago; the present one as it is now."""
    shown_months = months_to(at.day)
    months = [*months_to(at.day, back=YEAR), *shown_months]
    rows = [Named(place.id, "近六个月", place.code), Named(place.id, "上年同月", place.code, back=YEAR)]
    facts = of_sections(actor, place.above_id or 0, months, section_id=place.id)
    return _live(rows, facts, shown_months, months, actor, place.above_id or 0, opens, section_id=place.id)


def unit_heat(place: Place, found: Sequence[AnyRow | Load], at: Shown, actor: Actor, opens: Opens) -> Heat:
    """``found``: the sections that are shown, as (section_id, name); the present month as it is now."""
    months = months_to(at.day)
    rows = [Named(row.section_id, row.name, place.code, _section(row.section_id, at, opens)) for row in found]
    return _live(rows, of_sections(actor, place.id, months), months, months, actor, place.id, opens)


def _live(
    rows: Sequence[Named],
    facts: AnySelect,
    shown: Sequence[date],
    months: Sequence[date],
    actor: Actor,
    unit_id: int,
    opens: Opens,
    *,
    section_id: int | None = None,
) -> Heat:
    """Two statements, and five more where the present month is among those shown: it is counted on the spot."""
    today = today_in_china()
    is_present = shown[-1] == first_of_month(today)
    present = present_of_sections(actor, unit_id, today, section_id=section_id) if is_present else None
    return heat(rows, facts, shown, bands=_bands(months), today=today, opens=opens, present=present)


def division_heat(place: Place, found: Sequence[AnyRow], at: Shown, actor: Actor, opens: Opens, bands: BandsOf) -> Heat:
    """``found``: the divisions that are shown, as (code, name). One statement."""
    months = months_to(at.day)
    rows = [Named(row.code, f"{row.name}本级" if row.code == place.code else row.name, row.code) for row in found]
    reached = queries.reaches_region(place.code, actor, permission=Permission.WORKLOAD_READ)
    facts = of_divisions(place.code, queries.code_below(place), months, is_reached=reached)
    return heat(rows, facts, months, bands=bands, today=today_in_china(), opens=opens)


def units_heat(place: Place, found: Sequence[AnyRow], at: Shown, actor: Actor, opens: Opens, bands: BandsOf) -> Heat:
    """``found``: the units of the division that are shown, as (unit_id, name). One statement."""
    months = months_to(at.day)
    rows = [Named(row.unit_id, row.name, place.code) for row in found]
    facts = of_units(actor, [row.unit_id for row in found], months)
    return heat(rows, facts, months, bands=bands, today=today_in_china(), opens=opens)


def _bands(months: Sequence[date]) -> BandsOf:
    return bands_of_months(months, today_in_china())


def _section(section_id: int, at: Shown, opens: Opens) -> str | None:
    return None if opens is nowhere else url_for("duty_eval.section_dashboard", section_id=section_id, **at.address)


def nowhere(_row: Named, _last: date) -> None:
    """What a cell opens in a table that goes out."""


def of_section(place: Place, at: Shown) -> Heat | None:
    """For the page: a cell opens the section's records of the month. None: not for this actor."""
    actor = current_actor()
    reads = actor.may(Permission.DUTY_RECORD_READ)

    def opens(_row: Named, last: date) -> str:
        if reads:
            days: dict[str, Any] = {"from": last.replace(day=1).isoformat(), "to": last.isoformat()}
            return url_for("duty_eval.unit_records", unit_id=place.above_id, section=place.id, **days)
        return _workload(place.above_id, last, anchor=f"section-{place.id}")

    return section_heat(place, at, actor, opens) if actor.may(Permission.WORKLOAD_READ) else None


def of_unit(place: Place, found: Sequence[AnyRow | Load], at: Shown) -> Heat | None:
    """For the page: a cell opens the unit's workload of the month at its section, and there its records."""
    actor = current_actor()
    if not (found and actor.may(Permission.WORKLOAD_READ)):
        return None
    return unit_heat(place, found, at, actor, lambda row, last: _workload(place.id, last, anchor=f"section-{row.key}"))


@dataclass(frozen=True)
class RegionHeat:
    """What is right below a division, and its own units."""

    divisions: Heat
    units: Heat


def of_region(place: Place, below: Sequence[AnyRow], units: Sequence[AnyRow], at: Shown) -> RegionHeat | None:
    """For the page: a division's cell opens its dashboard of the month, a unit's its workload. Three statements."""
    actor = current_actor()
    if not actor.may(Permission.WORKLOAD_READ):
        return None
    bands = _bands(months_to(at.day))

    def division(row: Named, last: date) -> str:
        anchor = "units-heat" if row.key == place.code else "heat"
        return url_for("duty_eval.region_dashboard", code=row.key, _anchor=anchor, **_month(last))

    @cache
    def workload(unit_id: int) -> str:
        return url_for("duty_eval.unit_workload", unit_id=unit_id)

    def unit(row: Named, last: date) -> str:
        return narrowed(workload(int(row.key)), _month(last))

    return RegionHeat(
        division_heat(place, below, at, actor, division, bands), units_heat(place, units, at, actor, unit, bands)
    )


def _workload(unit_id: int | None, last: date, anchor: str | None = None) -> str:
    return url_for("duty_eval.unit_workload", unit_id=unit_id, _anchor=anchor, **_month(last))


def _month(last: date) -> dict[str, Any]:
    return {"day": last.isoformat(), "span": "month"}


@dataclass(frozen=True)
class Line:
    """A cell as a line of a table."""

    row: Row
    cell: Cell

    @property
    def name(self) -> str:
        return self.row.name

    @property
    def month(self) -> date:
        return self.cell.month

    def shown(self, name: str) -> object:
        """A number of the load, where it may be seen (R138)."""
        load = self.cell.load
        return getattr(load, name) if load is not None and load.is_shown else None

    @property
    def word(self) -> str:
        load = self.cell.load
        return load.band.value if load is not None and load.band is not None else self.cell.missing


_COLUMNS: Columns = {
    "月份": lambda line: f"{line.month:%Y-%m}",
    "人数": lambda line: line.shown("people"),
    "出勤人日": lambda line: line.shown("attendance_days"),
    "纪实": lambda line: line.shown("records"),
    "有标准工时的纪实": lambda line: line.shown("covered"),
    "标准工时（小时）": lambda line: line.shown("hours"),
    "饱和度": lambda line: line.shown("saturation"),
    "区间": "word",
}


def _lines(found: Heat) -> Iterator[Line]:
    return (Line(row, cell) for row in found.rows for cell in row.cells)


def _section_heat(actor: Actor, values: Values) -> Heat:
    at = shown(values, today_in_china())
    place = queries.section_of(whole_of(values, "section_id"), actor, at.day)
    return section_heat(place, at, actor, nowhere)


def _unit_heat(actor: Actor, values: Values) -> Heat:
    at = shown(values, today_in_china())
    place = queries.unit_of(whole_of(values, "unit_id"), actor, at.day, permission=Permission.WORKLOAD_READ)
    found = db.session.execute(queries.sections(place.id, actor, at.span, at.day)).all()
    return unit_heat(place, found, at, actor, nowhere)


def _division_heat(actor: Actor, values: Values) -> Heat:
    at = shown(values, today_in_china())
    place = queries.region_of(values.get("code", ""), actor, at.day)
    found = db.session.execute(queries.divisions(place, at.span, at.day)).all()
    return division_heat(place, found, at, actor, nowhere, _bands(months_to(at.day)))


def _units_heat(actor: Actor, values: Values) -> Heat:
    at = shown(values, today_in_china())
    place = queries.region_of(values.get("code", ""), actor, at.day)
    found = db.session.execute(queries.units(place, actor, at.span, at.day)).all()
    return units_heat(place, found, at, actor, nowhere, _bands(months_to(at.day)))


_HEATS: dict[str, Callable[[Actor, Values], Heat]] = {}


def heat_table(name: str, actor: Actor, values: Values) -> tuple[Heat, Table]:
    """The heat map that goes out as ``name`` and its lines; raises NotFound, NotPermitted as its export does."""
    export, found = find_export(name, actor), _HEATS[name](actor, values)
    lines = list(_lines(found))
    return found, Table(export, lines, len(lines))


def _register(name: str, title: str, first: str, heat_of: Callable[[Actor, Values], Heat]) -> None:
    _HEATS[name] = heat_of
    register_export(
        name,
        title,
        permission=Permission.WORKLOAD_READ,
        columns={first: "name", **_COLUMNS},
        rows=lambda actor, values: _lines(heat_of(actor, values)),
    )


_register("duty_eval.section_heat", "科室各月饱和度", "行", _section_heat)
_register("duty_eval.unit_heat", "各科室饱和度", "科室", _unit_heat)
_register("duty_eval.division_heat", "各区划饱和度", "区划", _division_heat)
_register("duty_eval.units_heat", "各单位饱和度", "单位", _units_heat)
