"""Writes of flowcharts: a BPMN file comes in as a draft version, a person publishes it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime

from sqlalchemy import func, insert, select, update

from basic_info.documents.matching import post_titles
from basic_info.flowcharts.errors import ChartNotDraft, NoSteps
from basic_info.flowcharts.models import ChartState, Flowchart, FlowStep
from basic_info.flowcharts.parsing import ParsedFlowchart
from basic_info.organization.models import Post, Section, Unit
from basic_info.power_lists.models import PowerItem, PowerItemSection
from host.kernel.access import Actor
from host.kernel.audit import record_change
from host.kernel.db import db
from host.kernel.errors import NotFound
from host.kernel.pages import CHINA_TIME


def import_flowchart(
    parsed: ParsedFlowchart,
    *,
    unit_id: int,
    model_xml: str,
    name: str,
    power_item_id: int | None,
    section_ids: Collection[int] = (),
    actor: Actor,
) -> Flowchart:
    """Keep a parsed chart as the next draft version of its name, each step with the post that its lane means.

    A lane is a post's title in ``section_ids`` (without them: the item's handling sections), else the only such
    title of the unit, else nobody's: a person matches it. Raises NoSteps, NotFound.
    """
    if not parsed.steps:
        raise NoSteps
    # Two imports of one unit wait for each other: the version numbers are its own.
    if db.session.scalar(select(Unit.id).where(Unit.id == unit_id).with_for_update()) is None:
        raise NotFound
    same = (Flowchart.unit_id == unit_id) & (Flowchart.name == name)
    last = db.session.scalar(select(func.max(Flowchart.version_no)).where(same))
    chart = Flowchart(
        unit_id=unit_id,
        name=name,
        version_no=(last or 0) + 1,
        power_item_id=_item_of_unit(power_item_id, unit_id),
        model=model_xml,
        chart_state=ChartState.DRAFT,
        imported_by=actor.account_id,
    )
    db.session.add(chart)
    db.session.flush()  # the steps need its id
    _keep_steps(chart, parsed, section_ids or _handling_sections(chart.power_item_id))
    record_change(
        chart,
        action="flowchart.imported",
        actor=actor,
        after={"unit_id": unit_id, "name": name, "version_no": chart.version_no, "steps": len(parsed.steps)},
    )
    return chart


def publish_flowchart(chart: Flowchart, *, actor: Actor) -> Flowchart:
    """The draft becomes the version that new cases are shown on. Raises ChartNotDraft."""
    db.session.refresh(chart, with_for_update=True)
    if chart.chart_state is not ChartState.DRAFT:
        raise ChartNotDraft
    db.session.execute(
        update(Flowchart)
        .where(
            Flowchart.unit_id == chart.unit_id,
            Flowchart.name == chart.name,
            Flowchart.chart_state == ChartState.PUBLISHED,
        )
        .values(chart_state=ChartState.SUPERSEDED)
    )
    chart.chart_state = ChartState.PUBLISHED
    chart.published_by = actor.account_id
    chart.published_at = datetime.now(UTC)
    db.session.flush()
    record_change(
        chart,
        action="flowchart.published",
        actor=actor,
        before={"chart_state": ChartState.DRAFT},
        after={"chart_state": ChartState.PUBLISHED, "version_no": chart.version_no},
    )
    return chart


def match_step(chart: Flowchart, step: FlowStep, *, post_id: int, actor: Actor) -> FlowStep:
    """A person says which post does the step of a draft. Raises ChartNotDraft, NotFound."""
    db.session.refresh(chart, with_for_update=True)
    if chart.chart_state is not ChartState.DRAFT:
        raise ChartNotDraft
    unit_id = db.session.scalar(
        select(Section.unit_id).join(Post, Post.section_id == Section.id).where(Post.id == post_id)
    )
    if unit_id != chart.unit_id or step.flowchart_id != chart.id:
        raise NotFound
    before, step.post_id = step.post_id, post_id
    db.session.flush()
    record_change(step, action="flow_step.matched", actor=actor, before={"post_id": before}, after={"post_id": post_id})
    return step


def _item_of_unit(power_item_id: int | None, unit_id: int) -> int | None:
    if power_item_id is None:
        return None
    item = db.session.get(PowerItem, power_item_id)
    if item is None or item.unit_id != unit_id:
        raise NotFound
    return item.id


def _handling_sections(power_item_id: int | None) -> list[int]:
    if power_item_id is None:
        return []
    return [
        section_id
        for section_id in db.session.scalars(
            select(PowerItemSection.section_id).where(PowerItemSection.power_item_id == power_item_id)
        )
        if section_id is not None
    ]


def _keep_steps(chart: Flowchart, parsed: ParsedFlowchart, section_ids: Collection[int]) -> None:
    posts = post_titles(chart.unit_id, datetime.now(CHINA_TIME).date())
    db.session.execute(
        insert(FlowStep),
        [
            {
                "flowchart_id": chart.id,
                "element_id": step.element_id,
                "sort_no": step.sort_no,
                "name": step.name,
                "lane_name": step.lane_name,
                "post_id": posts.find(step.lane_name, section_ids) if step.lane_name else None,
                "limit_value": step.limit.value if step.limit else None,
                "limit_unit": step.limit.limit_unit if step.limit else None,
                "next_steps": list(step.next_steps),
            }
            for step in parsed.steps
        ],
    )
