"""A plan as a BPMN 2.0 document with its drawing."""

from __future__ import annotations

from lxml import etree

from basic_info.flowcharts.drawing.layout import LETTER, Box, Layout, lay_out
from basic_info.flowcharts.drawing.plan import Plan, Symbol
from basic_info.flowcharts.parsing.details import OWN, write_details
from basic_info.flowcharts.parsing.document import MODEL, Element

DIAGRAM = "http://www.omg.org/spec/BPMN/20100524/DI"
DC = "http://www.omg.org/spec/DD/20100524/DC"
DI = "http://www.omg.org/spec/DD/20100524/DI"
PREFIXES = {"bpmn": MODEL, "bpmndi": DIAGRAM, "dc": DC, "di": DI, "lvzhi": OWN}


def bpmn_document(plan: Plan) -> str:
    """One pool with its lanes, left to right; without an XML declaration, as charts are kept."""
    layout = lay_out(plan)
    root = etree.Element(f"{{{MODEL}}}definitions", nsmap=PREFIXES, id="Definitions_1")
    root.set("targetNamespace", OWN)
    pool = _add(root, "collaboration", id="Collaboration_1")
    _add(pool, "participant", id="Participant_1", name=plan.name, processRef="Process_1")
    process = _add(root, "process", id="Process_1", name=plan.name, isExecutable="false")
    lanes = _add(process, "laneSet", id="LaneSet_1")
    for number, name in enumerate(plan.lanes):
        lane = _add(lanes, "lane", id=f"Lane_{number + 1}", name=name)
        for symbol in plan.symbols:
            if symbol.lane == number:
                _add(lane, "flowNodeRef").text = symbol.key
    for symbol in plan.symbols:
        _add_symbol(process, symbol, plan)
    for number, arrow in enumerate(plan.arrows, 1):
        flow = _add(process, "sequenceFlow", id=f"Flow_{number}", sourceRef=arrow.source, targetRef=arrow.target)
        if arrow.name:
            flow.set("name", arrow.name)
    _draw(root, plan, layout)
    text: str = etree.tostring(root, encoding="unicode", pretty_print=True)
    return text


def _add(parent: Element, tag: str, **attributes: str) -> Element:
    return etree.SubElement(parent, f"{{{MODEL}}}{tag}", attributes)


def _add_symbol(process: Element, symbol: Symbol, plan: Plan) -> None:
    element = _add(process, symbol.tag, id=symbol.key)
    if symbol.name:
        element.set("name", symbol.name)
    if symbol.details:
        write_details(element, symbol.details)
    for end, tag in (("target", "incoming"), ("source", "outgoing")):
        for number, arrow in enumerate(plan.arrows, 1):
            if getattr(arrow, end) == symbol.key:
                _add(element, tag).text = f"Flow_{number}"


def _draw(root: Element, plan: Plan, layout: Layout) -> None:
    diagram = etree.SubElement(root, f"{{{DIAGRAM}}}BPMNDiagram", id="Diagram_1")
    plane = etree.SubElement(diagram, f"{{{DIAGRAM}}}BPMNPlane", id="Plane_1", bpmnElement="Collaboration_1")
    _shape(plane, "Participant_1", layout.pool).set("isHorizontal", "true")
    for number, box in enumerate(layout.lanes, 1):
        _shape(plane, f"Lane_{number}", box).set("isHorizontal", "true")
    for symbol in plan.symbols:
        box = layout.boxes[symbol.key]
        shape = _shape(plane, symbol.key, box)
        if symbol.tag == "exclusiveGateway":
            shape.set("isMarkerVisible", "true")
        if symbol.name and not symbol.tag.lower().endswith("task"):
            width = max(LETTER * len(symbol.name), 20)
            add_words(shape, Box(box.middle[0] - width / 2, box.y + box.height + 2, width, 14))
    for number, (path, label) in enumerate(zip(layout.paths, layout.labels, strict=True), 1):
        edge = etree.SubElement(plane, f"{{{DIAGRAM}}}BPMNEdge", id=f"Flow_{number}_di", bpmnElement=f"Flow_{number}")
        for x, y in path:
            etree.SubElement(edge, f"{{{DI}}}waypoint", x=f"{x:g}", y=f"{y:g}")
        if label:
            add_words(edge, label)


def _shape(plane: Element, key: str, box: Box) -> Element:
    shape = etree.SubElement(plane, f"{{{DIAGRAM}}}BPMNShape", id=f"{key}_di", bpmnElement=key)
    add_bounds(shape, box)
    return shape


def add_words(parent: Element, box: Box) -> None:
    """Where the words of a symbol or arrow stand."""
    add_bounds(etree.SubElement(parent, f"{{{DIAGRAM}}}BPMNLabel"), box)


def add_bounds(parent: Element, box: Box) -> None:
    """Where a shape or its words stand."""
    sides = {"x": box.x, "y": box.y, "width": box.width, "height": box.height}
    etree.SubElement(parent, f"{{{DC}}}Bounds", {name: f"{value:g}" for name, value in sides.items()})
