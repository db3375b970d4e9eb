"""A BPMN file without a drawing gets one: everything has its place, in its lane, on no other."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from basic_info.documents.library import PaperKind, read_paper
from basic_info.flowcharts.drawing import add_drawing
from basic_info.flowcharts.drawing.document import DIAGRAM
from basic_info.flowcharts.parsing import ParsedFlowchart, parse_flowchart
from basic_info.flowcharts.parsing.chart import Bounds
from basic_info.flowcharts.parsing.document import read_definitions

FOLDER = Path(__file__).parents[3] / ".." / "shared" / "data" / "bpmn_miwg"
FILES = sorted(FOLDER.glob("*.bpmn")) if FOLDER.is_dir() else []
BARE = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d">
<collaboration id="c"><participant id="pool" name="x" processRef="p"/><participant id="citizen" name="y"/>
<messageFlow id="m" sourceRef="citizen" targetRef="start"/></collaboration>
<process id="p"><laneSet id="s"><lane id="outer" name="o"><childLaneSet id="cs">
<lane id="window" name="w"><flowNodeRef>start</flowNodeRef><flowNodeRef>accept</flowNodeRef></lane>
<lane id="chief" name="h"><flowNodeRef>decide</flowNodeRef><flowNodeRef>refuse</flowNodeRef>
<flowNodeRef>end</flowNodeRef></lane>
</childLaneSet></lane></laneSet>
<startEvent id="start"/><userTask id="accept" name="a"/><subProcess id="decide" name="s">
<startEvent id="s1"/><task id="t1" name="t"/><sequenceFlow id="f9" sourceRef="s1" targetRef="t1"/></subProcess>
<boundaryEvent id="late" attachedToRef="decide"><timerEventDefinition id="td"/></boundaryEvent>
<task id="refuse" name="r"/><endEvent id="end"/>
<sequenceFlow id="f1" sourceRef="start" targetRef="accept"/>
<sequenceFlow id="f2" sourceRef="accept" targetRef="decide"/>
<sequenceFlow id="f3" sourceRef="decide" targetRef="end"/><sequenceFlow id="f4" sourceRef="late" targetRef="refuse"/>
<sequenceFlow id="f5" sourceRef="refuse" targetRef="accept"/></process></definitions>"""


def drawn(data: bytes) -> tuple[Any, ParsedFlowchart]:
    """The file without its drawing, drawn anew: its root and what is read out of it."""
    root = read_definitions(data)
    for diagram in root.findall(f"{{{DIAGRAM}}}BPMNDiagram"):
        root.remove(diagram)
    add_drawing(root, parse_flowchart(etree.tostring(root)))
    return root, parse_flowchart(etree.tostring(root))


@pytest.fixture(params=[None, *FILES], ids=lambda file: file.name if file else "bare")
def chart(request: pytest.FixtureRequest) -> tuple[Any, ParsedFlowchart]:
    return drawn(request.param.read_bytes() if request.param else BARE)


def test_everything_of_the_model_has_its_place(chart: tuple[Any, ParsedFlowchart]) -> None:
    parsed = chart[1]
    wanted = {*parsed.nodes, *(lane.id for lane in parsed.lanes), *(pool.id for pool in parsed.participants)}
    assert wanted - parsed.bounds.keys() == set()


def test_no_symbol_stands_on_another_of_its_plane(chart: tuple[Any, ParsedFlowchart]) -> None:
    root, parsed = chart
    for plane in root.iter(f"{{{DIAGRAM}}}BPMNPlane"):
        keys = [shape.get("bpmnElement") for shape in plane.iterchildren(f"{{{DIAGRAM}}}BPMNShape")]
        symbols = [parsed.nodes[key] for key in keys if key in parsed.nodes and not parsed.nodes[key].host]
        boxes = [parsed.bounds[node.id] for node in symbols]
        assert [pair for pair in combinations(boxes, 2) if overlap(*pair)] == []


def test_a_symbol_stands_in_its_lane(chart: tuple[Any, ParsedFlowchart]) -> None:
    parsed = chart[1]
    outside = [
        (lane.name, key)
        for lane in parsed.lanes
        for key in lane.node_ids & parsed.nodes.keys()
        if not parsed.bounds[lane.id].holds_middle_of(parsed.bounds[key])
    ]
    assert outside == []


def test_an_arrow_runs_from_border_to_border(chart: tuple[Any, ParsedFlowchart]) -> None:
    root, parsed = chart
    flows = {flow.id: flow for flow in parsed.flows}
    for edge in root.iter(f"{{{DIAGRAM}}}BPMNEdge"):
        flow = flows.get(edge.get("bpmnElement"))
        points = [(float(one.get("x")), float(one.get("y"))) for one in edge if one.get("x")]
        if flow:
            assert on_border(parsed.bounds[flow.source], points[0])
            assert on_border(parsed.bounds[flow.target], points[-1])


def test_flows_inside_one_process_are_all_drawn() -> None:
    root, parsed = drawn(BARE)
    edges = {edge.get("bpmnElement") for edge in root.iter(f"{{{DIAGRAM}}}BPMNEdge")}
    assert edges == {*(flow.id for flow in parsed.flows), "m"}


def test_the_steps_are_the_same_as_without_a_drawing() -> None:
    _, parsed = drawn(BARE)
    assert [step.name for step in parsed.steps] == [step.name for step in parse_flowchart(BARE).steps]


def test_an_imported_file_is_drawn_and_its_counts_stay_the_file_s(tmp_path: Path) -> None:
    path = tmp_path / "chart.bpmn"
    path.write_bytes(BARE)
    paper = read_paper(PaperKind.FLOWCHART, path, "chart.bpmn")
    assert (paper.as_contract()["shapes"], parse_flowchart(paper.words.encode()).shapes) == (0, 13)


def test_a_drawing_that_is_there_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "chart.bpmn"
    path.write_bytes(etree.tostring(drawn(BARE)[0]))
    assert read_paper(PaperKind.FLOWCHART, path, "chart.bpmn").words.count("BPMNDiagram ") == 2


def overlap(one: Bounds, other: Bounds) -> bool:
    return (
        one.x < other.x + other.width
        and other.x < one.x + one.width
        and one.y < other.y + other.height
        and other.y < one.y + one.height
    )


def on_border(box: Bounds, point: tuple[float, float]) -> bool:
    x, y = point
    is_beside = x in {box.x, box.x + box.width} and box.y <= y <= box.y + box.height
    return is_beside or (y in {box.y, box.y + box.height} and box.x <= x <= box.x + box.width)
