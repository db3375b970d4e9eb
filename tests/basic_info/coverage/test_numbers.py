"""Every number of the duty pages leads to rows, and there are as many of them."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection

from basic_info.coverage.operations import check_coverage
from basic_info.duties.proposals import propose_links
from basic_info.organization.models import Section, Unit
from host.kernel.access import SYSTEM, Actor, Role
from host.kernel.pages import today_in_china
from tests import factories

SignIn = Callable[[Actor], FlaskClient]
#: (address, title, number) of a linked figure.
FIGURE = re.compile(r'<a class="figure-tile" href="([^"]+)"><span>([^<]+)</span><b>([\d,.%]+)</b>')
UNLINKED = re.compile(r'<div class="figure-tile"><span>([^<]+)</span><b>([\d,.%]+)</b>')
NEAR = ("负责成品油流通行业管理，拟订成品油零售体系发展规划", "承担成品油流通行业管理工作，拟订成品油零售体系发展规划")


@pytest.fixture
def unit(connection: Connection) -> Unit:
    """A unit with some of most gaps (职能悬空, 交叉, 疑似交叉, 无岗位, 无来源, 无职责, 无人), another one beside it."""
    unit, other = factories.a_unit(name="市商务局"), factories.a_unit(name="市发展改革委")
    section = factories.a_section(unit=unit)
    for text in ("拟订全市教育发展规划", "指导再生资源回收", NEAR[0]):
        factories.a_function(unit=unit, text=text)
    for text in ("拟订全市教育发展规划", NEAR[1]):
        factories.a_function(unit=other, text=text)
    _duties_of(section)
    check_coverage(today_in_china(), actor=SYSTEM)
    return unit


@pytest.fixture
def client(unit: Unit, sign_in_as: SignIn) -> FlaskClient:
    return sign_in_as(factories.an_actor(Role.OFFICE_CLERK, region="371300"))


def _duties_of(section: Section) -> None:
    post = factories.a_post(section=section)
    factories.a_post(section=section)
    factories.a_section_duty(section=section, text="起草教育发展规划")
    factories.a_section_duty(section=section, text="回收再生资源")
    factories.a_post_duty(post=post)


def rows_of(page: str) -> list[str]:
    """The rows of the list that a number opened."""
    return page.split('<h2 id="ruled-out"')[0].split("<tr data-row>")[1:]


def figures(page: str) -> dict[str, tuple[str, str]]:
    """title → (address, number)."""
    return {title: (url.replace("&amp;", "&"), number) for url, title, number in FIGURE.findall(page)}


def test_a_unit_s_numbers_are_as_many_rows(unit: Unit, client: FlaskClient) -> None:
    found = figures(client.get(f"/basic-info/units/{unit.id}/coverage").text)
    assert {"职能悬空", "职能交叉", "疑似交叉", "科室职责无岗位", "岗位职责无来源", "岗位无职责", "岗位无人"} <= set(
        found
    )
    assert {title: len(rows_of(client.get(url).text)) for title, (url, _) in found.items()} == {
        title: int(number) for title, (_, number) in found.items()
    }


def test_the_city_s_numbers_are_the_sums_of_its_units(client: FlaskClient) -> None:
    found = figures(client.get("/basic-info/coverage").text)
    found.pop("职能覆盖率")
    counts = {
        title: re.findall(r'data-label="数量"[^>]*><div>([\d,]+)', client.get(url).text)
        for title, (url, _) in found.items()
    }
    assert {title: sum(map(int, parts)) for title, parts in counts.items()} == {
        title: int(number) for title, (_, number) in found.items()
    }


@pytest.mark.parametrize("path", ["/basic-info/coverage", "/basic-info/units/{}/coverage"])
def test_only_nothing_has_no_link(path: str, unit: Unit, client: FlaskClient) -> None:
    assert {number for _, number in UNLINKED.findall(client.get(path.format(unit.id)).text)} <= {"0"}


def test_a_share_leads_to_what_is_missing_from_it(unit: Unit, client: FlaskClient) -> None:
    found = figures(client.get(f"/basic-info/units/{unit.id}/duties").text)
    assert len(rows_of(client.get(found["职能覆盖率"][0]).text)) == 3
    assert len(rows_of(client.get(found["科室职责"][0]).text)) == 2


def test_the_list_of_units_counts_what_the_unit_s_page_shows(unit: Unit, client: FlaskClient) -> None:
    row = next(one for one in rows_of(client.get("/basic-info/duties").text) if "市商务局" in one)
    functions, duties = re.findall(rf'<a href="/basic-info/units/{unit.id}/duties">(\d+)</a>', row)
    page = client.get(f"/basic-info/units/{unit.id}/duties").text
    assert (page.count('<details class="card card-body"'), figures(page)["科室职责"][1]) == (int(functions), duties)


def test_as_many_proposals_wait_as_the_page_says(unit: Unit, client: FlaskClient) -> None:
    propose_links(unit.id, actor=SYSTEM)
    page = client.get(f"/basic-info/units/{unit.id}/links").text
    (count,) = re.findall(r'id="open-count"[^>]*>(\d+)<', page)
    assert int(count) == page.count('data-shortcut="approve"') > 0
