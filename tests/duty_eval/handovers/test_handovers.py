from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import asdict

import docx
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError

from basic_info.organization.queries import primary_appointment
from duty_eval.assignments.operations import assign_task
from duty_eval.handovers.errors import HandoverOpen, HandoverOver
from duty_eval.handovers.models import Handover
from duty_eval.handovers.operations import confirm_handover, open_handover, withdraw_handover
from duty_eval.knowledge.packs import HandedArticle, Pack, paper_title
from duty_eval.knowledge.queries import handed_over
from host.kernel.access import Actor
from host.kernel.db import db
from host.kernel.errors import NotPermitted, Refused
from host.kernel.notifications.models import Notification
from host.kernel.pages import today_in_china
from tests.duty_eval.knowledge.test_knowledge import Office

SignIn = Callable[[Actor], FlaskClient]
PACK = Pack(
    ("巡查河道",),
    (),
    ("汛期值守方案",),
    (HandedArticle("巡河五步法", "先看水位", "操作指引", (("巡查表.xlsx", 17),)),),
    (("2026-03", "巡查河道", "4", "9 次"),),
)


class Desk:
    """A clerk hands over to a colleague."""

    def __init__(self) -> None:
        self.office = Office()
        self.giver, self.taker, self.head = self.office.clerk, self.office.colleague, self.office.head

    def open(self, *, actor: Actor | None = None, to: Actor | None = None) -> Handover:
        holder = primary_appointment(self.giver.person_id or 0, today_in_china())
        assert holder is not None
        taker = (to or self.taker).person_id or 0
        return open_handover(
            holder, taker, title="河湖科岗位交接", pack=PACK, on=today_in_china(), actor=actor or self.giver
        )


@pytest.fixture
def desk(app: Flask, connection: Connection) -> Desk:
    return Desk()


def test_it_is_done_when_both_confirmed_in_whichever_order(desk: Desk) -> None:
    for order in ((desk.giver, desk.taker), (desk.taker, desk.giver)):
        handover = desk.open()
        states = []
        for actor in order:
            confirm_handover(handover, actor=actor)
            states.append(handover.state)
        assert states == ["待接手人确认" if order[0] is desk.giver else "待移交人确认", "已办结"]


def test_nobody_confirms_for_another(desk: Desk) -> None:
    with pytest.raises(NotPermitted):
        confirm_handover(desk.open(), actor=desk.head)


def test_nobody_confirms_twice(desk: Desk) -> None:
    handover = desk.open()
    confirm_handover(handover, actor=desk.giver)
    with pytest.raises(HandoverOver):
        confirm_handover(handover, actor=desk.giver)


def test_nobody_hands_over_to_oneself(desk: Desk) -> None:
    with pytest.raises(Refused):
        desk.open(to=desk.giver)


def test_one_account_cannot_confirm_both_sides_in_the_database(desk: Desk) -> None:
    handover = desk.open()
    confirm_handover(handover, actor=desk.giver)
    handover.taken_by, handover.taken_at = handover.given_by, handover.given_at
    with pytest.raises(IntegrityError, match="confirmed_by_two_accounts"):
        db.session.flush()


def test_a_post_has_one_open_hand_over_of_a_person_at_a_time(desk: Desk) -> None:
    first = desk.open()
    with pytest.raises(HandoverOpen):
        desk.open()
    withdraw_handover(first, reason="换人", actor=desk.giver)
    assert desk.open().is_open


def test_what_is_done_is_not_withdrawn(desk: Desk) -> None:
    handover = desk.open()
    for actor in (desk.giver, desk.taker):
        confirm_handover(handover, actor=actor)
    with pytest.raises(HandoverOver):
        withdraw_handover(handover, reason="换人", actor=desk.giver)


def test_both_are_told(desk: Desk) -> None:
    desk.open()
    told = set(db.session.scalars(select(Notification.account_id)))
    assert told == {desk.giver.account_id, desk.taker.account_id}


def test_the_pack_stays_as_it_was(desk: Desk, sign_in_as: SignIn) -> None:
    handover = desk.open()
    desk.office.duty.text = "巡查水库"
    db.session.commit()
    page = sign_in_as(desk.taker).get(f"/duty-eval/handovers/{handover.id}").text
    assert ("巡查河道" in page, "巡查水库" in page) == (True, False)


def test_the_document_names_who_confirmed(desk: Desk, sign_in_as: SignIn) -> None:
    handover = desk.open()
    confirm_handover(handover, actor=desk.giver)
    db.session.commit()
    answer = sign_in_as(desk.taker).get(f"/duty-eval/handovers/{handover.id}?format=docx")
    lines = [paragraph.text for paragraph in docx.Document(io.BytesIO(answer.data)).paragraphs]
    signed = [line for line in lines if line.startswith(("移交人", "接手人"))]
    assert [line.endswith("尚未确认") for line in signed] == [False, True]


def test_a_hand_over_goes_its_way_over_the_pages(desk: Desk, sign_in_as: SignIn) -> None:
    db.session.commit()
    post = f"/duty-eval/posts/{desk.office.post.id}/handovers"
    client = sign_in_as(desk.giver)
    assert client.get(f"{post}/new").status_code == 200
    said = {"from_person_id": desk.giver.person_id, "to_person_id": desk.taker.person_id, "note": "钥匙在文件柜"}
    page = client.post(post, data=said).location
    client.post(f"{page}/confirm")
    sign_in_as(desk.taker).post(f"{page}/confirm", data={"note": "已清点"})
    assert "已办结" in client.get("/duty-eval/handovers").text


