from pathlib import Path

import pytest
from lxml import etree

from host.demo.city import CityPlan, plan_city
from host.demo.flowcharts import DC, DIAGRAM, MODEL, flowchart_xml, write_flowcharts
from host.demo.flows import Flow, flows

NAMES = {"m": MODEL}
SYMBOLS = ("task", "exclusiveGateway", "startEvent", "endEvent")


@pytest.fixture(scope="module")
def plan() -> CityPlan:
    return plan_city(2000)


@pytest.fixture(scope="module")
def flow(plan: CityPlan) -> Flow:
    return next(iter(flows(plan)))


@pytest.fixture(scope="module")
def chart(flow: Flow) -> etree._Element:
    return etree.fromstring(flowchart_xml(flow))


def _ids(chart: etree._Element, *tags: str) -> list[str]:
    return [str(node.get("id")) for tag in tags for node in chart.iterfind(f".//m:{tag}", NAMES)]


def test_several_departments_have_flowcharts(plan: CityPlan, tmp_path: Path) -> None:
    written = write_flowcharts(plan, tmp_path)

    assert len(written) >= 5
    assert len({file.unit_code for file in written}) >= 5


def test_every_symbol_and_arrow_is_drawn_once(chart: etree._Element) -> None:
    symbols = _ids(chart, *SYMBOLS, "sequenceFlow", "lane", "participant")
    drawn = [str(node.get("bpmnElement")) for node in chart.iterfind(".//*[@bpmnElement]")]

    assert sorted([*symbols, "Pool"]) == sorted(drawn)


def test_the_lanes_are_the_posts_of_the_flow(chart: etree._Element, flow: Flow) -> None:
    lanes = [lane.get("name") for lane in chart.iterfind(".//m:lane", NAMES)]

    assert lanes == [post.title for post in flow.lanes]


def test_every_symbol_lies_in_one_lane(chart: etree._Element) -> None:
    symbols = _ids(chart, *SYMBOLS)

    assert sorted(symbols) == sorted(str(node.text) for node in chart.iterfind(".//m:flowNodeRef", NAMES))


def test_every_task_says_its_limit(chart: etree._Element) -> None:
    notes = [task.findtext("m:documentation", "", NAMES) for task in chart.iterfind(".//m:task", NAMES)]

    assert all(note.startswith("办理时限：") and note.endswith("个工作日") for note in notes)


def test_a_flow_runs_from_acceptance_to_delivery(plan: CityPlan) -> None:
    for flow in flows(plan):
        names = [step.name for step in flow.steps]
        assert (names[0], names[-2:]) == ("受理", ["决定", "送达"])
        assert "审查" in names


def test_arrows_join_symbols_of_the_chart(chart: etree._Element) -> None:
    ids = {node.get("id") for node in chart.iter()}

    for arrow in chart.iterfind(".//m:sequenceFlow", NAMES):
        assert {arrow.get("sourceRef"), arrow.get("targetRef")} <= ids


def test_no_two_conditions_are_written_at_one_place(chart: etree._Element) -> None:
    bounds = [(one.get("x"), one.get("y")) for one in chart.iterfind(f".//{{{DIAGRAM}}}BPMNLabel/{{{DC}}}Bounds")]

    assert len(set(bounds)) == len(bounds) == 3
