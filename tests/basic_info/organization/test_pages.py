from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range

from basic_info.organization import cards, kinds
from basic_info.organization.models import PersonVersion, UnitVersion
from basic_info.organization.queries import primary_appointment
from host.kernel.access import Actor, Role
from host.kernel.audit import AuditEntry
from host.kernel.crypto import provider
from host.kernel.db import db
from host.kernel.versions import change
from tests.factories import a_person, a_post, a_post_duty, a_section, a_unit, an_actor, an_appointment

SignIn = Callable[[Actor], FlaskClient]
Counting = Callable[[], AbstractContextManager[list[str]]]

DAY = date(2026, 3, 2)
NUMBER = "371302198001010015"
PHONE = "16012345678"


def _with_numbers(person_id: int, code: str) -> None:
    version = db.session.scalars(select(PersonVersion).where(PersonVersion.person_id == person_id)).one()
    version.id_no = provider().encrypt(NUMBER, context=f"person:{code}:id_no")
    version.phone = provider().encrypt(PHONE, context=f"person:{code}:phone")
    db.session.flush()


def _clerk(**scope: object) -> Actor:
    return an_actor(Role.OFFICE_CLERK, **({"region": "371300"} | scope))  # type: ignore[arg-type]


def test_somebody_of_another_unit_finds_no_unit_section_post_or_person(sign_in_as: SignIn, connection: object) -> None:
    unit = a_unit(name="市水利局")
    section = a_section(unit=unit)
    post = a_post(section=section)
    person = a_person(post=post)
    client = sign_in_as(an_actor(Role.UNIT_HEAD, unit=a_unit(name="市教育局")))

    addresses = (f"units/{unit.id}", f"sections/{section.id}", f"posts/{post.id}", f"people/{person.id}")
    answers = {address: client.get(f"/basic-info/{address}").status_code for address in addresses}

    assert set(answers.values()) == {404}


def test_the_list_and_its_export_show_only_what_is_in_reach(sign_in_as: SignIn, connection: object) -> None:
    own = a_unit(name="市教育局")
    a_unit(name="市水利局")
    client = sign_in_as(an_actor(Role.UNIT_HEAD, unit=own))

    assert "市水利局" not in client.get("/basic-info/units").text
    assert "共 1 个单位" in client.get("/basic-info/units").text
    exported = client.post("/exports/basic_info.units", data={"kind": "csv"}).text
    assert ("市水利局" in exported, "市教育局" in exported) == (False, True)


def test_the_people_of_a_section_are_cut_by_section(sign_in_as: SignIn, connection: object) -> None:
    unit = a_unit()
    own, other = a_section(unit=unit), a_section(unit=unit)
    a_person(name="孙本科", post=a_post(section=own))
    a_person(name="钱外科", post=a_post(section=other))
    client = sign_in_as(an_actor(Role.SECTION_HEAD, section=own))

    page = client.get(f"/basic-info/units/{unit.id}/people").text

    assert "孙本科" in page
    assert "钱外科" not in page


def test_a_page_shows_what_was_true_on_its_day(sign_in_as: SignIn, connection: object) -> None:
    unit = a_unit(name="市粮食局")
    change(
        unit.id,
        version=UnitVersion,
        key=UnitVersion.unit_id,
        facts={"name": "市粮食和物资储备局"},
        on=DAY,
        actor=_clerk(),
        action="unit.changed",
    )
    client = sign_in_as(_clerk())

    assert "<h1>市粮食局</h1>" in client.get(f"/basic-info/units/{unit.id}?as_of={DAY - timedelta(days=1)}").text
    assert "<h1>市粮食和物资储备局</h1>" in client.get(f"/basic-info/units/{unit.id}?as_of={DAY}").text
    assert "当时尚未设立" in client.get(f"/basic-info/units/{unit.id}?as_of=2019-01-01").text


def test_who_left_a_post_held_it_until_the_day_before(connection: object) -> None:
    post = a_post()
    person = a_person(name="周旧人")
    an_appointment(person, post, valid=Range(date(2020, 1, 1), DAY))

    held = primary_appointment(person.id, DAY - timedelta(days=1))

    assert held is not None
    assert held.post_id == post.id
    assert primary_appointment(person.id, DAY) is None


def test_actual_people_are_counted_by_kind_of_quota(connection: object) -> None:
    unit = a_unit()
    post = a_post(section=a_section(unit=unit))
    a_person(post=post)
    a_person(post=post, work_state=kinds.WorkState.LENT_OUT)
    a_person(post=post, quota_kind=kinds.QuotaKind.INST_GENERAL)
    a_person(post=post, person_kind=kinds.PersonKind.OFF_QUOTA)
    a_person(post=post, person_kind=kinds.PersonKind.RETIRED)
    a_person(post=post, occupies_quota=False)

    counts = dict(cards.headcount_of(unit.id, DAY))

    assert counts == {kinds.QuotaKind.ADMIN_GENERAL: 2, kinds.QuotaKind.INST_GENERAL: 1}


