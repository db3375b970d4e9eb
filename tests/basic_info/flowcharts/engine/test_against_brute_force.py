"""The replay agrees with two plain references: a token game on random nets, and the words of random block charts."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import count, product

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from basic_info.flowcharts.engine import Replay, StateGraph, compile_chart
from basic_info.flowcharts.errors import ChartNotCheckable, ChartTooLarge
from tests.basic_info.flowcharts.engine.charts import chart

CAREFUL = settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
Word = tuple[str, ...]

# --- a token game on any net of tasks, choices and joins -------------------------------------------------------------


@st.composite
def nets(draw: st.DrawFn) -> str:
    """Flows between up to six nodes, some backwards, each node on a way from the start."""
    names = [f"{draw(st.sampled_from(['A', 'A', 'x', 'p']))}{number}" for number in range(draw(st.integers(1, 6)))]
    flows = {f"start>{names[0]}"}
    for place, name in enumerate(names[1:], 1):
        flows.add(f"{names[draw(st.integers(0, place - 1))]}>{name}")
    for _ in range(draw(st.integers(0, 3))):
        flows.add(f"{draw(st.sampled_from(names))}>{draw(st.sampled_from(names))}")
    return " ".join(sorted(flows))


def token_game_cost(flows: str, case: Word) -> int | None:
    """The least cost to the end by plain search over (tokens on flows, entries used); None: no end within reach."""
    pairs = [tuple(flow.split(">")) for flow in flows.split()]
    outs = {name: [at for at, pair in enumerate(pairs) if pair[0] == name] for pair in pairs for name in pair}
    ins = {name: [at for at, pair in enumerate(pairs) if pair[1] == name] for pair in pairs for name in pair}
    begin = tuple(sorted(outs["start"]))
    order = count()
    waiting, seen = [(0, next(order), begin, 0)], set()
    while waiting:
        cost, _, tokens, used = heapq.heappop(waiting)
        if (tokens, used) in seen or len(tokens) > 7:
            continue
        seen.add((tokens, used))
        if not tokens and used == len(case):
            return cost
        if used < len(case):
            heapq.heappush(waiting, (cost + 1, next(order), tokens, used + 1))
        for name in outs:
            for after in _fire(name, tokens, ins[name], outs[name]):
                if not name.startswith("A"):
                    heapq.heappush(waiting, (cost, next(order), after, used))
                    continue
                heapq.heappush(waiting, (cost + 1, next(order), after, used))
                if used < len(case) and case[used] == name:
                    heapq.heappush(waiting, (cost, next(order), after, used + 1))
    return None


def _fire(name: str, tokens: tuple[int, ...], ins: list[int], outs: list[int]) -> Iterator[tuple[int, ...]]:
    held = Counter(tokens)
    if name.startswith("p"):
        takes = [Counter(ins)] if ins and all(held[one] for one in ins) else []
    else:
        takes = [Counter([one]) for one in ins if held[one]]
    gives = [[one] for one in outs] if name.startswith("x") and outs else [outs]
    for take, give in product(takes, gives):
        yield tuple(sorted([*(held - take).elements(), *give]))


@CAREFUL
@given(nets(), st.data())
def test_the_final_cost_is_that_of_a_plain_token_game(flows: str, data: st.DataObject) -> None:
    tasks = sorted({name for flow in flows.split() for name in flow.split(">") if name.startswith("A")})
    case = tuple(data.draw(st.lists(st.sampled_from([*tasks, "other"]), max_size=5)))
    assume(tasks)
    try:
        graph = compile_chart(chart(flows), max_states=400)
    except ChartTooLarge:
        assume(False)
    except ChartNotCheckable:
        assert token_game_cost(flows, ()) is None
        return
    assert Replay(graph).run(case).final_cost == token_game_cost(flows, case)


# --- block charts, whose words can be written down -------------------------------------------------------------------

Tree = tuple[str, tuple["Tree", ...]] | str
LONGEST = 9


@st.composite
def trees(draw: st.DrawFn) -> Tree:
    names = iter("ABCDE")
    left = [5]

    def grow(depth: int) -> Tree:
        left[0] -= 1
        kinds = ["task", "task", "seq", "xor", "and", "or", "loop", "sub", "several", "late", "late_sub"]
        kind = draw(st.sampled_from(kinds if depth < 3 and left[0] > 1 else ["task"]))
        if kind in {"task", "several"}:
            name = next(names, "A")
            return name if kind == "task" else (kind, (name,))
        if kind in {"loop", "sub"}:
            return kind, (grow(depth + 1),)
        return kind, (grow(depth + 1), grow(depth + 1))

    return grow(0)


def words(tree: Tree) -> frozenset[Word]:
    """What the chart allows, loops up to four times and words up to nine steps."""
    if isinstance(tree, str):
        return frozenset({(tree,)})
    kind, parts = tree
    first, *rest = [words(part) for part in parts]
    match kind:
        case "seq":
            found = {left + right for left in first for right in rest[0]}
        case "xor":
            found = set(first | rest[0])
        case "and" | "or":
            found = {mixed for left in first for right in rest[0] for mixed in _shuffles(left, right)}
            found |= first | rest[0] if kind == "or" else set()
        case "loop" | "several":
            found, longer = set(first), set(first)
            for _ in range(3):
                longer = {left + right for left in longer for right in first if len(left) + len(right) <= LONGEST}
                found |= longer
        case "late":  # a timer on a task in the first place, the second comes instead
            found = set(first | rest[0])
        case "late_sub":
            begun = {word[:cut] for word in first for cut in range(len(word))}
            found = set(first) | {left + right for left in begun for right in rest[0]}
        case _:
            found = set(first)
    return frozenset(word for word in found if len(word) <= LONGEST)


@cache
def _shuffles(left: Word, right: Word) -> frozenset[Word]:
    if not left or not right:
        return frozenset({left + right})
    first = {(left[0], *more) for more in _shuffles(left[1:], right)}
    return frozenset(first | {(right[0], *more) for more in _shuffles(left, right[1:])})


class Drawing:
    """The tree as BPMN: each block has one way in and one way out."""

    def __init__(self) -> None:
        self.number = count()

    def draw(self, tree: Tree, before: str, after: str) -> str:
        if isinstance(tree, str):
            return self._task(tree, before, after)
        kind, parts = tree
        if kind == "seq":
            middle = f"m{next(self.number)}"
            gateway = f'<exclusiveGateway id="{middle}"/>'
            return gateway + self.draw(parts[0], before, middle) + self.draw(parts[1], middle, after)
        if kind in {"xor", "and", "or"}:
            return self._branches(kind, parts, before, after)
        if kind == "loop":
            return self._loop(parts[0], before, after)
        if kind == "several":
            return self._task(str(parts[0]), before, after, "<multiInstanceLoopCharacteristics/>")
        return self._activity(kind, parts, before, after)

    def flow(self, source: str, target: str) -> str:
        return f'<sequenceFlow id="f{next(self.number)}" sourceRef="{source}" targetRef="{target}"/>'

    def _task(self, name: str, before: str, after: str, inside: str = "") -> str:
        # The name is the label: tasks drawn twice get ids of their own, which the test maps back.
        task = f"{name}_{next(self.number)}"
        return f'<task id="{task}">{inside}</task>' + self.flow(before, task) + self.flow(task, after)

    def _branches(self, kind: str, parts: tuple[Tree, ...], before: str, after: str) -> str:
        tag = {"xor": "exclusiveGateway", "and": "parallelGateway", "or": "inclusiveGateway"}[kind]
        split, join = f"g{next(self.number)}", f"g{next(self.number)}"
        gateways = f'<{tag} id="{split}"/><{tag} id="{join}"/>' + self.flow(before, split) + self.flow(join, after)
        return gateways + "".join(self.draw(part, split, join) for part in parts)

    def _loop(self, part: Tree, before: str, after: str) -> str:
        enter, leave = f"g{next(self.number)}", f"g{next(self.number)}"
        gateways = f'<exclusiveGateway id="{enter}"/><exclusiveGateway id="{leave}"/>'
        around = self.flow(before, enter) + self.flow(leave, after) + self.flow(leave, enter)
        return gateways + around + self.draw(part, enter, leave)

    def _activity(self, kind: str, parts: tuple[Tree, ...], before: str, after: str) -> str:
        if kind == "late" and isinstance(parts[0], str):
            host, merge = f"{parts[0]}_{next(self.number)}", f"g{next(self.number)}"
            activity = f'<task id="{host}"/>'
        else:
            host, merge = f"s{next(self.number)}", f"g{next(self.number)}"
            begin, end = f"b{next(self.number)}", f"e{next(self.number)}"
            inside = f'<startEvent id="{begin}"/><endEvent id="{end}"/>' + self.draw(parts[0], begin, end)
            activity = f'<subProcess id="{host}">{inside}</subProcess>'
        drawn = activity + f'<exclusiveGateway id="{merge}"/>'
        drawn += self.flow(before, host) + self.flow(host, merge) + self.flow(merge, after)
        if kind == "sub":
            return drawn
        timer = f"t{next(self.number)}"
        event = f'<boundaryEvent id="{timer}" attachedToRef="{host}"><timerEventDefinition/></boundaryEvent>'
        return drawn + event + self.draw(parts[1], timer, merge)


def compiled(tree: Tree) -> StateGraph:
    ends = '<startEvent id="begin"/><endEvent id="finish"/>'
    graph = compile_chart(chart("", ends + Drawing().draw(tree, "begin", "finish")))
    names = [label.split("_")[0] for label in graph.labels]
    joined: dict[str, list[tuple[int, int]]] = {name: [] for name in names}
    for name, pairs in zip(names, graph.edges, strict=True):
        joined[name] += pairs
    return StateGraph(tuple(joined), graph.size, graph.initial, graph.final, tuple(map(tuple, joined.values())))


def distance(case: Word, word: Word) -> int:
    """Missing and extra entries between two words."""
    row = list(range(len(word) + 1))
    for number, entry in enumerate(case, 1):
        new = [number]
        for place, step in enumerate(word):
            new.append(row[place] if entry == step else 1 + min(row[place + 1], new[-1]))
        row = new
    return row[-1]


def _as_sub(tree: Tree) -> Tree:
    """A timer on anything but a task sits on a sub-process around it."""
    if isinstance(tree, str):
        return tree
    kind, parts = tree
    kind = "late_sub" if kind == "late" and not isinstance(parts[0], str) else kind
    return kind, tuple(_as_sub(part) for part in parts)


@CAREFUL
@given(trees(), st.lists(st.sampled_from("ABCDEX"), max_size=4))
def test_costs_of_open_and_closed_cases_are_distances_to_the_words_of_the_chart(tree: Tree, letters: list[str]) -> None:
    tree, case = _as_sub(tree), tuple(letters)
    allowed = words(tree)
    assume(0 < len(allowed) < 4000)

    frontier = Replay(compiled(tree)).run(case)

    begun = {word[:cut] for word in allowed for cut in range(len(word) + 1)}
    assert frontier.final_cost == min(distance(case, word) for word in allowed)
    assert frontier.cost == min(distance(case, word) for word in begun)
