from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from duty_eval.records.models import RecordSuggestion
from function_monitor.cases.models import FlowCase, FlowEvent
from function_monitor.collection.models import BusinessSystem, QuarantineRow
from function_monitor.collection.operations import issue_key, switch_system
from host.kernel.access import SYSTEM
from host.kernel.db import db
from tests.function_monitor.rows import Office, a_key, a_system


class Sender:
    """The business system at the other end of the interface."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.office = Office()
        self.system: BusinessSystem = a_system()
        self.headers = a_key(self.system)

    def send(self, body: Any, key: str = "k1") -> Any:
        return self.client.post("/api/events", json=body, headers={**self.headers, "Idempotency-Key": key})


@pytest.fixture
def sender(client: FlaskClient) -> Sender:
    return Sender(client)


def count(table: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def test_an_event_becomes_a_case_on_its_chart(sender: Sender) -> None:
    answer = sender.send(sender.office.event())
    assert answer.status_code == 200
    assert answer.json["results"] == [{"case_no": "A-1", "result": "accepted", "reason": ""}]
    assert db.session.scalars(select(FlowCase)).one().flowchart_id == sender.office.chart.id


def test_an_event_is_attributed_to_the_person_and_the_duty(sender: Sender) -> None:
    sender.send(sender.office.event())
    event = db.session.scalars(select(FlowEvent)).one()
    assert (event.person_id, event.post_duty_id) == (sender.office.clerk.id, sender.office.post_duty.id)


def test_an_event_is_offered_to_its_person_for_the_day(sender: Sender) -> None:
    sender.send(sender.office.event())
    offer = db.session.scalars(select(RecordSuggestion)).one()
    assert (offer.person_id, offer.worked_on.isoformat()) == (sender.office.clerk.id, "2026-03-02")


def test_the_same_key_and_body_gives_the_first_answer(sender: Sender) -> None:
    first = sender.send(sender.office.event())
    again = sender.send(sender.office.event())
    assert again.json == first.json
    assert count(FlowEvent) == 1


def test_the_same_key_with_another_body_is_refused(sender: Sender) -> None:
    sender.send(sender.office.event())
    answer = sender.send(sender.office.event(case_no="A-2"))
    assert answer.status_code == 409
    assert count(FlowCase) == 1


def test_the_same_event_under_another_key_is_a_duplicate(sender: Sender) -> None:
    sender.send(sender.office.event())
    answer = sender.send([sender.office.event()], key="k2")
    assert answer.json["duplicate"] == 1
    assert count(FlowEvent) == 1


def test_the_same_event_twice_in_one_list_is_taken_once(sender: Sender) -> None:
    answer = sender.send([sender.office.event(), sender.office.event()])
    assert [one["result"] for one in answer.json["results"]] == ["accepted", "duplicate"]


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({"handler_code": "R9999999"}, "办理人编码"),
        ({"item_code": "000"}, "事项编码"),
        ({"unit_code": "none"}, "单位编码"),
        ({"step_name": "未知环节"}, "环节名称"),
        ({"case_no": ""}, "办件编号"),
        ({"case_no": 17}, "办件编号：应为文字"),
        ({"happened_at": "2026-13-45 25:61"}, "发生时间"),
        ({"happened_at": "2999-01-01"}, "在将来"),
        ({"action": "打开"}, "动作"),
        ({"case_no": "a\x00b"}, "无法保存"),
    ],
)
def test_a_bad_event_is_quarantined_with_its_reason(sender: Sender, over: dict[str, Any], words: str) -> None:
    answer = sender.send([sender.office.event(**over), sender.office.event()])
    assert [one["result"] for one in answer.json["results"]] == ["quarantined", "accepted"]
    assert words in db.session.scalars(select(QuarantineRow.reason)).one()


def test_a_bad_event_sent_again_is_quarantined_once(sender: Sender) -> None:
    sender.send(sender.office.event(action="打开"))
    sender.send(sender.office.event(action="打开"), key="k2")
    assert count(QuarantineRow) == 1


@pytest.mark.parametrize("body", [[], "text", 7, [1], None])
def test_a_body_that_is_no_event_is_refused(sender: Sender, body: Any) -> None:
    answer = sender.send(body)
    assert answer.status_code == 422
    assert "JSON" in answer.json["message"]


def test_more_than_500_events_are_refused(sender: Sender) -> None:
    assert sender.send([{}] * 501).status_code == 422


def test_a_request_without_an_idempotency_key_is_refused(sender: Sender) -> None:
    assert sender.send(sender.office.event(), key="").status_code == 422


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer lvz_wrong", "Basic abc"])
def test_a_wrong_key_gets_401(sender: Sender, header: str) -> None:
    sender.headers = {"Authorization": header}
    assert sender.send(sender.office.event()).status_code == 401


def test_a_new_key_ends_the_old_one(sender: Sender) -> None:
    issue_key(sender.system, actor=SYSTEM)
    assert sender.send(sender.office.event()).status_code == 401


def test_a_system_that_is_switched_off_gets_401(sender: Sender) -> None:
    switch_system(sender.system, is_on=False, actor=SYSTEM)
    assert sender.send(sender.office.event()).status_code == 401


def test_a_case_number_is_not_taken_over_by_another_unit(sender: Sender) -> None:
    sender.send(sender.office.event())
    other = Office("市市场监督管理局")
    answer = sender.send(other.event(), key="k2")
    assert "已用于" in answer.json["results"][0]["reason"]


def test_many_events_cost_as_many_statements_as_one(sender: Sender, count_queries: Any) -> None:
    with count_queries() as one:
        sender.send(sender.office.event())
    with count_queries() as many:
        sender.send([sender.office.event(case_no=f"B-{number}") for number in range(50)], key="k2")
    assert len(many) <= len(one) + 1
