"""Exact prefix alignment of a case with a state graph, event by event (R61).

What a case did is aligned with what the chart allows: an entry that the chart does not allow there costs 1, a step
that was passed over costs 1. A frontier holds, for each state in which the case may be, the least cost of being
there; only states that cannot be reached as cheaply from another one by passing steps over are kept. Frontiers that
differ by a constant continue alike, so each continuation is worked out once and then looked up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from basic_info.flowcharts.engine.graph import StateGraph

FAR = 1 << 30
MOST_KEPT = 20_000


@dataclass(slots=True, eq=False)
class _Shape:
    """A frontier whose least cost is 0: ``roots`` are kept, ``reached[state]`` counts passed-over steps too."""

    roots: tuple[tuple[int, int], ...]
    reached: list[int]
    to_end: int
    next: dict[str, tuple[_Shape, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Frontier:
    """Where a case may stand and at what cost; ``cost`` is the least so far."""

    shape: _Shape
    cost: int

    @property
    def costs(self) -> dict[int, int]:
        """{state: cost}, to be stored with the case."""
        return {state: self.cost + more for state, more in self.shape.roots}

    @property
    def final_cost(self) -> int:
        """The cost if the case ends here: steps still missing are passed over."""
        return self.cost + self.shape.to_end


class Replay:
    """Replays cases over one graph; keep it as long as the version is in use, it learns."""

    def __init__(self, graph: StateGraph) -> None:
        self.graph = graph
        self._numbers = {label: number for number, label in enumerate(graph.labels)}
        self._after: list[list[int]] = [[] for _ in range(graph.size)]
        for pairs in graph.edges:
            for state, after in pairs:
                self._after[state].append(after)
        self._after = [list(dict.fromkeys(after)) for after in self._after]
        self._shapes: dict[tuple[tuple[int, int], ...], _Shape] = {}

    def begin(self) -> Frontier:
        """A case of which nothing has happened yet."""
        return self._frontier(dict.fromkeys(self.graph.initial, 0))

    def resume(self, costs: Mapping[int, int]) -> Frontier:
        """The frontier that was stored as ``costs``. Raises ValueError when it is none of this graph."""
        if not costs or not all(0 <= state < self.graph.size for state in costs):
            raise ValueError("not a frontier of this graph")
        return self._frontier(costs)

    def advance(self, frontier: Frontier, label: str) -> Frontier:
        """The frontier after one more entry; a label that the chart does not know costs 1."""
        known = frontier.shape.next.get(label)
        if known is None:
            known = frontier.shape.next[label] = self._work_out(frontier.shape, label)
        return Frontier(known[0], frontier.cost + known[1])

    def run(self, labels: Iterable[str], frontier: Frontier | None = None) -> Frontier:
        """The frontier after all entries in their order."""
        here = frontier or self.begin()
        shape, cost = here.shape, here.cost
        for label in labels:
            known = shape.next.get(label)
            if known is None:
                known = shape.next[label] = self._work_out(shape, label)
            shape = known[0]
            cost += known[1]
        return Frontier(shape, cost)

    def advance_together(self, frontier: Frontier, labels: Sequence[str]) -> Frontier:
        """The frontier after entries of one day without a time: in whichever order fits best (R61).

        Exact up to ten different orders' worth of entries; beyond that they are taken ten at a time.
        """
        for start in range(0, len(labels), 10):
            frontier = self._any_order(frontier, sorted(labels[start : start + 10]))
        return frontier

    def _any_order(self, frontier: Frontier, labels: list[str]) -> Frontier:
        every = (1 << len(labels)) - 1
        best: dict[int, dict[int, int]] = {0: frontier.costs}
        for done in range(every):
            here = self._frontier(best[done])
            tried: set[str] = set()
            for place, label in enumerate(labels):
                if done >> place & 1 or label in tried:
                    continue
                tried.add(label)
                ahead = best.setdefault(done | 1 << place, {})
                for state, cost in self.advance(here, label).costs.items():
                    ahead[state] = min(cost, ahead.get(state, FAR))
        return self._frontier(best[every]) if labels else frontier

    def _frontier(self, costs: Mapping[int, int]) -> Frontier:
        least = min(costs.values())
        # A stored frontier is in the form that shapes are kept by: no need to spread it again.
        known = self._shapes.get(tuple(sorted((state, cost - least) for state, cost in costs.items())))
        return Frontier(known or self._shape({state: cost - least for state, cost in costs.items()}), least)

    def _work_out(self, shape: _Shape, label: str) -> tuple[_Shape, int]:
        """Each root stays where it is for 1; from all that is reached the step may be done for nothing."""
        costs = {state: cost + 1 for state, cost in shape.roots}
        number = self._numbers.get(label)
        if number is not None:
            for state, after in self.graph.edges[number]:
                if shape.reached[state] < costs.get(after, FAR):
                    costs[after] = shape.reached[state]
        least = min(costs.values())
        return self._shape({state: cost - least for state, cost in costs.items()}), least

    def _shape(self, costs: dict[int, int]) -> _Shape:
        roots, reached = self.spread(costs)
        known = self._shapes.get(roots)
        if known is None:
            if len(self._shapes) >= MOST_KEPT:
                self._forget()
            to_end = min((reached[state] for state in self.graph.final), default=FAR)
            known = self._shapes[roots] = _Shape(roots, reached, to_end)
        return known

    def _forget(self) -> None:
        """Begin to learn anew: frontiers in use stay right, only what was looked up is lost."""
        for shape in self._shapes.values():
            shape.next.clear()
        self._shapes.clear()

    def spread(self, costs: Mapping[int, int]) -> tuple[tuple[tuple[int, int], ...], list[int]]:
        """The costs worth keeping, and the least cost of every state when steps may be passed over."""
        reached = [FAR] * self.graph.size
        roots: dict[int, int] = {}
        entries = sorted(costs.items(), key=lambda entry: entry[1])
        layer: list[int] = []
        place = 0
        cost = entries[0][1]
        while layer or place < len(entries):
            if not layer:
                cost = entries[place][1]
            # What others reach at this cost comes first: an entry that costs as much is not kept.
            while place < len(entries) and entries[place][1] == cost:
                state = entries[place][0]
                place += 1
                if cost < reached[state]:
                    reached[state] = cost
                    roots[state] = cost
                    layer.append(state)
            ahead = []
            for state in layer:
                for after in self._after[state]:
                    if cost + 1 < reached[after]:
                        reached[after] = cost + 1
                        ahead.append(after)
            layer, cost = ahead, cost + 1
        return tuple(sorted(roots.items())), reached
