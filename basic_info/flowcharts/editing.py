"""Writes of drafts: a new chart, a new draft of a published one, and its saves by one or two editors (row 45)."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import insert, select

from basic_info.duties.models import DutyLink, LinkState
from basic_info.flowcharts.differences import differences
from basic_info.flowcharts.errors import ChartNotDraft, EditedMeanwhile
from basic_info.flowcharts.models import ChartState, FlowCall, Flowchart, FlowStep
from basic_info.flowcharts.operations import handling_sections, keep_revision, new_version
from basic_info.flowcharts.parsing import ParsedFlowchart, parse_flowchart
from basic_info.flowcharts.step_rows import check_details, keep_calls, keep_steps
from host.kernel.access import Actor
from host.kernel.audit import record_change
from host.kernel.db import db


def draw_flowchart(
    *,
    unit_id: int,
    name: str,
    power_item_id: int | None,
    model_xml: str,
    supplement_suspends: bool,
    actor: Actor,
) -> Flowchart:
    """A new draft to be drawn, with what the drawing already has. Raises NotFound, BadDetails."""
    chart = new_version(
        unit_id=unit_id,
        name=name,
        power_item_id=power_item_id,
        model_xml=model_xml,
        supplement_suspends=supplement_suspends,
        actor=actor,
    )
    _keep(chart, parse_flowchart(model_xml.encode()), actor=actor)
    after = {"unit_id": unit_id, "name": name, "version_no": chart.version_no}
    record_change(chart, action="flowchart.created", actor=actor, after=after)
    return chart


def save_draft(chart: Flowchart, parsed: ParsedFlowchart, *, model_xml: str, revision: int, actor: Actor) -> Flowchart:
    """Keep the drawing and its steps. ``revision`` is the save that was changed.

    Raises ChartNotDraft, EditedMeanwhile (somebody saved since; nothing is written), BadDetails.
    """
    db.session.refresh(chart, with_for_update=True)
    if chart.chart_state is not ChartState.DRAFT:
        raise ChartNotDraft
    if chart.revision != revision:
        raise EditedMeanwhile(chart.revision, differences(parse_flowchart(chart.model.encode()), parsed))
    chart.model = model_xml
    chart.revision += 1
    chart.edited_by, chart.edited_at = actor.account_id, datetime.now(UTC)
    db.session.flush()
    _keep(chart, parsed, actor=actor)
    record_change(
        chart,
        action="flowchart.saved",
        actor=actor,
        before={"revision": revision},
        after={"revision": chart.revision, "steps": len(parsed.steps)},
    )
    return chart


def new_draft(published: Flowchart, *, actor: Actor) -> Flowchart:
    """The next version as a copy, with posts, calls and confirmed duties of the steps. Raises NotFound."""
    chart = new_version(
        unit_id=published.unit_id,
        name=published.name,
        power_item_id=published.power_item_id,
        model_xml=published.model,
        supplement_suspends=published.supplement_suspends,
        actor=actor,
    )
    _copy_steps(published, chart, actor=actor)
    keep_revision(chart, actor=actor)
    after = {"from_version": published.version_no, "version_no": chart.version_no}
    record_change(chart, action="flowchart.drafted", actor=actor, after=after)
    return chart


def _keep(chart: Flowchart, parsed: ParsedFlowchart, *, actor: Actor) -> None:
    check_details(chart, parsed)
    keep_steps(chart, parsed, handling_sections(chart.power_item_id), actor=actor)
    keep_calls(chart, parsed)
    keep_revision(chart, actor=actor)


def _copy_steps(published: Flowchart, chart: Flowchart, *, actor: Actor) -> None:
    kept = [column.key for column in FlowStep.__table__.columns if column.key not in {"id", "flowchart_id"}]
    columns = [FlowStep.__table__.c[name] for name in kept]
    rows = db.session.execute(select(*columns).where(FlowStep.flowchart_id == published.id)).mappings().all()
    if rows:
        db.session.execute(insert(FlowStep), [{**row, "flowchart_id": chart.id} for row in rows])
    calls = db.session.execute(
        select(FlowCall.element_id, FlowCall.called_id).where(FlowCall.flowchart_id == published.id)
    ).mappings()
    if copied := [{**call, "flowchart_id": chart.id} for call in calls]:
        db.session.execute(insert(FlowCall), copied)
    _copy_duties(published.id, chart)


def _copy_duties(published_id: int, chart: Flowchart) -> None:
    """What a person confirmed of a step holds for the same step of the next version."""
    new = FlowStep.__table__.alias()
    rows = db.session.execute(
        select(new.c.id.label("step_id"), DutyLink.section_duty_id, DutyLink.decided_by, DutyLink.decided_at)
        .join(FlowStep, FlowStep.id == DutyLink.step_id)
        .join(new, (new.c.element_id == FlowStep.element_id) & (new.c.flowchart_id == chart.id))
        .where(FlowStep.flowchart_id == published_id, DutyLink.link_state == LinkState.CONFIRMED)
    ).mappings()
    links = [{**row, "unit_id": chart.unit_id, "link_state": LinkState.CONFIRMED} for row in rows]
    if links:
        db.session.execute(insert(DutyLink), links)
