"""From a parsed chart to numbered nodes and flows: what the token game is played on."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from basic_info.flowcharts.errors import ChartNotCheckable
from basic_info.flowcharts.parsing.chart import SUB_PROCESSES, TASKS, Node, ParsedFlowchart
from basic_info.flowcharts.parsing.document import MODEL

MAX_CHOICES = 4  # R60: an inclusive gateway has at most four branches
MAX_CALL_DEPTH = 5


class Kind(enum.Enum):
    """What a token does at a node."""

    TASK = "task"
    WAIT = "wait"  # a catching event: goes on by itself, some time
    XOR = "xor"
    AND = "and"
    OR = "or"
    THROUGH = "through"
    TERMINATE = "terminate"
    ERROR = "error"
    SCOPE = "scope"  # a sub-process or a called chart


@dataclass(frozen=True, slots=True)
class Boundary:
    """An event on the border of an activity: ``error`` is None for what comes by itself (a timer, a message)."""

    outs: tuple[int, ...]
    interrupts: bool
    error: str | None


@dataclass(slots=True)
class NetNode:
    """A node; ``outs`` and ``ins`` are flow numbers, ``choices`` the ways on when it is done, each a set of flows."""

    id: str
    name: str
    kind: Kind
    place: int
    ins: tuple[int, ...] = ()
    outs: tuple[int, ...] = ()
    choices: tuple[tuple[int, ...], ...] = ((),)
    label: int = -1
    #: "" once · "loop" one after another · "parallel" several at a time
    repeats: str = ""
    may_be_skipped: bool = False
    boundaries: tuple[Boundary, ...] = ()
    inner: Scope | None = None
    error: str = ""
    #: For an inclusive join: by incoming flow, the nodes from which a token can still get there.
    upstream: dict[int, frozenset[int]] = field(default_factory=dict)


@dataclass(slots=True)
class Scope:
    """A process or sub-process: ``starts`` are its alternative beginnings, each the flows that get a token."""

    starts: tuple[tuple[int, ...], ...]


@dataclass(slots=True)
class Net:
    """All nodes of the chart and of the charts it calls; ``targets[flow]`` is the node that a flow leads to."""

    nodes: list[NetNode] = field(default_factory=list)
    targets: list[int] = field(default_factory=list)
    labels: dict[str, int] = field(default_factory=dict)
    root: Scope = field(default_factory=lambda: Scope(()))


@dataclass(frozen=True)
class Called:
    """A chart that a call activity is pinned to. Its tasks are labelled ``key:element id``."""

    key: str
    chart: ParsedFlowchart
    calls: Mapping[str, Called] = field(default_factory=dict)


def build_net(chart: ParsedFlowchart, calls: Mapping[str, Called]) -> Net:
    """The net of the chart's main process. Raises ChartNotCheckable for what stands against checking, by name."""
    net = Net()
    net.root = _Builder(net, chart, calls, "", 0).scope(chart.main_process)
    return net


