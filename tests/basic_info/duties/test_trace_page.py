"""The trace page: both directions, few statements, nothing of other units."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from basic_info.duties.models import PostDuty, SectionDuty, UnitFunction
from basic_info.duties.operations import link
from basic_info.duties.thread import Layer
from basic_info.mandates.models import MandateClause
from basic_info.mandates.operations import confirm_mandate, import_mandate
from basic_info.mandates.parsing import parse_file
from basic_info.organization.models import Post
from basic_info.power_lists.models import PowerItem, PowerKind, PowerList
from host.kernel.access import Actor, Role
from host.kernel.db import db
from tests import factories
from tests.basic_info.library.papers import mandate_file

SignIn = Callable[[Actor], FlaskClient]
Counting = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def thread(connection: object) -> dict[Layer, int]:
    """Clause → function → section duty → post duty, all confirmed."""
    unit = factories.a_unit(name="市商务局")
    section = factories.a_section(unit=unit, name="市场科")
    clerk, reviewer = factories.an_actor(Role.OFFICE_CLERK, unit=unit), factories.an_actor(unit=unit)
    parsed = parse_file(mandate_file(), "mandate.docx")
    mandate = import_mandate(
        parsed, unit_id=unit.id, source_text="全文", file_id=None, actor=clerk, on=date(2026, 1, 1)
    )
    confirm_mandate(mandate, actor=reviewer)
    function = db.session.scalars(select(UnitFunction).where(UnitFunction.text.contains("成品油"))).one()
    duty = db.session.scalars(select(SectionDuty).where(SectionDuty.text.contains("成品油"))).one()
    clause = db.session.scalars(select(MandateClause).where(MandateClause.text == "负责成品油零售经营资格审批。")).one()
    person = factories.a_person(post=(post := factories.a_post(section=section)))
    post_duty = factories.a_post_duty(post=post, text="受理成品油零售经营资格申请")
    link((Layer.FUNCTION, function.id), (Layer.SECTION_DUTY, duty.id), actor=clerk)
    link((Layer.SECTION_DUTY, duty.id), (Layer.POST_DUTY, post_duty.id), actor=clerk)
    assert person.id
    return {
        Layer.CLAUSE: clause.id,
        Layer.FUNCTION: function.id,
        Layer.SECTION_DUTY: duty.id,
        Layer.POST_DUTY: post_duty.id,
    }


@pytest.mark.parametrize("layer", [Layer.CLAUSE, Layer.FUNCTION, Layer.SECTION_DUTY, Layer.POST_DUTY])
def test_every_layer_shows_the_whole_thread(layer: Layer, thread: dict[Layer, int], sign_in_as: SignIn) -> None:
    client = sign_in_as(factories.an_actor(Role.OFFICE_CLERK, region="371300"))
    page = client.get(f"/basic-info/trace/{layer.value}/{thread[layer]}")
    assert page.status_code == 200
    for words in ("负责成品油零售经营资格审批。", "承担成品油零售经营资格审批", "受理成品油零售经营资格申请"):
        assert words in page.text


def test_a_trace_page_costs_at_most_seven_statements(
    thread: dict[Layer, int], sign_in_as: SignIn, count_queries: Counting
) -> None:
    client = sign_in_as(factories.an_actor(Role.OFFICE_CLERK, region="371300"))
    client.get(f"/basic-info/trace/unit_function/{thread[Layer.FUNCTION]}")
    with count_queries() as seen:
        client.get(f"/basic-info/trace/unit_function/{thread[Layer.FUNCTION]}")
    assert len([one for one in seen if "pg_" not in one]) <= 7, "\n".join(seen)


def test_another_unit_sees_nothing(thread: dict[Layer, int], sign_in_as: SignIn) -> None:
    other = factories.an_actor(Role.UNIT_CLERK, unit=factories.a_unit(name="市统计局"))
    page = sign_in_as(other).get(f"/basic-info/trace/unit_function/{thread[Layer.FUNCTION]}")
    assert page.status_code == 404


def test_staff_follow_the_thread_of_their_own_unit(thread: dict[Layer, int], sign_in_as: SignIn) -> None:
    post = db.session.get_one(PostDuty, thread[Layer.POST_DUTY]).post_id
    person = factories.a_person(name="李强", post=db.session.get_one(Post, post))
    page = sign_in_as(factories.an_actor(person=person)).get(f"/basic-info/trace/post_duty/{thread[Layer.POST_DUTY]}")
    assert page.status_code == 200


@pytest.mark.parametrize("path", ["unit_function/999999", "person/1"])
def test_what_does_not_exist_is_not_found(path: str, sign_in_as: SignIn) -> None:
    client = sign_in_as(factories.an_actor(Role.OFFICE_CLERK, region="371300"))
    assert client.get(f"/basic-info/trace/{path}").status_code == 404


def test_an_item_says_its_kind_in_words(connection: object, sign_in_as: SignIn) -> None:
    unit = factories.a_unit()
    power_list = PowerList(unit_id=unit.id, version_no=1, year=2026, valid=factories.SINCE)
    db.session.add(power_list)
    db.session.flush()
    item = PowerItem(
        power_list_id=power_list.id, unit_id=unit.id, sort_no=1, name="资格审批", power_kind=PowerKind.LICENCE
    )
    db.session.add(item)
    db.session.flush()
    page = sign_in_as(factories.an_actor(unit=unit)).get(f"/basic-info/trace/power_item/{item.id}").text

    assert "行政许可" in page
    assert "licence" not in page
