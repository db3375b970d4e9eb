"""Flowcharts: how long publishing compiles, and what an event of a case costs to align."""

from __future__ import annotations

import random
import time

from basic_info.flowcharts.engine import Replay, StateGraph, compile_chart
from basic_info.flowcharts.parsing import parse_flowchart
from bench.figures import Figures

NAMESPACE = "http://www.omg.org/spec/BPMN/20100524/MODEL"
SIZES = (20, 100, 300)
CASES = 2_000


def measure(figures: Figures) -> None:
    """Compile times of some sizes; the largest chart replays cases of which one entry in ten is out of place."""
    graph = None
    for size in SIZES:
        chart = parse_flowchart(a_chart(size).encode())
        started = time.perf_counter()
        graph = compile_chart(chart)
        spent = (time.perf_counter() - started) * 1000
        figures.add(f"flow_compile_{size}_ms", spent, "ms", limit=5_000)
    assert graph is not None
    cases = some_cases(graph)
    events = sum(map(len, cases))
    started = time.perf_counter()
    counts: dict[str, int] = {}
    for case in cases:
        for label in case:
            counts[label] = counts.get(label, 0) + 1
    raw = time.perf_counter() - started
    replay = Replay(graph)
    for name in ("flow_replay_cold_us", "flow_replay_us"):  # first with nothing learnt
        started = time.perf_counter()
        for case in cases:
            replay.run(case)
        spent = time.perf_counter() - started
        figures.add(name, spent / events * 1e6, "µs", limit=6 if name == "flow_replay_us" else None, ratio=spent / raw)


def a_chart(nodes: int) -> str:
    """Blocks of ten nodes one after another: a step, a choice of two, two parallel steps, a way back."""
    flows: list[str] = []
    last = "start"
    for block in range(max(nodes // 11, 1)):
        a, choice, merge, split, join, back = (f"{kind}{block}" for kind in ("a", "x", "xm", "p", "pj", "xb"))
        flows += [f"{last} {a}", f"{a} {choice}", f"{join} {back}", f"{back} {a}", f"{merge} {split}"]
        flows += [f"{choice} b{block}", f"b{block} {merge}", f"{choice} c{block}", f"c{block} {merge}"]
        flows += [f"{split} d{block}", f"d{block} {join}", f"{split} e{block}", f"e{block} {join}"]
        last = back
    pairs = [flow.split() for flow in [*flows, f"{last} end"]]
    names = dict.fromkeys(name for pair in pairs for name in pair)
    body = "".join(f'<{_tag(name)} id="{name}"/>' for name in names)
    body += "".join(
        f'<sequenceFlow id="f{n}" sourceRef="{one}" targetRef="{two}"/>' for n, (one, two) in enumerate(pairs)
    )
    return f'<definitions xmlns="{NAMESPACE}"><process id="main">{body}</process></definitions>'


def some_cases(graph: StateGraph) -> list[list[str]]:
    """Random ways through the graph, one step in twenty left out and one put in."""
    chance = random.Random(1)
    ways: dict[int, list[tuple[str, int]]] = {}
    for label, pairs in zip(graph.labels, graph.edges, strict=True):
        for state, after in pairs:
            ways.setdefault(state, []).append((label, after))
    cases = []
    for _ in range(CASES):
        state, case = chance.choice(graph.initial), list[str]()
        while state in ways and len(case) < 20:
            label, state = chance.choice(ways[state])
            if chance.random() >= 0.05:
                case.append(label)
            if chance.random() < 0.05:
                case.append(chance.choice(graph.labels))
        cases.append(case)
    return cases


def _tag(name: str) -> str:
    if name in {"start", "end"}:
        return f"{name}Event"
    return {"x": "exclusiveGateway", "p": "parallelGateway"}.get(name[0], "task")
