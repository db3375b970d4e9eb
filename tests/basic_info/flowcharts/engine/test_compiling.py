"""What is refused at compiling, by name, and how a graph is kept."""

from __future__ import annotations

import pytest

from basic_info.flowcharts.engine import Called, StateGraph, compile_chart
from basic_info.flowcharts.errors import ChartNotCheckable, ChartTooLarge
from tests.basic_info.flowcharts.engine.charts import chart


def wide(branches: int) -> str:
    return "start>p1 " + " ".join(f"p1>A{n} A{n}>p2" for n in range(branches)) + " p2>end"


def test_a_block_with_too_many_states_is_named() -> None:
    with pytest.raises(ChartTooLarge, match="“p1”分出的 20 个并行分支组合过多（超过 20,000 个状态）"):
        compile_chart(chart(wide(20)))


def test_a_chart_of_too_many_steps_is_refused_whatever_the_machine() -> None:
    with pytest.raises(ChartTooLarge, match="“p1”分出的 9 个并行分支组合过多（推演超过 100 步），请减少并行分支"):
        compile_chart(chart(wide(9)), max_steps=100)


def test_a_chart_that_takes_too_long_may_be_tried_again() -> None:
    with pytest.raises(ChartTooLarge, match="“p1”.*（计算超过 0 秒），可以稍后再发布一次；仍不行的，请减少并行分支"):
        compile_chart(chart(wide(9)), max_seconds=0)


def test_the_largest_block_within_the_limit_of_states_is_within_that_of_steps() -> None:
    assert compile_chart(chart(wide(14))).size == 2**14


@pytest.mark.parametrize("loop", ["A>x1", "A>end2 p1>x1"])
def test_a_loop_that_splits_and_never_joins_is_named(loop: str) -> None:
    with pytest.raises(ChartTooLarge, match="“p1”在循环中"):
        compile_chart(chart(f"start>x1 x1>p1 p1>A p1>B B>end {loop}"))


def test_a_chart_that_cannot_end_is_refused() -> None:
    with pytest.raises(ChartNotCheckable, match="走不到结束"):
        compile_chart(chart("start>x1 x1>A x1>B A>p1 B>p1 p1>end"))


def test_a_call_without_a_version_is_refused_by_name() -> None:
    with pytest.raises(ChartNotCheckable, match="“复核”没有指定"):
        compile_chart(chart("start>A A>c1 c1>end", '<callActivity id="c1" name="复核"/>'))


def test_a_chart_that_calls_itself_is_refused() -> None:
    itself = chart("start>A A>c1 c1>end", '<callActivity id="c1" name="复核"/>')
    calls: dict[str, Called] = {}
    calls["c1"] = Called("1", itself, calls)

    with pytest.raises(ChartNotCheckable, match="“复核”层层调用"):
        compile_chart(itself, calls)


def test_what_can_only_be_shown_is_named() -> None:
    with pytest.raises(ChartNotCheckable, match="复杂网关“会签”"):
        compile_chart(chart("start>g g>A A>end", '<complexGateway id="g" name="会签"/>'))


def test_more_than_four_conditional_branches_of_a_task_are_refused() -> None:
    flows = "".join(
        f'<task id="B{n}"/><sequenceFlow id="c{n}" sourceRef="A" targetRef="B{n}"><conditionExpression/></sequenceFlow>'
        for n in range(5)
    )
    with pytest.raises(ChartNotCheckable, match="“A”有超过 4 个"):
        compile_chart(chart("start>A", flows))


def test_states_from_which_the_same_may_happen_are_one() -> None:
    graph = compile_chart(chart("start>x1 x1>A x1>B A>x2 B>x2 x2>C C>end"))

    after = dict(zip(graph.labels, graph.edges, strict=True))
    assert {pair[1] for pair in (*after["A"], *after["B"])} == {after["C"][0][0]}


def test_a_graph_comes_back_from_its_packed_form() -> None:
    graph = compile_chart(chart(wide(8)))

    assert StateGraph.from_bytes(graph.to_bytes()) == graph
    assert len(graph.to_bytes()) < 6 * sum(map(len, graph.edges))
