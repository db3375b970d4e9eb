"""The deviations of rules.md T23 and T24, and the other constructs."""

from __future__ import annotations

import pytest

from basic_info.flowcharts.engine import Called, Replay, compile_chart
from tests.basic_info.flowcharts.engine.charts import body, chart

TIMER = '<boundaryEvent id="b" attachedToRef="A"><timerEventDefinition/></boundaryEvent>'
LATER = '<boundaryEvent id="b" attachedToRef="A" cancelActivity="false"><timerEventDefinition/></boundaryEvent>'
INSIDE = body("starts>P P>Q Q>ends", '<startEvent id="starts"/><endEvent id="ends"/>', prefix="s")
SUB = f'<subProcess id="S">{INSIDE}</subProcess>'
ON_SUB = '<boundaryEvent id="b" attachedToRef="S"><timerEventDefinition/></boundaryEvent>'
SEVERAL = "<multiInstanceLoopCharacteristics/>"
SEVERAL_SUBS = SUB.replace("</subProcess>", SEVERAL + "</subProcess>")
ONE_BY_ONE = SEVERAL_SUBS.replace("Characteristics/>", 'Characteristics isSequential="true"/>')
FAILING = SUB.replace('<endEvent id="ends"/>', "").replace(
    "</subProcess>",
    '<endEvent id="ends"><errorEventDefinition errorRef="e1"/></endEvent></subProcess>'
    '<boundaryEvent id="b" attachedToRef="S"><errorEventDefinition errorRef="e1"/></boundaryEvent>',
)

T23 = [
    ("start>x1 x1>A x1>B A>C B>C C>end", "", {"A-C": 0, "B-C": 0, "A-B-C": 1}),
    ("start>A A>B A>C B>p1 C>p1 p1>D D>end", "", {"A-B-C-D": 0, "A-C-B-D": 0, "A-B-D": 1}),
    ("start>o1 o1>A o1>B A>o2 B>o2 o2>C C>end", "", {"A-C": 0, "B-C": 0, "A-B-C": 0, "A-C-B": 1}),
    ("start>p1 p1>A p1>B A>end1 B>end2", "", {"A-B": 0, "B-A": 0, "A": 1}),
]
T24 = [
    ("start>A A>B B>end b>Escalate Escalate>end2", TIMER, {"A-B": 0, "A-Escalate": 1, "Escalate": 0}),
    ("start>A A>S S>B B>end", SUB, {"A-P-Q-B": 0, "A-S-B": 3, "A-B": 2}),
    ("start>A A>B B>end", f'<task id="A">{SEVERAL}</task>', {"A-B": 0, "A-A-A-B": 0, "B": 1}),
]
MORE = [
    # a non-interrupting timer adds a branch, once
    ("start>A A>B B>end b>Urge Urge>end2", LATER, {"A-B": 0, "Urge-A-B": 0, "A-B-Urge": 0, "Urge-Urge-A-B": 1}),
    # a timer on a sub-process ends what is inside
    ("start>S S>B B>end b>Late Late>end2", SUB + ON_SUB, {"P-Q-B": 0, "P-Late": 0, "Late": 0, "P-Late-Q": 1}),
    # an error inside leads to the boundary event and nowhere else
    ("start>S S>B B>end b>Mend Mend>end2", FAILING, {"P-Q-Mend": 0, "P-Mend": 1, "P-Q-B": 2}),
    # several sub-processes at once and one after another
    ("start>S S>B B>end", SEVERAL_SUBS, {"P-P-Q-Q-B": 0, "P-Q-P-Q-B": 0, "P-P-Q-B": 0, "P-B": 1}),
    ("start>S S>B B>end", ONE_BY_ONE, {"P-Q-P-Q-B": 0, "P-P-Q-Q-B": 2}),
    # a loop, and a loop that may be left out
    ("start>A A>x1 x1>A x1>B B>end", "", {"A-B": 0, "A-A-A-B": 0, "B": 1}),
    (
        "start>A A>B B>end",
        '<task id="A"><standardLoopCharacteristics testBefore="true"/></task>',
        {"B": 0, "A-A-B": 0},
    ),
    # an event-based choice
    ("start>e1 e1>catch1 e1>R catch1>A R>end A>end", '<receiveTask id="R"/>', {"R": 0, "A": 0, "R-A": 1}),
    # a terminating end event ends the other branch
    (
        "start>p1 p1>A p1>B A>endt B>end2",
        '<endEvent id="endt"><terminateEventDefinition/></endEvent>',
        {"A": 0, "B-A": 0, "A-B": 1, "B": 1},
    ),
    # conditional flows out of a task: some of them, at least one
    (
        "start>A A>end",
        '<sequenceFlow id="c1" sourceRef="A" targetRef="B"><conditionExpression/></sequenceFlow><task id="B"/>'
        '<sequenceFlow id="c2" sourceRef="A" targetRef="C"><conditionExpression/></sequenceFlow><task id="C"/>',
        {"A": 0, "A-B": 0, "A-C-B": 0, "A-B-B": 1},
    ),
    # link events join what is drawn in two places
    (
        "start>A A>throw1 catch1>B B>end",
        '<intermediateThrowEvent id="throw1"><linkEventDefinition name="甲"/></intermediateThrowEvent>'
        '<intermediateCatchEvent id="catch1"><linkEventDefinition name="甲"/></intermediateCatchEvent>',
        {"A-B": 0, "A": 1},
    ),
    # one of several start events begins; without start events all that nothing leads to begins
    ("start1>A A>x1 start2>B B>x1 x1>C C>end", "", {"A-C": 0, "B-C": 0, "A-B-C": 1}),
    ("A>p1 B>p1 p1>C", "", {"A-B-C": 0, "B-A-C": 0, "A-C": 1}),
    # an inclusive default branch is taken alone
    (
        "start>o1 A>o2 B>o2 o2>C C>end o1>B",
        '<inclusiveGateway id="o1" default="d"/><sequenceFlow id="d" sourceRef="o1" targetRef="A"/>',
        {"A-C": 0, "B-C": 0, "A-B-C": 1},
    ),
    # an implicit merge starts the task once for each token
    ("start>p1 p1>A p1>B A>C B>C C>end", "", {"A-B-C-C": 0, "A-C-B-C": 0, "A-B-C": 1}),
]


