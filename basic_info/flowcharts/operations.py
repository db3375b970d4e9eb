"""Writes of flowcharts: a BPMN file comes in as a draft version, a person publishes it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import Range

from basic_info.flowcharts.compiled import compiled
from basic_info.flowcharts.errors import ChartNotDraft, DrawnByOneself, NoSteps, PublishedTooEarly
from basic_info.flowcharts.models import ChartState, Flowchart, FlowchartRevision, FlowGraph, FlowStep
from basic_info.flowcharts.parsing import ParsedFlowchart
from basic_info.flowcharts.step_rows import keep_calls, keep_steps
from basic_info.organization.models import Post, Section, Unit
from basic_info.power_lists.models import PowerItem, PowerItemSection
from basic_info.returning.errors import IsReturned
from host.kernel.access import Actor
from host.kernel.audit import record_change
from host.kernel.db import db
from host.kernel.errors import NotFound
from host.kernel.pages import today_in_china


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
    title of the unit, else nobody's: a person matches it. Raises NoSteps, NotFound, BadDetails.
    """
    if not parsed.steps:
        raise NoSteps
    chart = new_version(unit_id=unit_id, name=name, power_item_id=power_item_id, model_xml=model_xml, actor=actor)
    keep_steps(chart, parsed, section_ids or handling_sections(chart.power_item_id), actor=actor)
    keep_calls(chart, parsed)
    keep_revision(chart, actor=actor)
    record_change(
        chart,
        action="flowchart.imported",
        actor=actor,
        after={"unit_id": unit_id, "name": name, "version_no": chart.version_no, "steps": len(parsed.steps)},
    )
    return chart


def new_version(
    *,
    unit_id: int,
    name: str,
    power_item_id: int | None,
    model_xml: str,
    supplement_suspends: bool = False,
    actor: Actor,
) -> Flowchart:
    """The next version of the name in the unit, a draft without steps. Raises NotFound."""
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
        supplement_suspends=supplement_suspends,
        imported_by=actor.account_id,
    )
    db.session.add(chart)
    db.session.flush()  # the steps need its id
    return chart


def keep_revision(chart: Flowchart, *, actor: Actor) -> None:
    """Keep the drawing as it was just saved."""
    db.session.add(
        FlowchartRevision(flowchart_id=chart.id, revision=chart.revision, model=chart.model, saved_by=actor.account_id)
    )
    db.session.flush()


def publish_flowchart(chart: Flowchart, *, actor: Actor, on: date | None = None) -> Flowchart:
    """The draft is compiled and becomes the version that new cases begin on from ``on`` (today).

    Raises ChartNotDraft, ChartNotCheckable and ChartTooLarge (naming what stands against it), PublishedTooEarly,
    DrawnByOneself, IsReturned.
    """
    db.session.refresh(chart, with_for_update=True)
    if chart.chart_state is not ChartState.DRAFT:
        raise ChartNotDraft
    if is_barred_from_publishing(chart, actor):
        raise DrawnByOneself
    if chart.is_returned:
        raise IsReturned
    graph = compiled(chart)
    _supersede(chart, on or today_in_china())
    chart.chart_state = ChartState.PUBLISHED
    chart.valid = Range(on or today_in_china(), None)
    db.session.add(
        FlowGraph(flowchart_id=chart.id, graph=graph.to_bytes(), states=graph.size, edges=sum(map(len, graph.edges)))
    )
    chart.published_by = actor.account_id
    chart.published_at = datetime.now(UTC)
    db.session.flush()
    record_change(
        chart,
        action="flowchart.published",
        actor=actor,
        before={"chart_state": ChartState.DRAFT},
        after={"chart_state": ChartState.PUBLISHED, "version_no": chart.version_no, "from": chart.effective_from},
    )
    return chart


def is_barred_from_publishing(chart: Flowchart, actor: Actor) -> bool:
    """Whether the actor is no second person: who took the drawing in or saved it, or the platform itself."""
    saved = select(FlowchartRevision.saved_by).where(FlowchartRevision.flowchart_id == chart.id)
    drew = {chart.imported_by, chart.edited_by, *db.session.scalars(saved)}
    return actor.account_id is None or actor.account_id in drew


def _supersede(chart: Flowchart, on: date) -> None:
    """The version before ends where this one begins; none begins before the last one did, or in the future."""
    before = db.session.scalars(
        select(Flowchart)
        .where(
            Flowchart.unit_id == chart.unit_id,
            Flowchart.name == chart.name,
            Flowchart.chart_state == ChartState.PUBLISHED,
        )
        .with_for_update()
    ).all()
    if on > today_in_china():
        raise PublishedTooEarly("生效日期不能晚于今天，请到生效那天再发布")
    for one in before:
        begun = one.effective_from or on
        if begun > on:
            raise PublishedTooEarly(f"生效日期不能早于现行版本的生效日期 {begun}")
        # A version that was replaced on its first day was never in force for a whole one.
        one.valid = Range(begun, on) if begun < on else None
        one.chart_state = ChartState.SUPERSEDED
    db.session.flush()  # the earlier ones end before this one begins


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


def handling_sections(power_item_id: int | None) -> list[int]:
    if power_item_id is None:
        return []
    return [
        section_id
        for section_id in db.session.scalars(
            select(PowerItemSection.section_id).where(PowerItemSection.power_item_id == power_item_id)
        )
        if section_id is not None
    ]
