"""A drawing for a BPMN file that has none (some programs export the model alone): pools stacked, lanes as bands.

Only the drawing is added, the model stays as it came. What stands in a sub-process is drawn on a plane of its own,
which opens from its collapsed symbol.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from lxml import etree

from basic_info.flowcharts.drawing.document import DC, DI, DIAGRAM, add_bounds, add_words
from basic_info.flowcharts.drawing.layout import BAND, LEFT, LETTER, TOP, Box, Layout, Point, lay_out
from basic_info.flowcharts.drawing.plan import Arrow, Plan, Symbol
from basic_info.flowcharts.parsing.chart import SUB_PROCESSES, Lane, Node, ParsedFlowchart
from basic_info.flowcharts.parsing.document import MODEL, Element

#: Between two pools; a pool that shows nothing inside.
_BETWEEN, _CLOSED = 60, (600.0, 100.0)


def add_drawing(root: Element, chart: ParsedFlowchart) -> None:
    """Draw the whole chart in ``root``, the definitions that ``chart`` was read from."""
    for prefix, address in (("bpmndi", DIAGRAM), ("dc", DC), ("di", DI)):
        etree.register_namespace(prefix, address)
    sheet = _Sheet(chart, root)
    collaboration = root.find(f"{{{MODEL}}}collaboration")
    pooled = {one.process_id for one in chart.participants if one.process_id}
    alone = [one.id for one in chart.processes if one.id not in pooled]
    if collaboration is not None and collaboration.get("id"):
        plane = sheet.plane(str(collaboration.get("id")))
        top = 0.0
        for pool in chart.participants:
            top += sheet.draw_pool(plane, pool.id, pool.process_id, top) + _BETWEEN
        sheet.draw_messages(plane, collaboration)
    for process_id in alone:
        sheet.draw_scope(sheet.plane(process_id), process_id, 0.0)
    for node in chart.of_kind(SUB_PROCESSES):
        if any(one.scope == node.id for one in chart.nodes.values()):
            sheet.draw_scope(sheet.plane(node.id), node.id, 0.0)


@dataclass
class _Sheet:
    chart: ParsedFlowchart
    root: Element
    #: Where everything came to stand, for arrows between pools.
    boxes: dict[str, Box] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._taken = {str(one.get("id")) for one in self.root.iter() if isinstance(one.tag, str) and one.get("id")}

    def plane(self, of: str) -> Element:
        """A new drawing of the element."""
        diagram = etree.SubElement(self.root, f"{{{DIAGRAM}}}BPMNDiagram", id=self._fresh("Diagram"))
        return etree.SubElement(diagram, f"{{{DIAGRAM}}}BPMNPlane", id=self._fresh("Plane"), bpmnElement=of)

    def draw_pool(self, plane: Element, pool_id: str, process_id: str, top: float) -> float:
        """The pool with what is in it; how high it is."""
        if not any(node.scope == process_id for node in self.chart.nodes.values()):
            box = Box(LEFT, TOP + top, *_CLOSED)
            self._shape(plane, pool_id, box).set("isHorizontal", "true")
            return box.height
        return self.draw_scope(plane, process_id, top, pool_id=pool_id)

    def draw_scope(self, plane: Element, scope: str, top: float, *, pool_id: str = "") -> float:
        """What stands directly in a process or sub-process, and its lanes; how high it came to be."""
        nodes = [node for node in self.chart.nodes.values() if node.scope == scope and node.element.get("id")]
        bands = _Bands([lane for lane in self.chart.lanes if lane.process_id == scope])
        plan, flows = self._plan(nodes, bands, has_pool=bool(pool_id))
        layout = _moved(lay_out(plan), top)
        if pool_id:
            self._shape(plane, pool_id, layout.pool).set("isHorizontal", "true")
        for lane_id, box in bands.boxes(layout.lanes):
            self._shape(plane, lane_id, box).set("isHorizontal", "true")
        for symbol in plan.symbols:
            self._symbol(plane, symbol, layout.boxes[symbol.key])
        for flow_id, path, label in zip(flows, layout.paths, layout.labels, strict=True):
            self._edge(plane, flow_id, path, label)
        return layout.pool.height

    def draw_messages(self, plane: Element, collaboration: Element) -> None:
        """Arrows between pools, from border to border."""
        for flow in collaboration.iterchildren(f"{{{MODEL}}}messageFlow"):
            ends = [self._end_of(flow, end) for end in ("sourceRef", "targetRef")]
            if ends[0] and ends[1] and flow.get("id"):
                self._edge(plane, str(flow.get("id")), _between(ends[0], ends[1]), None)

    def _end_of(self, flow: Element, end: str) -> Box | None:
        return self.boxes.get(str(flow.get(end, "")).strip().rpartition(":")[2])

    def _plan(self, nodes: Sequence[Node], bands: _Bands, *, has_pool: bool) -> tuple[Plan, list[str]]:
        """What is to be laid out, and the ids of the flows that its arrows stand for."""
        known = {node.id for node in nodes}
        # Events on a border come after what they sit on.
        ordered = sorted(nodes, key=lambda node: node.host in known)
        symbols = tuple(
            Symbol(node.id, node.kind, node.name, bands.of(node), host=node.host if node.host in known else "")
            for node in ordered
        )
        flows = [flow for flow in self.chart.flows if flow.id and flow.source in known and flow.target in known]
        arrows = tuple(Arrow(flow.source, flow.target, flow.name) for flow in flows)
        strips = (1 if has_pool else 0) + bands.depth
        return Plan("", bands.names, symbols, arrows, strips), [flow.id for flow in flows]

    def _symbol(self, plane: Element, symbol: Symbol, box: Box) -> None:
        shape = self._shape(plane, symbol.key, box)
        if symbol.tag == "exclusiveGateway":
            shape.set("isMarkerVisible", "true")
        if symbol.tag in SUB_PROCESSES:
            shape.set("isExpanded", "false")
        if symbol.name and symbol.tag.endswith(("Event", "Gateway")):
            width = max(LETTER * len(symbol.name), 20)
            add_words(shape, Box(box.middle[0] - width / 2, box.y + box.height + 2, width, 14))

    def _shape(self, plane: Element, key: str, box: Box) -> Element:
        self.boxes[key] = box
        shape = etree.SubElement(plane, f"{{{DIAGRAM}}}BPMNShape", id=self._fresh(f"{key}_di"), bpmnElement=key)
        add_bounds(shape, box)
        return shape

    def _edge(self, plane: Element, key: str, path: Sequence[Point], label: Box | None) -> None:
        edge = etree.SubElement(plane, f"{{{DIAGRAM}}}BPMNEdge", id=self._fresh(f"{key}_di"), bpmnElement=key)
        for x, y in path:
            etree.SubElement(edge, f"{{{DI}}}waypoint", x=f"{x:g}", y=f"{y:g}")
        if label:
            add_words(edge, label)

    def _fresh(self, name: str) -> str:
        """An id that the file does not have yet."""
        number, found = 1, name
        while found in self._taken:
            number += 1
            found = f"{name}_{number}"
        self._taken.add(found)
        return found


class _Bands:
    """The lanes of one process; only those without lanes inside hold symbols."""

    def __init__(self, lanes: Sequence[Lane]) -> None:
        self._lanes = lanes
        self.depth = 1 + max((lane.depth for lane in lanes), default=-1)
        after: Sequence[Lane | None] = [*lanes[1:], None]
        self._inner = [lane for lane, one in zip(lanes, after, strict=False) if one is None or one.depth <= lane.depth]
        self._place = {
            node_id: place
            for lane in sorted(lanes, key=lambda one: one.depth)
            for place in [self._first_inside(lane)]
            for node_id in lane.node_ids
        }

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(lane.name for lane in self._inner) or ("",)

    def of(self, node: Node) -> int:
        """The band of the node; what no lane names stands in the first, an event on a border with its host."""
        return self._place.get(node.host or node.id, self._place.get(node.id, 0))

    def boxes(self, bands: Sequence[Box]) -> Iterator[tuple[str, Box]]:
        """(lane id, box) of all lanes, outer ones around their inner ones, given the boxes of the inner ones."""
        if not self._lanes:
            return
        places: Mapping[int, Box] = dict(enumerate(bands))
        for lane in self._lanes:
            first, last = self._first_inside(lane), self._last_inside(lane)
            left = places[first].x + BAND * lane.depth
            right = places[first].x + places[first].width
            bottom = places[last].y + places[last].height
            if lane.id:
                yield lane.id, Box(left, places[first].y, right - left, bottom - places[first].y)

    def _first_inside(self, lane: Lane) -> int:
        at = self._lanes.index(lane)
        return next(place for place, one in enumerate(self._inner) if self._lanes.index(one) >= at)

    def _last_inside(self, lane: Lane) -> int:
        at = self._lanes.index(lane)
        end = next((n for n in range(at + 1, len(self._lanes)) if self._lanes[n].depth <= lane.depth), len(self._lanes))
        return max(place for place, one in enumerate(self._inner) if self._lanes.index(one) < end)


def _moved(layout: Layout, down: float) -> Layout:
    def lower(box: Box) -> Box:
        return Box(box.x, box.y + down, box.width, box.height)

    return Layout(
        {key: lower(box) for key, box in layout.boxes.items()},
        [lower(box) for box in layout.lanes],
        lower(layout.pool),
        [[(x, y + down) for x, y in path] for path in layout.paths],
        [lower(box) if box else None for box in layout.labels],
    )


def _between(source: Box, target: Box) -> list[Point]:
    is_down = source.y < target.y
    start = (source.middle[0], source.y + source.height if is_down else source.y)
    end = (target.middle[0], target.y if is_down else target.y + target.height)
    if start[0] == end[0]:
        return [start, end]
    middle = (start[1] + end[1]) / 2
    return [start, (start[0], middle), (end[0], middle), end]
