"""职责分工: what a mandate divides between two units, and what everybody has, is no overlap."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import Range

from basic_info.coverage.boundaries import divisions
from basic_info.coverage.gaps import Gap
from basic_info.coverage.overlap_queries import pairs_of
from basic_info.coverage.overlaps import find_overlaps
from basic_info.coverage.queries import gaps_of_unit
from basic_info.documents.models import Document
from basic_info.mandates.models import ClauseKind, Mandate, MandateClause, MandateState, MandateStyle
from basic_info.organization.models import Unit
from basic_info.settings.queries import DEFAULT
from host.kernel.access import Actor, Role
from host.kernel.db import db
from host.kernel.pages import today_in_china
from tests import factories

DAY = date(2026, 3, 2)
OURS = "负责成品油流通行业管理，拟订成品油零售体系发展规划"
THEIRS = "承担全市成品油流通行业管理工作，拟订成品油零售体系发展规划并组织实施"
DIVIDED = (
    "与市发展改革委的职责分工。市商务局负责成品油流通行业管理，拟订成品油零售体系发展规划；市发展改革委负责成品油储备。"
)
SignIn = Callable[[Actor], FlaskClient]


@pytest.fixture
def unit(connection: Connection) -> Unit:
    return factories.a_unit(name="市商务局")


@pytest.fixture
def other_unit(unit: Unit) -> Unit:
    return factories.a_unit(name="市发展和改革委员会", short_name="市发展改革委")


@pytest.fixture
def clerk(unit: Unit) -> Actor:
    return factories.an_actor(Role.OFFICE_CLERK, region="371300")


def a_boundary(unit: Unit, text: str = DIVIDED, *, until: date | None = None) -> MandateClause:
    document = Document(title="三定规定", unit_id=unit.id)
    db.session.add(document)
    db.session.flush()
    mandate = Mandate(
        unit_id=unit.id, version_no=1, style=MandateStyle.ARTICLE, document_id=document.id, source_text=text,
        valid=Range(date(2024, 1, 1), until), mandate_state=MandateState.CONFIRMED,
        confirmed_by=factories.an_account().id,
    )  # fmt: skip
    db.session.add(mandate)
    db.session.flush()
    clause = MandateClause(mandate_id=mandate.id, clause_kind=ClauseKind.BOUNDARY, sort_no=1, text=text)
    db.session.add(clause)
    db.session.flush()
    return clause


def overlaps(unit: Unit) -> tuple[int, int]:
    """(职能交叉, 疑似交叉) of the unit."""
    find_overlaps(DAY, least=DEFAULT.overlap_least)
    counts = gaps_of_unit(unit.id, DAY)
    return counts[Gap.FUNCTION_CLAIMED_TWICE], counts[Gap.FUNCTION_MAYBE_CLAIMED]


@pytest.mark.parametrize(("theirs", "found"), [(OURS, (1, 0)), (THEIRS, (0, 1))])
def test_without_a_clause_they_overlap(theirs: str, found: tuple[int, int], unit: Unit, other_unit: Unit) -> None:
    factories.a_function(unit=unit, text=OURS)
    factories.a_function(unit=other_unit, text=theirs)
    assert overlaps(unit) == overlaps(other_unit) == found


@pytest.mark.parametrize("theirs", [OURS, THEIRS])
def test_what_a_clause_divides_is_no_overlap_of_either(theirs: str, unit: Unit, other_unit: Unit, clerk: Actor) -> None:
    function = factories.a_function(unit=unit, text=OURS)
    factories.a_function(unit=other_unit, text=theirs)
    a_boundary(unit)
    assert overlaps(unit) == overlaps(other_unit) == (0, 0)
    assert pairs_of([function.id], DAY, clerk) == {}


def test_a_clause_on_another_subject_divides_nothing(unit: Unit, other_unit: Unit) -> None:
    factories.a_function(unit=unit, text=OURS)
    factories.a_function(unit=other_unit, text=THEIRS)
    a_boundary(unit, "与市发展改革委的职责分工。双方按规定分别审核外商投资项目和境外投资备案。")
    assert overlaps(unit) == (0, 1)


def test_a_clause_with_a_third_unit_divides_nothing(unit: Unit, other_unit: Unit) -> None:
    factories.a_function(unit=unit, text=OURS)
    factories.a_function(unit=other_unit, text=THEIRS)
    a_boundary(unit, DIVIDED.replace("市发展改革委", "市应急局"))
    assert overlaps(unit) == (0, 1)


def test_a_clause_that_is_over_divides_nothing(unit: Unit, other_unit: Unit) -> None:
    factories.a_function(unit=unit, text=OURS)
    factories.a_function(unit=other_unit, text=THEIRS)
    a_boundary(unit, until=date(2025, 1, 1))
    assert overlaps(unit) == (0, 1)


@pytest.mark.parametrize("words", ["完成市委、市政府交办的其他任务。", "完成市委、市政府交办的其他工作任务"])
def test_catch_all_words_never_overlap_whatever_kind_was_entered(words: str, unit: Unit, other_unit: Unit) -> None:
    factories.a_function(unit=unit, text="完成市委、市政府交办的其他任务。")
    factories.a_function(unit=other_unit, text=words)
    assert overlaps(unit) == (0, 0)


@pytest.mark.parametrize("theirs", [OURS, THEIRS])
def test_the_page_says_which_clause_divides_them(
    theirs: str, unit: Unit, other_unit: Unit, clerk: Actor, sign_in_as: SignIn
) -> None:
    factories.a_function(unit=unit, text=OURS)
    factories.a_function(unit=other_unit, text=theirs)
    clause = a_boundary(unit)
    find_overlaps(today_in_china(), least=DEFAULT.overlap_least)
    page = sign_in_as(clerk).get(f"/basic-info/units/{unit.id}/coverage?gap=function_maybe_claimed").text
    assert "职责分工已写明" in page
    assert f"/basic-info/trace/mandate_clause/{clause.id}" in page


def test_who_does_not_read_the_other_s_mandate_sees_no_words_of_it(unit: Unit, other_unit: Unit) -> None:
    factories.a_function(unit=unit, text=OURS)
    factories.a_function(unit=other_unit, text=OURS)
    a_boundary(unit)
    head = factories.an_actor(Role.UNIT_HEAD, unit=other_unit)
    (found,) = divisions(other_unit.id, DAY, head)
    assert (found.other_name, found.clause) == ("市商务局", "")
