"""The token game itself: which states follow a state.

A state of a scope is a sorted tuple of items, each ``(place, payload)``:

- a task or catching event: (node, (borders that have happened as bits, 1 once an instance is done));
- a sub-process: (node, (bits, its own state)), one with parallel instances: (node, (bits, the set of their states));
- a token that waits before a join: (number of nodes + flow, ()).

The empty tuple is a scope that is finished.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from basic_info.flowcharts.engine.net import Boundary, Kind, Net, NetNode, Scope

Item = tuple[int, Any]
State = tuple[Item, ...]
MOST_SILENT_STEPS = 20_000
#: Tokens in one scope: so many at once come of a loop that splits, and each step of it would copy them all.
MOST_TOKENS = 1_000


@dataclass(frozen=True, slots=True)
class Failed:
    """A scope ended by an error (错误结束事件)."""

    error: str


Outcome = State | Failed
#: A label's number (-1: silent) and what comes of it.
Move = tuple[int, Outcome]
_NOTHING: State = ()
_SILENT = -1


class Endless(Exception):
    """Tokens multiply without any work being done."""


class Game:
    """The rules over one net; ``fired`` counts how often each splitting node did."""

    def __init__(self, net: Net) -> None:
        self.net = net
        self.fired: dict[int, int] = {}
        self._joins_from = len(net.nodes)

    def begin(self, scope: Scope) -> set[Outcome]:
        """The states in which the scope may begin."""
        return {outcome for way in scope.starts for outcome in self._settle(_NOTHING, way)}

    def moves(self, state: State) -> Iterator[Move]:
        """What may happen next in the state, by whichever item."""
        for place, item in enumerate(state):
            if item[0] < self._joins_from and (place == 0 or state[place - 1] != item):
                yield from self._moves_of(item, state[:place] + state[place + 1 :])

    def _moves_of(self, item: Item, rest: State) -> Iterator[Move]:
        node = self.net.nodes[item[0]]
        if node.kind is Kind.SCOPE:
            yield from self._inside(node, item, rest)
        elif node.kind is Kind.WAIT:
            yield from self._leave(_SILENT, node, rest)
        else:
            yield from self._work(node, item, rest)
        yield from self._borders(node, item, rest)

    def _work(self, node: NetNode, item: Item, rest: State) -> Iterator[Move]:
        if not node.repeats:
            yield from self._leave(node.label, node, rest)
            return
        bits, is_done = item[1]
        yield node.label, _with(rest, (item[0], (bits, 1)))
        if is_done:
            yield from self._leave(_SILENT, node, rest)

    def _borders(self, node: NetNode, item: Item, rest: State) -> Iterator[Move]:
        bits, payload = item[1]
        for number, boundary in enumerate(node.boundaries):
            if boundary.error is not None or bits >> number & 1:
                continue
            kept = rest if boundary.interrupts else _with(rest, (item[0], (bits | 1 << number, payload)))
            for outcome in self._settle(kept, boundary.outs):
                yield _SILENT, outcome

    def _inside(self, node: NetNode, item: Item, rest: State) -> Iterator[Move]:
        bits, inner = item[1]
        states: tuple[State, ...] = inner if node.repeats == "parallel" else (inner,)
        for state in states:
            for label, outcome in self.moves(state):
                if isinstance(outcome, Failed):
                    yield from ((label, after) for after in self._fail(node, outcome, rest))
                elif node.repeats == "parallel":
                    yield from self._one_of_several(label, outcome, (item, state), rest)
                elif outcome:
                    yield label, _with(rest, (item[0], (bits, outcome)))
                else:
                    yield from self._finish(label, node, item, rest)

    def _one_of_several(self, label: int, outcome: State, moved: tuple[Item, State], rest: State) -> Iterator[Move]:
        """One instance moved; others may still be where it was: how many there are is not kept."""
        (place, (bits, states)), state = moved
        for kept in (states, tuple(one for one in states if one != state)):
            after = tuple(sorted({*kept, outcome}))
            if after == (_NOTHING,):
                yield from self._leave(label, self.net.nodes[place], rest)
            else:
                yield label, _with(rest, (place, (bits, after)))

    def _finish(self, label: int, node: NetNode, item: Item, rest: State) -> Iterator[Move]:
        yield from self._leave(label, node, rest)
        if node.repeats and node.inner:
            for again in self.begin(node.inner):
                if not isinstance(again, Failed) and again:
                    yield label, _with(rest, (item[0], (item[1][0], again)))

    def _fail(self, node: NetNode, failed: Failed, rest: State) -> Iterable[Outcome]:
        caught = _catching(node.boundaries, failed)
        return [failed] if caught is None else self._settle(rest, caught.outs)

    def _leave(self, label: int, node: NetNode, rest: State) -> Iterator[Move]:
        self._count(node)
        for way in node.choices:
            for outcome in self._settle(rest, way):
                yield label, outcome

    def _count(self, node: NetNode) -> None:
        if max(map(len, node.choices)) > 1:
            self.fired[node.place] = self.fired.get(node.place, 0) + 1

    def _settle(self, items: State, flows: tuple[int, ...]) -> set[Outcome]:
        """All that takes no time: tokens run on until they wait or are gone; each choice is an outcome of its own."""
        found: set[Outcome] = set()
        first = (items, flows)
        seen, waiting = {first}, [first]
        while waiting:
            state, tokens = waiting.pop()
            following = self._step(state, tokens) if tokens else self._join_inclusive(state)
            if following is None:
                found.add(state)
                continue
            for one in following:
                if isinstance(one, Failed):
                    found.add(one)
                elif one not in seen:
                    seen.add(one)
                    waiting.append(one)
            if len(seen) > MOST_SILENT_STEPS or len(state) + len(tokens) > MOST_TOKENS:
                raise Endless
        return found

    def _step(self, items: State, tokens: tuple[int, ...]) -> list[Any]:
        """One token goes on: the (items, tokens) that come of it."""
        *others, flow = tokens
        rest = tuple(others)
        node = self.net.nodes[self.net.targets[flow]]
        match node.kind:
            case Kind.TERMINATE:
                return [(_NOTHING, ())]
            case Kind.ERROR:
                return [Failed(node.error)]
            case Kind.TASK | Kind.WAIT:
                waits = (_with(items, (node.place, (0, 0))), rest)
                return [waits, *self._skipped(node, items, rest)]
            case Kind.SCOPE:
                return [*self._enter(node, items, rest), *self._skipped(node, items, rest)]
            case Kind.AND | Kind.OR if len(node.ins) > 1:
                return self._wait_at_join(node, flow, items, rest)
        self._count(node)
        return [(items, rest + way) for way in node.choices]

    def _skipped(self, node: NetNode, items: State, rest: tuple[int, ...]) -> list[Any]:
        return [(items, rest + way) for way in node.choices] if node.may_be_skipped else []

    def _enter(self, node: NetNode, items: State, rest: tuple[int, ...]) -> list[Any]:
        assert node.inner is not None
        begun = self.begin(node.inner)
        outcomes: list[Any] = []
        states = [one for one in begun if not isinstance(one, Failed)]
        if _NOTHING in states:
            outcomes += [(items, rest + way) for way in node.choices]
        states = sorted(state for state in states if state)
        inner = _instance_sets(states) if node.repeats == "parallel" else states
        outcomes += [(_with(items, (node.place, (0, state))), rest) for state in inner]
        for failed in (one for one in begun if isinstance(one, Failed)):
            caught = _catching(node.boundaries, failed)
            outcomes.append(failed if caught is None else (items, rest + caught.outs))
        return outcomes

    def _wait_at_join(self, node: NetNode, flow: int, items: State, rest: tuple[int, ...]) -> list[Any]:
        items = _with(items, (self._joins_from + flow, ()))
        if node.kind is Kind.OR:
            return [(items, rest)]  # looked at when all other tokens have come to rest
        waiting = {place for place, _ in items}
        if any(self._joins_from + other not in waiting for other in node.ins):
            return [(items, rest)]
        self._count(node)
        for other in node.ins:
            items = _without(items, (self._joins_from + other, ()))
        return [(items, rest + way) for way in node.choices]

    def _join_inclusive(self, items: State) -> list[Any] | None:
        """The first inclusive join that need not wait for anything upstream goes on; None when there is none."""
        flows = [place - self._joins_from for place, _ in items if place >= self._joins_from]
        for join in dict.fromkeys(self.net.targets[flow] for flow in flows):
            node = self.net.nodes[join]
            if node.kind is Kind.OR and self._may_go_on(node, join, items):
                self._count(node)
                left = items
                for flow in {flow for flow in flows if self.net.targets[flow] == join}:
                    left = _without(left, (self._joins_from + flow, ()))
                return [(left, way) for way in node.choices]
        return None

    def _may_go_on(self, node: NetNode, join: int, items: State) -> bool:
        places = {place for place, _ in items}
        filled = [flow for flow in node.ins if self._joins_from + flow in places]
        empty = [flow for flow in node.ins if flow not in filled]
        standing = {
            place if place < self._joins_from else self.net.targets[place - self._joins_from] for place in places
        } - {join}
        return not any(
            any(at in node.upstream[flow] for flow in empty) and not any(at in node.upstream[flow] for flow in filled)
            for at in standing
        )


def _instance_sets(states: list[State]) -> list[tuple[State, ...]]:
    """The sets of beginnings that one or more instances may have; of many only the single ones and all together."""
    if len(states) <= 4:
        masks = range(1, 1 << len(states))
        return [tuple(state for bit, state in enumerate(states) if mask >> bit & 1) for mask in masks]
    return [*((state,) for state in states), tuple(states)]


def _catching(boundaries: tuple[Boundary, ...], failed: Failed) -> Boundary | None:
    catching = [one for one in boundaries if one.error is not None and one.error in {"", failed.error}]
    return max(catching, key=lambda one: bool(one.error), default=None)


def _with(items: State, item: Item) -> State:
    return tuple(sorted((*items, item)))


def _without(items: State, item: Item) -> State:
    place = items.index(item)
    return items[:place] + items[place + 1 :]