def test_the_number_of_actual_people_opens_the_list_of_just_them(sign_in_as: SignIn, connection: object) -> None:
    unit = a_unit()
    post = a_post(section=a_section(unit=unit))
    a_person(name="吴在编", post=post)
    a_person(name="郑编外", post=post, person_kind=kinds.PersonKind.OFF_QUOTA)
    client = sign_in_as(_clerk())

    assert f"/basic-info/units/{unit.id}/people?actual=1" in client.get(f"/basic-info/units/{unit.id}").text
    page = client.get(f"/basic-info/units/{unit.id}/people?actual=1").text
    assert "吴在编" in page
    assert "郑编外" not in page


def test_the_list_of_thirty_units_costs_as_many_queries_as_that_of_one(
    sign_in_as: SignIn, count_queries: Counting
) -> None:
    a_unit()
    client = sign_in_as(_clerk())
    with count_queries() as for_one:
        client.get("/basic-info/units")
    for number in range(29):
        a_unit(name=f"市第{number}局")
    db.session.expire_all()

    with count_queries() as for_thirty:
        page = client.get("/basic-info/units").text

    assert "共 30 个单位" in page
    assert len(for_thirty) == len(for_one)


def test_pages_by_key_show_every_unit_once(sign_in_as: SignIn, connection: object) -> None:
    names = {f"市{number:03}局" for number in range(60)}
    for name in names:
        a_unit(name=name)
    client = sign_in_as(_clerk())

    first = client.get("/basic-info/units").text
    after = first.split("after=")[1].split('"')[0].split("&")[0]
    second = client.get(f"/basic-info/units?after={after}").text

    shown = [sum(f">{name}<" in page for page in (first, second)) for name in names]
    assert shown == [1] * 60


def test_filters_of_the_address_narrow_the_list(sign_in_as: SignIn, connection: object) -> None:
    a_unit(name="市水利局")
    a_unit(name="市第一中学", unit_kind=kinds.UnitKind.INSTITUTION)
    client = sign_in_as(_clerk())

    page = client.get("/basic-info/units?unit_kind=institution&name=中学").text

    assert "市第一中学" in page
    assert "市水利局" not in page


def test_the_duties_of_a_post_lead_to_their_threads(sign_in_as: SignIn, connection: object) -> None:
    post = a_post()
    duty = a_post_duty(post=post, text="起草防汛预案")

    page = sign_in_as(_clerk()).get(f"/basic-info/posts/{post.id}").text

    assert "起草防汛预案" in page
    assert f"/basic-info/trace/post_duty/{duty.id}" in page


def test_an_id_number_and_a_phone_are_shown_masked(sign_in_as: SignIn, connection: object) -> None:
    person = a_person(post=a_post())
    _with_numbers(person.id, person.code)

    page = sign_in_as(_clerk()).get(f"/basic-info/people/{person.id}").text

    assert NUMBER not in page
    assert PHONE not in page
    assert "3713**********0015" in page


def test_an_id_number_in_full_takes_a_purpose_and_leaves_an_audit_row_without_it(
    sign_in_as: SignIn, connection: object
) -> None:
    person = a_person(post=a_post())
    _with_numbers(person.id, person.code)
    client = sign_in_as(_clerk())

    answer = client.post(f"/basic-info/people/{person.id}/id-number", data={"purpose": "核对社保参保信息"})

    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "person.unmasked")).one()
    assert NUMBER in answer.text
    assert entry.reason == "核对社保参保信息"
    assert NUMBER not in f"{entry.before}{entry.after}{entry.reason}{entry.subject}"


def test_without_a_purpose_the_number_stays_masked(sign_in_as: SignIn, connection: object) -> None:
    person = a_person(post=a_post())
    _with_numbers(person.id, person.code)

    answer = sign_in_as(_clerk()).post(f"/basic-info/people/{person.id}/id-number", data={"purpose": " "})

    assert answer.status_code == 422
    assert NUMBER not in answer.text


@pytest.mark.parametrize("role", [Role.UNIT_HEAD, Role.UNIT_CLERK, Role.SECTION_HEAD, Role.STAFF])
def test_few_may_see_an_id_number_in_full(sign_in_as: SignIn, connection: object, role: Role) -> None:
    post = a_post()
    person = a_person(post=post)
    _with_numbers(person.id, person.code)
    client = sign_in_as(an_actor(role, region="371300"))

    answer = client.post(f"/basic-info/people/{person.id}/id-number", data={"purpose": "核对社保参保信息"})

    assert answer.status_code == 403


