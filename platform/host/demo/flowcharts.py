"""Flowcharts (工作任务流程图) of the demo city: BPMN 2.0 files with their drawing, a lane for each post."""

from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from host.demo.city import CityPlan
from host.demo.flows import Flow, Step, flows

MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
DIAGRAM = "http://www.omg.org/spec/BPMN/20100524/DI"
DC = "http://www.omg.org/spec/DD/20100524/DC"
DI = "http://www.omg.org/spec/DD/20100524/DI"
PREFIXES = {"bpmn": MODEL, "bpmndi": DIAGRAM, "dc": DC, "di": DI}
LEFT, TOP, LANE, COLUMN = 200, 80, 140, 150  # px
SIZES = {"task": (110, 70), "exclusiveGateway": (50, 50), "startEvent": (36, 36), "endEvent": (36, 36)}


@dataclass(frozen=True, slots=True)
class FlowchartFile:
    """A flowchart file and the item that it draws."""

    unit_code: str
    item_code: str
    item_name: str
    path: Path


@dataclass(frozen=True, slots=True)
class Node:
    """A symbol of the drawing: its column from the left, its row of 140 px from the top."""

    key: str
    tag: str
    name: str
    column: float
    row: int
    limit_workdays: int | None = None

    @property
    def box(self) -> tuple[float, float, int, int]:
        """x, y, width and height in px."""
        width, height = SIZES[self.tag]
        middle_x = LEFT + 90 + self.column * COLUMN
        middle_y = TOP + LANE / 2 + self.row * LANE
        return middle_x - width / 2, middle_y - height / 2, width, height


@dataclass(frozen=True, slots=True)
class Edge:
    """An arrow between two symbols; ``sides`` are where it leaves and arrives: r, l, t or b."""

    source: str
    target: str
    name: str = ""
    sides: str = "rl"


