"""The first page after signing in."""

from __future__ import annotations

from collections.abc import Callable

from flask.testing import FlaskClient
from sqlalchemy import Connection

from host.kernel.access import Actor, Role
from tests.factories import a_person, a_section, an_actor

SignIn = Callable[[Actor], FlaskClient]


def test_today_s_log_stands_before_everything_else_for_those_who_write_it(
    connection: Connection, sign_in_as: SignIn
) -> None:
    page = sign_in_as(an_actor(Role.STAFF, person=a_person())).get("/").text
    main = page[page.index("<main") :]
    places = [main.index(words) for words in ("今日履职", "待办", 'id="entry-1"', "机构名册")]
    assert places == sorted(places)
    assert "履职考评" in main[main.index('id="entry-1"') :][:400]


def test_who_writes_no_log_keeps_the_order_of_the_systems(connection: Connection, sign_in_as: SignIn) -> None:
    page = sign_in_as(an_actor(Role.INSPECTOR, region="371300")).get("/").text
    main = page[page.index("<main") :]
    assert "今日履职" not in main
    assert "基础信息" in main[main.index('id="entry-1"') :][:400]


def test_a_long_menu_is_parted_by_headings_and_a_short_one_is_not(connection: Connection, sign_in_as: SignIn) -> None:
    head = sign_in_as(an_actor(Role.SECTION_HEAD, person=a_person(), section=a_section())).get("/").text
    auditor = sign_in_as(an_actor(Role.AUDIT_ADMIN)).get("/").text
    menu = head[head.index('id="menu"') : head.index("<main")]
    places = [
        menu.index(words)
        for words in ("机构", "机构名册", "职责", "权责事项", "科室和单位", "纪实审核", "规则", "常用内容")
    ]
    assert places == sorted(places)
    assert "menu-part" not in auditor
