"""Search over the library: what holds, in the units that the actor may read, by two characters and more."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, text
from sqlalchemy.dialects.postgresql import Range

from basic_info.duties.thread import Layer
from basic_info.organization.models import Unit
from basic_info.search.queries import FIRST_OF_A_LAYER, MOST_OF_A_LAYER, search_library
from host.kernel.access import Actor, Role
from host.kernel.words import terms_of
from tests import factories

DAY = date(2026, 3, 2)
SignIn = Callable[[Actor], FlaskClient]
Counting = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def unit(connection: Connection) -> Unit:
    return factories.a_unit(name="市商务局")


@pytest.fixture
def office(unit: Unit) -> Actor:
    return factories.an_actor(Role.OFFICE_CLERK, region="371300")


def found(actor: Actor, question: str) -> list[tuple[Layer, int]]:
    return [(hit.layer, hit.id) for group in search_library(actor, terms_of(question), day=DAY) for hit in group.hits]


@pytest.mark.parametrize("question", ["成品", "成品油零售", "成品 资格", "经营资格审批", "ｃ级"])
def test_a_duty_is_found_by_any_of_its_words(question: str, unit: Unit, office: Actor) -> None:
    section = factories.a_section(unit=unit)
    duty = factories.a_section_duty(section=section, text="承担成品油零售（Ｃ级）经营资格审批")
    assert found(office, question) == [(Layer.SECTION_DUTY, duty.id)]


@pytest.mark.parametrize("question", ["油成", "成品油批发", "成品 批发", "%%", "__", "成", ""])
def test_nothing_is_found_by_words_that_do_not_all_occur(question: str, unit: Unit, office: Actor) -> None:
    factories.a_section_duty(section=factories.a_section(unit=unit), text="承担成品油零售经营资格审批")
    assert found(office, question) == []


def test_pairs_that_occur_apart_do_not_make_a_word(unit: Unit, office: Actor) -> None:
    factories.a_function(unit=unit, text="行政审批，政许公司，许可证管理")
    assert found(office, "行政许可") == []


def test_every_layer_with_a_duty_of_its_own_is_searched(unit: Unit, office: Actor) -> None:
    section = factories.a_section(unit=unit)
    factories.a_function(unit=unit, text="负责成品油管理")
    factories.a_section_duty(section=section, text="承担成品油管理")
    factories.a_post_duty(post=factories.a_post(section=section), text="受理成品油申请")
    assert [layer for layer, _ in found(office, "成品油")] == [Layer.FUNCTION, Layer.SECTION_DUTY, Layer.POST_DUTY]


def test_a_duty_that_ended_is_not_found(unit: Unit, office: Actor) -> None:
    factories.a_function(unit=unit, text="负责成品油管理", valid=Range(date(2020, 1, 1), date(2025, 1, 1)))
    assert found(office, "成品油") == []


def test_duties_of_units_out_of_reach_are_not_found(unit: Unit) -> None:
    factories.a_function(unit=unit, text="负责成品油管理")
    elsewhere = factories.an_actor(Role.UNIT_CLERK, unit=factories.a_unit(name="市教育局"))
    assert found(elsewhere, "成品油") == []


def test_more_hits_than_are_shown_are_said_to_be_more(unit: Unit, office: Actor) -> None:
    for number in range(MOST_OF_A_LAYER + 1):
        factories.a_function(unit=unit, text=f"负责成品油管理 {number}")
    (group,) = search_library(office, terms_of("成品油"), day=DAY, layers=[Layer.FUNCTION])
    assert group.is_cut
    assert len(group.hits) == MOST_OF_A_LAYER


def test_beside_other_layers_only_the_first_are_shown_and_the_rest_is_a_click_away(
    unit: Unit, office: Actor, sign_in_as: SignIn
) -> None:
    for number in range(FIRST_OF_A_LAYER + 1):
        factories.a_function(unit=unit, text=f"负责成品油管理 {number}")
    page = sign_in_as(office).get("/basic-info/search?q=成品油").text
    assert page.count("<li data-row>") == FIRST_OF_A_LAYER
    assert "layer=unit_function" in page


def test_a_search_takes_two_statements(unit: Unit, office: Actor, count_queries: Counting) -> None:
    factories.a_function(unit=unit, text="负责成品油管理")
    with count_queries() as seen:
        found(office, "成品油")
    assert len(seen) == 2


def test_the_words_are_looked_up_in_the_index(unit: Unit, connection: Connection) -> None:
    connection.execute(text("SET LOCAL enable_seqscan = off"))
    plan = connection.scalars(
        text("EXPLAIN SELECT id FROM section_duty WHERE search_grams(text) @> ARRAY['成品', '品油']")
    ).all()
    assert any("ix_section_duty_words" in line for line in plan)


def test_the_page_marks_the_words_and_leads_to_the_trace(unit: Unit, office: Actor, sign_in_as: SignIn) -> None:
    function = factories.a_function(unit=unit, text="负责成品油管理")
    page = sign_in_as(office).get("/basic-info/search?q=成品油").text
    assert "负责<mark>成品油</mark>管理" in page
    assert f"/basic-info/trace/unit_function/{function.id}" in page
    assert "市商务局" in page


@pytest.mark.parametrize(
    ("question", "told"), [("", "检索全市职责"), ("油", "每个词至少两个字"), ("没有这样的词", "没有找到")]
)
def test_a_page_without_hits_says_what_to_do(question: str, told: str, office: Actor, sign_in_as: SignIn) -> None:
    assert told in sign_in_as(office).get("/basic-info/search", query_string={"q": question}).text
