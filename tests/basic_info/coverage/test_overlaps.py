"""疑似交叉: near-equal functions of two units are found, shown apart from certain ones, and ruled out by people."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError

from basic_info.coverage.gaps import Gap
from basic_info.coverage.judging import AlreadyRuled, end_ruling, rule_out
from basic_info.coverage.models import FunctionOverlap, OverlapRuling
from basic_info.coverage.operations import check_coverage
from basic_info.coverage.overlap_queries import pairs_of, ruled_out
from basic_info.coverage.overlaps import find_overlaps
from basic_info.coverage.queries import gaps_of_unit, rows_of_gap
from basic_info.duties.models import UnitFunction
from basic_info.organization.models import Unit
from basic_info.settings.operations import set_library
from basic_info.settings.queries import DEFAULT, LibrarySettings
from host.kernel.access import SYSTEM, Actor, Role
from host.kernel.db import db
from host.kernel.errors import Refused
from host.kernel.pages import today_in_china
from tests import factories

DAY = date(2026, 3, 2)
LEAST = DEFAULT.overlap_least
OURS = "负责成品油流通行业管理，拟订成品油零售体系发展规划"
THEIRS = "承担全市成品油流通行业管理工作，拟订成品油零售体系发展规划并组织实施"
SignIn = Callable[[Actor], FlaskClient]


@pytest.fixture
def unit(connection: Connection) -> Unit:
    return factories.a_unit(name="市商务局")


@pytest.fixture
def other_unit(unit: Unit) -> Unit:
    return factories.a_unit(name="市发展改革委")


@pytest.fixture
def clerk(unit: Unit) -> Actor:
    return factories.an_actor(Role.OFFICE_CLERK, region="371300")


@pytest.fixture
def pair(unit: Unit, other_unit: Unit) -> FunctionOverlap:
    factories.a_function(unit=unit, text=OURS)
    factories.a_function(unit=other_unit, text=THEIRS)
    factories.a_function(unit=other_unit, text="拟订全市教育发展规划")
    find_overlaps(DAY, least=LEAST)
    return db.session.scalars(select(FunctionOverlap)).one()


def shown(unit: Unit) -> list[int]:
    return [row.thing_id for row in rows_of_gap(unit.id, Gap.FUNCTION_MAYBE_CLAIMED, DAY)[0]]


def test_near_equal_functions_of_two_units_are_a_pair(pair: FunctionOverlap, unit: Unit, other_unit: Unit) -> None:
    assert (pair.unit_id, pair.other_unit_id) == (unit.id, other_unit.id)
    assert LEAST <= pair.score < 1


def test_both_units_see_it_with_the_other_s_name(pair: FunctionOverlap, unit: Unit, other_unit: Unit) -> None:
    ((row,), _), ((mirror,), _) = (rows_of_gap(one.id, Gap.FUNCTION_MAYBE_CLAIMED, DAY) for one in (unit, other_unit))
    assert (row.place, mirror.place) == ("市发展改革委", "市商务局")


def test_a_pair_is_no_certain_overlap(pair: FunctionOverlap, unit: Unit) -> None:
    counts = gaps_of_unit(unit.id, DAY)
    assert (counts[Gap.FUNCTION_CLAIMED_TWICE], counts[Gap.FUNCTION_MAYBE_CLAIMED]) == (0, 1)


def test_word_equal_functions_are_certain_and_not_guessed(unit: Unit, other_unit: Unit) -> None:
    factories.a_function(unit=unit, text=OURS)
    factories.a_function(unit=other_unit, text=OURS)
    assert find_overlaps(DAY, least=LEAST) == 0


@pytest.mark.parametrize("theirs", ["拟订全市教育发展规划", "负责本单位安全生产"])
def test_functions_that_say_different_things_are_no_pair(theirs: str, unit: Unit, other_unit: Unit) -> None:
    factories.a_function(unit=unit, text=OURS)
    factories.a_function(unit=other_unit, text=theirs)
    assert find_overlaps(DAY, least=LEAST) == 0


def test_units_of_different_divisions_do_not_overlap(unit: Unit) -> None:
    county = factories.a_unit(name="区商务局", region=factories.a_region("371302", name="兰山区"))
    factories.a_function(unit=unit, text=OURS)
    factories.a_function(unit=county, text=THEIRS)
    assert find_overlaps(DAY, least=LEAST) == 0


def test_two_functions_of_one_unit_do_not_overlap(unit: Unit) -> None:
    factories.a_function(unit=unit, text=OURS)
    factories.a_function(unit=unit, text=THEIRS)
    assert find_overlaps(DAY, least=LEAST) == 0


def test_a_second_check_keeps_the_pair_s_row(pair: FunctionOverlap) -> None:
    find_overlaps(DAY, least=LEAST)
    assert db.session.scalars(select(FunctionOverlap.id)).all() == [pair.id]


def test_a_stricter_check_drops_what_it_finds_no_more(pair: FunctionOverlap) -> None:
    find_overlaps(DAY, least=Decimal("0.99"))
    assert db.session.scalars(select(FunctionOverlap.id)).all() == []


def test_the_nightly_check_goes_by_the_city_s_setting(unit: Unit, other_unit: Unit, clerk: Actor) -> None:
    factories.a_function(unit=unit, text=OURS)
    factories.a_function(unit=other_unit, text=THEIRS)
    set_library(LibrarySettings(overlap_least=Decimal("0.99")), actor=clerk)
    check_coverage(DAY, actor=SYSTEM)
    assert shown(unit) == []
    set_library(LibrarySettings(overlap_least=LEAST), actor=clerk)
    check_coverage(DAY, actor=SYSTEM)
    assert len(shown(unit)) == 1


def test_a_function_that_ended_is_no_longer_shown(pair: FunctionOverlap, unit: Unit) -> None:
    function = db.session.get_one(UnitFunction, pair.other_id)
    function.valid = Range(function.valid.lower, DAY)
    db.session.flush()
    assert shown(unit) == []


def test_the_words_that_both_share_are_marked(pair: FunctionOverlap, clerk: Actor) -> None:
    (found,) = pairs_of([pair.function_id], DAY, clerk)[pair.function_id]
    marked = "".join(piece.text for piece in found.other.pieces if piece.is_hit)
    assert "成品油流通行业管理" in marked
    assert "实施" not in marked


def test_who_does_not_read_the_other_unit_sees_its_name_alone(pair: FunctionOverlap, unit: Unit) -> None:
    head = factories.an_actor(Role.UNIT_HEAD, unit=unit)
    (found,) = pairs_of([pair.function_id], DAY, head)[pair.function_id]
    assert (found.other.unit_name, found.other.pieces, found.may_judge) == ("市发展改革委", (), False)


def test_a_pair_that_was_ruled_out_stays_away(pair: FunctionOverlap, unit: Unit, clerk: Actor) -> None:
    rule_out(pair, reason="一个管规划，一个管许可", actor=clerk)
    find_overlaps(DAY, least=LEAST)
    assert shown(unit) == []
    ((ruling, words, name),) = ruled_out(unit.id, DAY)
    assert (ruling.reason, words, name) == ("一个管规划，一个管许可", OURS, "市发展改革委")


def test_it_stays_away_when_a_new_version_says_the_same(
    pair: FunctionOverlap, unit: Unit, other_unit: Unit, clerk: Actor
) -> None:
    rule_out(pair, reason="不同环节", actor=clerk)
    function = db.session.get_one(UnitFunction, pair.other_id)
    function.valid = Range(function.valid.lower, DAY)
    factories.a_function(unit=other_unit, text=THEIRS, valid=Range(DAY, None))
    find_overlaps(DAY, least=LEAST)
    assert shown(unit) == []


def test_it_comes_back_when_a_text_changes(pair: FunctionOverlap, unit: Unit, clerk: Actor) -> None:
    rule_out(pair, reason="不同环节", actor=clerk)
    db.session.get_one(UnitFunction, pair.other_id).text = THEIRS + "，承担许可"
    db.session.flush()
    find_overlaps(DAY, least=LEAST)
    assert len(shown(unit)) == 1


def test_it_comes_back_when_somebody_takes_that_back(pair: FunctionOverlap, unit: Unit, clerk: Actor) -> None:
    end_ruling(rule_out(pair, reason="不同环节", actor=clerk), actor=clerk)
    assert len(shown(unit)) == 1


def test_a_pair_is_ruled_out_once(pair: FunctionOverlap, clerk: Actor) -> None:
    rule_out(pair, reason="不同环节", actor=clerk)
    with pytest.raises(AlreadyRuled):
        rule_out(pair, reason="再来一次", actor=clerk)


def test_ruling_out_wants_a_reason(pair: FunctionOverlap, clerk: Actor) -> None:
    with pytest.raises(Refused, match="为什么"):
        rule_out(pair, reason=" ", actor=clerk)


def test_the_database_too_keeps_no_ruling_without_a_reason(pair: FunctionOverlap, clerk: Actor) -> None:
    ruling = rule_out(pair, reason="不同环节", actor=clerk)
    ruling.reason = ""
    with pytest.raises(IntegrityError, match="has_a_reason"):
        db.session.flush()


def test_the_page_shows_pairs_apart_with_both_ways_on(
    unit: Unit, other_unit: Unit, clerk: Actor, sign_in_as: SignIn
) -> None:
    factories.a_function(unit=unit, text=OURS)
    factories.a_function(unit=other_unit, text=THEIRS)
    check_coverage(today_in_china(), actor=SYSTEM)
    client, pair = sign_in_as(clerk), db.session.scalars(select(FunctionOverlap)).one()
    assert "疑似，请看" in client.get(f"/basic-info/units/{unit.id}/coverage").text
    page = client.get(f"/basic-info/units/{unit.id}/coverage?gap=function_maybe_claimed").text
    assert "<mark>" in page
    assert f"/basic-info/overlaps/{pair.id}/rule-out" in page
    assert f"/function-monitor/gaps/function_maybe_claimed/{pair.function_id}/alert" in page


def test_a_person_rules_out_and_lists_again_from_the_pages(
    unit: Unit, other_unit: Unit, clerk: Actor, sign_in_as: SignIn
) -> None:
    factories.a_function(unit=unit, text=OURS)
    factories.a_function(unit=other_unit, text=THEIRS)
    find_overlaps(today_in_china(), least=LEAST)
    client, pair = sign_in_as(clerk), db.session.scalars(select(FunctionOverlap)).one()
    form = f"/basic-info/overlaps/{pair.id}/rule-out"
    assert client.get(form).status_code == 200
    assert client.post(form, data={"reason": ""}).status_code == 422
    assert "不同环节" in client.post(form, data={"reason": "不同环节"}, follow_redirects=True).text
    ruling = db.session.scalars(select(OverlapRuling)).one()
    client.post(f"/basic-info/overlap-rulings/{ruling.id}/end", data={"unit": unit.id})
    assert shown(unit) == [pair.function_id]


def test_a_county_does_not_judge_the_city_s_pairs(pair: FunctionOverlap, sign_in_as: SignIn) -> None:
    county = sign_in_as(factories.an_actor(Role.OFFICE_CLERK, region="371302"))
    assert county.get(f"/basic-info/overlaps/{pair.id}/rule-out").status_code == 404
