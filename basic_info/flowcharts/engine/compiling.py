"""From a chart to its state graph: explored breadth first, silent steps left out, like states made one (R60)."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from basic_info.flowcharts.engine.graph import StateGraph
from basic_info.flowcharts.engine.net import Called, Net, build_net
from basic_info.flowcharts.engine.tokens import Endless, Failed, Game, Outcome, State
from basic_info.flowcharts.errors import ChartNotCheckable, ChartTooLarge
from basic_info.flowcharts.parsing.chart import ParsedFlowchart

MAX_STATES = 20_000
#: Steps of the exploration. With the states the firm limit, the same on every machine: about three seconds' work.
MAX_STEPS = 200_000
#: Of this thread's own computing, so that what else the machine does doesn't count: for what the steps don't foresee.
MAX_SECONDS = 5.0
_FINISHED: State = ()


def compile_chart(
    chart: ParsedFlowchart,
    calls: Mapping[str, Called] | None = None,
    *,
    max_states: int = MAX_STATES,
    max_steps: int = MAX_STEPS,
    max_seconds: float = MAX_SECONDS,
) -> StateGraph:
    """The state graph of the chart's main process; ``calls`` pins each call activity (by element id) to a version.

    Raises ChartNotCheckable for what can be shown but not checked, and for a chart whose end can't be reached;
    ChartTooLarge above ``max_states`` states or ``max_steps`` steps, and above ``max_seconds`` seconds of computing,
    naming the block that multiplies them.
    """
    net = build_net(chart, calls or {})
    game = Game(net)
    explored = _Explored()
    limits = _Limits(max_states, max_steps, max_seconds)
    try:
        _explore(explored, game, limits)
    except Endless as endless:
        raise ChartTooLarge(_endless(net, game)) from endless
    except _Exceeded as limit:
        raise ChartTooLarge(_blame(net, game, explored, limit)) from limit
    return _reduced(explored, net)


@dataclass(slots=True)
class _Explored:
    """States by number; ``moves[state][label]`` are the states that follow, ``silent[state]`` those without work."""

    numbers: dict[State, int] = field(default_factory=dict)
    moves: list[dict[int, set[int]]] = field(default_factory=list)
    silent: list[set[int]] = field(default_factory=list)
    begins: set[int] = field(default_factory=set)
    waiting: list[State] = field(default_factory=list)

    def number(self, outcome: Outcome) -> int:
        state = _FINISHED if isinstance(outcome, Failed) else outcome
        found = self.numbers.get(state)
        if found is None:
            found = self.numbers[state] = len(self.numbers)
            self.moves.append({})
            self.silent.append(set())
            self.waiting.append(state)
        return found


class _Exceeded(Exception):
    """A limit was met; ``words`` say which, ``is_machines``: another machine may be done before it."""

    def __init__(self, words: str, *, is_machines: bool = False) -> None:
        super().__init__(words)
        self.words, self.is_machines = words, is_machines


class _Limits:
    """How far an exploration may go."""

    def __init__(self, states: int, steps: int, seconds: float) -> None:
        self._states, self._steps, self._seconds = states, steps, seconds
        self._begun = time.thread_time()

    def check(self, states: int, steps: int) -> None:
        if states > self._states:
            raise _Exceeded(f"超过 {self._states:,} 个状态")
        if steps > self._steps:
            raise _Exceeded(f"推演超过 {self._steps:,} 步")

    def check_time(self) -> None:
        if time.thread_time() - self._begun > self._seconds:
            raise _Exceeded(f"计算超过 {self._seconds:g} 秒", is_machines=True)


def _explore(explored: _Explored, game: Game, limits: _Limits) -> None:
    explored.begins = {explored.number(outcome) for outcome in game.begin(game.net.root)}
    edges = 0
    while explored.waiting:
        state = explored.waiting.pop()
        number = explored.numbers[state]
        for label, outcome in game.moves(state):
            after = explored.number(outcome)
            edges += 1
            if label < 0:
                explored.silent[number].add(after)
            else:
                explored.moves[number].setdefault(label, set()).add(after)
            limits.check(len(explored.numbers), edges)
        limits.check_time()


def _blame(net: Net, game: Game, explored: _Explored, limit: _Exceeded) -> str:
    """Names the splitting block that makes the states many, the limit, and what to do."""
    splits = [net.nodes[place] for place in game.fired]
    if splits and _heaped(explored):
        return _endless(net, game)
    again = "可以稍后再发布一次；仍不行的，" if limit.is_machines else ""
    if not splits:
        return f"流程图过大（{limit.words}），{again}请把一部分画成单独的流程图，再用调用活动引用"
    block = max(splits, key=lambda node: (max(map(len, node.choices)), game.fired[node.place]))
    width = max(map(len, block.choices))
    blame = f"“{block.name}”分出的 {width} 个并行分支组合过多（{limit.words}）"
    return f"{blame}，{again}请减少并行分支，或把一部分画成单独的流程图再用调用活动引用"


def _endless(net: Net, game: Game) -> str:
    place = max(game.fired, key=lambda place: game.fired[place])
    return f"“{net.nodes[place].name}”在循环中不断分出并行分支，没有合并，流程走不完；请检查它的分支与合并"


def _heaped(explored: _Explored) -> bool:
    """Whether tokens heap up in one place: the sign of a loop that splits and never joins."""
    last = list(explored.numbers)[-50:]
    return any(state.count(item) > 3 for state in last for item in set(state))


def _reduced(explored: _Explored, net: Net) -> StateGraph:
    closures = [_closure(explored.silent, number) for number in range(len(explored.numbers))]
    end = explored.numbers.get(_FINISHED)
    final = {number for number, reached in enumerate(closures) if end in reached}
    moves = [_moves_after(explored, reached) for reached in closures]
    alive = _can_end(moves, final)
    if not explored.begins & alive:
        raise ChartNotCheckable("流程图从开始走不到结束，请检查网关的分支与合并是否配对")
    reachable = _reachable(moves, explored.begins & alive, alive)
    return _merged(moves, reachable, final, explored.begins & alive, tuple(net.labels))


def _closure(silent: list[set[int]], number: int) -> set[int]:
    reached = {number}
    waiting = [number] if silent[number] else []
    while waiting:
        new = silent[waiting.pop()] - reached
        reached |= new
        waiting += new
    return reached


def _moves_after(explored: _Explored, reached: set[int]) -> dict[int, set[int]]:
    if len(reached) == 1:
        return explored.moves[next(iter(reached))]
    found: dict[int, set[int]] = {}
    for number in reached:
        for label, after in explored.moves[number].items():
            found.setdefault(label, set()).update(after)
    return found


def _can_end(moves: list[dict[int, set[int]]], final: set[int]) -> set[int]:
    before: dict[int, list[int]] = {}
    for number, following in enumerate(moves):
        for after in set().union(*following.values()):
            before.setdefault(after, []).append(number)
    alive, waiting = set(final), list(final)
    while waiting:
        for number in before.get(waiting.pop(), ()):
            if number not in alive:
                alive.add(number)
                waiting.append(number)
    return alive


def _reachable(moves: list[dict[int, set[int]]], begins: Iterable[int], alive: set[int]) -> list[int]:
    seen = dict.fromkeys(sorted(begins))
    waiting = list(seen)
    while waiting:
        for after in sorted(set().union(*moves[waiting.pop()].values()) & alive):
            if after not in seen:
                seen[after] = None
                waiting.append(after)
    return list(seen)


def _merged(
    moves: list[dict[int, set[int]]], states: list[int], final: set[int], begins: set[int], labels: tuple[str, ...]
) -> StateGraph:
    """States from which the same can happen become one (partition refinement)."""
    group = {state: int(state in final) for state in states}
    count = len(set(group.values()))
    while True:
        known: dict[object, int] = {}
        signed = {}
        for state in states:
            ways = frozenset(
                (label, group[after])
                for label, following in moves[state].items()
                for after in following
                if after in group
            )
            signed[state] = known.setdefault((group[state], ways), len(known))
        group = signed
        if len(known) == count:
            break
        count = len(known)
    edges: list[set[tuple[int, int]]] = [set() for _ in labels]
    for state in states:
        for label, following in moves[state].items():
            edges[label].update((group[state], group[after]) for after in following if after in group)
    return StateGraph(
        labels=labels,
        size=count,
        initial=tuple(sorted({group[state] for state in begins if state in group})),
        final=frozenset(group[state] for state in states if state in final),
        edges=tuple(tuple(sorted(pairs)) for pairs in edges),
    )
