"""The picture of a unit's thread: what is joined is joined in it, what is torn shows, people only to some."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection

from basic_info.duties import graph
from basic_info.duties.graph import Column, duty_graph
from basic_info.duties.models import UnitFunction
from basic_info.duties.operations import link
from basic_info.duties.thread import Layer
from basic_info.organization.models import Person, Post, Section, Unit
from host.kernel.access import Actor, Role
from tests import factories

DAY = date(2026, 3, 2)


@dataclass(frozen=True)
class Thread:
    unit: Unit
    function: UnitFunction
    section: Section
    post: Post
    person: Person
    clerk: Actor


@pytest.fixture
def thread(connection: Connection) -> Thread:
    unit = factories.a_unit(name="市商务局")
    section = factories.a_section(unit=unit, name="市场科")
    post = factories.a_post(section=section)
    found = Thread(
        unit=unit,
        function=factories.a_function(unit=unit, text="负责成品油管理"),
        section=section,
        post=post,
        person=factories.a_person(post=post),
        clerk=factories.an_actor(Role.OFFICE_CLERK, region="371300"),
    )
    duty, post_duty = factories.a_section_duty(section=section), factories.a_post_duty(post=post)
    link((Layer.FUNCTION, found.function.id), (Layer.SECTION_DUTY, duty.id), actor=found.clerk)
    link((Layer.SECTION_DUTY, duty.id), (Layer.POST_DUTY, post_duty.id), actor=found.clerk)
    return found


def test_the_thread_runs_from_function_to_person(thread: Thread) -> None:
    edges = {(edge.upper, edge.lower) for edge in duty_graph(thread.unit.id, DAY, thread.clerk).edges}
    assert edges == {
        ((Column.FUNCTION, thread.function.id), (Column.SECTION, thread.section.id)),
        ((Column.SECTION, thread.section.id), (Column.POST, thread.post.id)),
        ((Column.POST, thread.post.id), (Column.PERSON, thread.person.id)),
    }


def test_what_nobody_carries_on_is_torn(thread: Thread) -> None:
    loose = factories.a_function(unit=thread.unit, text="负责会展业管理", sort_no=2)
    torn = [(node.column, node.id) for node in duty_graph(thread.unit.id, DAY, thread.clerk).nodes if node.is_torn]
    assert torn == [(Column.FUNCTION, loose.id)]


def test_people_are_not_shown_to_whom_may_not_see_them(thread: Thread) -> None:
    staff = factories.an_actor(Role.STAFF, unit=thread.unit)
    columns = {node.column for node in duty_graph(thread.unit.id, DAY, staff).nodes}
    assert Column.PERSON not in columns
    assert Column.POST in columns


def test_people_and_then_posts_are_left_out_when_there_is_too_much(
    thread: Thread, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(graph, "MOST_NODES", 2)
    found = duty_graph(thread.unit.id, DAY, thread.clerk)
    assert found.left_out == (Column.PERSON, Column.POST)
    assert {node.column for node in found.nodes} == {Column.FUNCTION, Column.SECTION}


def test_the_picture_takes_six_statements(
    thread: Thread, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    with count_queries() as seen:
        duty_graph(thread.unit.id, DAY, thread.clerk)
    assert len(seen) == 6


def test_every_box_leads_to_its_page(thread: Thread, sign_in_as: Callable[[Actor], FlaskClient]) -> None:
    page = sign_in_as(thread.clerk).get(f"/basic-info/units/{thread.unit.id}/graph").text
    for url in (
        f"/basic-info/trace/unit_function/{thread.function.id}",
        f"/basic-info/sections/{thread.section.id}",
        f"/basic-info/posts/{thread.post.id}",
        f"/basic-info/people/{thread.person.id}",
    ):
        assert url in page
