"""What is to be drawn: lanes, symbols in them, arrows between symbols."""

from __future__ import annotations

from dataclasses import dataclass

from basic_info.flowcharts.parsing.details import StepDetails


@dataclass(frozen=True, slots=True)
class Symbol:
    """A symbol; ``tag`` is its BPMN element, ``lane`` the number of its lane from 0."""

    key: str
    tag: str
    name: str
    lane: int
    details: StepDetails | None = None


@dataclass(frozen=True, slots=True)
class Arrow:
    """A sequence flow; ``name`` is the condition written at it."""

    source: str
    target: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """A chart of one pool named after the chart."""

    name: str
    lanes: tuple[str, ...]
    symbols: tuple[Symbol, ...]
    arrows: tuple[Arrow, ...]


def blank_plan(name: str, lanes: tuple[str, ...]) -> Plan:
    """What an empty editor begins with: the lanes and a start event."""
    return Plan(name, lanes, (Symbol("Start", "startEvent", "开始", 0),), ())
