"""What comes out of a flowchart file: nodes, flows, lanes, and whether cases can be checked against it."""

from dataclasses import dataclass, field
from typing import Any

from basic_info.flowcharts.parsing.details import StepDetails
from basic_info.flowcharts.parsing.document import MODEL, Element
from basic_info.flowcharts.parsing.limits import StepLimit

TASKS = frozenset(
    ["task", "userTask", "serviceTask", "sendTask", "receiveTask", "manualTask", "businessRuleTask", "scriptTask"]
)
SUB_PROCESSES = frozenset({"subProcess", "transaction", "adHocSubProcess"})
GATEWAYS = frozenset(["exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway", "complexGateway"])
EVENTS = frozenset(["startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent"])
NODES = TASKS | SUB_PROCESSES | GATEWAYS | EVENTS | {"callActivity"}


@dataclass(slots=True)
class Node:
    """A flow node (流程节点): ``scope`` is the process or sub-process around it, ``host`` what it sits on."""

    id: str
    kind: str
    name: str
    scope: str
    element: Element
    host: str = ""

    @property
    def is_event_sub_process(self) -> bool:
        """A sub-process started by an event and not by a flow (事件子流程)."""
        return self.kind in SUB_PROCESSES and self.element.get("triggeredByEvent", "").strip() in {"true", "1"}

    @property
    def is_for_compensation(self) -> bool:
        """An activity that only undoes another (补偿)."""
        return str(self.element.get("isForCompensation", "")).strip() in {"true", "1"}

    @property
    def link(self) -> str:
        """The name of a link event's definition, ``""`` for anything else."""
        definition = self.element.find(f"{{{MODEL}}}linkEventDefinition")
        return "" if definition is None else definition.get("name") or self.name

    def has(self, definition: str) -> bool:
        """Whether the event is of the kind, e.g. ``compensateEventDefinition``."""
        return self.element.find(f"{{{MODEL}}}{definition}") is not None


@dataclass(frozen=True, slots=True)
class Flow:
    """A sequence flow (顺序流)."""

    id: str
    source: str
    target: str
    name: str
    is_conditional: bool = False


@dataclass(frozen=True, slots=True)
class Lane:
    """A lane (泳道 = 岗位), nested ones too: ``depth`` from 0, ``process_id`` whose process it divides."""

    id: str
    name: str
    depth: int
    process_id: str
    node_ids: frozenset[str]


@dataclass(frozen=True, slots=True)
class Participant:
    """A pool (泳池); ``process_id`` is empty for a pool that shows nothing inside."""

    id: str
    name: str
    process_id: str


@dataclass(frozen=True, slots=True)
class Process:
    """A process (流程)."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Bounds:
    """Where a shape is drawn."""

    x: float
    y: float
    width: float
    height: float

    def holds_middle_of(self, other: "Bounds") -> bool:
        """Whether the middle of another shape lies inside this one."""
        middle_x, middle_y = other.x + other.width / 2, other.y + other.height / 2
        return self.x <= middle_x <= self.x + self.width and self.y <= middle_y <= self.y + self.height


@dataclass(frozen=True, slots=True)
class Step:
    """A step (环节), what ``flow_step`` stores.

    ``sort_no`` counts from 1 in the order of the flows; ``lane_name`` is the post as drawn, ``""`` without
    lanes; ``previous_steps`` and ``next_steps`` are element ids of the tasks before and after, over
    gateways, events and the borders of sub-processes.
    """

    element_id: str
    sort_no: int
    name: str
    task_kind: str
    process_id: str
    pool_name: str
    lane_name: str
    limit: StepLimit | None
    previous_steps: tuple[str, ...]
    next_steps: tuple[str, ...]
    documentation: str
    details: StepDetails = StepDetails()


@dataclass(slots=True)
class ParsedFlowchart:
    """A flowchart (工作任务流程图) as read; ``steps`` are its tasks in order, the main process first."""

    name: str = ""
    processes: list[Process] = field(default_factory=list)
    participants: list[Participant] = field(default_factory=list)
    lanes: list[Lane] = field(default_factory=list)
    nodes: dict[str, Node] = field(default_factory=dict)
    flows: list[Flow] = field(default_factory=list)
    message_flows: int = 0
    bounds: dict[str, Bounds] = field(default_factory=dict)
    shapes: int = 0
    edges: int = 0
    main_process: str = ""
    steps: list[Step] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)

    @property
    def checkable(self) -> bool:
        """Whether cases can be checked against it; ``reasons`` name what stands against it (R60)."""
        return not self.reasons

    def problems(self) -> list[str]:
        """What was filled in wrongly, step by step, as sentences."""
        return [
            f"环节“{step.name or step.element_id}”：{text}" for step in self.steps for text in step.details.problems
        ]

    def process_of(self, node: Node) -> str:
        """The id of the process that the node stands in, however deep."""
        scope = node.scope
        while scope in self.nodes:
            scope = self.nodes[scope].scope
        return scope

    def links(self) -> list[tuple[str, str]]:
        """Pairs of link events (链接事件): a flow that leaves the drawing at one and goes on at the other."""
        caught = {(node.scope, name): node.id for node in self._links("intermediateCatchEvent") if (name := node.link)}
        thrown = ((node, (node.scope, node.link)) for node in self._links("intermediateThrowEvent"))
        return [(node.id, caught[key]) for node, key in thrown if key in caught]

    def _links(self, kind: str) -> list[Node]:
        return [node for node in self.nodes.values() if node.kind == kind and node.link]

    def of_kind(self, kinds: frozenset[str]) -> list[Node]:
        """The nodes of these kinds in the order of the file."""
        return [node for node in self.nodes.values() if node.kind in kinds]

    def as_contract(self) -> dict[str, Any]:
        """What ``lvzhi import flowchart FILE --dry-run --json`` prints."""
        return {
            "processes": len(self.processes),
            "participants": len(self.participants),
            "lanes": len(self.lanes),
            "tasks": len(self.of_kind(TASKS)),
            "call_activities": len(self.of_kind(frozenset({"callActivity"}))),
            "sub_processes": len(self.of_kind(SUB_PROCESSES)),
            "sequence_flows": len(self.flows),
            "message_flows": self.message_flows,
            "boundary_events": len(self.of_kind(frozenset({"boundaryEvent"}))),
            "shapes": self.shapes,
            "edges": self.edges,
            "checkable": self.checkable,
            "reasons": self.reasons,
        }
