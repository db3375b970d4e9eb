"""Small charts in few words: lines of flows and nodes, turned into BPMN."""

from __future__ import annotations

from basic_info.flowcharts.parsing import ParsedFlowchart, parse_flowchart

NAMESPACE = "http://www.omg.org/spec/BPMN/20100524/MODEL"
KINDS = {
    "x": "exclusiveGateway",
    "p": "parallelGateway",
    "o": "inclusiveGateway",
    "e": "eventBasedGateway",
    "start": "startEvent",
    "end": "endEvent",
    "catch": "intermediateCatchEvent",
    "throw": "intermediateThrowEvent",
}


def body(flows: str, more: str = "", *, prefix: str = "") -> str:
    """``"start>A A>x1 x1>B"``: names of gateways and events begin with their kind, other names are tasks.

    ``more`` is XML put beside; ids that it declares are not declared again.
    """
    pairs = [flow.split(">") for flow in flows.split()]
    names = dict.fromkeys(name for pair in pairs for name in pair)
    nodes = "".join(_node(name) for name in names if f'id="{name}"' not in more)
    lines = "".join(
        f'<sequenceFlow id="{prefix}f{number}" sourceRef="{source}" targetRef="{target}"/>'
        for number, (source, target) in enumerate(pairs)
    )
    return nodes + lines + more


def chart(flows: str, more: str = "", beside: str = "") -> ParsedFlowchart:
    """The parsed chart of one process; ``beside`` stands beside the process."""
    process = f'<process id="main" name="图">{body(flows, more)}</process>'
    return parse_flowchart(f'<definitions xmlns="{NAMESPACE}">{process}{beside}</definitions>'.encode())


def _node(name: str) -> str:
    stem = name.rstrip("0123456789")
    return f'<{KINDS.get(stem, "task")} id="{name}" name="{name}"/>'
