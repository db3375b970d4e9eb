import random

import pytest

from basic_info.flowcharts.errors import NotAFlowchart
from basic_info.flowcharts.parsing import ParsedFlowchart, parse_flowchart
from basic_info.power_lists.models import LimitUnit
from host.kernel.errors import DomainError

NAMESPACE = "http://www.omg.org/spec/BPMN/20100524/MODEL"
LICENCE = """
<process id="p" name="许可办理">
  <laneSet><lane id="l1" name="窗口岗"><flowNodeRef>accept</flowNodeRef></lane>
    <lane id="l2" name="审批科"><childLaneSet>
      <lane id="l3" name="审查岗"><flowNodeRef>review</flowNodeRef><flowNodeRef>s</flowNodeRef></lane>
    </childLaneSet><flowNodeRef>review</flowNodeRef></lane></laneSet>
  <startEvent id="start"/>
  <endEvent id="end"/>
  <userTask id="decide" name="决定"><documentation>自受理起20个工作日内作出决定</documentation></userTask>
  <userTask id="accept" name="受理（5个工作日）"/>
  <exclusiveGateway id="x"/>
  <userTask id="review" name="审查"/>
  <subProcess id="s" name="现场核查"><startEvent id="s1"/><task id="visit" name="踏勘"/>
    <sequenceFlow id="f8" sourceRef="s1" targetRef="visit"/></subProcess>
  <boundaryEvent id="b" attachedToRef="review"><timerEventDefinition>
    <timeDuration>P3D</timeDuration></timerEventDefinition></boundaryEvent>
  <manualTask id="urge" name="催办"/>
  <sequenceFlow id="f1" sourceRef="start" targetRef="accept"/>
  <sequenceFlow id="f2" sourceRef="accept" targetRef="review"/>
  <sequenceFlow id="f3" sourceRef="review" targetRef="x"/>
  <sequenceFlow id="f4" sourceRef="x" targetRef="s"/>
  <sequenceFlow id="f5" sourceRef="x" targetRef="accept"/>
  <sequenceFlow id="f6" sourceRef="s" targetRef="decide"/>
  <sequenceFlow id="f7" sourceRef="decide" targetRef="end"/>
  <sequenceFlow id="f9" sourceRef="b" targetRef="urge"/>
</process>"""


def a_file(body: str = LICENCE, *, encoding: str = "UTF-8") -> bytes:
    text = f'<?xml version="1.0" encoding="{encoding}"?><definitions xmlns="{NAMESPACE}">{body}</definitions>'
    return text.encode(encoding)


def parsed(body: str) -> ParsedFlowchart:
    return parse_flowchart(a_file(body))


def test_tasks_come_in_the_order_of_the_flows_and_not_of_the_file() -> None:
    names = [step.element_id for step in parsed(LICENCE).steps]

    assert [name for name in names if name != "urge"] == ["accept", "review", "visit", "decide"]


def test_the_innermost_lane_is_the_post_also_inside_a_sub_process() -> None:
    lanes = {step.element_id: step.lane_name for step in parsed(LICENCE).steps}

    assert lanes == {"accept": "窗口岗", "review": "审查岗", "visit": "审查岗", "decide": "", "urge": ""}


def test_next_steps_lie_behind_gateways_timers_and_sub_processes() -> None:
    steps = {step.element_id: step for step in parsed(LICENCE).steps}

    assert set(steps["review"].next_steps) == {"visit", "accept", "urge"}
    assert steps["visit"].next_steps == ("decide",)
    assert steps["decide"].previous_steps == ("visit",)


def test_limits_come_from_timers_documentation_and_names() -> None:
    limits = {step.element_id: step.limit for step in parsed(LICENCE).steps if step.limit}

    assert {name: (limit.value, limit.limit_unit) for name, limit in limits.items()} == {
        "accept": (5, LimitUnit.WORKDAY),
        "review": (3, LimitUnit.DAY),
        "decide": (20, LimitUnit.WORKDAY),
    }


@pytest.mark.parametrize(
    "extension",
    [
        '<x:limit value="10" unit="工作日"/>',
        '<x:property name="办理时限" value="10个工作日"/>',
        "<x:timeLimit>10个工作日</x:timeLimit>",
    ],
)
def test_limits_come_from_the_extensions_of_vendors(extension: str) -> None:
    task = f'<task id="t"><extensionElements xmlns:x="urn:vendor">{extension}</extensionElements></task>'

    limit = parsed(f'<process id="p">{task}</process>').steps[0].limit

    assert limit is not None
    assert (limit.value, limit.limit_unit) == (10, LimitUnit.WORKDAY)


@pytest.mark.parametrize(
    ("duration", "value", "unit"),
    [("PT2H", 2, LimitUnit.HOUR), ("PT48H", 2, LimitUnit.DAY), ("PT90M", 90, LimitUnit.MINUTE)],
)
def test_a_timer_in_hours_keeps_them(duration: str, value: int, unit: LimitUnit) -> None:
    timer = f"<timerEventDefinition><timeDuration>{duration}</timeDuration></timerEventDefinition>"
    process = f'<task id="t"/><boundaryEvent id="b" attachedToRef="t">{timer}</boundaryEvent>'

    limit = parsed(f'<process id="p">{process}</process>').steps[0].limit

    assert limit is not None
    assert (limit.value, limit.limit_unit) == (value, unit)


