"""Rows of the steps of a draft, kept in step with its drawing."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select

from basic_info.documents.matching import post_titles
from basic_info.duties.models import DutyLink, LinkState, SectionDuty
from basic_info.flowcharts.errors import BadDetails
from basic_info.flowcharts.models import ChartState, FlowCall, Flowchart, FlowStep, SuspensionKind
from basic_info.flowcharts.parsing import ParsedFlowchart, Step
from host.kernel.access import Actor
from host.kernel.audit import record_change
from host.kernel.db import db
from host.kernel.pages import CHINA_TIME, today_in_china

#: How a call activity names the published version that it calls.
CALLED = re.compile(r"flowchart-(\d{1,18})")


def keep_steps(chart: Flowchart, parsed: ParsedFlowchart, section_ids: Collection[int], *, actor: Actor) -> None:
    """Rows as the drawing has them: new ones added, known ones changed, others gone with their links.

    A step whose lane did not change keeps the post that a person matched it to. Raises BadDetails.
    """
    known = {
        step.element_id: step
        for step in db.session.scalars(select(FlowStep).where(FlowStep.flowchart_id == chart.id)).all()
    }
    posts = post_titles(chart.unit_id, today_in_china())
    fresh = []
    for step in parsed.steps:
        values = _values(step)
        row = known.pop(step.element_id, None)
        if row is None or row.lane_name != step.lane_name:
            values["post_id"] = posts.find(step.lane_name, section_ids) if step.lane_name else None
        if row is None:
            fresh.append({**values, "flowchart_id": chart.id, "element_id": step.element_id})
        else:
            for name, value in values.items():
                setattr(row, name, value)
    _drop([row.id for row in known.values()])
    if fresh:
        db.session.execute(insert(FlowStep), fresh)
    db.session.flush()
    _keep_duties(chart, parsed, actor=actor)


def keep_calls(chart: Flowchart, parsed: ParsedFlowchart) -> None:
    """The published versions that call activities name as ``flowchart-<id>``. Raises BadDetails."""
    wanted = {
        node.id: int(found[1])
        for node in parsed.of_kind(frozenset({"callActivity"}))
        if (found := CALLED.fullmatch(str(node.element.get("calledElement", "")).strip()))
    }
    published = set(
        db.session.scalars(
            select(Flowchart.id).where(
                Flowchart.id.in_(wanted.values()),
                Flowchart.unit_id == chart.unit_id,
                Flowchart.chart_state != ChartState.DRAFT,
            )
        )
    )
    for element_id, called in wanted.items():
        if called not in published:
            name = parsed.nodes[element_id].name or element_id
            raise BadDetails(f"调用活动“{name}”指定的流程图不存在、未发布或不属于本单位，请重新选择")
    db.session.execute(delete(FlowCall).where(FlowCall.flowchart_id == chart.id))
    rows = [{"flowchart_id": chart.id, "element_id": key, "called_id": called} for key, called in wanted.items()]
    if rows:
        db.session.execute(insert(FlowCall), rows)


def check_details(chart: Flowchart, parsed: ParsedFlowchart) -> None:
    """Raises BadDetails with every step and field that is filled in wrongly."""
    problems = parsed.problems()
    if not chart.supplement_suspends:
        problems += [
            f"环节“{step.name or step.element_id}”：补正期间计入时限，除非流程图设置为不计入"
            for step in parsed.steps
            if SuspensionKind.SUPPLEMENT in step.details.suspensions
        ]
    if problems:
        raise BadDetails("；".join(problems[:20]))


def _values(step: Step) -> dict[str, Any]:
    details = step.details
    return {
        "sort_no": step.sort_no,
        "name": step.name,
        "lane_name": step.lane_name,
        "limit_value": step.limit.value if step.limit else None,
        "limit_unit": step.limit.limit_unit if step.limit else None,
        "promised_value": details.promised_value,
        "promised_unit": details.promised_unit,
        "next_steps": list(step.next_steps),
        "step_kind": details.step_kind,
        "inputs": "\n".join(details.inputs),
        "outputs": "\n".join(details.outputs),
        "basis": details.basis,
        "risk_point": details.risk_point,
        "suspensions": [one.value for one in details.suspensions],
    }


def _drop(step_ids: list[int]) -> None:
    if step_ids:
        db.session.execute(delete(DutyLink).where(DutyLink.step_id.in_(step_ids)))
        db.session.execute(delete(FlowStep).where(FlowStep.id.in_(step_ids)))


def _keep_duties(chart: Flowchart, parsed: ParsedFlowchart, *, actor: Actor) -> None:
    """The section duty named in the drawing becomes the step's confirmed link; others are left as they are."""
    wanted = {step.element_id: step.details.section_duty_id for step in parsed.steps if step.details.section_duty_id}
    if not wanted or actor.account_id is None:
        return
    known = set(
        db.session.scalars(
            select(SectionDuty.id).where(SectionDuty.id.in_(wanted.values()), SectionDuty.unit_id == chart.unit_id)
        )
    )
    ids: Mapping[str, int] = {
        row.element_id: row.id
        for row in db.session.execute(
            select(FlowStep.element_id, FlowStep.id).where(
                FlowStep.flowchart_id == chart.id, FlowStep.element_id.in_(wanted)
            )
        )
    }
    linked = {
        (link.step_id, link.section_duty_id): link
        for link in db.session.scalars(select(DutyLink).where(DutyLink.step_id.in_(ids.values()))).all()
    }
    for element_id, duty_id in wanted.items():
        if duty_id in known:
            _link(chart, linked.get((ids[element_id], duty_id)), ids[element_id], duty_id, actor)


def _link(chart: Flowchart, found: DutyLink | None, step_id: int, duty_id: int, actor: Actor) -> None:
    if found is not None and found.link_state is LinkState.CONFIRMED:
        return
    link = found or DutyLink(unit_id=chart.unit_id, step_id=step_id, section_duty_id=duty_id)
    link.link_state = LinkState.CONFIRMED
    link.decided_by, link.decided_at = actor.account_id, datetime.now(CHINA_TIME)
    db.session.add(link)
    db.session.flush()  # the audit row needs its id
    ends = {"step_id": step_id, "section_duty_id": duty_id}
    record_change(link, action="duty_link.drawn", actor=actor, after=ends)
