"""What is to be drawn: lanes, symbols in them, arrows between symbols."""

from __future__ import annotations

from dataclasses import dataclass

from basic_info.flowcharts.parsing.details import StepDetails


@dataclass(frozen=True, slots=True)
class Symbol:
    """A symbol; ``tag`` is its BPMN element, ``lane`` the number of its lane from 0.

    ``host``: the activity on whose border it sits (boundary events), which comes before it.
    """

    key: str
    tag: str
    name: str
    lane: int
    details: StepDetails | None = None
    host: str = ""


@dataclass(frozen=True, slots=True)
class Arrow:
    """A sequence flow; ``name`` is the condition written at it."""

    source: str
    target: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """A chart of one pool named after the chart; ``strips``: how many names stand left of the symbols."""

    name: str
    lanes: tuple[str, ...]
    symbols: tuple[Symbol, ...]
    arrows: tuple[Arrow, ...]
    strips: int = 2


def blank_plan(name: str, lanes: tuple[str, ...]) -> Plan:
    """What an empty editor begins with: the lanes and a start event."""
    return Plan(name, lanes, (Symbol("Start", "startEvent", "开始", 0),), ())
