"""State graphs of charts: compiled from a draft with the versions that it calls, read back for a published one."""

from __future__ import annotations

from functools import lru_cache

from sqlalchemy import select

from basic_info.flowcharts.engine import Called, Replay, StateGraph, compile_chart
from basic_info.flowcharts.engine.net import MAX_CALL_DEPTH
from basic_info.flowcharts.errors import ChartNotCheckable
from basic_info.flowcharts.models import FlowCall, Flowchart, FlowGraph, FlowStep
from basic_info.flowcharts.parsing import parse_flowchart
from host.kernel.db import db
from host.kernel.errors import NotFound


def compiled(chart: Flowchart) -> StateGraph:
    """Compile the chart as it stands. Raises ChartNotCheckable, ChartTooLarge."""
    return compile_chart(parse_flowchart(chart.model.encode()), _calls(chart.id, 0))


def _calls(chart_id: int, depth: int) -> dict[str, Called]:
    if depth > MAX_CALL_DEPTH:
        raise ChartNotCheckable(f"调用活动层层调用超过 {MAX_CALL_DEPTH} 层，或调用了自己")
    rows = db.session.execute(
        select(FlowCall.element_id, Flowchart.id, Flowchart.model)
        .join(Flowchart, Flowchart.id == FlowCall.called_id)
        .where(FlowCall.flowchart_id == chart_id)
    ).all()
    return {
        row.element_id: Called(str(row.id), parse_flowchart(row.model.encode()), _calls(row.id, depth + 1))
        for row in rows
    }


def replay_of(flowchart_id: int) -> Replay:
    """The replay of a published version; what it has learnt is kept. Raises NotFound for a version without a graph."""
    packed = db.session.scalar(select(FlowGraph.graph).where(FlowGraph.flowchart_id == flowchart_id))
    if packed is None:
        raise NotFound
    return _replay(packed)


@lru_cache(maxsize=256)
def _replay(packed: bytes) -> Replay:
    """One for each graph in this process: a published version never changes."""
    return Replay(StateGraph.from_bytes(packed))


def step_labels(flowchart_id: int) -> dict[int, str]:
    """{step id: its label in the version's graph}, those of called versions included."""
    calls = [flowchart_id]
    for number in calls:
        found = db.session.scalars(select(FlowCall.called_id).where(FlowCall.flowchart_id == number))
        calls += [called for called in found if called not in calls]
    rows = db.session.execute(
        select(FlowStep.id, FlowStep.flowchart_id, FlowStep.element_id).where(FlowStep.flowchart_id.in_(calls))
    )
    return {
        row.id: row.element_id if row.flowchart_id == flowchart_id else f"{row.flowchart_id}:{row.element_id}"
        for row in rows
    }