def write_flowcharts(plan: CityPlan, folder: Path) -> tuple[FlowchartFile, ...]:
    """Write a chart for each flow of the city."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for flow in flows(plan):
        item = flow.item
        path = folder / f"{flow.unit.short_name}-{item.text.name.replace('/', '、')}.bpmn"
        path.write_bytes(flowchart_xml(flow))
        written.append(FlowchartFile(flow.unit.code, item.code, item.text.name, path))
    return tuple(written)


def flowchart_xml(flow: Flow) -> bytes:
    """The BPMN document of a flow: one pool, a lane for each post, left to right."""
    nodes, edges = _symbols(flow)
    root = etree.Element(f"{{{MODEL}}}definitions", nsmap=PREFIXES, id=f"Definitions_{flow.item.code}")
    root.set("targetNamespace", "https://bpmn.io/schema/bpmn")
    pool = _add(root, "collaboration", id="Pool")
    _add(pool, "participant", id="Participant", name=_title(flow), processRef="Process")
    process = _add(root, "process", id="Process", name=_title(flow), isExecutable="false")
    _add(process, "documentation").text = _note(flow)
    _add_lanes(process, flow, nodes)
    for node in nodes:
        _add_node(process, node, edges)
    for number, edge in enumerate(edges, 1):
        arrow = _add(process, "sequenceFlow", id=f"Flow_{number}")
        arrow.set("sourceRef", edge.source)
        arrow.set("targetRef", edge.target)
        if edge.name:
            arrow.set("name", edge.name)
    _draw(root, flow, nodes, edges)
    document: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)
    return document


def _title(flow: Flow) -> str:
    subitem = f"（{flow.item.subitem_name}）" if flow.item.subitem_name else ""
    return f"{flow.item.text.name}{subitem}"


def _note(flow: Flow) -> str:
    text = flow.item.text
    return (
        f"职权编码：{flow.item.code}；承办机构：{flow.unit.name}{text.section}；"
        f"法定期限：{text.statutory_workdays}个工作日；承诺期限：{text.promised_workdays}个工作日"
    )


def _rows(flow: Flow) -> dict[str, int]:
    """The first row of each lane by its post; the first lane is two rows high for the ways out."""
    return {post.code: 0 if number == 0 else number + 1 for number, post in enumerate(flow.lanes)}


def _symbols(flow: Flow) -> tuple[list[Node], list[Edge]]:
    rows = _rows(flow)
    first, *rest = flow.steps
    nodes = [
        Node("Start", "startEvent", "申请人提出申请", 0, 0),
        _task("Step_1", first, 1, 0),
        Node("Gateway", "exclusiveGateway", "材料是否齐全", 2, 0),
        _task("Supplement", flow.supplement, 1, 1),
        _task("Refuse", flow.refuse, 3, 1),
        Node("Refused", "endEvent", "不予受理", 4, 1),
    ]
    edges = [Edge("Start", "Step_1"), Edge("Step_1", "Gateway")]
    last, name = "Gateway", "齐全"
    for number, step in enumerate(rest, 2):
        key = f"Step_{number}"
        nodes.append(_task(key, step, number + 1, rows[step.post.code]))
        edges.append(Edge(last, key, name))
        last, name = key, ""
    nodes.append(Node("End", "endEvent", "办结", len(flow.steps) + 2, 0))
    edges += [
        Edge(last, "End"),
        Edge("Gateway", "Supplement", "需补正", "br"),
        Edge("Supplement", "Step_1", "", "tb"),
        Edge("Gateway", "Refuse", "不予受理", "bl"),
        Edge("Refuse", "Refused"),
    ]
    return nodes, edges


def _task(key: str, step: Step, column: float, row: int) -> Node:
    return Node(key, "task", step.name, column, row, step.limit_workdays)


def _add(parent: etree._Element, tag: str, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{MODEL}}}{tag}", attributes)


def _add_lanes(process: etree._Element, flow: Flow, nodes: list[Node]) -> None:
    lanes = _add(process, "laneSet", id="Lanes")
    for number, (post, top, height) in enumerate(_lane_rows(flow), 1):
        lane = _add(lanes, "lane", id=f"Lane_{number}", name=post)
        for node in nodes:
            if top <= node.row < top + height:
                _add(lane, "flowNodeRef").text = node.key


def _lane_rows(flow: Flow) -> list[tuple[str, int, int]]:
    """(post title, first row, rows) of each lane."""
    rows = _rows(flow)
    return [(post.title, rows[post.code], 1 if number else 2) for number, post in enumerate(flow.lanes)]


def _add_node(process: etree._Element, node: Node, edges: list[Edge]) -> None:
    element = _add(process, node.tag, id=node.key, name=node.name)
    if node.limit_workdays is not None:
        _add(element, "documentation").text = f"办理时限：{node.limit_workdays}个工作日"
    for number, edge in enumerate(edges, 1):
        if edge.target == node.key:
            _add(element, "incoming").text = f"Flow_{number}"
    for number, edge in enumerate(edges, 1):
        if edge.source == node.key:
            _add(element, "outgoing").text = f"Flow_{number}"


def _draw(root: etree._Element, flow: Flow, nodes: list[Node], edges: list[Edge]) -> None:
    diagram = etree.SubElement(root, f"{{{DIAGRAM}}}BPMNDiagram", id="Diagram")
    plane = etree.SubElement(diagram, f"{{{DIAGRAM}}}BPMNPlane", id="Plane", bpmnElement="Pool")
    lanes = _lane_rows(flow)
    width = 60 + (len(flow.steps) + 3) * COLUMN
    height = sum(rows for _, _, rows in lanes) * LANE
    _shape(plane, "Participant", (LEFT - 30, TOP, width + 30, height), is_horizontal=True)
    for number, (_, top, rows) in enumerate(lanes, 1):
        box = (LEFT, TOP + top * LANE, width, rows * LANE)
        _shape(plane, f"Lane_{number}", box, is_horizontal=True)
    for node in nodes:
        _shape(plane, node.key, node.box)
    boxes = {node.key: node.box for node in nodes}
    for number, edge in enumerate(edges, 1):
        line = etree.SubElement(plane, f"{{{DIAGRAM}}}BPMNEdge", id=f"Flow_{number}_di", bpmnElement=f"Flow_{number}")
        path = _route(boxes[edge.source], boxes[edge.target], edge.sides)
        for x, y in path:
            etree.SubElement(line, f"{{{DI}}}waypoint", x=f"{x:g}", y=f"{y:g}")
        if edge.name:
            _bounds(etree.SubElement(line, f"{{{DIAGRAM}}}BPMNLabel"), _words_box(path, edge.name))


def _shape(
    plane: etree._Element, key: str, box: tuple[float, float, float, float], *, is_horizontal: bool = False
) -> None:
    shape = etree.SubElement(plane, f"{{{DIAGRAM}}}BPMNShape", id=f"{key}_di", bpmnElement=key)
    if is_horizontal:
        shape.set("isHorizontal", "true")
    _bounds(shape, box)


def _bounds(parent: etree._Element, box: tuple[float, float, float, float]) -> None:
    x, y, width, height = (f"{value:g}" for value in box)
    etree.SubElement(parent, f"{{{DC}}}Bounds", x=x, y=y, width=width, height=height)


def _route(
    source: tuple[float, float, int, int], target: tuple[float, float, int, int], sides: str
) -> list[tuple[float, float]]:
    """The corners of an arrow that runs along the axes."""
    start, end = _port(source, sides[0]), _port(target, sides[1])
    if start[0] == end[0] or start[1] == end[1]:
        return [start, end]
    if sides[0] == "b":
        return [start, (start[0], end[1]), end]
    middle = (start[0] + end[0]) / 2
    return [start, (middle, start[1]), (middle, end[1]), end]


def _words_box(path: list[tuple[float, float]], name: str) -> tuple[float, float, float, float]:
    """Above the last stretch of the arrow, by its end: there it runs alone."""
    (before, _), (x, y) = path[-2:]
    width = 12 * len(name)
    return (x - width - 8 if before < x else x + 8, y - 18, width, 14)


def _port(box: tuple[float, float, int, int], side: str) -> tuple[float, float]:
    x, y, width, height = box
    return {
        "r": (x + width, y + height / 2),
        "l": (x, y + height / 2),
        "t": (x + width / 2, y),
        "b": (x + width / 2, y + height),
    }[side]
