"""The 21 reference files of the BPMN MIWG and their counts (rules.md T22); skipped where they are not at hand."""

import json
from pathlib import Path

import pytest

from basic_info.flowcharts.parsing import parse_flowchart

FOLDER = Path(__file__).parents[3] / ".." / "shared" / "data" / "bpmn_miwg"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the BPMN reference files are not at hand")
EXPECTED = json.loads((FOLDER / "expected.json").read_text("utf-8")) if FOLDER.is_dir() else {}
NAMES = {
    "processes": "processes",
    "participants": "participants",
    "lanes": "lanes",
    "tasks": "tasks",
    "call_activities": "callActivity",
    "sub_processes": "subProcess",
    "sequence_flows": "sequenceFlow",
    "message_flows": "messageFlow",
    "boundary_events": "boundary",
    "shapes": "shapes",
    "edges": "edges",
}


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_reference_file_has_the_counts_expected(name: str) -> None:
    contract = parse_flowchart((FOLDER / name).read_bytes()).as_contract()

    assert {ours: contract[ours] for ours in NAMES} == {ours: EXPECTED[name][theirs] for ours, theirs in NAMES.items()}


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_every_task_of_a_reference_file_is_one_step(name: str) -> None:
    chart = parse_flowchart((FOLDER / name).read_bytes())

    assert len({step.element_id for step in chart.steps}) == EXPECTED[name]["tasks"]


def test_there_are_twenty_one_files() -> None:
    assert len(EXPECTED) == 21


def test_compensation_is_said_by_name() -> None:
    chart = parse_flowchart((FOLDER / "C.6.0.bpmn").read_bytes())

    assert not chart.checkable
    assert "补偿“Cancel Hotel”" in chart.reasons


def test_a_timer_of_seven_days_is_a_limit() -> None:
    steps = parse_flowchart((FOLDER / "C.9.1.bpmn").read_bytes()).steps

    assert [step.limit and step.limit.value for step in steps] == [None, 7, None, None]


def test_lanes_of_one_pool_say_nothing_about_another() -> None:
    steps = parse_flowchart((FOLDER / "C.4.0.bpmn").read_bytes()).steps

    assert {step.lane_name for step in steps if step.pool_name == "IT"} == {""}
