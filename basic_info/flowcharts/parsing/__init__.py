"""Reading a BPMN 2.0 flowchart (工作任务流程图) into its parts and steps; touches no database."""

from basic_info.flowcharts.parsing.chart import ParsedFlowchart, Step
from basic_info.flowcharts.parsing.flowchart import parse_flowchart

__all__ = ["ParsedFlowchart", "Step", "parse_flowchart"]
