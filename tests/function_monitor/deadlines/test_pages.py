"""The case's page shows both clocks and what stopped them; its forms stop, start and extend them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.engine import Connection

from basic_info.power_lists.models import LimitUnit
from function_monitor.deadlines import suspending
from host.kernel.access import Actor, Role
from host.kernel.db import db
from tests.factories import a_section, a_unit, an_actor
from tests.function_monitor.deadlines.scene import TODAY, Scene, draft

Clients = Callable[[Actor], FlaskClient]
FORM = {
    "suspension_kind": "testing",
    "from_on": "2026-03-04",
    "expected_to_on": "2026-03-12",
    "paper_no": "告〔2026〕1号",
    "told_on": "2026-03-04",
    "reason": "送检",
    "to_on": "2026-03-11",
}
EXTENSION = {
    "days": "10",
    "approver_name": "李局长",
    "paper_no": "延〔2026〕3号",
    "decided_on": "2026-03-06",
    "told_on": "2026-03-06",
    "reason": "案情复杂",
}


@pytest.fixture
def scene(connection: Connection) -> Scene:
    scene = Scene(promised_value=3)
    db.session.commit()  # a refused request rolls back what was only flushed
    return scene


def address(scene: Scene, rest: str = "") -> str:
    return f"/function-monitor/cases/{scene.case.id}{rest}"


def test_the_page_shows_both_clocks(scene: Scene, sign_in_as: Clients) -> None:
    page = sign_in_as(scene.head).get(address(scene)).text
    assert ("到期 2026年3月9日" in page, "到期 2026年3月5日" in page, "超过法定时限" in page) == (True, True, True)


def test_the_page_says_what_the_clock_makes_of_hours(connection: Connection, sign_in_as: Clients) -> None:
    scene = Scene(limit_value=2, limit_unit=LimitUnit.HOUR)
    page = sign_in_as(scene.head).get(address(scene)).text
    assert "2 小时（按 1 个工作日计时）" in page
    assert "到期 2026年3月3日" in page


def test_the_page_says_in_plain_words_what_stopped_the_clocks(scene: Scene, sign_in_as: Clients) -> None:
    client = sign_in_as(scene.head)
    assert client.post(address(scene, "/suspend"), data=FORM).status_code == 303
    page = client.get(address(scene)).text
    assert "2026年3月4日起因检测中止计时，2026年3月11日恢复，其间 5 个工作日不计入时限。" in page
    assert "到期 2026年3月16日" in page


def test_a_case_that_stands_says_how_much_will_be_left(scene: Scene, sign_in_as: Clients) -> None:
    client = sign_in_as(scene.head)
    client.post(address(scene, "/suspend"), data={**FORM, "to_on": ""})
    assert "中止中，恢复后还剩 4 个工作日" in client.get(address(scene)).text
    assert "中止计时" in client.get("/function-monitor/cases?late=stopped").text


def test_a_suspension_is_resumed_corrected_and_withdrawn_on_its_pages(scene: Scene, sign_in_as: Clients) -> None:
    client = sign_in_as(scene.head)
    client.post(address(scene, "/suspend"), data={**FORM, "to_on": ""})
    (row,) = scene.suspensions()
    place = address(scene, f"/suspensions/{row.id}")
    assert client.post(f"{place}/resume", data={"on": "2026-03-11"}).status_code == 303
    assert client.get(f"{place}/correct").text.count("2026-03-04") >= 1
    assert client.post(f"{place}/correct", data={**FORM, "why": "日期误登"}).status_code == 303
    (row,) = scene.suspensions()
    assert client.post(address(scene, f"/suspensions/{row.id}/withdraw"), data={"why": "并未送检"}).status_code == 303
    assert "并未送检" in client.get(address(scene)).text
    assert scene.suspensions() == []


def test_a_limit_is_extended_on_its_page(scene: Scene, sign_in_as: Clients) -> None:
    client, place = sign_in_as(scene.head), address(scene, f"/clocks/{scene.clock().id}/extend")
    assert "最多 10 日" in client.get(place).text
    assert client.post(place, data=EXTENSION).status_code == 303
    page = client.get(address(scene)).text
    assert "5 个工作日，延长 10 个工作日" in page
    assert "到期 2026年3月23日" in page
    assert client.post(place, data=EXTENSION).status_code == 409


@pytest.mark.parametrize(
    ("over", "status", "word"),
    [
        ({"paper_no": ""}, 422, "请填写告知文书号"),
        ({"suspension_kind": "supplement"}, 422, "中止的情形"),
        ({"from_on": "明天"}, 422, "中止日期"),
        ({"from_on": "2026-03-01"}, 422, "不能早于办件开始"),
        ({"told_on": "2999-01-01"}, 422, "不能晚于今天"),
    ],
)
def test_a_wrong_form_comes_back_with_what_was_typed(
    scene: Scene, sign_in_as: Clients, over: dict[str, Any], status: int, word: str
) -> None:
    answer = sign_in_as(scene.head).post(address(scene, "/suspend"), data={**FORM, **over})
    assert (answer.status_code, word in answer.text, "送检" in answer.text) == (status, True, True)


def test_an_overlap_is_refused_on_the_page(scene: Scene, sign_in_as: Clients) -> None:
    client = sign_in_as(scene.head)
    client.post(address(scene, "/suspend"), data=FORM)
    answer = client.post(address(scene, "/suspend"), data=FORM)
    assert (answer.status_code, "不能重叠" in answer.text) == (409, True)


def test_the_head_of_another_section_reaches_none_of_it(scene: Scene, sign_in_as: Clients) -> None:
    other = an_actor(Role.SECTION_HEAD, section=a_section(unit=scene.office.unit, name="他科"))
    db.session.commit()
    client = sign_in_as(other)
    answers = [
        client.get(address(scene, "/suspend")).status_code,
        client.post(address(scene, "/suspend"), data=FORM).status_code,
    ]
    assert answers == [404, 404]


def test_another_unit_s_case_lends_no_address_to_a_suspension(scene: Scene, sign_in_as: Clients) -> None:
    row = suspending.suspend(scene.case, draft(), today=TODAY, actor=scene.head)
    stranger = an_actor(Role.UNIT_HEAD, unit=a_unit(name="市教育局"))
    db.session.commit()
    client = sign_in_as(stranger)
    assert client.post(address(scene, f"/suspensions/{row.id}/withdraw"), data={"why": "x"}).status_code == 404
    assert client.post(address(scene, f"/clocks/{scene.clock().id}/extend"), data=EXTENSION).status_code == 404


@pytest.mark.parametrize(("role", "extends"), [(Role.SECTION_HEAD, False), (Role.UNIT_HEAD, True)])
def test_the_page_offers_what_one_may_do(scene: Scene, sign_in_as: Clients, role: Role, extends: bool) -> None:
    place = {"section": scene.office.section} if role is Role.SECTION_HEAD else {"unit": scene.office.unit}
    page = sign_in_as(an_actor(role, **place)).get(address(scene)).text
    assert ("/suspend" in page, "/extend" in page) == (True, extends)


def test_an_inspector_is_offered_nothing(scene: Scene, sign_in_as: Clients) -> None:
    page = sign_in_as(an_actor(Role.INSPECTOR, region="371300")).get(address(scene)).text
    assert ("/suspend" in page, "/extend" in page) == (False, False)


def test_a_report_that_stopped_no_clock_is_said_on_the_page(scene: Scene, sign_in_as: Clients) -> None:
    scene.report_start(special_kind="补正")
    assert "没有中止计时" in sign_in_as(scene.head).get(address(scene)).text


def test_a_light_that_was_taken_back_says_why_on_its_page(scene: Scene, sign_in_as: Clients) -> None:
    scene.evaluate("step_overdue", date(2026, 3, 10))
    db.session.commit()
    client = sign_in_as(scene.head)
    client.post(address(scene, "/suspend"), data={**FORM, "to_on": ""})
    page = client.get(f"/function-monitor/alerts/{scene.alerts()[0].id}").text
    assert "重新计算后不成立，已解除。" in page
    assert "因检测中止计时（告〔2026〕1号）" in page


def test_the_page_leads_into_the_thread_of_its_item_and_its_steps(scene: Scene, sign_in_as: Clients) -> None:
    client = sign_in_as(scene.head)
    links = set(re.findall(r'href="(/[^"]*/trace/[^"]+)"', client.get(address(scene)).text))
    assert {link.split("/")[-2] for link in links} == {"power_item", "flow_step"}
    assert {client.get(link).status_code for link in links} == {200}
