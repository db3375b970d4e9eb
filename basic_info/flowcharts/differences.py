"""What is otherwise in two drawings of one chart, in words: shown to the second of two editors."""

from __future__ import annotations

from basic_info.flowcharts.parsing import ParsedFlowchart, Step

MOST = 60


def differences(theirs: ParsedFlowchart, mine: ParsedFlowchart) -> list[str]:
    """Sentences that say what ``theirs`` (saved) has otherwise than ``mine`` (not yet saved), at most 60."""
    found: list[str] = []
    names = {**_names(mine), **_names(theirs)}
    for key in theirs.nodes.keys() - mine.nodes.keys():
        found.append(f"他人版本多出“{names[key]}”")
    for key in mine.nodes.keys() - theirs.nodes.keys():
        found.append(f"他人版本没有“{names[key]}”")
    for key in theirs.nodes.keys() & mine.nodes.keys():
        if theirs.nodes[key].name != mine.nodes[key].name:
            found.append(f"“{mine.nodes[key].name or key}”在他人版本中叫“{theirs.nodes[key].name or key}”")
    found += _steps(theirs, mine)
    found += _flows(theirs, mine, names)
    found.sort()
    more = len(found) - MOST
    return [*found[:MOST], f"另有 {more} 处不同"] if more > 0 else found


def _names(chart: ParsedFlowchart) -> dict[str, str]:
    return {node.id: node.name or node.id for node in chart.nodes.values()}


def _steps(theirs: ParsedFlowchart, mine: ParsedFlowchart) -> list[str]:
    ours = {step.element_id: step for step in mine.steps}
    found = []
    for step in theirs.steps:
        own = ours.get(step.element_id)
        if own is None:
            continue
        changed = [word for word, before, after in _fields(step, own) if before != after]
        if changed:
            found.append(f"环节“{own.name or own.element_id}”的{'、'.join(changed)}不同")
    return found


def _fields(theirs: Step, mine: Step) -> list[tuple[str, object, object]]:
    one, other = theirs.details, mine.details
    return [
        ("岗位", theirs.lane_name, mine.lane_name),
        ("法定时限", theirs.limit, mine.limit),
        ("承诺时限", (one.promised_value, one.promised_unit), (other.promised_value, other.promised_unit)),
        ("节点类别", one.step_kind, other.step_kind),
        ("收件材料", one.inputs, other.inputs),
        ("产出文书", one.outputs, other.outputs),
        ("依据", one.basis, other.basis),
        ("廉政风险点", one.risk_point, other.risk_point),
        ("不计入时限的情形", one.suspensions, other.suspensions),
        ("科室职责", one.section_duty_id, other.section_duty_id),
    ]


def _flows(theirs: ParsedFlowchart, mine: ParsedFlowchart, names: dict[str, str]) -> list[str]:
    saved = {(flow.source, flow.target) for flow in theirs.flows}
    own = {(flow.source, flow.target) for flow in mine.flows}
    more = [f"他人版本多出连线“{names.get(a, a)}”→“{names.get(b, b)}”" for a, b in saved - own]
    return more + [f"他人版本没有连线“{names.get(a, a)}”→“{names.get(b, b)}”" for a, b in own - saved]
