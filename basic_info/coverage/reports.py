"""Lists of gaps that go out as tables."""

from __future__ import annotations

from basic_info.coverage.gaps import GAPS, gap_rows
from basic_info.coverage.queries import all_units_with
from basic_info.duties.queries import require_readable
from basic_info.permissions import Permission
from host.kernel.access import Actor
from host.kernel.db import AnySelect
from host.kernel.errors import NotFound
from host.kernel.pages import today_in_china
from host.kernel.tables.exports import Values, register_export, whole_of


def _units(actor: Actor, values: Values) -> AnySelect:
    gap = GAPS.get(values.get("gap", ""))
    if gap is None:
        raise NotFound
    return all_units_with(actor, gap, today_in_china())


def _rows(actor: Actor, values: Values) -> AnySelect:
    unit_id = whole_of(values, "unit_id")
    require_readable(unit_id, actor)
    gap = GAPS.get(values.get("gap", ""))
    if gap is None:
        raise NotFound
    found = gap_rows(gap, today_in_china())
    rows = found.subquery()
    return rows.select().where(rows.c.unit_id == unit_id).order_by(rows.c.thing_id)


register_export(
    "basic_info.coverage_units",
    "职责缺口单位",
    permission=Permission.DUTY_READ,
    columns={"单位": "name", "数量": "gap_count", "检查日期": "checked_on"},
    rows=_units,
)
register_export(
    "basic_info.coverage_rows",
    "职责缺口",
    permission=Permission.DUTY_READ,
    columns={"内容": "text", "所在": "place"},
    rows=_rows,
)
