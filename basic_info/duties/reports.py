"""Lists of duties, documents and links that go out as tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from operator import itemgetter
from typing import Any

from sqlalchemy import select

from basic_info.documents.queries import flowcharts_of, mandates_of, power_lists_of
from basic_info.documents.queries import readable as readable_thing
from basic_info.duties.link_queries import open_proposals, proposal_of
from basic_info.duties.models import PostDuty
from basic_info.duties.queries import (
    Branch,
    duty_tree,
    readable_units,
    require_reach,
    require_readable,
    units_with_duties,
)
from basic_info.flowcharts.models import Flowchart, FlowStep
from basic_info.mandates.models import Mandate, MandateClause
from basic_info.permissions import Permission
from basic_info.power_lists.models import PowerKind, PowerList
from basic_info.power_lists.views import items_of
from host.kernel.access import Actor
from host.kernel.db import AnySelect
from host.kernel.pages import CHINA_TIME, today_in_china
from host.kernel.tables.exports import register_export, whole_of

Values = Mapping[str, str]


def _lower(row: Any) -> date | None:
    lower: date | None = row.PostDuty.valid.lower
    return lower


register_export(
    "basic_info.duty_units",
    "单位职责情况",
    permission=Permission.DUTY_READ,
    columns={"单位": "name", "单位职能": "functions", "科室职责": "section_duties"},
    rows=lambda actor, values: units_with_duties(actor, q=values.get("q", "")),
)


def _tree(actor: Actor, values: Values) -> Iterator[tuple[str, ...]]:
    """A line for each post duty, or for what nothing below carries."""
    unit_id = whole_of(values, "unit_id")
    require_readable(unit_id, actor)
    tops, loose, _ = duty_tree(unit_id, today_in_china())
    for top in tops:
        yield from _lines(top.text, top.below)
    yield from _lines("", tuple(loose))


def _lines(function: str, section_duties: tuple[Branch, ...]) -> Iterator[tuple[str, ...]]:
    if not section_duties:
        yield function, "", "", "", ""
    for duty in section_duties:
        for post in duty.below or (None,):
            yield function, duty.place, duty.text, post.place if post else "", post.text if post else ""


register_export(
    "basic_info.unit_duties",
    "单位职责分解",
    permission=Permission.DUTY_READ,
    columns={
        title: itemgetter(place) for place, title in enumerate(("单位职能", "科室", "科室职责", "岗位", "岗位职责"))
    },
    rows=_tree,
)


def _papers(actor: Actor, values: Values) -> Iterator[tuple[Any, ...]]:
    unit_id = whole_of(values, "unit_id")
    require_readable(unit_id, actor)
    for one in mandates_of(unit_id):
        state = one.mandate_state
        yield "「三定」规定", one.document.title, one.document.doc_no, one.version_no, one.valid.lower, state
    for each in power_lists_of(unit_id):
        yield "权责清单", f"{each.year} 年", None, each.version_no, each.valid.lower, each.list_state
    for chart in flowcharts_of(unit_id):
        day = chart.published_at.astimezone(CHINA_TIME).date() if chart.published_at else None
        yield "流程图", chart.name, None, chart.version_no, day, chart.chart_state


register_export(
    "basic_info.library",
    "文件库目录",
    permission=Permission.DUTY_READ,
    columns={
        title: itemgetter(place)
        for place, title in enumerate(("类别", "名称", "文号", "版本", "施行或发布日期", "状态"))
    },
    rows=_papers,
)


def _proposals(actor: Actor, values: Values) -> AnySelect:
    unit_id = whole_of(values, "unit_id")
    require_reach(unit_id, Permission.DUTY_EDIT, actor)
    return open_proposals(unit_id)


register_export(
    "basic_info.link_proposals",
    "衔接建议",
    permission=Permission.DUTY_EDIT,
    columns={
        "层级": lambda row: proposal_of(row).asker,
        "内容": lambda row: proposal_of(row).asker_text,
        "建议对应": lambda row: proposal_of(row).asked,
        "对应内容": lambda row: proposal_of(row).asked_text,
        "相似度": lambda row: round(proposal_of(row).score, 2),
    },
    rows=_proposals,
)

register_export(
    "basic_info.post_duties",
    "岗位职责",
    permission=Permission.DUTY_READ,
    columns={
        "岗位职责": "PostDuty.text",
        "频次": "PostDuty.rhythm",
        "计量单位": "PostDuty.measure_unit",
        "标准用时（分钟）": "PostDuty.standard_minutes",
        "起始": _lower,
    },
    rows=lambda actor, values: (
        select(PostDuty)
        .where(PostDuty.post_id == whole_of(values, "post_id"), PostDuty.valid.contains(today_in_china()))
        .where(PostDuty.unit_id.in_(readable_units(actor)))
        .order_by(PostDuty.sort_no, PostDuty.id)
    ),
)


def _power_items(actor: Actor, values: Values) -> AnySelect:
    power_list = readable_thing(select(PowerList), PowerList, whole_of(values, "list_id"), actor)
    return items_of(power_list.id, PowerKind.of_word(values.get("kind", "")), values.get("q", "").strip())


register_export(
    "basic_info.power_items",
    "权责事项",
    permission=Permission.DUTY_READ,
    columns={
        "序号": "PowerItem.sort_no",
        "事项": "PowerItem.name",
        "子项": "PowerItem.subitem_name",
        "类型": "PowerItem.power_kind",
        "类型细分": "PowerItem.power_subkind",
        "编码": "PowerItem.item_code",
        "行使主体": "PowerItem.exercising_body",
        "承办机构": "PowerItem.handling_text",
        "实施层级": "PowerItem.exercise_tier",
        "权限": "PowerItem.authority",
        "部门职责": "PowerItem.department_duty",
        "责任事项": "PowerItem.responsibility",
        "责任事项依据": "PowerItem.responsibility_basis",
        "追责对象范围": "PowerItem.accountable_scope",
        "追责情形": "PowerItem.accountable_cases",
        "备注": "PowerItem.remark",
    },
    rows=_power_items,
)


def _clauses(actor: Actor, values: Values) -> AnySelect:
    mandate = readable_thing(select(Mandate), Mandate, whole_of(values, "mandate_id"), actor)
    return select(MandateClause).where(MandateClause.mandate_id == mandate.id).order_by(MandateClause.sort_no)


register_export(
    "basic_info.mandate_clauses",
    "三定规定条款",
    permission=Permission.DUTY_READ,
    columns={
        "序号": "MandateClause.sort_no",
        "条款": "MandateClause.mark",
        "类别": "MandateClause.clause_kind",
        "内容": "MandateClause.text",
        "原文": "MandateClause.source_snippet",
        "置信度": "MandateClause.confidence",
    },
    rows=_clauses,
)


def _steps(actor: Actor, values: Values) -> AnySelect:
    chart = readable_thing(select(Flowchart), Flowchart, whole_of(values, "chart_id"), actor)
    return select(FlowStep).where(FlowStep.flowchart_id == chart.id).order_by(FlowStep.sort_no)


register_export(
    "basic_info.flow_steps",
    "流程环节",
    permission=Permission.DUTY_READ,
    columns={
        "序号": "FlowStep.sort_no",
        "环节": "FlowStep.name",
        "岗位": "FlowStep.lane_name",
        "法定时限": "FlowStep.limit_value",
        "法定时限单位": "FlowStep.limit_unit",
        "承诺时限": "FlowStep.promised_value",
        "承诺时限单位": "FlowStep.promised_unit",
    },
    rows=_steps,
)
