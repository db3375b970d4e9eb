"""What can be shown but not checked: it blocks publishing, and is said by name (R60)."""

from collections.abc import Iterator

from basic_info.flowcharts.parsing.chart import TASKS, Node, ParsedFlowchart

MAX_INCLUSIVE_BRANCHES = 4


def reasons_against(chart: ParsedFlowchart) -> list[str]:
    """Why cases can't be checked against the chart, each once; none = checkable."""
    found = [
        *_unsupported(chart),
        *_wide_inclusive_gateways(chart),
        *_other_pools(chart),
        *_loose_ends(chart),
    ]
    if not chart.of_kind(TASKS):
        found.append("流程图中没有任务环节")
    return list(dict.fromkeys(found))


def _unsupported(chart: ParsedFlowchart) -> Iterator[str]:
    for node in chart.nodes.values():
        if node.kind == "complexGateway":
            yield f"复杂网关“{_called(node)}”"
        elif node.kind == "adHocSubProcess":
            yield f"自由（ad-hoc）子流程“{_called(node)}”"
        elif node.kind == "transaction":
            yield f"事务子流程“{_called(node)}”"
        elif node.is_event_sub_process:
            yield f"事件子流程“{_called(node)}”"
        elif node.is_for_compensation or node.has("compensateEventDefinition"):
            yield f"补偿“{_called(node)}”"


def _wide_inclusive_gateways(chart: ParsedFlowchart) -> Iterator[str]:
    branches: dict[str, int] = {}
    for flow in chart.flows:
        branches[flow.source] = branches.get(flow.source, 0) + 1
    for node in chart.of_kind(frozenset({"inclusiveGateway"})):
        if branches.get(node.id, 0) > MAX_INCLUSIVE_BRANCHES:
            yield f"包容网关“{_called(node)}”超过 {MAX_INCLUSIVE_BRANCHES} 个分支"


def _other_pools(chart: ParsedFlowchart) -> Iterator[str]:
    """A pool that shows nothing inside is only drawn; one with a process of its own is no part of the check,
    unless it is called."""
    calls = chart.of_kind(frozenset({"callActivity"}))
    called = {str(node.element.get("calledElement", "")).strip().rpartition(":")[2] for node in calls}
    drawn = {chart.process_of(node) for node in chart.nodes.values()} - {chart.main_process} - called
    pools = {pool.process_id: pool.name for pool in chart.participants}
    for process in chart.processes:
        if process.id in drawn:
            yield f"其他泳池“{pools.get(process.id) or process.name or process.id}”"


def _loose_ends(chart: ParsedFlowchart) -> Iterator[str]:
    for flow in chart.flows:
        if flow.source not in chart.nodes or flow.target not in chart.nodes:
            yield f"连线“{flow.name or flow.id}”没有连到环节"
        elif chart.nodes[flow.source].scope != chart.nodes[flow.target].scope:
            yield f"连线“{flow.name or flow.id}”穿过了子流程的边界"
        elif chart.nodes[flow.target].kind == "boundaryEvent":
            yield f"连线“{flow.name or flow.id}”指向了边界事件"
    for node in chart.of_kind(frozenset({"boundaryEvent"})):
        if node.host not in chart.nodes:
            yield f"边界事件“{_called(node)}”没有附着的环节"


def _called(node: Node) -> str:
    return node.name or node.id