@pytest.mark.parametrize(
    ("flows", "more", "case", "cost"),
    [(flows, more, case, cost) for flows, more, cases in [*T23, *T24, *MORE] for case, cost in cases.items()],
)
def test_a_case_costs_one_for_each_missing_or_extra_entry(flows: str, more: str, case: str, cost: int) -> None:
    replay = Replay(compile_chart(chart(flows, more)))

    assert replay.run(case.split("-")).final_cost == cost


def test_a_called_chart_is_replayed_step_by_step_under_its_own_labels() -> None:
    called = Called("7", chart("start>P P>Q Q>end"))
    calling = chart("start>A A>call call>B B>end", '<callActivity id="call"/>')

    replay = Replay(compile_chart(calling, {"call": called}))

    assert replay.run(["A", "7:P", "7:Q", "B"]).final_cost == 0
    assert replay.run(["A", "7:P", "B"]).final_cost == 1


def test_a_process_of_the_same_file_may_be_called() -> None:
    other = f'<process id="other">{body("start9>P P>end9", prefix="o")}</process>'
    calling = chart("start>A A>C C>call call>end", '<callActivity id="call" calledElement="other"/>', other)

    assert Replay(compile_chart(calling)).run(["A", "C", "P"]).final_cost == 0


def test_an_open_case_owes_nothing_for_what_is_still_to_come() -> None:
    replay = Replay(compile_chart(chart("start>A A>B B>C C>end")))

    frontier = replay.run(["A"])

    assert (frontier.cost, frontier.final_cost) == (0, 2)


def test_a_stored_frontier_goes_on_where_it_was() -> None:
    graph = compile_chart(chart("start>p1 p1>A p1>B A>p2 B>p2 p2>C C>end"))
    before = Replay(graph).run(["B", "B"])

    after = Replay(graph).resume(before.costs)

    assert Replay(graph).run(["A", "C"], after).final_cost == 1
