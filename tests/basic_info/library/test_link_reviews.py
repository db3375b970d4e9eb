"""Links over a change of versions: the same words keep them, others are looked at again (R46)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from basic_info.duties.models import DutyLink, LinkReview, LinkState, ReviewState, UnitFunction
from basic_info.mandates.carrying import drop_link, keep_link
from basic_info.mandates.errors import AlreadyDecided
from basic_info.waiting import todo
from host.kernel.access import SYSTEM, Actor, Role
from host.kernel.db import db
from host.kernel.errors import NotFound, NotPermitted, Refused
from tests import factories
from tests.basic_info.library.conftest import Office
from tests.basic_info.library.papers import mandate_file
from tests.basic_info.library.versions import bring, in_force

SignIn = Callable[[Actor], FlaskClient]
Counter = Callable[[], AbstractContextManager[list[str]]]
LATER = {"2019年3月1日": "2024年5月1日"}
OLD, NEW = "负责成品油零售经营资格审批。", "负责成品油批发和零售经营资格审批。"


def function(text: str) -> UnitFunction:
    return db.session.scalars(select(UnitFunction).where(UnitFunction.text == text)).one()


@pytest.fixture
def link(place: Office) -> DutyLink:
    """The link from the function that will be changed to a duty of the market section that people keep."""
    in_force(place)
    duty = factories.a_section_duty(section=place.market, text="审批成品油经营")
    made = DutyLink(
        unit_id=place.unit.id,
        function_id=function(OLD).id,
        section_duty_id=duty.id,
        link_state=LinkState.CONFIRMED,
        decided_by=place.clerk.account_id,
    )
    db.session.add(made)
    db.session.flush()
    return made


def changed(place: Office) -> None:
    in_force(place, mandate_file(instead={**LATER, "（二）" + OLD[:-1]: "（二）" + NEW[:-1]}))


def the_review() -> LinkReview:
    return db.session.scalars(select(LinkReview)).one()


def pair(link: DutyLink, function_id: int) -> DutyLink | None:
    found = (DutyLink.function_id == function_id) & (DutyLink.section_duty_id == link.section_duty_id)
    return db.session.scalar(select(DutyLink).where(found).execution_options(populate_existing=True))


def test_a_link_of_unchanged_words_goes_on_unasked(place: Office, link: DutyLink) -> None:
    in_force(place, mandate_file(instead=LATER))
    assert db.session.scalars(select(LinkReview)).all() == []
    assert function(OLD).id == link.function_id


def test_a_link_of_changed_words_is_to_be_looked_at(place: Office, link: DutyLink) -> None:
    changed(place)
    review = the_review()
    assert (review.link_id, review.function_id, review.review_state) == (link.id, function(NEW).id, ReviewState.OPEN)


def test_the_changed_words_are_proposed(place: Office, link: DutyLink) -> None:
    changed(place)
    proposed = pair(link, function(NEW).id)
    assert proposed is not None
    assert (proposed.link_state, proposed.score) == (LinkState.PROPOSED, the_review().score)


def test_a_link_of_words_that_went_has_no_successor(place: Office, link: DutyLink) -> None:
    in_force(place, mandate_file(without="（二）负责", instead=LATER))
    assert (the_review().function_id, the_review().score) == (None, None)


def test_a_kept_link_joins_the_successor_and_the_old_one_stays(place: Office, link: DutyLink) -> None:
    changed(place)
    keep_link(the_review(), function_id=function(NEW).id, section_duty_id=None, actor=place.clerk)
    now = pair(link, function(NEW).id)
    assert now is not None
    assert (now.link_state, link.link_state) == (LinkState.CONFIRMED, LinkState.CONFIRMED)
    assert the_review().review_state is ReviewState.KEPT


def test_a_dropped_link_is_not_proposed_again(place: Office, link: DutyLink) -> None:
    changed(place)
    drop_link(the_review(), actor=place.clerk)
    refused = pair(link, function(NEW).id)
    assert refused is not None
    assert (refused.link_state, the_review().review_state) == (LinkState.REJECTED, ReviewState.DROPPED)


def test_a_link_is_not_kept_at_what_ended(place: Office, link: DutyLink) -> None:
    changed(place)
    with pytest.raises(Refused):
        keep_link(the_review(), function_id=None, section_duty_id=None, actor=place.clerk)


def test_a_link_is_not_kept_at_another_units_function(place: Office, link: DutyLink) -> None:
    changed(place)
    elsewhere = factories.a_function(unit=factories.a_unit(name="市统计局"), text="负责统计")
    with pytest.raises(NotFound):
        keep_link(the_review(), function_id=elsewhere.id, section_duty_id=None, actor=place.clerk)


def test_a_link_is_decided_once(place: Office, link: DutyLink) -> None:
    changed(place)
    drop_link(the_review(), actor=place.clerk)
    with pytest.raises(AlreadyDecided):
        keep_link(the_review(), function_id=function(NEW).id, section_duty_id=None, actor=place.clerk)


def test_the_platform_itself_decides_no_link(place: Office, link: DutyLink) -> None:
    changed(place)
    with pytest.raises(NotPermitted):
        drop_link(the_review(), actor=SYSTEM)


def test_the_office_is_reminded_of_links_to_look_at(app: Flask, place: Office, link: DutyLink) -> None:
    changed(place)
    with app.test_request_context():
        items = todo(place.clerk)
    assert [(item.title, item.count) for item in items] == [("需要核对的衔接", 1)]


def test_a_reviewer_is_reminded_of_mandates_to_confirm(app: Flask, place: Office) -> None:
    bring(place)
    with app.test_request_context():
        items = todo(place.reviewer)
    assert [(item.title, item.count) for item in items] == [("待确认的「三定」规定", 1)]


def test_links_are_kept_on_their_page(place: Office, link: DutyLink, sign_in_as: SignIn) -> None:
    changed(place)
    client = sign_in_as(place.clerk)
    assert OLD in client.get(f"/basic-info/units/{place.unit.id}/link-reviews").text
    answer = client.post(
        f"/basic-info/link-reviews/{the_review().id}/keep",
        data={"function_id": str(function(NEW).id)},
        follow_redirects=True,
    )
    assert "没有需要核对的衔接" in answer.text


def test_links_are_dropped_on_their_page(place: Office, link: DutyLink, sign_in_as: SignIn) -> None:
    changed(place)
    sign_in_as(place.clerk).post(f"/basic-info/link-reviews/{the_review().id}/drop")
    assert the_review().review_state is ReviewState.DROPPED


def test_another_unit_looks_at_no_links(place: Office, link: DutyLink, sign_in_as: SignIn) -> None:
    changed(place)
    review_id = the_review().id
    stranger = factories.an_actor(Role.UNIT_CLERK, unit=factories.a_unit(name="市统计局"))
    client = sign_in_as(stranger)
    assert client.get(f"/basic-info/units/{place.unit.id}/link-reviews").status_code == 404
    assert client.post(f"/basic-info/link-reviews/{review_id}/drop").status_code == 404


def test_the_page_of_reviews_costs_as_many_statements_for_many_links(
    place: Office, link: DutyLink, sign_in_as: SignIn, count_queries: Counter
) -> None:
    changed(place)
    client, address = sign_in_as(place.clerk), f"/basic-info/units/{place.unit.id}/link-reviews"
    client.get(address)
    with count_queries() as few:
        client.get(address)
    for number in range(10):
        duty = factories.a_section_duty(section=place.market, text=f"审批{number}")
        other = DutyLink(unit_id=place.unit.id, function_id=link.function_id, section_duty_id=duty.id)
        db.session.add(other)
        db.session.flush()
        db.session.add(LinkReview(unit_id=place.unit.id, mandate_id=the_mandate_id(), link_id=other.id))
    db.session.flush()
    with count_queries() as many:
        client.get(address)
    assert len(many) == len(few)


def the_mandate_id() -> int:
    found = db.session.scalar(select(LinkReview.mandate_id).limit(1))
    assert found is not None
    return found
