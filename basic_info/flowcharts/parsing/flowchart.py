"""From the XML of a flowchart to its parts."""

from math import isfinite

from basic_info.flowcharts.errors import NotAFlowchart
from basic_info.flowcharts.parsing.chart import (
    NODES,
    SUB_PROCESSES,
    TASKS,
    Bounds,
    Flow,
    Lane,
    Node,
    ParsedFlowchart,
    Participant,
    Process,
)
from basic_info.flowcharts.parsing.checking import reasons_against
from basic_info.flowcharts.parsing.document import MODEL, Element, any_name, local_name, read_definitions
from basic_info.flowcharts.parsing.steps import steps_of

# An order is worked out over all nodes; a chart of one office's work has dozens.
MAX_NODES = 5_000
MAX_FLOWS = 10_000
_REFERENCE = f"{{{MODEL}}}flowNodeRef"


def parse_flowchart(data: bytes) -> ParsedFlowchart:
    """Read a BPMN 2.0 file, whatever its prefix and encoding.

    Raises NotAFlowchart (422) for another kind of file, broken XML, entities, and what is over the limits.
    """
    definitions = read_definitions(data)
    chart = ParsedFlowchart()
    repeated: list[str] = []
    for element in definitions.iter():
        _take(chart, element, repeated)
    if len(chart.nodes) > MAX_NODES or len(chart.flows) > MAX_FLOWS:
        raise NotAFlowchart("流程图的环节或连线过多，请把一部分画成子流程的单独文件")
    if not chart.processes:
        raise NotAFlowchart("文件中没有流程，请检查后重新导出")
    chart.main_process = _main_process(chart)
    chart.name = _name_of(chart, definitions)
    chart.steps = steps_of(chart)
    chart.reasons = [*reasons_against(chart), *(f"编号“{name}”重复" for name in dict.fromkeys(repeated))]
    return chart


def _take(chart: ParsedFlowchart, element: Element, repeated: list[str]) -> None:
    kind = local_name(element)
    if kind in NODES:
        _take_node(chart, element, kind, repeated)
    elif kind == "sequenceFlow":
        source, target = (element.get(end, "").strip() for end in ("sourceRef", "targetRef"))
        is_conditional = element.find(f"{{{MODEL}}}conditionExpression") is not None
        chart.flows.append(Flow(_id(element), source, target, _name(element), is_conditional))
    elif kind == "messageFlow":
        chart.message_flows += 1
    elif kind == "lane":
        chart.lanes.append(_lane(element, _scope(chart, element)))
    elif kind == "participant":
        chart.participants.append(Participant(_id(element), _name(element), _process_ref(element)))
    elif kind == "process":
        chart.processes.append(Process(_id(element) or f"process-{len(chart.processes) + 1}", _name(element)))
    elif not kind:
        _take_drawing(chart, element)


def _take_node(chart: ParsedFlowchart, element: Element, kind: str, repeated: list[str]) -> None:
    """Nodes without an id get one of their own; of two with one id the second does, and it is told."""
    node_id = _id(element)
    if node_id in chart.nodes:
        repeated.append(node_id)
    if not node_id or node_id in chart.nodes:
        node_id = f"{node_id}#{len(chart.nodes) + 1}"
    host = element.get("attachedToRef", "").strip() if kind == "boundaryEvent" else ""
    chart.nodes[node_id] = Node(node_id, kind, _name(element), _scope(chart, element), element, host)


def _scope(chart: ParsedFlowchart, element: Element) -> str:
    """The id of the process or sub-process around the element; the file's order puts it before its content."""
    for around in element.iterancestors():
        kind = local_name(around)
        if kind == "process":
            return _id(around) or chart.processes[-1].id
        if kind in SUB_PROCESSES:
            return _id(around) or next(reversed([n.id for n in chart.nodes.values() if n.element is around]), "")
    return ""


def _lane(element: Element, process: str) -> Lane:
    references = (reference.text or "" for reference in element.iterchildren(_REFERENCE))
    depth = sum(local_name(around) == "lane" for around in element.iterancestors())
    names = frozenset(text.strip().rpartition(":")[2] for text in references)
    return Lane(_id(element), _name(element), depth, process, names)


def _take_drawing(chart: ParsedFlowchart, element: Element) -> None:
    name = any_name(element)
    if name == "BPMNEdge":
        chart.edges += 1
    elif name == "BPMNShape":
        chart.shapes += 1
        bounds = next((_bounds(child) for child in element if any_name(child) == "Bounds"), None)
        if bounds:
            chart.bounds.setdefault(element.get("bpmnElement", "").strip().rpartition(":")[2], bounds)


def _bounds(element: Element) -> Bounds | None:
    try:
        numbers = [float(element.get(side, "")) for side in ("x", "y", "width", "height")]
    except ValueError:
        return None
    return Bounds(*numbers) if all(map(isfinite, numbers)) else None


def _main_process(chart: ParsedFlowchart) -> str:
    """The process with the most tasks; the first of equals."""
    tasks: dict[str, int] = {}
    for node in chart.of_kind(TASKS):
        process = chart.process_of(node)
        tasks[process] = tasks.get(process, 0) + 1
    return max(chart.processes, key=lambda process: tasks.get(process.id, 0)).id


def _name_of(chart: ParsedFlowchart, definitions: Element) -> str:
    """What the chart is called: its process, its pool, or the file's own name for itself."""
    process = next(process.name for process in chart.processes if process.id == chart.main_process)
    pool = next((pool.name for pool in chart.participants if pool.process_id == chart.main_process), "")
    return process or pool or _name(definitions)


def _id(element: Element) -> str:
    return str(element.get("id", "")).strip()


def _name(element: Element) -> str:
    return " ".join(str(element.get("name", "")).split())


def _process_ref(element: Element) -> str:
    return str(element.get("processRef", "")).strip().rpartition(":")[2]
