"""The tables of the dashboards that go out as they are shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from duty_eval.dashboards import queries
from duty_eval.dashboards.forms import shown
from duty_eval.permissions import Permission
from duty_eval.workload.own import OwnPost, own_posts
from host.kernel.access import Actor
from host.kernel.db import AnyRow, AnySelect
from host.kernel.pages import today_in_china
from host.kernel.tables.exports import Columns, Values, register_export, whole_of

_SUMS: Columns = {
    "纪实": "record_count",
    "上年同期纪实": "record_count_before",
    "已审核": "approved_count",
    "待审核": lambda row: row.record_count - row.approved_count,
    "岗位职责以外": "outside_count",
    "用时（分钟）": "minutes",
    "上年同期用时（分钟）": "minutes_before",
}
_DUTY: Columns = {
    "岗位职责": "text",
    "数量": "quantity",
    "上年同期数量": "quantity_before",
    "计量单位": "measure_unit",
    **_SUMS,
}


def _divisions(actor: Actor, values: Values) -> AnySelect:
    at = shown(values, today_in_china())
    return queries.divisions(queries.region_of(values.get("code", ""), actor, at.day), at.span, at.day)


def _units(actor: Actor, values: Values) -> AnySelect:
    at = shown(values, today_in_china())
    return queries.units(queries.region_of(values.get("code", ""), actor, at.day), actor, at.span, at.day)


def _sections(actor: Actor, values: Values) -> AnySelect:
    at = shown(values, today_in_china())
    unit = queries.unit_of(whole_of(values, "unit_id"), actor, at.day)
    return queries.sections(unit.id, actor, at.span, at.day)


def _functions(actor: Actor, values: Values) -> AnySelect:
    at = shown(values, today_in_china())
    return queries.functions(queries.unit_of(whole_of(values, "unit_id"), actor, at.day).id, at.span)


def _duties(actor: Actor, values: Values) -> AnySelect:
    at = shown(values, today_in_china())
    section = queries.section_of(whole_of(values, "section_id"), actor, at.day)
    return queries.duties(at.span, unit_id=section.above_id or 0, section_id=section.id)


def _own(actor: Actor, values: Values) -> AnySelect:
    return queries.duties(shown(values, today_in_china()).span, person_id=actor.person_id or 0)


def _register(
    name: str, title: str, first: Columns, rows: Callable[[Actor, Values], AnySelect], permission: Any = None
) -> None:
    register_export(
        f"duty_eval.dashboard_{name}",
        title,
        permission=permission or Permission.DASHBOARD_READ,
        columns={**first, **_SUMS},
        rows=rows,
    )


_register("divisions", "区划履职汇总", {"区划代码": "code", "区划": "name"}, _divisions)
_register("units", "单位履职汇总", {"单位": "name"}, _units)
_register("sections", "科室履职汇总", {"科室": "name"}, _sections)
_register("functions", "单位职能履职汇总", {"单位职能": "text"}, _functions)
_register("duties", "岗位职责履职汇总", _DUTY, _duties)
_register("own", "我的履职汇总", _DUTY, _own, Permission.DUTY_RECORD_LOG)


def _months(actor: Actor, values: Values) -> list[AnyRow]:
    """The two years of the place that the address names: a division, a unit or a section."""
    at = shown(values, today_in_china())
    span = queries.two_years_to(at.day)
    if values.get("code"):
        return queries.months_of_region(queries.region_of(values["code"], actor, at.day), span)
    if values.get("unit_id"):
        return queries.months_of_unit(queries.unit_of(whole_of(values, "unit_id"), actor, at.day).id, span)
    section = queries.section_of(whole_of(values, "section_id"), actor, at.day)
    return queries.months_of(span, unit_id=section.above_id or 0, section_id=section.id)


def _own_months(actor: Actor, values: Values) -> list[AnyRow]:
    span = queries.two_years_to(shown(values, today_in_china()).day)
    return queries.months_of(span, person_id=actor.person_id or 0)


_MONTHS: Columns = {
    "月份": lambda row: f"{row.month:%Y-%m}",
    **{title: column for title, column in _SUMS.items() if not title.startswith("上年")},
}
register_export("duty_eval.months", "各月履职汇总", permission=Permission.DASHBOARD_READ, columns=_MONTHS, rows=_months)
register_export(
    "duty_eval.months_own",
    "我的各月履职汇总",
    permission=Permission.DUTY_RECORD_LOG,
    columns=_MONTHS,
    rows=_own_months,
)


def _own_posts(actor: Actor, values: Values) -> list[OwnPost]:
    at = shown(values, today_in_china())
    return own_posts(actor.person_id or 0, at.span.first, at.end_of_month)


register_export(
    "duty_eval.own_posts",
    "我的岗位与应有工时",
    permission=Permission.DUTY_RECORD_LOG,
    columns={
        "岗位": "name",
        "工作占比（%）": "share",
        "应出勤（天 × 占比）": "days",
        "应有工时（小时）": "hours",
        "标准工时（小时）": "standard_hours",
        "饱和度": "saturation",
    },
    rows=_own_posts,
)