def test_an_office_of_another_division_may_not_see_the_number(sign_in_as: SignIn, connection: object) -> None:
    person = a_person(post=a_post())
    _with_numbers(person.id, person.code)
    client = sign_in_as(_clerk(region="371302"))

    answer = client.post(f"/basic-info/people/{person.id}/id-number", data={"purpose": "核对社保参保信息"})

    assert answer.status_code == 404


@pytest.mark.parametrize("address", ["units?as_of=昨天", "units/1?as_of=2026-02-30", "units?as_of=20260302x"])
def test_what_is_no_day_is_refused(sign_in_as: SignIn, connection: object, address: str) -> None:
    assert sign_in_as(_clerk()).get(f"/basic-info/{address}").status_code == 422


@pytest.mark.parametrize("thing", ["units", "sections", "posts", "people"])
def test_a_number_that_no_column_holds_is_just_not_found(sign_in_as: SignIn, connection: object, thing: str) -> None:
    assert sign_in_as(_clerk()).get(f"/basic-info/{thing}/{10**30}").status_code == 404


def test_a_changed_name_holds_from_its_day_and_moves_nothing_else(sign_in_as: SignIn, connection: object) -> None:
    unit = a_unit(name="市粮食局")
    client = sign_in_as(_clerk())
    shown = db.session.scalars(select(UnitVersion).where(UnitVersion.unit_id == unit.id)).one()

    answer = client.post(f"/basic-info/units/{unit.id}/change", data=_change(shown, name="市粮食和物资储备局"))

    assert answer.status_code == 303
    assert "<h1>市粮食局</h1>" in client.get(f"/basic-info/units/{unit.id}?as_of=2026-03-01").text
    assert "<h1>市粮食和物资储备局</h1>" in client.get(f"/basic-info/units/{unit.id}?as_of=2026-03-02").text


@pytest.mark.parametrize("wrong", [{"reason": ""}, {"on": "昨天"}, {"credit_code": "123"}, {"parent_code": "没有"}])
def test_a_change_with_something_wrong_comes_back_with_the_form(
    sign_in_as: SignIn, connection: object, wrong: dict[str, str]
) -> None:
    unit = a_unit()
    shown = db.session.scalars(select(UnitVersion).where(UnitVersion.unit_id == unit.id)).one()

    answer = sign_in_as(_clerk()).post(f"/basic-info/units/{unit.id}/change", data=_change(shown, **wrong))

    assert answer.status_code == 422
    assert "请修改以下内容" in answer.text


def test_a_unit_with_people_cannot_be_abolished(sign_in_as: SignIn, connection: object) -> None:
    unit = a_unit()
    a_person(post=a_post(section=a_section(unit=unit)))

    answer = sign_in_as(_clerk()).post(
        f"/basic-info/units/{unit.id}/abolish", data={"on": "2026-03-02", "reason": "机构改革"}
    )

    assert answer.status_code == 409
    assert "1 名在职人员" in answer.text


def test_an_empty_unit_is_abolished_from_its_day_and_its_history_stays(sign_in_as: SignIn, connection: object) -> None:
    unit = a_unit(name="市粮食局")
    a_post(section=a_section(unit=unit))
    client = sign_in_as(_clerk())

    client.post(f"/basic-info/units/{unit.id}/abolish", data={"on": "2026-03-02", "reason": "机构改革"})

    assert "已经撤销" in client.get(f"/basic-info/units/{unit.id}?as_of=2026-03-02").text
    assert "<dt>单位编码</dt>" in client.get(f"/basic-info/units/{unit.id}?as_of=2026-03-01").text


def test_a_unit_is_not_changed_by_an_office_of_another_division(sign_in_as: SignIn, connection: object) -> None:
    unit = a_unit()
    client = sign_in_as(_clerk(region="371302"))

    assert client.get(f"/basic-info/units/{unit.id}/change").status_code == 404
    assert client.post(f"/basic-info/units/{unit.id}/abolish", data={}).status_code == 404


def _change(shown: UnitVersion, **over: str) -> dict[str, str]:
    return {
        "name": shown.name,
        "region_id": str(shown.region_id),
        "tier": shown.tier.value,
        "unit_kind": shown.unit_kind.value,
        "rank": shown.rank.value,
        "unit_state": shown.unit_state.value,
        "based_on": str(shown.id),
        "on": "2026-03-02",
        "reason": "机构改革",
        **over,
    }
