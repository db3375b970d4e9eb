"""An editor joins things of neighbouring layers on a page, and takes links apart."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from basic_info.duties.models import DutyLink, LinkState, SectionDuty, UnitFunction
from basic_info.duties.operations import link
from basic_info.duties.thread import Layer
from basic_info.organization.models import Unit
from host.kernel.access import Actor, Role
from host.kernel.db import db
from tests import factories

SignIn = Callable[[Actor], FlaskClient]


@pytest.fixture
def function(connection: object) -> UnitFunction:
    return factories.a_function(unit=factories.a_unit(), text="负责成品油零售经营资格审批")


@pytest.fixture
def duty(function: UnitFunction) -> SectionDuty:
    unit = db.session.get_one(Unit, function.unit_id)
    section = factories.a_section(unit=unit)
    factories.a_section_duty(section=section, text="起草重要文稿")
    return factories.a_section_duty(section=section, text="承担成品油零售经营资格审批", sort_no=2)


def editor(function: UnitFunction) -> Actor:
    return factories.an_actor(Role.UNIT_CLERK, unit=db.session.get_one(Unit, function.unit_id))


def page_of(function: UnitFunction) -> str:
    return f"/basic-info/trace/unit_function/{function.id}/links"


def test_the_likest_candidate_comes_first(function: UnitFunction, duty: SectionDuty, sign_in_as: SignIn) -> None:
    page = sign_in_as(editor(function)).get(page_of(function)).text
    assert page.index("承担成品油零售经营资格审批") < page.index("起草重要文稿")


def test_an_editor_joins_two_things(function: UnitFunction, duty: SectionDuty, sign_in_as: SignIn) -> None:
    answer = sign_in_as(editor(function)).post(page_of(function), data={"other": f"section_duty:{duty.id}"})
    found = db.session.scalars(select(DutyLink).where(DutyLink.function_id == function.id)).one()
    assert answer.status_code == 303
    assert (found.section_duty_id, found.link_state) == (duty.id, LinkState.CONFIRMED)


def test_from_below_the_same_pair_is_drawn(function: UnitFunction, duty: SectionDuty, sign_in_as: SignIn) -> None:
    page = f"/basic-info/trace/section_duty/{duty.id}/links"
    sign_in_as(editor(function)).post(page, data={"other": f"unit_function:{function.id}"})
    assert db.session.scalars(select(DutyLink.function_id)).all() == [function.id]


def test_what_is_no_neighbour_is_not_a_choice(function: UnitFunction, sign_in_as: SignIn) -> None:
    answer = sign_in_as(editor(function)).post(page_of(function), data={"other": f"unit_function:{function.id}"})
    assert answer.status_code == 422


def test_a_link_is_taken_apart(function: UnitFunction, duty: SectionDuty, sign_in_as: SignIn) -> None:
    actor = editor(function)
    found = link((Layer.FUNCTION, function.id), (Layer.SECTION_DUTY, duty.id), actor=actor)
    sign_in_as(actor).post(f"/basic-info/links/{found.id}/reject")
    db.session.refresh(found)
    assert found.link_state is LinkState.REJECTED


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_editor_of_another_unit_finds_nothing(method: str, function: UnitFunction, sign_in_as: SignIn) -> None:
    other = factories.an_actor(Role.UNIT_CLERK, unit=factories.a_unit(name="市统计局"))
    assert sign_in_as(other).open(page_of(function), method=method).status_code == 404
