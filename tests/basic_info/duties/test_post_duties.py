"""The duties of a post on their page: read by the unit, added and ended by its editors."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from basic_info.duties.models import DutyLink, LinkState, PostDuty, SectionDuty
from basic_info.duties.operations import end_post_duty
from basic_info.organization.models import Post, Section, Unit
from host.kernel.access import Actor, Role
from host.kernel.db import db
from host.kernel.errors import Refused
from tests import factories

SignIn = Callable[[Actor], FlaskClient]
FIELDS = {"text": "受理申请", "rhythm": "daily", "measure_unit": "件", "standard_minutes": "20", "on": "2026-03-02"}


@pytest.fixture
def unit(connection: object) -> Unit:
    return factories.a_unit()


@pytest.fixture
def duty(unit: Unit) -> SectionDuty:
    return factories.a_section_duty(section=factories.a_section(unit=unit))


@pytest.fixture
def post(duty: SectionDuty) -> Post:
    section = db.session.get_one(Section, duty.section_id)
    return factories.a_post(section=section, title="受理岗")


def clerk(unit: Unit) -> Actor:
    return factories.an_actor(Role.UNIT_CLERK, unit=unit)


def test_an_editor_adds_a_duty_with_its_link(unit: Unit, duty: SectionDuty, post: Post, sign_in_as: SignIn) -> None:
    client = sign_in_as(clerk(unit))
    answer = client.post(f"/basic-info/posts/{post.id}/duties", data={**FIELDS, "section_duty_id": str(duty.id)})
    found = db.session.scalars(select(PostDuty).where(PostDuty.post_id == post.id)).one()
    link = db.session.scalars(select(DutyLink).where(DutyLink.post_duty_id == found.id)).one()
    assert answer.status_code == 303
    assert (found.text, found.standard_minutes) == ("受理申请", 20)
    assert (link.section_duty_id, link.link_state) == (duty.id, LinkState.CONFIRMED)


def test_a_duty_without_words_comes_back_with_the_form(unit: Unit, post: Post, sign_in_as: SignIn) -> None:
    data = {**FIELDS, "text": "", "section_duty_id": "0"}
    answer = sign_in_as(clerk(unit)).post(f"/basic-info/posts/{post.id}/duties", data=data)
    assert answer.status_code == 422
    assert "请填写职责内容" in answer.text


def test_a_section_duty_of_another_section_is_not_a_choice(unit: Unit, post: Post, sign_in_as: SignIn) -> None:
    other = factories.a_section_duty(section=factories.a_section(unit=unit, name="法规科"))
    data = {**FIELDS, "section_duty_id": str(other.id)}
    assert sign_in_as(clerk(unit)).post(f"/basic-info/posts/{post.id}/duties", data=data).status_code == 422


def test_staff_read_the_duties_of_a_post_but_add_none(post: Post, sign_in_as: SignIn) -> None:
    factories.a_post_duty(post=post, text="受理申请")
    client = sign_in_as(factories.an_actor(person=factories.a_person(post=post)))
    assert "受理申请" in client.get(f"/basic-info/posts/{post.id}/duties").text
    assert client.post(f"/basic-info/posts/{post.id}/duties", data=FIELDS).status_code == 403


@pytest.mark.parametrize("method", ["get", "post"])
def test_another_unit_finds_no_such_post(method: str, post: Post, sign_in_as: SignIn) -> None:
    client = sign_in_as(clerk(factories.a_unit(name="市统计局")))
    assert client.open(f"/basic-info/posts/{post.id}/duties", method=method.upper(), data={}).status_code == 404


def test_an_ended_duty_holds_until_its_day(unit: Unit, post: Post, sign_in_as: SignIn) -> None:
    found = factories.a_post_duty(post=post)
    answer = sign_in_as(clerk(unit)).post(f"/basic-info/post-duties/{found.id}/end", data={"on": "2026-04-01"})
    db.session.refresh(found)
    assert answer.status_code == 303
    assert found.valid.upper == date(2026, 4, 1)


def test_a_duty_does_not_end_before_it_began(unit: Unit, post: Post) -> None:
    found = factories.a_post_duty(post=post)
    with pytest.raises(Refused, match="晚于"):
        end_post_duty(found, on=date(2019, 1, 1), reason="", actor=clerk(unit))


def test_an_end_before_the_beginning_comes_back_with_the_form(unit: Unit, post: Post, sign_in_as: SignIn) -> None:
    found = factories.a_post_duty(post=post)
    answer = sign_in_as(clerk(unit)).post(f"/basic-info/post-duties/{found.id}/end", data={"on": "2019-01-01"})
    assert answer.status_code == 422


def test_another_unit_ends_nothing(post: Post, sign_in_as: SignIn) -> None:
    found = factories.a_post_duty(post=post)
    client = sign_in_as(clerk(factories.a_unit(name="市统计局")))
    assert client.post(f"/basic-info/post-duties/{found.id}/end", data={"on": "2026-04-01"}).status_code == 404
