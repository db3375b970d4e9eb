"""What a case did otherwise than its chart, in plain words: advice, never a verdict on a person (R61)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from basic_info.flowcharts.engine.replay import FAR, Frontier, Replay
from basic_info.organization.kinds import Worded


class DeviationKind(Worded):
    """The five kinds of R61."""

    SKIPPED = "skipped", "漏步"
    OUT_OF_ORDER = "out_of_order", "次序颠倒"
    REPEATED = "repeated", "重复办理"
    OFF_BRANCH = "off_branch", "越支"
    BEYOND_DUTY = "beyond_duty", "超职责"


class Conformance(Worded):
    """An open case is a class of its own and never conformant."""

    OPEN = "open", "在办"
    CONFORMANT = "conformant", "与流程图一致"
    DEVIATING = "deviating", "与流程图有出入"


@dataclass(frozen=True, slots=True)
class Entry:
    """One step done: its label in the graph, and whether who did it holds its post (None: not known).

    Entries beside each other with the same ``together`` (the day) have no time: their order is inferred.
    """

    label: str
    is_own_duty: bool | None = None
    together: object = None


@dataclass(frozen=True, slots=True)
class Deviation:
    """``position`` is the place of the entry in the case from 0; None for a step that has none."""

    kind: DeviationKind
    label: str
    position: int | None

    def words(self, names: Mapping[str, str]) -> str:
        """The sentence people read; ``names`` by label."""
        name = names.get(self.label, self.label)
        return {
            DeviationKind.SKIPPED: f"“{name}”没有办理记录",
            DeviationKind.OUT_OF_ORDER: f"“{name}”的办理次序与流程图不同",
            DeviationKind.REPEATED: f"“{name}”多办理了一次",
            DeviationKind.OFF_BRANCH: f"“{name}”不在本件所走的分支上",
            DeviationKind.BEYOND_DUTY: f"“{name}”不是流程图中该岗位的环节",
        }[self.kind]


@dataclass(frozen=True, slots=True)
class Judgement:
    """How a case compares: ``cost`` counts missing and extra entries, not those that are only beyond a duty."""

    conformance: Conformance
    cost: int
    deviations: tuple[Deviation, ...]


def judge(replay: Replay, entries: Sequence[Entry], *, is_closed: bool) -> Judgement:
    """Align the whole case and say where it departs; of equally cheap alignments the one that keeps most entries."""
    order = _order(replay, entries, is_closed=is_closed)
    found = _deviations(replay, [(place, entries[place]) for place in order], is_closed=is_closed)
    frontier = replay.run(entries[place].label for place in order)
    cost = frontier.final_cost if is_closed else frontier.cost
    if not is_closed:
        return Judgement(Conformance.OPEN, cost, tuple(found))
    return Judgement(Conformance.DEVIATING if found else Conformance.CONFORMANT, cost, tuple(found))


def _order(replay: Replay, entries: Sequence[Entry], *, is_closed: bool) -> list[int]:
    """The entries' places in the best order: only those of one day without a time change theirs."""
    groups = [
        chunk
        for key, members in groupby(range(len(entries)), key=lambda place: entries[place].together)
        for chunk in ([[place] for place in members] if key is None else _tens(list(members)))
    ]
    here, order = replay.begin(), list[int]()
    for number, group in enumerate(groups):
        left = list(group)
        while left:
            place = left[0]
            if len(left) > 1:
                place = min(
                    left, key=lambda one: _total(replay, here, one, left, groups[number + 1 :], entries, is_closed)
                )
            here = replay.advance(here, entries[place].label)
            left.remove(place)
            order.append(place)
    return order


def _tens(places: list[int]) -> list[list[int]]:
    return [places[start : start + 10] for start in range(0, len(places), 10)]


def _total(
    replay: Replay,
    here: Frontier,
    first: int,
    left: Sequence[int],
    later: Sequence[Sequence[int]],
    entries: Sequence[Entry],
    is_closed: bool,
) -> int:
    """The cost of the whole case if ``first`` comes next."""
    here = replay.advance(here, entries[first].label)
    for group in ([place for place in left if place != first], *later):
        here = replay.advance_together(here, [entries[place].label for place in group])
    return here.final_cost if is_closed else here.cost


