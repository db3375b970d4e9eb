"""A step table becomes a chart with lanes that can be checked and is laid out without overlaps."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from basic_info.flowcharts.drawing import Arrow, Plan, Symbol, bpmn_document
from basic_info.flowcharts.drawing.layout import Box, lay_out
from basic_info.flowcharts.engine import Replay, compile_chart
from basic_info.flowcharts.errors import BadStepTable
from basic_info.flowcharts.models import StepKind, SuspensionKind
from basic_info.flowcharts.parsing import ParsedFlowchart, parse_flowchart
from basic_info.flowcharts.step_table import read_step_table
from basic_info.power_lists.models import LimitUnit

TABLE = """成品油零售许可流程
序号,环节,岗位,时限,承诺时限,上一环节,下一环节,节点类别,收件材料,不计入时限
1,收件登记,窗口岗,1个工作日,,,,申请信息,申请表；营业执照,
2,受理,窗口岗,5个工作日,2,,3（齐全）或8（不齐全）,受理,,
3,分办,审查岗,1,,,4、5,,,
4,材料审查,审查岗,3,,,,,,
5,现场核查,核查岗,5日,,,,,,检测、专家评审
6,审批决定,领导岗,2,,4和5,7（准予）或9（不予）,审批结果,,
7,制证送达,窗口岗,2,,,结束,告知,,
8,一次性告知补正,窗口岗,5,,,1,补交受理,,
9,不予许可决定,领导岗,1,,,结束,告知,,
"""


def drawn(folder: Path, table: str = TABLE) -> ParsedFlowchart:
    path = folder / "环节表.csv"
    path.write_text(table, encoding="utf-8")
    return parse_flowchart(bpmn_document(read_step_table(path, "成品油零售许可")).encode())


def test_posts_become_lanes_and_rows_become_steps(tmp_path: Path) -> None:
    chart = drawn(tmp_path)

    assert [lane.name for lane in chart.lanes] == ["窗口岗", "审查岗", "核查岗", "领导岗"]
    assert {step.name: step.lane_name for step in chart.steps}["现场核查"] == "核查岗"
    assert len(chart.steps) == 9


def test_a_column_of_steps_has_their_names_when_no_other_has(tmp_path: Path) -> None:
    table = "步骤,岗位,时限,前序,后续\n受理,窗口岗,1个工作日,,审查\n审查,审查岗,5个工作日,受理,\n"
    chart = drawn(tmp_path, table)

    assert [(step.name, step.lane_name) for step in chart.steps] == [("受理", "窗口岗"), ("审查", "审查岗")]


def test_columns_become_details(tmp_path: Path) -> None:
    steps = {step.name: step.details for step in drawn(tmp_path).steps}

    accept, visit = steps["受理"], steps["现场核查"]
    assert (accept.step_kind, accept.limit_value, accept.promised_value) == (StepKind.ACCEPT, 5, 2)
    assert (visit.limit_unit, visit.suspensions) == (
        LimitUnit.DAY,
        (SuspensionKind.TESTING, SuspensionKind.EXPERT_REVIEW),
    )
    assert steps["收件登记"].inputs == ("申请表", "营业执照")


@pytest.mark.parametrize(
    ("case", "cost"),
    [
        ("收件登记 受理 分办 材料审查 现场核查 审批决定 制证送达", 0),
        ("收件登记 受理 分办 现场核查 材料审查 审批决定 不予许可决定", 0),
        ("收件登记 受理 一次性告知补正 收件登记 受理 分办 材料审查 现场核查 审批决定 制证送达", 0),
        ("收件登记 受理 分办 材料审查 审批决定 制证送达", 1),
    ],
)
def test_ways_part_and_meet_as_the_table_says(tmp_path: Path, case: str, cost: int) -> None:
    chart = drawn(tmp_path)
    labels = {step.name: step.element_id for step in chart.steps}

    assert Replay(compile_chart(chart)).run(labels[name] for name in case.split()).final_cost == cost


def test_a_table_without_neighbours_runs_from_row_to_row(tmp_path: Path) -> None:
    chart = drawn(tmp_path, "环节,岗位\n受理,甲岗\n审查,乙岗\n办结,甲岗\n")

    assert [step.next_steps for step in chart.steps] == [("Step_2",), ("Step_3",), ()]


def test_a_number_under_a_heading_in_hours_counts_hours(tmp_path: Path) -> None:
    step = drawn(tmp_path, "环节,岗位,时限（小时）,承诺时限\n接报,值班岗,2,1.5小时\n").steps[0]

    assert (step.details.limit_value, step.details.limit_unit) == (2, LimitUnit.HOUR)
    assert (step.details.promised_value, step.details.promised_unit) == (90, LimitUnit.MINUTE)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("姓名,单位\n甲,乙\n", "需要有“环节”和“岗位”两列"),
        ("环节,岗位\n", "环节表是空的"),
        ("环节,岗位,下一环节\n受理,甲岗,9\n审查,乙岗,\n", "第 2 行“下一环节”：没有名称或序号为“9”的环节"),
        ("环节,岗位,时限\n受理,甲岗,尽快\n", "第 2 行“时限”：“尽快”不是时限"),
        ("环节,岗位\n受理,甲岗\n受理,乙岗\n", "第 3 行“环节”：环节“受理”重复"),
        ("环节,岗位\n,甲岗\n", "第 2 行“环节”：请填写环节名称"),
        ("环节,岗位,下一环节\n受理,甲岗,结束\n审查,乙岗,\n", "第 3 行“上一环节”：没有环节通向“审查”"),
        ("环节,岗位,节点类别\n受理,甲岗,开会\n", "“开会”不是节点类别"),
    ],
)
def test_a_bad_table_is_refused_with_the_cell(tmp_path: Path, table: str, message: str) -> None:
    with pytest.raises(BadStepTable, match=message):
        drawn(tmp_path, table)


def test_a_table_of_too_many_steps_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadStepTable, match="超过 300 个"):
        drawn(tmp_path, "环节,岗位\n" + "".join(f"环节{number},甲岗\n" for number in range(301)))


# --- layout ----------------------------------------------------------------------------------------------------------


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    count = draw(st.integers(1, 9))
    lanes = tuple(f"{number}岗位名称比较长" for number in range(draw(st.integers(1, 4))))
    tags = ["task", "task", "exclusiveGateway", "endEvent"]
    symbols = [
        Symbol(f"N{n}", draw(st.sampled_from(tags)), f"环节{n}", draw(st.integers(0, len(lanes) - 1)))
        for n in range(count)
    ]
    pairs = st.tuples(st.integers(0, count - 1), st.integers(0, count - 1))
    arrows = {
        Arrow(f"N{one}", f"N{other}", "条件") for one, other in draw(st.lists(pairs, max_size=14)) if one != other
    }
    return Plan("图", lanes, tuple(symbols), tuple(sorted(arrows, key=str)))


@settings(max_examples=150, deadline=None, derandomize=True)
@given(plans())
def test_symbols_keep_apart_inside_their_lanes_and_no_arrow_crosses_one(plan: Plan) -> None:
    layout = lay_out(plan)

    for one, other in combinations(layout.boxes.values(), 2):
        assert not _touch(one, other)
    for symbol in plan.symbols:
        assert _inside(layout.boxes[symbol.key], layout.lanes[symbol.lane])
    for arrow, path in zip(plan.arrows, layout.paths, strict=True):
        for segment in zip(path, path[1:], strict=False):
            assert segment[0][0] == segment[1][0] or segment[0][1] == segment[1][1]
            for key, box in layout.boxes.items():
                assert key in {arrow.source, arrow.target} or not _touch(_as_box(*segment), box)
        # Into the target only from its left side.
        assert path[-2][0] <= layout.boxes[arrow.target].x
        assert min(x for x, _ in path) > layout.lanes[0].x + 30


@settings(max_examples=100, deadline=None, derandomize=True)
@given(plans())
def test_arrows_of_different_ends_do_not_lie_on_each_other(plan: Plan) -> None:
    layout = lay_out(plan)

    both = list(zip(plan.arrows, layout.paths, strict=True))
    for (one, path), (other, way) in combinations(both, 2):
        if {one.source, one.target} & {other.source, other.target}:
            continue
        for first in zip(path, path[1:], strict=False):
            for second in zip(way, way[1:], strict=False):
                assert not _overlap(first, second)


def _touch(one: Box, other: Box) -> bool:
    return (
        one.x < other.x + other.width
        and other.x < one.x + one.width
        and one.y < other.y + other.height
        and other.y < one.y + one.height
    )


def _inside(box: Box, lane: Box) -> bool:
    is_across = lane.x + 30 < box.x and box.x + box.width < lane.x + lane.width
    return is_across and lane.y < box.y and box.y + box.height < lane.y + lane.height


def _as_box(start: tuple[float, float], end: tuple[float, float]) -> Box:
    x, y = min(start[0], end[0]), min(start[1], end[1])
    return Box(x, y, max(abs(start[0] - end[0]), 0.1), max(abs(start[1] - end[1]), 0.1))


def _overlap(one: tuple[tuple[float, float], ...], other: tuple[tuple[float, float], ...]) -> bool:
    """Whether two stretches along one axis share more than a point."""
    for axis in (0, 1):
        if one[0][axis] == one[1][axis] == other[0][axis] == other[1][axis]:
            low = max(min(one[0][1 - axis], one[1][1 - axis]), min(other[0][1 - axis], other[1][1 - axis]))
            high = min(max(one[0][1 - axis], one[1][1 - axis]), max(other[0][1 - axis], other[1][1 - axis]))
            return high - low > 0.5
    return False