def test_what_cannot_be_opened_is_said_beside_its_field_and_nothing_typed_is_lost(
    desk: Desk, sign_in_as: SignIn
) -> None:
    db.session.commit()
    said = {"from_person_id": desk.giver.person_id, "to_person_id": desk.giver.person_id, "note": "钥匙在文件柜"}
    answer = sign_in_as(desk.giver).post(f"/duty-eval/posts/{desk.office.post.id}/handovers", data=said)
    assert answer.status_code == 422
    assert ("接手人不能是移交人自己" in answer.text, "钥匙在文件柜" in answer.text) == (True, True)


def test_one_is_withdrawn_on_its_page_with_a_reason(desk: Desk, sign_in_as: SignIn) -> None:
    handover = desk.open()
    db.session.commit()
    client, page = sign_in_as(desk.giver), f"/duty-eval/handovers/{handover.id}"
    answers = [client.post(f"{page}/withdraw", data={"reason": reason}).status_code for reason in ("", "换人")]
    assert (answers, "已撤回" in client.get(page).text) == ([422, 303], True)


def test_nobody_opens_one_for_a_colleague_without_leading_them(desk: Desk, sign_in_as: SignIn) -> None:
    db.session.commit()
    said = {"from_person_id": desk.giver.person_id, "to_person_id": desk.taker.person_id}
    answer = sign_in_as(desk.taker).post(f"/duty-eval/posts/{desk.office.post.id}/handovers", data=said)
    assert answer.status_code == 422


def test_the_section_s_head_opens_one_for_who_left(desk: Desk, sign_in_as: SignIn) -> None:
    db.session.commit()
    said = {"from_person_id": desk.giver.person_id, "to_person_id": desk.taker.person_id}
    answer = sign_in_as(desk.head).post(f"/duty-eval/posts/{desk.office.post.id}/handovers", data=said)
    assert answer.status_code == 303


def test_a_stranger_finds_nothing(desk: Desk, sign_in_as: SignIn) -> None:
    handover = desk.open()
    stranger = Office("市交通局").clerk
    db.session.commit()
    assert sign_in_as(stranger).get(f"/duty-eval/handovers/{handover.id}").status_code == 404


def test_what_was_kept_of_an_article_comes_back_with_its_files() -> None:
    kept = json.loads(json.dumps(asdict(PACK)))
    assert Pack.kept(kept) == PACK


def test_a_pack_kept_before_articles_had_files_is_still_read() -> None:
    said = {**asdict(PACK), "articles": [["巡河五步法", "先看水位"]]}
    assert Pack.kept(said).articles == (HandedArticle("巡河五步法", "先看水位"),)


@pytest.mark.parametrize(
    ("section", "title", "paper"),
    [
        ("审批科", "受理岗", "审批科受理岗交接包"),
        ("审批科", "科长", "审批科科长岗位交接包"),
        ("规划科", "规划科长", "规划科长岗位交接包"),
        ("办公室", "办公室主任", "办公室主任岗位交接包"),
    ],
)
def test_a_post_is_called_by_its_name_once(section: str, title: str, paper: str) -> None:
    assert paper_title(section, title, "交接包") == paper


def test_the_trace_page_of_a_duty_shows_the_hand_overs_of_its_post(desk: Desk, sign_in_as: SignIn) -> None:
    desk.open()
    db.session.commit()
    page = sign_in_as(desk.head).get(f"/basic-info/trace/post_duty/{desk.office.duty.id}").text
    assert ("岗位交接" in page, "待双方确认" in page) == (True, True)


def test_the_page_of_a_post_leads_to_its_pack_and_its_hand_overs(desk: Desk, sign_in_as: SignIn) -> None:
    handover = desk.open()
    stranger = Office("市交通局").head
    db.session.commit()
    post = f"/basic-info/posts/{desk.office.post.id}"
    page = sign_in_as(desk.head).get(post).text
    links = (f"/duty-eval/posts/{desk.office.post.id}/handover", f"/duty-eval/handovers/{handover.id}")
    assert [link in page for link in links] == [True, True]
    other = sign_in_as(stranger).get(post).text
    assert [link in other for link in links] == [False, False]


def test_the_next_holder_is_handed_the_open_tasks_of_who_left(desk: Desk) -> None:
    today = today_in_china()
    holder = primary_appointment(desk.giver.person_id or 0, today)
    assert holder is not None
    assign_task(holder, title="汛期值守方案", due_on=today, actor=desk.head)
    holder.valid = Range(holder.valid.lower, today)
    db.session.flush()
    pack = handed_over(desk.taker, desk.office.post.id, today)
    assert [task.title for task in pack["tasks"]] == ["汛期值守方案"]


def test_of_several_holders_the_tasks_of_who_hands_over_are_kept(desk: Desk, sign_in_as: SignIn) -> None:
    today = today_in_china()
    for actor, title in ((desk.giver, "值守方案"), (desk.taker, "别人的任务")):
        holder = primary_appointment(actor.person_id or 0, today)
        assert holder is not None
        assign_task(holder, title=title, due_on=today, actor=desk.head)
    db.session.commit()
    said = {"from_person_id": desk.giver.person_id, "to_person_id": desk.taker.person_id}
    page = sign_in_as(desk.giver).post(f"/duty-eval/posts/{desk.office.post.id}/handovers", data=said).location
    words = sign_in_as(desk.giver).get(page).text
    assert ("值守方案" in words, "别人的任务" in words) == (True, False)
