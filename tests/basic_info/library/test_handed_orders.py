"""Orders of a reply that are another unit's: named, waiting on that unit's pages, begun as its change or settled."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import IntegrityError

from basic_info.documents.models import Document
from basic_info.mandates.deciding import decide_order, take_back_order
from basic_info.mandates.errors import NoBase
from basic_info.mandates.handed_models import HandDirection, HandedOrder, HandState
from basic_info.mandates.handed_queries import find_units, sentences_between_units, waiting_for
from basic_info.mandates.handing import begin_change, name_unit, settle_order, withdraw_name
from basic_info.mandates.models import Mandate, MandateState
from basic_info.mandates.operations import confirm_mandate, import_mandate
from basic_info.mandates.parsing import parse_file
from basic_info.organization.models import Unit
from host.kernel.access import Actor, Role
from host.kernel.db import db
from host.kernel.errors import Refused
from tests import factories
from tests.at_once import at_once
from tests.basic_info.library.conftest import Office
from tests.basic_info.library.papers import mandate_file
from tests.basic_info.library.test_deciding import ORDER
from tests.basic_info.library.test_effects import BOTH, seen
from tests.basic_info.library.test_handed_duties import bodies, reply
from tests.basic_info.library.versions import DAY, amend, bring, in_force

SignIn = Callable[[Actor], FlaskClient]
AWAY = "将市场科的编制商务发展规划职责划入市投资促进局。"


@pytest.fixture
def other(place: Office) -> Unit:
    """Another unit of the city, with a mandate in force."""
    unit = factories.a_unit(name="市投资促进局", region=None)
    data = mandate_file(instead={"市商务局": "市投资促进局", "商务": "投资"})
    parsed = parse_file(data, "mandate.docx")
    words = "市投资促进局"
    whole = import_mandate(parsed, unit_id=unit.id, source_text=words, file_id=None, actor=place.clerk, on=DAY)
    confirm_mandate(whole, actor=place.reviewer)
    return unit


def decided(place: Office, other: Unit) -> HandedOrder:
    in_force(place)
    mandate = amend(place, BOTH)
    decide_order(mandate, ORDER, unit_id=other.id, revision=mandate.revision, actor=place.clerk)
    return db.session.scalars(select(HandedOrder)).one()


def named(place: Office, other: Unit) -> HandedOrder:
    in_force(place)
    mandate = reply(place, AWAY)
    return name_unit(mandate, AWAY, unit_id=other.id, direction=HandDirection.GAINS, actor=place.clerk)


def test_an_order_of_another_unit_waits_there(place: Office, other: Unit) -> None:
    handed = decided(place, other)
    assert (handed.unit_id, handed.words, handed.hand_state) == (other.id, ORDER, HandState.OPEN)
    assert (waiting_for(other.id), waiting_for(place.unit.id)) == (1, 0)


def test_the_order_is_carried_out_in_the_other_units_draft(place: Office, other: Unit) -> None:
    draft = begin_change(decided(place, other), actor=place.clerk)
    found = bodies(draft)
    assert (draft.unit_id, draft.mandate_state) == (other.id, MandateState.PENDING_REVIEW)
    assert (found["法规科"], found["项目科"], "办公室" in found) == (["负责合法性审查"], ["负责项目推进"], False)
    assert seen(draft).undecided == ()


def test_the_drafts_paper_has_the_replys_number(place: Office, other: Unit) -> None:
    draft = begin_change(decided(place, other), actor=place.clerk)
    assert db.session.get_one(Document, draft.document_id).doc_no == "临编办发〔2022〕8号"


def test_of_a_reply_to_one_unit_the_other_gets_its_base_and_the_order_to_look_at(place: Office, other: Unit) -> None:
    draft = begin_change(named(place, other), actor=place.clerk)
    base = db.session.get_one(Mandate, draft.base_id)
    assert bodies(draft) == bodies(base)
    assert AWAY in [*seen(draft).unheard, *(one.words for one in seen(draft).effects if one.look)]


def test_duties_that_leave_the_unit_are_offered_to_be_named(place: Office) -> None:
    in_force(place)
    assert sentences_between_units(seen(reply(place, AWAY)), []) == [AWAY]


def test_the_line_of_the_addressees_is_no_order(place: Office) -> None:
    in_force(place)
    found = sentences_between_units(seen(amend(place, BOTH)), [])
    assert [one for one in found if one.endswith("：")] == []


def test_what_was_named_is_offered_no_more(place: Office) -> None:
    in_force(place)
    assert sentences_between_units(seen(reply(place, AWAY)), [AWAY]) == []


def test_a_unit_without_a_mandate_is_told_what_to_do_first(place: Office) -> None:
    handed = named(place, factories.a_unit(name="市统计局"))
    with pytest.raises(NoBase, match="请先导入并确认"):
        begin_change(handed, actor=place.clerk)


def test_a_change_is_begun_once(place: Office, other: Unit) -> None:
    handed = decided(place, other)
    begin_change(handed, actor=place.clerk)
    with pytest.raises(Refused, match="已据此起草"):
        begin_change(handed, actor=place.clerk)


def test_the_change_is_confirmed_by_a_second_person(place: Office, other: Unit) -> None:
    draft = begin_change(named(place, other), actor=place.clerk)
    assert confirm_mandate(draft, actor=place.reviewer).mandate_state is MandateState.CONFIRMED


def test_an_order_is_settled_with_what_was_done(place: Office, other: Unit) -> None:
    handed = named(place, other)
    with pytest.raises(Refused):
        settle_order(handed, note=" ", actor=place.clerk)
    settle_order(handed, note="已由临编办发〔2022〕9号落实", actor=place.clerk)
    assert waiting_for(other.id) == 0


def test_its_own_unit_and_words_that_the_reply_has_not_are_refused(place: Office, other: Unit) -> None:
    in_force(place)
    mandate = reply(place, AWAY)
    for unit_id, words in ((place.unit.id, AWAY), (other.id, "撤销办公室。")):
        with pytest.raises(Refused):
            name_unit(mandate, words, unit_id=unit_id, direction=HandDirection.OWN, actor=place.clerk)


def test_an_order_is_taken_back_from_the_unit_and_named_anew(place: Office, other: Unit) -> None:
    handed = named(place, other)
    withdraw_name(handed, reason="单位看错了", actor=place.clerk)
    again = factories.a_unit(name="市统计局")
    mandate = db.session.get_one(Mandate, handed.mandate_id)
    name_unit(mandate, AWAY, unit_id=again.id, direction=HandDirection.GAINS, actor=place.clerk)
    assert (waiting_for(other.id), waiting_for(again.id)) == (0, 1)


def test_an_order_that_became_a_change_is_not_taken_back(place: Office, other: Unit) -> None:
    handed = decided(place, other)
    begin_change(handed, actor=place.clerk)
    mandate = db.session.get_one(Mandate, handed.mandate_id)
    with pytest.raises(Refused, match="已据此起草变更"):
        take_back_order(mandate, ORDER, reason="看错了", revision=mandate.revision, actor=place.clerk)


def test_taking_the_decision_back_takes_it_from_the_other_unit(place: Office, other: Unit) -> None:
    handed = decided(place, other)
    mandate = db.session.get_one(Mandate, handed.mandate_id)
    take_back_order(mandate, ORDER, reason="看错了", revision=mandate.revision, actor=place.clerk)
    assert (waiting_for(other.id), seen(mandate).undecided) == (0, (ORDER,))


def test_an_order_that_the_unit_settled_is_not_taken_back(place: Office, other: Unit) -> None:
    handed = decided(place, other)
    settle_order(handed, note="已由临编办发〔2022〕9号落实", actor=place.clerk)
    mandate = db.session.get_one(Mandate, handed.mandate_id)
    with pytest.raises(Refused, match="以新的批复更正"):
        take_back_order(mandate, ORDER, reason="看错了", revision=mandate.revision, actor=place.clerk)


def test_a_reply_that_was_applied_again_names_no_unit_any_more(place: Office, other: Unit) -> None:
    in_force(place)
    mandate = confirm_mandate(reply(place, AWAY), actor=place.reviewer)
    confirm_mandate(bring(place, mandate_file(instead={"2019年3月1日": "2020年3月1日"})), actor=place.reviewer)
    with pytest.raises(Refused, match="重新套用为新的一版"):
        name_unit(mandate, AWAY, unit_id=other.id, direction=HandDirection.GAINS, actor=place.clerk)


def test_a_unit_that_the_reader_may_not_open_is_no_link(place: Office, other: Unit, sign_in_as: SignIn) -> None:
    handed = named(place, other)
    reader = factories.an_actor(Role.UNIT_CLERK, unit=place.unit)
    db.session.commit()
    client = sign_in_as(reader)
    for page in (f"mandates/{handed.mandate_id}", f"units/{place.unit.id}/handed-orders"):
        shown = client.get(f"/basic-info/{page}")
        assert (shown.status_code, "市投资促进局" in shown.text) == (200, True)
        assert f"/units/{other.id}/handed-orders" not in shown.text


def test_a_sentence_that_was_sent_on_says_so_among_those_that_came_to_nothing(
    place: Office, other: Unit, sign_in_as: SignIn
) -> None:
    in_force(place)
    words = "将“编制商务发展规划”职责划入市投资促进局。"
    mandate = reply(place, words)
    name_unit(mandate, words, unit_id=other.id, direction=HandDirection.GAINS, actor=place.clerk)
    db.session.commit()
    page = sign_in_as(place.clerk).get(f"/basic-info/mandates/{mandate.id}").text
    assert f"<li>{words}（已转到其他单位；本单位因此少的，请在下面删除）</li>" in page


def test_the_database_keeps_an_order_at_one_unit(place: Office, other: Unit) -> None:
    handed = named(place, other)
    twin = HandedOrder(
        mandate_id=handed.mandate_id, from_unit_id=place.unit.id, unit_id=other.id, words=AWAY,
        direction=HandDirection.OWN, named_by=handed.named_by,
    )  # fmt: skip
    db.session.add(twin)
    with pytest.raises(IntegrityError, match="uq_handed_order_once"):
        db.session.flush()


def test_units_are_found_by_a_part_of_their_name(place: Office, other: Unit) -> None:
    assert find_units("投资促进", place.clerk).exact == other.id
    assert find_units(other.code, place.clerk).exact == other.id
    factories.a_unit(name="市投资促进中心")
    found = find_units("投资", place.clerk)
    assert (found.exact, [row.name for row in found.rows]) == (None, ["市投资促进中心", "市投资促进局"])


def test_the_page_asks_for_the_unit_and_hands_the_order_over(place: Office, other: Unit, sign_in_as: SignIn) -> None:
    in_force(place)
    mandate = amend(place, BOTH)
    db.session.commit()
    client, page = sign_in_as(place.clerk), f"/basic-info/mandates/{mandate.id}"
    sent = {"order": ORDER, "whose": "others", "revision": mandate.revision}
    empty = client.post(f"{page}/orders", data=sent)
    assert (empty.status_code, '<a href="#unit">请填写单位的名称或编码</a>' in empty.text) == (422, True)
    assert "没有登记“查无此局”" in client.post(f"{page}/orders", data={**sent, "unit": "查无此局"}).text
    assert client.post(f"{page}/orders", data={**sent, "unit": "投资促进局"}).status_code == 303
    text = client.get(page).text
    assert f'<a href="/basic-info/units/{other.id}/handed-orders">市投资促进局</a>' in text
    assert "等待落实" in client.get(f"/basic-info/units/{other.id}/library").text
    assert ORDER in client.get(f"/basic-info/units/{other.id}/handed-orders").text
    assert ORDER in client.get(f"/basic-info/units/{place.unit.id}/handed-orders").text


def test_a_sentence_is_named_on_the_page(place: Office, other: Unit, sign_in_as: SignIn) -> None:
    in_force(place)
    mandate = reply(place, AWAY)
    db.session.commit()
    client, page = sign_in_as(place.clerk), f"/basic-info/mandates/{mandate.id}"
    empty = client.post(f"{page}/handed-orders", data={"words": AWAY, "unit": "投资促进局"})
    assert (empty.status_code, "请选择方向" in empty.text) == (422, True)
    sent = {"words": AWAY, "unit": "投资促进局", "direction": "gains"}
    assert client.post(f"{page}/handed-orders", data=sent).status_code == 303
    assert "划入该单位" in client.get(f"/basic-info/units/{other.id}/handed-orders").text


def test_the_units_page_begins_and_settles(place: Office, other: Unit, sign_in_as: SignIn) -> None:
    first = named(place, other)
    db.session.commit()
    client = sign_in_as(place.clerk)
    empty = client.post(f"/basic-info/handed-orders/{first.id}/settle", data={"note": ""})
    assert (empty.status_code, "请写明怎样落实" in empty.text) == (422, True)
    begun = client.post(f"/basic-info/handed-orders/{first.id}/begin")
    assert "/basic-info/mandates/" in begun.headers["Location"]
    assert "已起草第 2 版（待审核）" in client.get(f"/basic-info/units/{other.id}/handed-orders").text
    assert client.post(f"/basic-info/handed-orders/{first.id}/settle", data={"note": "已落实"}).status_code == 303


def test_a_unit_outside_ones_reach_is_not_found(place: Office, other: Unit, sign_in_as: SignIn) -> None:
    handed = named(place, other)
    stranger = factories.an_actor(Role.OFFICE_CLERK, region="371302")
    db.session.commit()
    client = sign_in_as(stranger)
    assert client.post(f"/basic-info/handed-orders/{handed.id}/settle", data={"note": "x"}).status_code == 404
    assert find_units("市投资促进局", stranger).rows == []


def test_of_two_who_begin_the_change_one_does(app: Flask, committed: Engine) -> None:
    unit = factories.a_unit(name="市商务局")
    place = Office(
        unit=unit,
        office=factories.a_section(unit=unit, name="办公室"),
        market=factories.a_section(unit=unit, name="市场科"),
        clerk=factories.an_actor(Role.OFFICE_CLERK, region="371300"),
        reviewer=factories.an_actor(Role.OFFICE_REVIEWER, region="371300"),
    )
    other = factories.a_unit(name="市投资促进局")
    there = Office(other, place.office, place.market, place.clerk, place.reviewer)
    confirm_mandate(bring(there), actor=place.reviewer)
    handed = named(place, other)
    db.session.commit()

    def begin(handed_id: int) -> None:
        begin_change(db.session.get_one(HandedOrder, handed_id), actor=place.clerk)

    assert at_once(app, [partial(begin, handed.id), partial(begin, handed.id)]) == ["Refused", "done"]
    drafts = select(func.count()).where(Mandate.unit_id == other.id, Mandate.mandate_state == "pending_review")
    assert db.session.scalar(drafts) == 1