def _deviations(replay: Replay, placed: Sequence[tuple[int, Entry]], *, is_closed: bool) -> list[Deviation]:
    skipped, extra, kept = _align(replay, [entry.label for _, entry in placed], is_closed=is_closed)
    known = set(replay.graph.labels)
    missing, done = Counter(skipped), Counter(kept)
    found: list[Deviation] = []
    for number in extra:
        place, entry = placed[number]
        if entry.label not in known:
            kind = DeviationKind.BEYOND_DUTY
        elif missing[entry.label]:
            missing[entry.label] -= 1
            kind = DeviationKind.OUT_OF_ORDER
        else:
            kind = DeviationKind.REPEATED if done[entry.label] else DeviationKind.OFF_BRANCH
        found.append(Deviation(kind, entry.label, place))
    found += [Deviation(DeviationKind.SKIPPED, label, None) for label in skipped if _take(missing, label)]
    found += [
        Deviation(DeviationKind.BEYOND_DUTY, entry.label, place)
        for place, entry in placed
        if entry.is_own_duty is False and entry.label in known
    ]
    return found


def _take(missing: Counter[str], label: str) -> bool:
    missing[label] -= 1
    return missing[label] >= 0


def _align(replay: Replay, labels: Sequence[str], *, is_closed: bool) -> tuple[list[str], list[int], list[str]]:
    """One cheapest alignment: the steps passed over, the numbers of extra entries, the labels that fit."""
    graph = replay.graph
    numbers = {label: number for number, label in enumerate(graph.labels)}
    layers = [_Layer.of(replay, dict.fromkeys(graph.initial, 0))]
    for label in labels:
        layers.append(layers[-1].after(replay, graph.edges[numbers[label]] if label in numbers else ()))
    ends = graph.final if is_closed else range(graph.size)
    state = min(ends, key=lambda one: layers[-1].reached[one])
    before = _before(replay)
    skipped, extra, kept = list[str](), list[int](), list[str]()
    for number in range(len(labels), -1, -1):
        layer = layers[number]
        while layer.reached[state] != layer.costs.get(state, FAR):
            state, label = next(
                (one, name) for one, name in before[state] if layer.reached[one] + 1 == layer.reached[state]
            )
            skipped.append(label)
        if number == 0:
            break
        earlier = layers[number - 1]
        source = layer.came_from.get(state)
        if source is not None and earlier.reached[source] == layer.costs[state]:
            state = source
            kept.append(labels[number - 1])
        else:
            extra.append(number - 1)
    return skipped[::-1], extra[::-1], kept


def _before(replay: Replay) -> list[list[tuple[int, str]]]:
    before: list[list[tuple[int, str]]] = [[] for _ in range(replay.graph.size)]
    for label, pairs in zip(replay.graph.labels, replay.graph.edges, strict=True):
        for state, after in pairs:
            before[after].append((state, label))
    return before


@dataclass(slots=True)
class _Layer:
    """The frontier after some entries, with where each state came from by a fitting entry."""

    costs: dict[int, int]
    reached: list[int]
    came_from: dict[int, int]

    @classmethod
    def of(cls, replay: Replay, costs: dict[int, int], came_from: dict[int, int] | None = None) -> _Layer:
        roots, reached = replay.spread(costs)
        return cls(dict(roots), reached, came_from or {})

    def after(self, replay: Replay, pairs: Sequence[tuple[int, int]]) -> _Layer:
        costs = {state: cost + 1 for state, cost in self.costs.items()}
        came_from: dict[int, int] = {}
        for state, after in pairs:
            # At equal cost the entry is kept as fitting.
            if self.reached[state] < costs.get(after, FAR) or (
                after not in came_from and self.reached[state] == costs[after]
            ):
                costs[after] = self.reached[state]
                came_from[after] = state
        return _Layer.of(replay, costs, came_from)
