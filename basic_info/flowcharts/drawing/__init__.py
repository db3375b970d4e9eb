"""Drawing a flowchart from its parts: where symbols and arrows stand, and the BPMN document."""

from basic_info.flowcharts.drawing.document import bpmn_document
from basic_info.flowcharts.drawing.missing import add_drawing
from basic_info.flowcharts.drawing.plan import Arrow, Plan, Symbol, blank_plan

__all__ = ["Arrow", "Plan", "Symbol", "add_drawing", "blank_plan", "bpmn_document"]
