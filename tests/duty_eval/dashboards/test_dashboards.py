from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import date
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, select

from basic_info.duties.models import DutyLink, LinkState
from basic_info.regions.models import Tier
from duty_eval.dashboards import queries
from duty_eval.dashboards.sums import Span, add_up
from duty_eval.records.models import DutyRecord
from duty_eval.records.operations import Entry, log_records
from duty_eval.review.operations import approve_records
from host.kernel.access import Actor, Role
from host.kernel.db import db
from host.kernel.errors import NotFound
from host.kernel.tables.exports import find_export, table_of
from tests.factories import (
    a_function,
    a_person,
    a_post,
    a_post_duty,
    a_region,
    a_section,
    a_section_duty,
    a_unit,
    an_actor,
)

SignIn = Callable[[Actor], FlaskClient]
DAY = date(2026, 3, 17)
MARCH = Span(date(2026, 3, 1), DAY)


class Office:
    """A county's unit with one section, a duty on the golden thread, a clerk and a head."""

    def __init__(self, code: str = "371302", name: str = "区水利局") -> None:
        a_region()
        self.unit = a_unit(name=name, region=a_region(code, name="兰山区", tier=Tier.COUNTY))
        self.section = a_section(unit=self.unit, name="河湖科")
        post = a_post(section=self.section)
        self.duty = a_post_duty(post=post, text="巡查河道", measure_unit="次")
        self.function = a_function(unit=self.unit, text="负责河湖管理")
        section_duty = a_section_duty(section=self.section)
        for ends in (
            {"function_id": self.function.id, "section_duty_id": section_duty.id},
            {"section_duty_id": section_duty.id, "post_duty_id": self.duty.id},
        ):
            db.session.add(DutyLink(unit_id=self.unit.id, link_state=LinkState.CONFIRMED, decided_by=1, **ends))
        self.clerk = an_actor(Role.STAFF, person=a_person(post=post))
        self.head = an_actor(Role.SECTION_HEAD, person=a_person(post=post), section=self.section)
        db.session.flush()

    def log(self, day: date, *, minutes: int, is_outside: bool = False) -> DutyRecord:
        entry = Entry(
            post_duty_id=None if is_outside else self.duty.id, content="巡查", quantity=Decimal(2), minutes=minutes
        )
        key = f"{self.clerk.account_id}-{day}-{minutes}"
        made = log_records([entry], worked_on=day, client_key=key, actor=self.clerk, today=day, late_reason="")
        return db.session.scalars(select(DutyRecord).where(DutyRecord.id == made.record_ids[0])).one()


def _region_head() -> Actor:
    return an_actor(Role.INSPECTOR, region="371300")


def test_a_city_adds_up_its_counties_beside_the_same_days_of_the_year_before(connection: Connection) -> None:
    office = Office()
    approve_records([office.log(date(2026, 3, 16), minutes=60)], actor=office.head)
    office.log(DAY, minutes=30, is_outside=True)
    office.log(date(2026, 3, 18), minutes=500)  # after the day
    office.log(date(2025, 3, 17), minutes=90)
    office.log(date(2025, 3, 18), minutes=700)  # after the same day a year before
    city = queries.region_of("371300", _region_head(), DAY)

    for _ in range(2):
        (row,) = db.session.execute(queries.divisions(city, MARCH, DAY)).all()
        assert (row.code, row.record_count, row.approved_count, row.outside_count, row.minutes) == (
            "371302",
            2,
            1,
            1,
            90,
        )
        assert (row.record_count_before, row.minutes_before) == (1, 90)
        add_up()


def test_a_unit_s_sections_functions_and_months_say_the_same_as_its_sums(connection: Connection) -> None:
    office = Office()
    office.log(date(2026, 2, 27), minutes=45)
    office.log(DAY, minutes=30)
    office.log(date(2026, 3, 16), minutes=15, is_outside=True)
    since_january = Span(date(2026, 1, 1), DAY)

    whole = queries.sums_of_unit(office.unit.id, since_january)
    (section,) = db.session.execute(queries.sections(office.unit.id, _region_head(), since_january, DAY)).all()
    function, unlinked = db.session.execute(queries.functions(office.unit.id, since_january)).all()
    months = queries.months_of_unit(office.unit.id, since_january)

    assert (whole.record_count, whole.minutes, whole.outside_count) == (3, 90, 1)
    assert (section.record_count, section.minutes) == (3, 90)
    assert (function.function_id, function.record_count, function.minutes) == (office.function.id, 2, 75)
    assert (unlinked.function_id, unlinked.record_count) == (None, 1)
    assert [(row.month, row.record_count) for row in months] == [(date(2026, 2, 1), 1), (date(2026, 3, 1), 2)]


