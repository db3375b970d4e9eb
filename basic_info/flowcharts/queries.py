"""Reads for the pages of a flowchart: what may be chosen beside the drawing, its saves, its file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from lxml import etree
from sqlalchemy import select

from basic_info.duties.models import DutyLink, LinkState, SectionDuty
from basic_info.duties.queries import section_duties_of_unit
from basic_info.flowcharts.models import ChartState, Flowchart, FlowchartRevision, FlowStep, SuspensionKind
from basic_info.flowcharts.parsing.details import StepDetails, write_details
from basic_info.flowcharts.parsing.document import read_definitions
from basic_info.organization.models import Post, PostVersion, Section
from basic_info.power_lists.models import ListState, PowerItem, PowerList
from host.kernel.db import AnyRow, db
from host.kernel.errors import NotFound
from host.kernel.versions import in_force

Choices = list[tuple[str, str]]
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'


def item_choices(unit_id: int) -> Choices:
    """The items of the unit's list in force."""
    rows = db.session.execute(
        select(PowerItem.id, PowerItem.name, PowerItem.subitem_name)
        .join(PowerList, PowerList.id == PowerItem.power_list_id)
        .where(PowerItem.unit_id == unit_id, PowerList.list_state == ListState.IN_FORCE)
        .order_by(PowerItem.sort_no)
    )
    return [(str(row.id), f"{row.name}（{row.subitem_name}）" if row.subitem_name else row.name) for row in rows]


def post_names(unit_id: int, day: date) -> Sequence[str]:
    """The titles of the unit's posts, each once."""
    return db.session.scalars(
        select(PostVersion.title)
        .distinct()
        .join(Post, Post.id == PostVersion.post_id)
        .join(Section, Section.id == Post.section_id)
        .where(Section.unit_id == unit_id, in_force(PostVersion, day))
        .order_by(PostVersion.title)
    ).all()


def duty_choices(unit_id: int, day: date) -> Choices:
    """The section duties of the unit."""
    return [(str(duty.id), duty.text) for duty in db.session.scalars(section_duties_of_unit(unit_id, day))]


def callable_charts(chart: Flowchart) -> Choices:
    """The published versions of the unit that a call activity may be pinned to."""
    rows = db.session.execute(
        select(Flowchart.id, Flowchart.name, Flowchart.version_no)
        .where(
            Flowchart.unit_id == chart.unit_id,
            Flowchart.chart_state == ChartState.PUBLISHED,
            Flowchart.id != chart.id,
        )
        .order_by(Flowchart.name)
    )
    return [(f"flowchart-{row.id}", f"{row.name} 第 {row.version_no} 版") for row in rows]


def saves_of(chart_id: int) -> Sequence[AnyRow]:
    """(revision, saved_at), the latest first, without the drawings."""
    return db.session.execute(
        select(FlowchartRevision.revision, FlowchartRevision.saved_at)
        .where(FlowchartRevision.flowchart_id == chart_id)
        .order_by(FlowchartRevision.revision.desc())
        .limit(50)
    ).all()


def saved_model(chart_id: int, revision: int) -> str:
    """The drawing of one save. Raises NotFound."""
    found = db.session.get(FlowchartRevision, (chart_id, revision))
    if found is None:
        raise NotFound
    return found.model


def file_of(chart: Flowchart) -> bytes:
    """The chart as a BPMN file; what the rows know of its steps stands in the extension elements."""
    root = read_definitions(chart.model.encode())
    tasks = {element.get("id"): element for element in root.iter() if isinstance(element.tag, str)}
    duties = _confirmed_duties(chart.id)
    for step in db.session.scalars(select(FlowStep).where(FlowStep.flowchart_id == chart.id)):
        task = tasks.get(step.element_id)
        if task is not None:
            write_details(task, _details(step, duties.get(step.id)))
    return (DECLARATION + etree.tostring(root, encoding="unicode")).encode()


def _confirmed_duties(chart_id: int) -> dict[int, int]:
    rows = db.session.execute(
        select(DutyLink.step_id, SectionDuty.id)
        .join(SectionDuty, SectionDuty.id == DutyLink.section_duty_id)
        .join(FlowStep, FlowStep.id == DutyLink.step_id)
        .where(FlowStep.flowchart_id == chart_id, DutyLink.link_state == LinkState.CONFIRMED)
        .order_by(SectionDuty.id.desc())
    )
    return {row.step_id: row.id for row in rows}


def _details(step: FlowStep, section_duty_id: int | None) -> StepDetails:
    return StepDetails(
        step_kind=step.step_kind,
        limit_value=step.limit_value,
        limit_unit=step.limit_unit,
        promised_value=step.promised_value,
        promised_unit=step.promised_unit,
        inputs=tuple(step.inputs.splitlines()),
        outputs=tuple(step.outputs.splitlines()),
        basis=step.basis,
        risk_point=step.risk_point,
        suspensions=tuple(kind for kind in SuspensionKind if kind.value in step.suspensions),
        section_duty_id=section_duty_id,
    )
