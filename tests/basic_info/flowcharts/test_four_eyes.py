"""A chart is published by somebody who saved none of its drawing; the database sees to it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from basic_info.flowcharts.editing import draw_flowchart, new_draft, save_draft
from basic_info.flowcharts.errors import DrawnByOneself
from basic_info.flowcharts.models import ChartState, Flowchart
from basic_info.flowcharts.operations import publish_flowchart
from basic_info.flowcharts.parsing import parse_flowchart
from basic_info.waiting import todo
from host.kernel.access import SYSTEM, Actor, Role
from host.kernel.db import db
from host.kernel.pages import today_in_china
from tests import factories
from tests.basic_info.flowcharts.conftest import Office
from tests.basic_info.flowcharts.test_editing import drawing

SignIn = Callable[[Actor], FlaskClient]


@pytest.fixture
def colleague(place: Office) -> Actor:
    return factories.an_actor(Role.UNIT_CLERK, unit=place.unit)


@pytest.fixture
def chart(place: Office) -> Flowchart:
    return draw_flowchart(
        unit_id=place.unit.id,
        name="许可",
        power_item_id=None,
        model_xml=drawing(),
        supplement_suspends=False,
        actor=place.clerk,
    )


def test_who_drew_it_does_not_publish(place: Office, chart: Flowchart) -> None:
    with pytest.raises(DrawnByOneself):
        publish_flowchart(chart, actor=place.clerk)


def test_a_colleague_publishes(chart: Flowchart, colleague: Actor) -> None:
    assert publish_flowchart(chart, actor=colleague).published_by == colleague.account_id


def test_who_saved_it_in_between_does_not_publish(place: Office, chart: Flowchart, colleague: Actor) -> None:
    for revision, actor in enumerate((colleague, factories.an_actor(Role.UNIT_CLERK, unit=place.unit)), start=1):
        save_draft(chart, parse_flowchart(drawing().encode()), model_xml=drawing(), revision=revision, actor=actor)
    with pytest.raises(DrawnByOneself):
        publish_flowchart(chart, actor=colleague)


def test_the_platform_itself_publishes_none(chart: Flowchart) -> None:
    with pytest.raises(DrawnByOneself):
        publish_flowchart(chart, actor=SYSTEM)


def test_who_published_one_version_may_draft_the_next(chart: Flowchart, colleague: Actor) -> None:
    draft = new_draft(publish_flowchart(chart, actor=colleague), actor=colleague)
    with pytest.raises(DrawnByOneself):
        publish_flowchart(draft, actor=colleague)


def test_the_database_refuses_it_too(place: Office, chart: Flowchart) -> None:
    chart.chart_state, chart.published_by = ChartState.PUBLISHED, place.clerk.account_id
    with pytest.raises(DrawnByOneself):
        db.session.flush()


def test_the_database_wants_a_person(chart: Flowchart) -> None:
    chart.chart_state = ChartState.PUBLISHED
    with pytest.raises(DrawnByOneself):
        db.session.flush()


def test_who_drew_it_is_told_who_publishes(place: Office, chart: Flowchart, sign_in_as: SignIn) -> None:
    url = f"/basic-info/flowcharts/{chart.id}/publish"
    answer = sign_in_as(place.clerk).post(url, data={"on": today_in_china().isoformat()})
    assert (answer.status_code, "请由另一人" in answer.text) == (409, True)


def test_what_waits_for_a_second_person_is_on_the_to_do_list(
    app: Flask, place: Office, chart: Flowchart, colleague: Actor
) -> None:
    with app.test_request_context():
        found = [{item.title: item.count for item in todo(actor)} for actor in (place.clerk, colleague)]
    assert [one.get("待核对发布的流程图") for one in found] == [None, 1]


def test_the_page_says_who_publishes_instead_of_a_button(
    place: Office, chart: Flowchart, colleague: Actor, sign_in_as: SignIn
) -> None:
    url = f"/basic-info/flowcharts/{chart.id}/publish"
    assert "您导入、绘制或修改过这张图" in sign_in_as(place.clerk).get(url).text
    assert "您导入、绘制或修改过这张图" not in sign_in_as(colleague).get(url).text


def test_a_reviewer_of_the_office_publishes_from_the_page(chart: Flowchart, sign_in_as: SignIn) -> None:
    client = sign_in_as(factories.an_actor(Role.OFFICE_REVIEWER, region="371300"))
    assert f"/flowcharts/{chart.id}/publish" in client.get(f"/basic-info/flowcharts/{chart.id}").text
    answer = client.post(f"/basic-info/flowcharts/{chart.id}/publish", data={"on": today_in_china().isoformat()})
    assert answer.status_code == 303
