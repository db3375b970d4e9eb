"""A chart is drawn, saved by one or two people, checked, published and exported."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

import basic_info.api as basic_info
from basic_info.duties.models import DutyLink, LinkState
from basic_info.flowcharts.models import (
    ChartState,
    FlowCall,
    Flowchart,
    FlowchartRevision,
    FlowGraph,
    FlowStep,
    StepKind,
)
from basic_info.flowcharts.operations import publish_flowchart
from basic_info.flowcharts.parsing import parse_flowchart
from host.kernel.access import Actor, Role
from host.kernel.db import db
from host.kernel.pages import today_in_china
from tests import factories
from tests.basic_info.flowcharts.conftest import Office

SignIn = Callable[[Actor], FlaskClient]
TODAY = today_in_china()
DETAILS = (
    '<bpmn:extensionElements><lvzhi:step kind="accept" limitValue="5" limitUnit="workday" promisedValue="3"'
    ' promisedUnit="day" basis="行政许可法第三十二条" riskPoint="超期受理" suspensions="hearing testing"{duty}>'
    "<lvzhi:input>申请表</lvzhi:input><lvzhi:input>营业执照</lvzhi:input><lvzhi:output>受理通知书</lvzhi:output>"
    "</lvzhi:step></bpmn:extensionElements>"
)


def drawing(steps: str = "受理 审查", details: str = "", more: str = "") -> str:
    """A chart whose steps follow each other; the first carries ``details``."""
    names = steps.split()
    tasks = "".join(
        f'<bpmn:task id="T{number}" name="{name}">{details if number == 0 else ""}</bpmn:task>'
        for number, name in enumerate(names)
    )
    way = ["start", *(f"T{number}" for number in range(len(names))), "end"]
    flows = "".join(
        f'<bpmn:sequenceFlow id="f{number}" sourceRef="{way[number]}" targetRef="{way[number + 1]}"/>'
        for number in range(len(way) - 1)
    )
    return (
        '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:lvzhi="urn:lvzhi:flowchart:1"'
        f' id="d"><bpmn:process id="p" name="许可"><bpmn:startEvent id="start"/><bpmn:endEvent id="end"/>{tasks}{flows}'
        f"{more}</bpmn:process></bpmn:definitions>"
    )


def begun(place: Office, sign_in_as: SignIn, name: str = "许可办理") -> tuple[FlaskClient, Flowchart]:
    client = sign_in_as(place.clerk)
    answer = client.post(
        f"/basic-info/units/{place.unit.id}/flowcharts/new", data={"name": name, "lanes": "窗口岗\n审查岗"}
    )
    assert answer.status_code == 303, answer.text
    chart = db.session.scalars(select(Flowchart).where(Flowchart.name == name)).one()
    return client, chart


def saved(client: FlaskClient, chart: Flowchart, xml: str, revision: int | str = 1) -> Any:
    data = {"revision": str(revision), "model": (io.BytesIO(xml.encode()), "model.bpmn")}
    return client.post(f"/basic-info/flowcharts/{chart.id}/editor", data=data, headers={"Accept": "application/json"})


def steps_of(chart: Flowchart) -> list[FlowStep]:
    statement = select(FlowStep).where(FlowStep.flowchart_id == chart.id).order_by(FlowStep.sort_no)
    return list(db.session.scalars(statement.execution_options(populate_existing=True)))


def test_a_new_chart_opens_in_the_editor_with_its_lanes(place: Office, sign_in_as: SignIn) -> None:
    client, chart = begun(place, sign_in_as)

    page = client.get(f"/basic-info/flowcharts/{chart.id}/editor")

    assert "data-flowchart-editor" in page.text
    assert [lane.name for lane in parse_flowchart(chart.model.encode()).lanes] == ["窗口岗", "审查岗"]


def test_a_chart_without_a_lane_is_asked_for_one(place: Office, sign_in_as: SignIn) -> None:
    client = sign_in_as(place.clerk)

    answer = client.post(f"/basic-info/units/{place.unit.id}/flowcharts/new", data={"name": "许可", "lanes": ""})

    assert answer.status_code == 422
    assert "请至少填写一个岗位" in answer.text


def test_what_is_filled_in_for_a_step_becomes_a_row(place: Office, sign_in_as: SignIn) -> None:
    client, chart = begun(place, sign_in_as)
    duty = factories.a_section_duty(section=place.section, text="承担受理")

    assert saved(client, chart, drawing(details=DETAILS.format(duty=f' sectionDuty="{duty.id}"'))).status_code == 200

    step = steps_of(chart)[0]
    assert (step.step_kind, step.limit_value, step.promised_value) == (StepKind.ACCEPT, 5, 3)
    assert (step.inputs, step.outputs) == ("申请表\n营业执照", "受理通知书")
    assert step.suspensions == ["hearing", "testing"]
    link = db.session.scalars(select(DutyLink).where(DutyLink.step_id == step.id)).one()
    assert (link.section_duty_id, link.link_state) == (duty.id, LinkState.CONFIRMED)


def test_a_limit_in_hours_is_shown_as_written_and_the_page_says_how_the_clock_counts_it(
    place: Office, sign_in_as: SignIn
) -> None:
    client, chart = begun(place, sign_in_as)
    hours = DETAILS.replace('limitValue="5" limitUnit="workday"', 'limitValue="2" limitUnit="hour"').format(duty="")

    saved(client, chart, drawing(details=hours))
    page = client.get(f"/basic-info/flowcharts/{chart.id}").text

    assert ("2 小时" in page, "按包含它的整个工作日" in page) == (True, True)


def test_a_step_taken_off_the_drawing_goes_and_the_others_keep_their_rows(place: Office, sign_in_as: SignIn) -> None:
    client, chart = begun(place, sign_in_as)
    saved(client, chart, drawing("受理 审查 决定"))
    before = {step.element_id: step.id for step in steps_of(chart)}

    saved(client, chart, drawing("受理 审核"), revision=2)

    assert [(step.id, step.name) for step in steps_of(chart)] == [(before["T0"], "受理"), (before["T1"], "审核")]


@pytest.mark.parametrize(
    ("attribute", "message"),
    [
        ('limitValue="0"', "法定时限应为 1 至 3650 的整数"),
        ('promisedValue="3" promisedUnit="week"', "承诺时限的单位"),
        ('kind="other2"', "节点类别不在可选范围内"),
        ('suspensions="lunch"', "不计入时限的情形"),
        ('sectionDuty="x"', "对应的科室职责"),
        ('suspensions="supplement"', "补正期间计入时限"),
    ],
)
def test_a_wrong_detail_is_refused_by_step_and_field(
    place: Office, sign_in_as: SignIn, attribute: str, message: str
) -> None:
    client, chart = begun(place, sign_in_as)
    details = f"<bpmn:extensionElements><lvzhi:step {attribute}/></bpmn:extensionElements>"

    answer = saved(client, chart, drawing(details=details))

    assert answer.status_code == 422
    assert "环节“受理”：" in answer.json["message"]
    assert message in answer.json["message"]


def test_a_setting_lets_waiting_for_papers_stop_the_clock(place: Office, sign_in_as: SignIn) -> None:
    client = sign_in_as(place.clerk)
    form = {"name": "许可", "lanes": "窗口岗", "supplement_suspends": "y"}
    client.post(f"/basic-info/units/{place.unit.id}/flowcharts/new", data=form)
    chart = db.session.scalars(select(Flowchart)).one()
    details = '<bpmn:extensionElements><lvzhi:step suspensions="supplement"/></bpmn:extensionElements>'

    assert saved(client, chart, drawing(details=details)).status_code == 200


def test_row_45_the_second_of_two_editors_sees_what_is_otherwise_and_nothing_is_lost(
    place: Office, sign_in_as: SignIn
) -> None:
    client, chart = begun(place, sign_in_as)
    saved(client, chart, drawing("受理 审查"))
    saved(client, chart, drawing("受理 现场核查 审查"), revision=2)

    answer = saved(client, chart, drawing("受理 审核"), revision=2)

    assert answer.status_code == 409
    assert answer.json["revision"] == 3
    assert {"“审核”在他人版本中叫“现场核查”", "他人版本多出“审查”"} <= set(answer.json["differences"])
    assert [step.name for step in steps_of(chart)] == ["受理", "现场核查", "审查"]
    assert saved(client, chart, drawing("受理 审核"), revision=3).status_code == 200
    kept = client.get(f"/basic-info/flowcharts/{chart.id}/saves/3")
    assert "现场核查" in kept.text


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"<a/>", 422), (b"", 422), (b"<!DOCTYPE x [<!ENTITY a 'b'>]><x/>", 422), (b" " * (21 << 20), 422)],
)
def test_what_is_no_chart_is_not_saved(place: Office, sign_in_as: SignIn, body: bytes, status: int) -> None:
    client, chart = begun(place, sign_in_as)
    data = {"revision": "1", "model": (io.BytesIO(body), "model.bpmn")}

    answer = client.post(f"/basic-info/flowcharts/{chart.id}/editor", data=data, headers={"Accept": "application/json"})

    assert answer.status_code == status
    assert db.session.scalars(
        select(FlowchartRevision.revision).where(FlowchartRevision.flowchart_id == chart.id)
    ).all() == [1]


def test_another_unit_cannot_open_or_save_it(place: Office, sign_in_as: SignIn) -> None:
    _, chart = begun(place, sign_in_as)
    other = sign_in_as(factories.an_actor(Role.UNIT_CLERK, unit=factories.a_unit(name="市统计局")))

    assert other.get(f"/basic-info/flowcharts/{chart.id}/editor").status_code == 404
    assert saved(other, chart, drawing()).status_code == 404
    assert other.get(f"/basic-info/flowcharts/{chart.id}/file").status_code == 404
    assert other.post(f"/basic-info/flowcharts/{chart.id}/draft").status_code == 404


def test_publishing_compiles_the_chart_and_closes_it(place: Office, sign_in_as: SignIn) -> None:
    client, chart = begun(place, sign_in_as)
    saved(client, chart, drawing("受理 审查"))

    page = sign_in_as(place.second).post(
        f"/basic-info/flowcharts/{chart.id}/publish", data={"on": TODAY.isoformat()}, follow_redirects=True
    )

    assert "流程图已发布" in page.text
    assert (chart.chart_state, chart.effective_from) == (ChartState.PUBLISHED, TODAY)
    assert db.session.get_one(FlowGraph, chart.id).states == 3
    assert saved(client, chart, drawing("另画"), revision=2).status_code == 409


def test_what_stands_against_publishing_is_named(place: Office, sign_in_as: SignIn) -> None:
    client, chart = begun(place, sign_in_as)
    saved(client, chart, drawing(more='<bpmn:complexGateway id="g" name="会签"/>'))

    page = client.get(f"/basic-info/flowcharts/{chart.id}/publish")
    answer = sign_in_as(place.second).post(f"/basic-info/flowcharts/{chart.id}/publish", data={"on": TODAY.isoformat()})

    assert "现在还不能发布" in page.text
    assert "复杂网关“会签”" in page.text
    assert answer.status_code == 422
    assert chart.chart_state is ChartState.DRAFT


@pytest.mark.parametrize("on", [TODAY + timedelta(days=1), date(2020, 1, 1)])
def test_a_version_begins_today_or_after_the_one_before(place: Office, sign_in_as: SignIn, on: date) -> None:
    client, chart = begun(place, sign_in_as)
    saved(client, chart, drawing())
    publish_flowchart(chart, actor=place.second, on=TODAY - timedelta(days=10))
    client.post(f"/basic-info/flowcharts/{chart.id}/draft")
    draft = db.session.scalars(select(Flowchart).where(Flowchart.version_no == 2)).one()

    answer = sign_in_as(place.second).post(f"/basic-info/flowcharts/{draft.id}/publish", data={"on": on.isoformat()})

    assert answer.status_code == 422
    assert "生效日期不能" in answer.text


def test_a_new_version_ends_the_one_before_and_keeps_what_was_confirmed(place: Office, sign_in_as: SignIn) -> None:
    client, chart = begun(place, sign_in_as)
    duty = factories.a_section_duty(section=place.section, text="承担受理")
    saved(client, chart, drawing(details=DETAILS.format(duty=f' sectionDuty="{duty.id}"')))
    publish_flowchart(chart, actor=place.second, on=TODAY - timedelta(days=10))

    client.post(f"/basic-info/flowcharts/{chart.id}/draft")
    draft = db.session.scalars(select(Flowchart).where(Flowchart.version_no == 2)).one()
    publish_flowchart(draft, actor=place.second)

    db.session.refresh(chart)
    assert chart.chart_state is ChartState.SUPERSEDED
    assert chart.valid is not None
    assert chart.valid.upper == TODAY
    step = steps_of(draft)[0]
    assert step.basis == "行政许可法第三十二条"
    assert db.session.scalars(select(DutyLink.section_duty_id).where(DutyLink.step_id == step.id)).all() == [duty.id]


def test_a_round_trip_keeps_all_that_was_filled_in(place: Office, sign_in_as: SignIn) -> None:
    client, chart = begun(place, sign_in_as)
    duty = factories.a_section_duty(section=place.section, text="承担受理")
    saved(client, chart, drawing(details=DETAILS.format(duty=f' sectionDuty="{duty.id}"')))
    first = parse_flowchart(client.get(f"/basic-info/flowcharts/{chart.id}/file").data)

    _, second_chart = begun(place, sign_in_as, "另一张")
    saved(client, second_chart, client.get(f"/basic-info/flowcharts/{chart.id}/file").text)
    second = parse_flowchart(client.get(f"/basic-info/flowcharts/{second_chart.id}/file").data)

    assert [step.details for step in first.steps] == [step.details for step in second.steps]
    assert first.steps[0].details.inputs == ("申请表", "营业执照")


def test_a_limit_found_in_words_is_exported_as_a_field(place: Office, sign_in_as: SignIn) -> None:
    client, chart = begun(place, sign_in_as)
    saved(client, chart, drawing("受理（5个工作日） 审查"))

    file = client.get(f"/basic-info/flowcharts/{chart.id}/file")

    assert 'limitValue="5" limitUnit="workday"' in file.text
    assert re.search(r"filename\*=UTF-8''.+\.bpmn", file.headers["Content-Disposition"])


def test_the_exported_steps_have_both_limits(place: Office, sign_in_as: SignIn) -> None:
    client, chart = begun(place, sign_in_as)
    saved(client, chart, drawing("受理", details=DETAILS.format(duty="")))

    table = client.post(f"/exports/basic_info.flow_steps?chart_id={chart.id}", data={"kind": "csv"}).text

    assert "法定时限,法定时限单位,承诺时限,承诺时限单位" in table
    assert "5,工作日,3,日" in table


CALL = (
    '<bpmn:callActivity id="c" name="转办" calledElement="flowchart-{id}"/>'
    '<bpmn:sequenceFlow id="g" sourceRef="T0" targetRef="c"/>'
)


def test_a_call_is_pinned_to_the_version_published_then(place: Office, sign_in_as: SignIn) -> None:
    client, called = begun(place, sign_in_as, "公共环节")
    saved(client, called, drawing("登记"))
    publish_flowchart(called, actor=place.second, on=TODAY - timedelta(days=1))
    _, chart = begun(place, sign_in_as)
    saved(client, chart, drawing("受理", more=CALL.format(id=called.id)))
    client.post(f"/basic-info/flowcharts/{called.id}/draft")
    publish_flowchart(db.session.scalars(select(Flowchart).where(Flowchart.version_no == 2)).one(), actor=place.second)

    publish_flowchart(chart, actor=place.second)

    assert db.session.scalars(select(FlowCall.called_id).where(FlowCall.flowchart_id == chart.id)).all() == [called.id]
    replay = basic_info.replay_of(chart.id)
    labels = basic_info.step_labels(chart.id)
    done = [labels[steps_of(chart)[0].id], labels[steps_of(called)[0].id]]
    assert replay.run(done).final_cost == 0


def test_a_call_of_a_draft_is_refused(place: Office, sign_in_as: SignIn) -> None:
    client, called = begun(place, sign_in_as, "公共环节")
    _, chart = begun(place, sign_in_as)

    answer = saved(client, chart, drawing("受理", more=CALL.format(id=called.id)))

    assert answer.status_code == 422
    assert "调用活动“转办”指定的流程图不存在、未发布" in answer.json["message"]


def test_a_published_version_is_replayed_from_its_stored_graph(place: Office, sign_in_as: SignIn) -> None:
    client, chart = begun(place, sign_in_as)
    saved(client, chart, drawing("受理 审查 决定"))
    publish_flowchart(chart, actor=place.second)
    labels = basic_info.step_labels(chart.id)
    entries = [basic_info.Entry(labels[step.id]) for step in steps_of(chart) if step.name != "审查"]

    judgement = basic_info.judge(basic_info.replay_of(chart.id), entries, is_closed=True)

    assert [(one.kind.label, one.label) for one in judgement.deviations] == [("漏步", "T1")]


def test_saving_again_costs_as_many_statements_for_sixty_steps_as_for_thirty(
    place: Office, sign_in_as: SignIn, count_queries: Any
) -> None:
    client, chart = begun(place, sign_in_as)
    counts = []
    for revision, size in enumerate((2, 30, 60), 1):
        with count_queries() as seen:
            saved(client, chart, drawing(" ".join(f"环节{number}" for number in range(size))), revision=revision)
        counts.append(len(seen))

    assert counts[1] == counts[2]
