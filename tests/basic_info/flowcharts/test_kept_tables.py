"""Step tables as departments keep them become the chart that a person would draw, or are refused by the cell."""

from __future__ import annotations

from pathlib import Path

import pytest

from basic_info.flowcharts.drawing import Plan, bpmn_document
from basic_info.flowcharts.errors import BadStepTable
from basic_info.flowcharts.parsing import parse_flowchart
from basic_info.flowcharts.step_table import read_step_table
from tests.basic_info.flowcharts.kept_tables import KEPT, Kept, Way


def plan_of(kept: Kept, folder: Path) -> Plan:
    path = folder / "环节表.xlsx"
    path.write_bytes(kept.content)
    return read_step_table(path, "流程")


@pytest.mark.parametrize("kept", [one for one in KEPT if not one.refusal], ids=lambda kept: kept.name)
def test_a_kept_table_becomes_its_chart(kept: Kept, tmp_path: Path) -> None:
    plan = plan_of(kept, tmp_path)
    chart = parse_flowchart(bpmn_document(plan).encode())

    assert list(plan.lanes) == kept.posts
    assert [symbol.name for symbol in plan.symbols if symbol.tag == "task"] == kept.steps
    assert _ways(plan) == kept.ways
    limits = {
        step.name: f"{step.limit.value} {step.limit.limit_unit.label}" if step.limit else "" for step in chart.steps
    }
    assert {name: limits[name] for name in kept.limits} == kept.limits


@pytest.mark.parametrize("kept", [one for one in KEPT if one.refusal], ids=lambda kept: kept.name)
def test_a_table_with_a_wrong_cell_is_refused_by_the_cell(kept: Kept, tmp_path: Path) -> None:
    with pytest.raises(BadStepTable) as refused:
        plan_of(kept, tmp_path)

    assert [word for word in kept.refusal if word not in str(refused.value)] == []


def _ways(plan: Plan) -> set[Way]:
    """The ways from step to step; gateways between them only pass on."""
    named = {one.key: "结束" if one.tag == "endEvent" else one.name for one in plan.symbols if "Gateway" not in one.tag}
    ways: set[Way] = set()

    def follow(start: str, at: str, condition: str) -> None:
        for arrow in plan.arrows:
            if arrow.source == at:
                said = condition or arrow.name
                if arrow.target in named:
                    ways.add((start, named[arrow.target], said))
                else:
                    follow(start, arrow.target, said)

    for symbol in plan.symbols:
        if symbol.tag == "task":
            follow(symbol.name, symbol.key, "")
    return ways