class _Builder:
    """Adds one chart to a net; a called chart is added by a builder of its own."""

    def __init__(self, net: Net, chart: ParsedFlowchart, calls: Mapping[str, Called], key: str, depth: int) -> None:
        if chart.reasons:
            raise ChartNotCheckable.because(chart.reasons)
        self._net, self._chart, self._calls, self._key, self._depth = net, chart, calls, key, depth
        self._outs: dict[str, list[int]] = {}
        self._ins: dict[str, list[int]] = {}
        self._links = dict(chart.links())
        self._leaving: dict[str, list[int]] = {}
        self._inside: dict[str, list[Node]] = {}
        self._borders: dict[str, list[Node]] = {}
        for node in chart.nodes.values():
            self._inside.setdefault(node.scope, []).append(node)
            if node.host:
                self._borders.setdefault(node.host, []).append(node)
        for number, flow in enumerate(chart.flows):
            self._leaving.setdefault(chart.nodes[flow.source].scope, []).append(number)
            self._outs.setdefault(flow.source, []).append(number)
            self._ins.setdefault(flow.target, []).append(number)

    def scope(self, scope_id: str) -> Scope:
        """Add what stands directly in the scope, then what is inside of that."""
        nodes = self._inside.get(scope_id, [])
        first = len(self._net.targets)
        flows = {number: first + place for place, number in enumerate(self._leaving.get(scope_id, []))}
        self._net.targets += [-1] * len(flows)
        built = {node.id: self._add(node, flows) for node in nodes if node.kind != "boundaryEvent"}
        for number, flow in flows.items():
            self._net.targets[flow] = built[self._chart.flows[number].target]
        for node in nodes:
            self._finish(node, built, flows)
        for index in built.values():
            if self._net.nodes[index].kind is Kind.OR:
                self._look_upstream(index, built)
        return Scope(self._starts(nodes, built))

    def _add(self, node: Node, flows: dict[int, int]) -> int:
        index = len(self._net.nodes)
        made = NetNode(id=node.id, name=node.name or node.id, kind=_kind(node), place=index)
        self._net.nodes.append(made)
        made.ins = tuple(flows[number] for number in self._ins.get(node.id, []) if number in flows)
        made.outs = self._outs_of(node.id, flows)
        made.choices = self._choices(node, made, flows)
        if made.kind is Kind.TASK:
            made.label = self._label(node.id)
        if made.kind is Kind.ERROR:
            made.error = _error_of(node)
        made.repeats, made.may_be_skipped = _repeats(node)
        return index

    def _outs_of(self, node_id: str, flows: dict[int, int]) -> tuple[int, ...]:
        node_id = self._links.get(node_id, node_id)
        return tuple(flows[number] for number in self._outs.get(node_id, []) if number in flows)

    def _label(self, node_id: str) -> int:
        label = f"{self._key}:{node_id}" if self._key else node_id
        return self._net.labels.setdefault(label, len(self._net.labels))

    def _choices(self, node: Node, made: NetNode, flows: dict[int, int]) -> tuple[tuple[int, ...], ...]:
        """The sets of flows that may get a token when the node is left."""
        if made.kind is Kind.XOR:
            return tuple((out,) for out in made.outs) or ((),)
        leaving = [number for number in self._outs.get(node.id, []) if number in flows]
        free = [number for number in leaving if made.kind is Kind.OR or self._is_conditional(number)]
        if made.kind is Kind.AND or not free:
            return (made.outs,)
        default = _attribute(node, "default")
        fallback = [number for number in leaving if self._chart.flows[number].id == default]
        always = [number for number in leaving if number not in free and number not in fallback]
        free = [number for number in free if number not in fallback]
        if len(free) > MAX_CHOICES:
            raise ChartNotCheckable(f"“{node.name or node.id}”有超过 {MAX_CHOICES} 个带条件的分支，请改用排他网关")
        picked = [part for part in _subsets(free) if part or always or fallback]
        ways = [[*always, *(part or fallback)] for part in picked]
        return tuple(tuple(flows[number] for number in way) for way in ways) or ((),)

    def _is_conditional(self, number: int) -> bool:
        return self._chart.flows[number].is_conditional

    def _finish(self, node: Node, built: dict[str, int], flows: dict[int, int]) -> None:
        """What needs the other nodes: borders and what is inside."""
        if node.kind == "boundaryEvent":
            return
        made = self._net.nodes[built[node.id]]
        events = self._borders.get(node.id, [])
        if made.kind is Kind.SCOPE:
            made.inner = self._inner(node)
        inside = bool(events) and self._errors_inside(node)
        made.boundaries = tuple(
            Boundary(
                outs=self._outs_of(event.id, flows),
                interrupts=_attribute(event, "cancelActivity").lower() not in {"false", "0"},
                error=_error_of(event) if event.has("errorEventDefinition") and inside else None,
            )
            for event in events
        )

    def _inner(self, node: Node) -> Scope:
        if node.kind != "callActivity":
            return self.scope(node.id)
        called = _attribute(node, "calledElement").rpartition(":")[2]
        if self._depth >= MAX_CALL_DEPTH:
            raise ChartNotCheckable(f"调用活动“{node.name or node.id}”层层调用超过 {MAX_CALL_DEPTH} 层，或调用了自己")
        if node.id in self._calls:
            target = self._calls[node.id]
            builder = _Builder(self._net, target.chart, target.calls, target.key, self._depth + 1)
            return builder.scope(target.chart.main_process)
        if any(process.id == called for process in self._chart.processes) and called != self._chart.main_process:
            builder = _Builder(self._net, self._chart, self._calls, self._key, self._depth + 1)
            return builder.scope(called)
        raise ChartNotCheckable(f"调用活动“{node.name or node.id}”没有指定已发布的流程图版本")

    def _errors_inside(self, node: Node) -> bool:
        """Whether an error end event stands inside: then an error boundary event comes from there only."""
        if node.kind not in SUB_PROCESSES:
            return False
        return any(
            other.kind == "endEvent" and other.has("errorEventDefinition") and self._is_inside(other, node.id)
            for other in self._chart.nodes.values()
        )

    def _is_inside(self, node: Node, scope_id: str) -> bool:
        scope = node.scope
        while scope in self._chart.nodes:
            if scope == scope_id:
                return True
            scope = self._chart.nodes[scope].scope
        return False

    def _starts(self, nodes: list[Node], built: dict[str, int]) -> tuple[tuple[int, ...], ...]:
        """One start event of several begins a case; without any, all that no flow leads to begins together."""
        starts = [node for node in nodes if node.kind == "startEvent"]
        if starts:
            return tuple(way for node in starts for way in self._net.nodes[built[node.id]].choices)
        linked = set(self._links.values())
        roots = [node.id for node in nodes if node.id in built and not self._ins.get(node.id) and node.id not in linked]
        first = []
        for node_id in roots:
            first.append(len(self._net.targets))
            self._net.targets.append(built[node_id])
        return (tuple(first),)

    def _look_upstream(self, join: int, built: dict[str, int]) -> None:
        node = self._net.nodes[join]
        back: dict[int, set[int]] = {}
        leaves: dict[int, set[int]] = {}
        for source in built.values():
            one = self._net.nodes[source]
            for flow in (*one.outs, *(out for boundary in one.boundaries for out in boundary.outs)):
                back.setdefault(self._net.targets[flow], set()).add(source)
                leaves.setdefault(flow, set()).add(source)
        for flow in node.ins:
            node.upstream[flow] = frozenset(_all_before(leaves.get(flow, set()), back, join))


