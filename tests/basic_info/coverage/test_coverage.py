"""Where the thread is torn: each kind of gap is found, and only while it is one."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import Range

from basic_info.coverage.gaps import Gap
from basic_info.coverage.models import CoverageRun
from basic_info.coverage.operations import check_coverage
from basic_info.coverage.queries import gaps_of_unit, overview, rows_of_gap, units_with
from basic_info.duties.models import FunctionKind
from basic_info.duties.operations import link
from basic_info.duties.thread import Layer
from basic_info.organization.models import Section, Unit
from basic_info.power_lists.models import ListState, PowerItem, PowerItemSection, PowerKind, PowerList
from host.kernel.access import SYSTEM, Actor, Role
from host.kernel.db import db
from host.kernel.pages import today_in_china
from tests import factories

DAY = date(2026, 3, 2)
SignIn = Callable[[Actor], FlaskClient]
Counting = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def unit(connection: Connection) -> Unit:
    return factories.a_unit(name="市商务局")


@pytest.fixture
def clerk(unit: Unit) -> Actor:
    return factories.an_actor(Role.OFFICE_CLERK, region="371300")


@pytest.fixture
def section(unit: Unit) -> Section:
    return factories.a_section(unit=unit, name="市场科")


def found(unit: Unit, gap: Gap, day: date = DAY) -> list[int]:
    return [row.thing_id for row in rows_of_gap(unit.id, gap, day)[0]]


def an_item(unit: Unit, *, section: Section | None = None, kind: PowerKind = PowerKind.LICENCE) -> PowerItem:
    power_list = PowerList(unit_id=unit.id, version_no=1, year=2026, valid=factories.SINCE)
    db.session.add(power_list)
    db.session.flush()
    item = PowerItem(power_list_id=power_list.id, unit_id=unit.id, sort_no=1, name="资格审批", power_kind=kind)
    db.session.add(item)
    db.session.flush()
    if section is not None:
        db.session.add(PowerItemSection(power_item_id=item.id, name="市场科", section_id=section.id))
    power_list.list_state = ListState.IN_FORCE
    db.session.flush()
    return item


def test_a_function_that_no_section_carries_hangs_in_the_air(unit: Unit) -> None:
    function = factories.a_function(unit=unit)
    assert found(unit, Gap.FUNCTION_WITHOUT_SECTION) == [function.id]


def test_a_catch_all_function_needs_no_section(unit: Unit) -> None:
    factories.a_function(unit=unit, function_kind=FunctionKind.CATCH_ALL)
    assert found(unit, Gap.FUNCTION_WITHOUT_SECTION) == []


def test_a_carried_function_is_no_gap(unit: Unit, section: Section, clerk: Actor) -> None:
    function, duty = factories.a_function(unit=unit), factories.a_section_duty(section=section)
    link((Layer.FUNCTION, function.id), (Layer.SECTION_DUTY, duty.id), actor=clerk)
    assert found(unit, Gap.FUNCTION_WITHOUT_SECTION) == []


def test_a_section_duty_without_post_and_mandate_is_both_gaps(unit: Unit, section: Section) -> None:
    duty = factories.a_section_duty(section=section)
    assert found(unit, Gap.DUTY_WITHOUT_POST) == [duty.id]
    assert found(unit, Gap.DUTY_NOT_IN_MANDATE) == [duty.id]


def test_a_section_duty_that_serves_a_function_is_in_the_mandate(unit: Unit, section: Section, clerk: Actor) -> None:
    function, duty = factories.a_function(unit=unit), factories.a_section_duty(section=section)
    link((Layer.FUNCTION, function.id), (Layer.SECTION_DUTY, duty.id), actor=clerk)
    assert found(unit, Gap.DUTY_NOT_IN_MANDATE) == []


def test_a_post_duty_that_no_section_duty_stands_above_is_a_gap(unit: Unit, section: Section, clerk: Actor) -> None:
    post_duty = factories.a_post_duty(post=factories.a_post(section=section))
    assert found(unit, Gap.POST_DUTY_WITHOUT_SOURCE) == [post_duty.id]
    duty = factories.a_section_duty(section=section)
    link((Layer.SECTION_DUTY, duty.id), (Layer.POST_DUTY, post_duty.id), actor=clerk)
    assert found(unit, Gap.POST_DUTY_WITHOUT_SOURCE) == []


def test_a_post_without_duty_and_person_is_both_gaps(unit: Unit, section: Section) -> None:
    post = factories.a_post(section=section)
    assert found(unit, Gap.POST_WITHOUT_DUTY) == [post.id]
    assert found(unit, Gap.POST_WITHOUT_PERSON) == [post.id]


def test_a_post_that_is_held_and_has_duties_is_no_gap(unit: Unit, section: Section) -> None:
    post = factories.a_post(section=section)
    factories.a_person(post=post)
    factories.a_post_duty(post=post)
    assert found(unit, Gap.POST_WITHOUT_DUTY) == found(unit, Gap.POST_WITHOUT_PERSON) == []


def test_a_function_that_two_units_of_a_division_claim_is_shown_with_the_other_unit(unit: Unit) -> None:
    factories.a_function(unit=unit, text="负责成品油管理")
    factories.a_function(unit=factories.a_unit(name="市发展改革委"), text="负责成品油 管理")
    ((row,), _) = rows_of_gap(unit.id, Gap.FUNCTION_CLAIMED_TWICE, DAY)
    assert row.place == "市发展改革委"


def test_the_same_function_in_two_counties_is_no_gap(unit: Unit) -> None:
    county = factories.a_region("371302", name="兰山区")
    factories.a_function(unit=unit, text="负责成品油管理")
    factories.a_function(unit=factories.a_unit(name="区商务局", region=county), text="负责成品油管理")
    assert found(unit, Gap.FUNCTION_CLAIMED_TWICE) == []


def test_an_item_handled_by_another_section_than_carries_its_function_is_a_gap(
    unit: Unit, section: Section, clerk: Actor
) -> None:
    function, duty = factories.a_function(unit=unit), factories.a_section_duty(section=section)
    item = an_item(unit, section=factories.a_section(unit=unit, name="办公室"))
    link((Layer.ITEM, item.id), (Layer.FUNCTION, function.id), actor=clerk)
    link((Layer.FUNCTION, function.id), (Layer.SECTION_DUTY, duty.id), actor=clerk)
    assert found(unit, Gap.ITEM_HANDLED_ELSEWHERE) == [item.id]


def test_an_item_handled_where_its_function_is_carried_is_no_gap(unit: Unit, section: Section, clerk: Actor) -> None:
    function, duty = factories.a_function(unit=unit), factories.a_section_duty(section=section)
    item = an_item(unit, section=section)
    link((Layer.ITEM, item.id), (Layer.FUNCTION, function.id), actor=clerk)
    link((Layer.FUNCTION, function.id), (Layer.SECTION_DUTY, duty.id), actor=clerk)
    assert found(unit, Gap.ITEM_HANDLED_ELSEWHERE) == []


def test_an_item_is_not_called_idle_where_no_cases_are_collected(unit: Unit) -> None:
    an_item(unit)
    assert found(unit, Gap.ITEM_NOT_EXERCISED) == []


def test_gaps_are_those_of_the_day_that_is_asked_for(unit: Unit) -> None:
    factories.a_function(unit=unit, valid=Range(date(2026, 2, 1), None))
    assert gaps_of_unit(unit.id, date(2026, 1, 31))[Gap.FUNCTION_WITHOUT_SECTION] == 0
    assert gaps_of_unit(unit.id, date(2026, 2, 1))[Gap.FUNCTION_WITHOUT_SECTION] == 1


def test_a_check_keeps_what_it_found_and_a_second_one_of_the_day_replaces_it(unit: Unit) -> None:
    check_coverage(DAY, actor=SYSTEM)
    factories.a_function(unit=unit)
    check_coverage(DAY, actor=SYSTEM)
    runs = db.session.scalars(select(CoverageRun).where(CoverageRun.unit_id == unit.id)).all()
    assert [(run.function_count, run.carried_count, run.gaps) for run in runs] == [
        (1, 0, {"function_without_section": 1})
    ]


def test_a_check_says_what_the_unit_s_own_page_says(unit: Unit, section: Section) -> None:
    factories.a_function(unit=unit)
    factories.a_section_duty(section=section)
    factories.a_post(section=section)
    check_coverage(DAY, actor=SYSTEM)
    run = db.session.scalars(select(CoverageRun).where(CoverageRun.unit_id == unit.id)).one()
    assert run.gaps == {gap.value: count for gap, count in gaps_of_unit(unit.id, DAY).items() if count}


def test_the_city_counts_each_unit_once_as_last_checked(unit: Unit, clerk: Actor) -> None:
    factories.a_function(unit=unit)
    check_coverage(date(2026, 3, 1), actor=SYSTEM)
    check_coverage(DAY, actor=SYSTEM)
    found = overview(clerk)
    assert (found.checked_on, found.units, found.functions) == (DAY, 1, 1)
    assert found.gaps[Gap.FUNCTION_WITHOUT_SECTION] == 1


def test_units_are_listed_with_the_most_gaps_first(unit: Unit, clerk: Actor) -> None:
    other = factories.a_unit(name="市教育局")
    factories.a_function(unit=unit)
    for number in range(2):
        factories.a_function(unit=other, text=f"负责教育 {number}")
    check_coverage(DAY, actor=SYSTEM)
    rows, _ = units_with(clerk, Gap.FUNCTION_WITHOUT_SECTION, DAY)
    assert [(row.name, row.gap_count) for row in rows] == [("市教育局", 2), ("市商务局", 1)]


def test_units_out_of_reach_are_neither_counted_nor_listed(unit: Unit) -> None:
    factories.a_function(unit=unit)
    check_coverage(DAY, actor=SYSTEM)
    elsewhere = factories.an_actor(Role.UNIT_HEAD, unit=factories.a_unit(name="市教育局"))
    assert overview(elsewhere).units == 0
    assert units_with(elsewhere, Gap.FUNCTION_WITHOUT_SECTION, DAY)[0] == []


def test_a_unit_s_gaps_take_one_statement(unit: Unit, count_queries: Counting) -> None:
    with count_queries() as seen:
        gaps_of_unit(unit.id, DAY)
    assert len(seen) == 1


def test_every_number_of_a_unit_opens_to_its_rows(
    unit: Unit, section: Section, clerk: Actor, sign_in_as: SignIn
) -> None:
    function = factories.a_function(unit=unit, text="负责成品油管理")
    post = factories.a_post(section=section)
    client = sign_in_as(clerk)
    page = client.get(f"/basic-info/units/{unit.id}/coverage").text
    assert "gap=function_without_section" in page
    rows = client.get(f"/basic-info/units/{unit.id}/coverage?gap=function_without_section").text
    assert f"/basic-info/trace/unit_function/{function.id}" in rows
    rows = client.get(f"/basic-info/units/{unit.id}/coverage?gap=post_without_duty").text
    assert f"/basic-info/posts/{post.id}" in rows


def test_the_city_s_numbers_open_to_units(unit: Unit, clerk: Actor, sign_in_as: SignIn) -> None:
    factories.a_function(unit=unit)
    check_coverage(today_in_china(), actor=SYSTEM)
    client = sign_in_as(clerk)
    assert "gap=function_without_section" in client.get("/basic-info/coverage").text
    assert "市商务局" in client.get("/basic-info/coverage?gap=function_without_section").text


@pytest.mark.parametrize("after", ["x", "1", "1.x", "٣.1", "1.99999999999999999999999999"])
def test_a_wrong_key_is_no_such_page(after: str, clerk: Actor, sign_in_as: SignIn) -> None:
    answer = sign_in_as(clerk).get(
        "/basic-info/coverage", query_string={"gap": "function_without_section", "after": after}
    )
    assert answer.status_code == 404


def test_the_gaps_of_another_unit_are_not_to_be_read(unit: Unit, sign_in_as: SignIn) -> None:
    elsewhere = factories.an_actor(Role.UNIT_HEAD, unit=factories.a_unit(name="市教育局"))
    assert sign_in_as(elsewhere).get(f"/basic-info/units/{unit.id}/coverage").status_code == 404
