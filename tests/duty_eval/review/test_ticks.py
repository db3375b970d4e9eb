"""A batch that is refused because drawn records were not opened: the ticks stay until it is passed."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection

from basic_info.organization.models import Section, Unit
from duty_eval.entry_rules.operations import set_rules
from duty_eval.entry_rules.queries import Rules
from duty_eval.records.models import RecordState
from duty_eval.review import ticks
from host.kernel.access import Actor, Role
from host.kernel.db import db
from tests.duty_eval.review.test_reviewing import DAY, a_record
from tests.factories import a_person, a_post, a_section, an_actor

SignIn = Callable[[Actor], FlaskClient]
APPROVE = "/duty-eval/review/approve"


class Desk:
    """A head before three records, all of them drawn for a look."""

    def __init__(self, sign_in_as: SignIn) -> None:
        section: Section = a_section()
        head = an_actor(Role.SECTION_HEAD, person=a_person(post=a_post(section=section)), section=section)
        region = db.session.get_one(Unit, section.unit_id).region_id
        set_rules(region, Rules(sample_percent=100), on=DAY, today=DAY, reason="抽查", actor=head)
        self.records = [a_record(section, content=words) for words in ("整理档案", "接待来访", "核对台账")]
        db.session.commit()
        self.client = sign_in_as(head)

    def key(self, number: int) -> str:
        return f"{self.records[number].id}:{DAY}"

    def page(self, number: int) -> str:
        return f"/duty-eval/records/{self.records[number].id}/{DAY}"

    def approve(self, *numbers: int, **fields: str) -> str:
        """The page to which the answer leads."""
        answer = self.client.post(APPROVE, data={"chosen": [self.key(number) for number in numbers], **fields})
        assert answer.status_code == 303
        return self.client.get(answer.location).text

    def ticked(self, page: str) -> list[int]:
        keys = re.findall(r'value="([^"]+)" data-choose checked', page)
        return [number for number in range(3) if self.key(number) in keys]

    def states(self) -> list[RecordState]:
        db.session.expire_all()
        return [record.record_state for record in self.records]


@pytest.fixture
def desk(connection: Connection, sign_in_as: SignIn) -> Desk:
    return Desk(sign_in_as)


def test_the_ticks_stay_and_what_is_to_be_opened_is_named_with_a_link(desk: Desk) -> None:
    page = desk.approve(0, 2, comment="写得清楚", quality="4")

    assert desk.ticked(page) == [0, 2]
    assert "其中 2 项被抽查" in page
    assert [desk.page(number) in page.partition("<table")[0] for number in range(3)] == [True, False, True]
    assert "写得清楚" in page
    assert set(desk.states()) == {RecordState.SUBMITTED}


def test_after_the_last_was_opened_the_batch_is_passed_with_its_comment(desk: Desk) -> None:
    desk.approve(0, 2, comment="写得清楚")
    first = desk.client.get(desk.page(0)).text
    last = desk.client.get(desk.page(2)).text
    page = desk.client.get("/duty-eval/review").text

    assert ("还有 1 项被抽查" in first, "被抽查的都看过了" in last) == (True, True)
    assert (desk.ticked(page), "可以点“通过所选”" in page) == ([0, 2], True)
    done = desk.approve(0, 2, comment="写得清楚")
    assert ("已通过 2 项" in done, desk.ticked(done)) == (True, [])
    assert desk.states() == [RecordState.APPROVED, RecordState.SUBMITTED, RecordState.APPROVED]


def test_the_page_of_a_record_leads_to_the_next_and_back_to_the_same_list(desk: Desk) -> None:
    desk.approve(0, 1, which="look")
    page = desk.client.get(desk.page(0)).text
    assert (f'href="{desk.page(1)}"' in page, 'href="/duty-eval/review?which=look"' in page) == (True, True)


def test_one_that_is_sent_back_is_ticked_no_more(desk: Desk) -> None:
    desk.approve(0, 1)
    desk.client.post(f"/duty-eval/review/{desk.records[0].id}/{DAY}/return", data={"reason": "请补充成果"})
    assert desk.ticked(desk.client.get("/duty-eval/review").text) == [1]


def test_who_passes_one_on_its_own_page_comes_back_to_the_list_with_the_other_ticks(desk: Desk) -> None:
    desk.approve(0, 1, which="look")
    desk.client.get(desk.page(0))
    answer = desk.client.post(APPROVE, data={"only": desk.key(0)})
    assert answer.location == "/duty-eval/review?which=look"
    assert desk.ticked(desk.client.get(answer.location).text) == [1]


def test_ticks_are_given_up_on_demand(desk: Desk) -> None:
    desk.approve(0)
    desk.client.get("/duty-eval/review?untick=1")
    assert desk.ticked(desk.client.get("/duty-eval/review").text) == []


def test_ticks_are_forgotten_after_their_time(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.approve(0)
    monkeypatch.setattr(ticks, "KEPT", timedelta(seconds=-1))
    assert desk.ticked(desk.client.get("/duty-eval/review").text) == []


def test_one_reviewer_s_ticks_are_nobody_else_s(desk: Desk, sign_in_as: SignIn) -> None:
    desk.approve(0)
    section = db.session.get_one(Section, desk.records[0].section_id)
    other = an_actor(Role.SECTION_HEAD, person=a_person(post=a_post(section=section)), section=section)
    db.session.commit()
    assert desk.ticked(sign_in_as(other).get("/duty-eval/review").text) == []