def test_a_section_s_duties_carry_their_quantities(connection: Connection) -> None:
    office = Office()
    office.log(date(2026, 2, 27), minutes=45)
    office.log(DAY, minutes=30)

    (duty,) = db.session.execute(queries.duties(Span(date(2026, 1, 1), DAY), section_id=office.section.id)).all()

    assert (duty.text, duty.quantity, duty.measure_unit, duty.minutes) == ("巡查河道", 4, "次", 75)


def test_nobody_opens_a_place_beyond_their_reach(connection: Connection) -> None:
    office, other = Office(), Office(name="区交通局")
    with pytest.raises(NotFound):
        queries.section_of(other.section.id, office.head, DAY)
    with pytest.raises(NotFound):
        queries.unit_of(office.unit.id, office.head, DAY)
    with pytest.raises(NotFound):
        queries.region_of("371300", an_actor(Role.INSPECTOR, region="371302"), DAY)
    assert queries.region_of("371302", an_actor(Role.INSPECTOR, region="371302"), DAY).name == "兰山区"


def test_the_numbers_of_a_section_open_to_its_records(connection: Connection, sign_in_as: SignIn) -> None:
    office = Office()
    office.log(DAY, minutes=30)
    client = sign_in_as(office.head)
    page = client.get(f"/duty-eval/dashboard/sections/{office.section.id}?day={DAY}").text
    address = f"/duty-eval/units/{office.unit.id}/records?section={office.section.id}"
    assert address in page.replace("&amp;", "&")
    rows = client.get(f"{address}&from=2026-03-01&to={DAY}")
    assert rows.status_code == 200
    assert "巡查河道" in rows.text


def test_a_head_s_dashboard_is_the_section_a_leader_s_the_unit(connection: Connection, sign_in_as: SignIn) -> None:
    office = Office()
    leader = an_actor(Role.UNIT_HEAD, unit=office.unit)
    for actor, own in ((office.head, "河湖科履职看板"), (leader, "区水利局履职看板")):
        assert f"<h1>{own}</h1>" in sign_in_as(actor).get("/duty-eval/dashboard").text


def test_a_city_s_page_costs_the_same_statements_however_many_counties(
    connection: Connection, sign_in_as: SignIn, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    counts = []
    for code in ("371302", "371311"):
        Office(code).log(DAY, minutes=30)
        client = sign_in_as(_region_head())
        with count_queries() as seen:
            assert client.get(f"/duty-eval/dashboard/regions/371300?day={DAY}").status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 9


def test_a_divisions_records_go_out_by_unit_and_day_and_no_other_divisions(connection: Connection) -> None:
    here, elsewhere = Office(), Office("371321", "沂南县水利局")
    for day in (DAY, date(2026, 3, 16)):
        here.log(day, minutes=30)
    elsewhere.log(DAY, minutes=40)
    rows = list(_records_out(_region_head(), code="371302"))
    assert [(row[1], row[3].day) for row in rows] == [("区水利局", 16), ("区水利局", 17)]


def test_the_whole_citys_records_do_not_go_out_to_a_county(connection: Connection) -> None:
    Office().log(DAY, minutes=30)
    with pytest.raises(NotFound):
        list(_records_out(an_actor(Role.INSPECTOR, region="371302"), code="371300"))


def _records_out(actor: Actor, *, code: str) -> Iterator[Sequence[Any]]:
    export = find_export("duty_eval.region_records", actor)
    return table_of(export, actor, {"code": code, "day": DAY.isoformat()}).rows()


def test_the_numbers_of_one_s_own_dashboard_open_to_just_those_records(
    connection: Connection, sign_in_as: SignIn
) -> None:
    office = Office()
    office.log(DAY, minutes=30)
    office.log(DAY, minutes=45, is_outside=True)
    db.session.commit()
    client = sign_in_as(office.clerk)
    page = client.get(f"/duty-eval/dashboard/mine?day={DAY}").text

    links = {unescape(link) for link in re.findall(r'href="(/duty-eval/my-records[^"]+)"', page)}
    of_duty = {link for link in links if f"duty={office.duty.id}" in link}
    outside = {link for link in links if "outside=1" in link}

    assert of_duty
    assert outside
    for link in of_duty | outside:
        assert "共 1 项" in client.get(link).text


def test_where_no_records_open_a_number_leads_a_step_nearer_to_them(connection: Connection, sign_in_as: SignIn) -> None:
    office = Office()
    office.log(DAY, minutes=30)
    add_up()
    db.session.commit()

    page = sign_in_as(_region_head()).get(f"/duty-eval/dashboard/regions/371300?day={DAY}").text

    assert len(re.findall(r'<a [^>]*href="/duty-eval/dashboard/regions/371302[^"]*"', page)) > 2
