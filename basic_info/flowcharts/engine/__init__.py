"""The token game of a flowchart: compiled once into a state graph, then cases are replayed over it (R60, R61).

Pure functions over a parsed chart; touches no database. What waits is a task, a catching event or a boundary event;
everything else (gateways, throwing events, ends) takes no time. Each non-interrupting boundary event happens at most
once while its activity runs; a multi-instance activity has one instance or more.
"""

from basic_info.flowcharts.engine.compiling import MAX_SECONDS, MAX_STATES, compile_chart
from basic_info.flowcharts.engine.deviations import Conformance, Deviation, DeviationKind, Entry, Judgement, judge
from basic_info.flowcharts.engine.graph import StateGraph
from basic_info.flowcharts.engine.net import Called
from basic_info.flowcharts.engine.replay import Frontier, Replay

__all__ = [
    "MAX_SECONDS",
    "MAX_STATES",
    "Called",
    "Conformance",
    "Deviation",
    "DeviationKind",
    "Entry",
    "Frontier",
    "Judgement",
    "Replay",
    "StateGraph",
    "compile_chart",
    "judge",
]
