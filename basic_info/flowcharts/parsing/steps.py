"""The tasks of a flowchart in order, each with its post, its limit and what may come next (R59)."""

from collections.abc import Iterator

from basic_info.flowcharts.parsing.chart import TASKS, Node, ParsedFlowchart, Step
from basic_info.flowcharts.parsing.details import StepDetails, details_of
from basic_info.flowcharts.parsing.document import MODEL
from basic_info.flowcharts.parsing.lanes import Posts
from basic_info.flowcharts.parsing.limits import StepLimit, limit_of


def steps_of(chart: ParsedFlowchart) -> list[Step]:
    """Every task of the chart as a step; loops keep the order in which a case first meets them."""
    graph = _Graph(chart)
    posts = Posts(chart)
    ordered = list(graph.tasks_in_order())
    details = {task.id: details_of(task.element) for task in ordered}
    after = {task.id: graph.next_tasks(task) for task in ordered}
    before: dict[str, list[str]] = {task.id: [] for task in ordered}
    for task_id, targets in after.items():
        for target in targets:
            before[target].append(task_id)
    return [
        Step(
            element_id=task.id,
            sort_no=number,
            name=task.name,
            task_kind=task.kind,
            process_id=chart.process_of(task),
            pool_name=posts.pool_name(task),
            lane_name=posts.lane_name(task),
            limit=_limit(task, details[task.id], graph.attached.get(task.id, [])),
            previous_steps=tuple(before[task.id]),
            next_steps=tuple(after[task.id]),
            documentation=_documentation(task),
            details=details[task.id],
        )
        for number, task in enumerate(ordered, start=1)
    ]


def _limit(task: Node, details: StepDetails, attached: list[Node]) -> StepLimit | None:
    """The platform's own field first; a file from elsewhere has it in one of several places."""
    if details.limit_value and details.limit_unit:
        return StepLimit(details.limit_value, details.limit_unit, "环节信息")
    return limit_of(task.element, [event.element for event in attached])


def _documentation(task: Node) -> str:
    entries = task.element.iterchildren(f"{{{MODEL}}}documentation")
    return "\n".join(text for entry in entries if (text := "".join(entry.itertext()).strip()))


class _Graph:
    """The nodes of every process and sub-process, and what follows on what."""

    def __init__(self, chart: ParsedFlowchart) -> None:
        self.chart = chart
        self.inside: dict[str, list[Node]] = {}
        self.attached: dict[str, list[Node]] = {}
        self._out: dict[str, list[Node]] = {}
        self._reached: set[str] = set()
        for node in chart.nodes.values():
            self.inside.setdefault(node.scope, []).append(node)
            if node.host:
                self.attached.setdefault(node.host, []).append(node)
        for flow in chart.flows:
            self._connect(flow.source, flow.target)
        for source, target in chart.links():
            self._connect(source, target)

    def _connect(self, source: str, target: str) -> None:
        if source in self.chart.nodes and target in self.chart.nodes:
            self._out.setdefault(source, []).append(self.chart.nodes[target])
            self._reached.add(target)

    def tasks_in_order(self) -> Iterator[Node]:
        """The tasks of the main process, then of the others; those of a sub-process where it stands."""
        for process in sorted(self.chart.processes, key=lambda one: one.id != self.chart.main_process):
            yield from self._tasks_inside(process.id)

    def _tasks_inside(self, scope: str) -> Iterator[Node]:
        for node in self._ordered(scope):
            if node.kind in TASKS:
                yield node
            elif node.id in self.inside:
                yield from self._tasks_inside(node.id)

    def _ordered(self, scope: str) -> list[Node]:
        """Topological (reverse post-order from the starts); what no start leads to follows in the file's order."""
        seen: set[str] = set()
        order: list[Node] = []
        for root in reversed(self._roots(scope)):
            order.extend(self._finished_from(root, seen))
        order.reverse()
        for node in self.inside.get(scope, []):
            order.extend(reversed(self._finished_from(node, seen)))
        return order

    def _roots(self, scope: str) -> list[Node]:
        """Where a case begins in the scope: start events first, then activities that nothing leads to."""
        nodes = [
            node
            for node in self.inside.get(scope, [])
            if node.id not in self._reached and not (node.host or node.is_event_sub_process or node.is_for_compensation)
        ]
        return sorted(nodes, key=lambda node: node.kind != "startEvent")

    def _finished_from(self, root: Node, seen: set[str]) -> list[Node]:
        """Depth first without recursion: a node is finished after all that follows it."""
        if root.id in seen:
            return []
        seen.add(root.id)
        finished: list[Node] = []
        path = [(root, iter(self._beside(root)))]
        while path:
            node, following = path[-1]
            unseen = next((other for other in following if other.id not in seen), None)
            if unseen is None:
                finished.append(node)
                path.pop()
            else:
                seen.add(unseen.id)
                path.append((unseen, iter(self._beside(unseen))))
        return finished

    def _beside(self, node: Node) -> list[Node]:
        """What follows in the same scope, last first, so that the first drawn comes first in the order."""
        following = [*self._out.get(node.id, []), *self.attached.get(node.id, [])]
        return [other for other in reversed(following) if other.scope == node.scope]

    def next_tasks(self, task: Node) -> list[str]:
        """The tasks that may come next, over gateways, events, calls and the borders of sub-processes."""
        found: dict[str, None] = {}
        seen: set[str] = set()
        waiting = self._following(task)
        for event in self.attached.get(task.id, []):
            waiting += self._following(event)
        while waiting:
            node = waiting.pop(0)
            if node.id in seen:
                continue
            seen.add(node.id)
            if node.kind in TASKS:
                found[node.id] = None
            else:
                waiting += self._roots(node.id) or self._following(node)
        return list(found)

    def _following(self, node: Node) -> list[Node]:
        """What the flows out of the node lead to; at the end of a sub-process, what follows that."""
        while not self._out.get(node.id) and node.scope in self.chart.nodes:
            node = self.chart.nodes[node.scope]
        return list(self._out.get(node.id, []))