def _all_before(first: set[int], back: dict[int, set[int]], join: int) -> set[int]:
    """Nodes from which the first ones can be reached without passing the join."""
    seen = {node for node in first if node != join}
    waiting = list(seen)
    while waiting:
        for source in back.get(waiting.pop(), ()):
            if source not in seen and source != join:
                seen.add(source)
                waiting.append(source)
    return seen


_KINDS = {
    "exclusiveGateway": Kind.XOR,
    "eventBasedGateway": Kind.XOR,
    "parallelGateway": Kind.AND,
    "inclusiveGateway": Kind.OR,
    "callActivity": Kind.SCOPE,
    "intermediateCatchEvent": Kind.WAIT,
}


def _kind(node: Node) -> Kind:
    if node.kind in TASKS:
        return Kind.TASK
    if node.kind in SUB_PROCESSES:
        return Kind.SCOPE
    if node.kind == "endEvent" and node.has("terminateEventDefinition"):
        return Kind.TERMINATE
    if node.kind == "endEvent" and node.has("errorEventDefinition"):
        return Kind.ERROR
    return _KINDS.get(node.kind, Kind.THROUGH)


def _repeats(node: Node) -> tuple[str, bool]:
    several = node.element.find(f"{{{MODEL}}}multiInstanceLoopCharacteristics")
    if several is not None:
        is_sequential = str(several.get("isSequential", "")).strip() in {"true", "1"}
        return ("loop" if is_sequential else "parallel"), False
    loop = node.element.find(f"{{{MODEL}}}standardLoopCharacteristics")
    if loop is None:
        return "", False
    return "loop", str(loop.get("testBefore", "")).strip() in {"true", "1"}


def _error_of(node: Node) -> str:
    definition = node.element.find(f"{{{MODEL}}}errorEventDefinition")
    return "" if definition is None else str(definition.get("errorRef", "")).strip()


def _attribute(node: Node, name: str) -> str:
    return str(node.element.get(name, "")).strip()


def _subsets(flows: list[int]) -> list[list[int]]:
    return [[flow for bit, flow in enumerate(flows) if mask >> bit & 1] for mask in range(1 << len(flows))]