def test_hours_in_a_name_are_no_limit_unless_it_speaks_of_one() -> None:
    steps = parsed(
        '<process id="p"><task id="a" name="接24小时热线"/><task id="b" name="核实（时限2小时）"/></process>'
    ).steps

    assert [step.limit and step.limit.limit_unit for step in steps] == [None, LimitUnit.HOUR]


def test_a_lane_that_is_only_drawn_holds_what_is_drawn_in_it() -> None:
    drawing = """<d:BPMNDiagram xmlns:d="urn:di" xmlns:c="urn:dc">
      <d:BPMNShape bpmnElement="l"><c:Bounds x="0" y="0" width="500" height="100"/></d:BPMNShape>
      <d:BPMNShape bpmnElement="t"><c:Bounds x="50" y="10" width="80" height="60"/></d:BPMNShape></d:BPMNDiagram>"""
    process = '<process id="p"><laneSet><lane id="l" name="窗口岗"/></laneSet><task id="t"/></process>'

    assert parsed(process + drawing).steps[0].lane_name == "窗口岗"


@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16", "GB18030", "GBK", "ISO-8859-1"])
def test_any_encoding_is_read(encoding: str) -> None:
    body = LICENCE if encoding != "ISO-8859-1" else '<process id="p" name="caf\u00e9"><task id="t"/></process>'

    assert parse_flowchart(a_file(body, encoding=encoding)).name in {"许可办理", "café"}


def test_a_file_in_gbk_that_says_it_is_utf_8_is_read() -> None:
    data = a_file().decode().encode("gbk")

    assert parse_flowchart(data).name == "许可办理"


def test_any_prefix_is_read() -> None:
    data = f'<semantic:definitions xmlns:semantic="{NAMESPACE}"><semantic:process id="p"><semantic:task id="t"/>'
    data += "</semantic:process></semantic:definitions>"

    assert parse_flowchart(data.encode()).as_contract()["tasks"] == 1


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ('<process id="p"><task id="t"/><complexGateway id="g" name="会签"/></process>', "复杂网关“会签”"),
        ('<process id="p"><adHocSubProcess id="s" name="协调"><task id="t"/></adHocSubProcess></process>', "协调"),
        (
            '<process id="p"><task id="t"/><subProcess id="s" name="投诉" triggeredByEvent="true"/></process>',
            "事件子流程",
        ),
        ('<process id="p"><task id="t" isForCompensation="true" name="撤回"/></process>', "补偿“撤回”"),
        (
            '<process id="p"><task id="t"/><sequenceFlow id="f" sourceRef="t" targetRef="gone"/></process>',
            "没有连到环节",
        ),
        (
            '<process id="p"><task id="t"/></process><process id="q" name="企业"><task id="u"/></process>',
            "其他泳池“企业”",
        ),
        ('<process id="p"><task id="t"/><task id="t"/></process>', "编号“t”重复"),
        ('<process id="p"/>', "没有任务环节"),
    ],
)
def test_what_cannot_be_checked_is_said_by_name(body: str, reason: str) -> None:
    chart = parsed(body)

    assert not chart.checkable
    assert any(reason in said for said in chart.reasons)


def test_a_pool_that_shows_nothing_inside_does_not_stand_against_checking() -> None:
    pools = '<collaboration id="c"><participant id="a" name="申请人"/></collaboration>'

    assert parsed(pools + LICENCE).checkable


def test_a_loop_without_an_entrance_is_still_all_steps() -> None:
    flows = '<sequenceFlow id="f" sourceRef="a" targetRef="b"/><sequenceFlow id="g" sourceRef="b" targetRef="a"/>'

    steps = parsed(f'<process id="p"><task id="a"/><task id="b"/>{flows}</process>').steps

    assert [step.element_id for step in steps] == ["a", "b"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00\x01\x02",
        b"PK\x03\x04",
        b"<html></html>",
        b"<definitions><process id='p'><task id='t'/></process></definitions>",
        a_file()[:-40],
        a_file("<import/>"),
        b'<!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]>' + a_file()[39:],
        '<!DOCTYPE x SYSTEM "http://localhost/x.dtd"><x/>'.encode("utf-16"),
        b'<?xml version="1.0"?>' + b"<a>" * 100_000,
    ],
)
def test_what_is_no_flowchart_is_refused(data: bytes) -> None:
    with pytest.raises(NotAFlowchart):
        parse_flowchart(data)


def test_a_file_over_the_limit_is_refused() -> None:
    with pytest.raises(NotAFlowchart, match="20 MiB"):
        parse_flowchart(b" " * (20 * 1024 * 1024 + 1))


def test_millions_of_elements_are_refused() -> None:
    with pytest.raises(NotAFlowchart, match="过多"):
        parsed("<a/>" * 1_000_000)


def test_no_mutant_of_a_flowchart_ends_in_anything_but_a_chart_or_a_refusal() -> None:
    chance = random.Random(22)
    good = a_file()
    ends = {"chart": 0, "refusal": 0}
    for _ in range(600):
        mutant = bytearray(good)
        for _ in range(chance.choice((1, 1, 3, 12))):
            start = chance.randrange(len(mutant))
            if chance.random() < 0.5:
                mutant[start] = chance.randrange(256)
            else:
                end = start + chance.randrange(60)
                mutant[start:end] = good[(other := chance.randrange(len(good))) : other + chance.randrange(60)]
        try:
            parse_flowchart(bytes(mutant)).as_contract()
            ends["chart"] += 1
        except DomainError:
            ends["refusal"] += 1

    assert min(ends.values()) > 0
