"""The five kinds of deviation in plain words; open cases apart; no blame for an inferred order (R61)."""

from __future__ import annotations

from itertools import permutations

import pytest

from basic_info.flowcharts.engine import Conformance, DeviationKind, Entry, Replay, compile_chart, judge
from tests.basic_info.flowcharts.engine.charts import chart

LICENCE = "start>受理 受理>x1 x1>审查 x1>退回 审查>决定 退回>end1 决定>送达 送达>end2"
K = DeviationKind


@pytest.fixture(scope="module")
def replay() -> Replay:
    return Replay(compile_chart(chart(LICENCE)))


@pytest.mark.parametrize(
    ("case", "found"),
    [
        ("受理 审查 决定 送达", []),
        ("受理 审查 送达", [(K.SKIPPED, "决定", None)]),
        ("受理 决定 审查 送达", [(K.OUT_OF_ORDER, "决定", 1)]),
        ("受理 审查 审查 决定 送达", [(K.REPEATED, "审查", 1)]),
        ("受理 审查 退回 决定 送达", [(K.OFF_BRANCH, "退回", 2)]),
        ("受理 审查 盖章 决定 送达", [(K.BEYOND_DUTY, "盖章", 2)]),
    ],
)
def test_each_kind_is_told_from_the_others(
    replay: Replay, case: str, found: list[tuple[DeviationKind, str, int | None]]
) -> None:
    judgement = judge(replay, [Entry(label) for label in case.split()], is_closed=True)

    told = [(one.kind, one.label, one.position) for one in judgement.deviations]
    # Of two neighbours that changed places either may be the one that is told.
    if found and found[0][0] is K.OUT_OF_ORDER:
        assert [one[0] for one in told] == [K.OUT_OF_ORDER]
    else:
        assert told == found


def test_who_does_a_step_without_its_post_is_beyond_duty(replay: Replay) -> None:
    entries = [Entry("受理"), Entry("审查", is_own_duty=False), Entry("决定"), Entry("送达")]

    judgement = judge(replay, entries, is_closed=True)

    assert [(one.kind, one.position) for one in judgement.deviations] == [(K.BEYOND_DUTY, 1)]
    assert judgement.cost == 0
    assert judgement.conformance is Conformance.DEVIATING


def test_an_open_case_is_never_conformant(replay: Replay) -> None:
    judgement = judge(replay, [Entry("受理")], is_closed=False)

    assert judgement.conformance is Conformance.OPEN
    assert judgement.deviations == ()


@pytest.mark.parametrize("order", list(permutations(["受理", "审查", "决定"])))
def test_entries_of_one_day_without_a_time_are_never_out_of_order(replay: Replay, order: tuple[str, ...]) -> None:
    entries = [*(Entry(label, together="3月2日") for label in order), Entry("送达")]

    judgement = judge(replay, entries, is_closed=True)

    assert (judgement.cost, judgement.deviations) == (0, ())


def test_a_deviation_is_said_in_words(replay: Replay) -> None:
    judgement = judge(replay, [Entry("受理"), Entry("审查"), Entry("送达")], is_closed=True)

    assert judgement.deviations[0].words({"决定": "作出决定"}) == "“作出决定”没有办理记录"


def test_the_number_of_sequence_deviations_is_explained_by_the_cost(replay: Replay) -> None:
    for case in permutations(["受理", "审查", "退回", "决定"]):
        judgement = judge(replay, [Entry(label) for label in case], is_closed=True)
        weights = sum(2 if one.kind is K.OUT_OF_ORDER else 1 for one in judgement.deviations)
        assert weights == judgement.cost
