from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, select

from basic_info.duties.models import DutyLink, LinkState
from basic_info.organization.models import Post
from basic_info.regions.models import Tier
from duty_eval.dashboards import queries
from duty_eval.dashboards.sums import Span, add_up
from duty_eval.records.models import DutyRecord
from duty_eval.records.operations import Entry, log_records
from duty_eval.review.operations import approve_records
from host.kernel.access import Actor, Role
from host.kernel.db import db
from host.kernel.errors import NotFound
from host.kernel.jobs.models import JobRun, JobState
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


def test_a_section_s_dashboard_leads_to_its_unit_s_only_whoever_may_open_it(
    connection: Connection, sign_in_as: SignIn
) -> None:
    office = Office()
    unit_page = f"/duty-eval/dashboard/units/{office.unit.id}"
    section_page = f"/duty-eval/dashboard/sections/{office.section.id}"
    head, leader = (
        sign_in_as(office.head).get(section_page),
        sign_in_as(an_actor(Role.UNIT_HEAD, unit=office.unit)).get(section_page),
    )
    assert "区水利局" in head.text
    assert (unit_page in head.text, unit_page in leader.text) == (False, True)


def test_a_county_s_dashboard_names_the_city_above_it(connection: Connection, sign_in_as: SignIn) -> None:
    Office()
    page = sign_in_as(_region_head()).get("/duty-eval/dashboard/regions/371302").text
    assert re.search(r'href="/duty-eval/dashboard/regions/371300[^"]*">(?!上级)[^<]+</a></li>', page)


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


def test_a_city_s_page_reads_the_sums_of_its_divisions_and_of_no_units_but_its_own(
    connection: Connection, sign_in_as: SignIn, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    Office().log(DAY, minutes=30)
    client = sign_in_as(_region_head())
    with count_queries() as seen:
        client.get(f"/duty-eval/dashboard/regions/371300?day={DAY}&span=year")
    of_units = [statement for statement in seen if "unit_month_sum" in statement or "unit_day_sum" in statement]
    assert len(of_units) == 1
    assert "unit.region_id = " in of_units[0]
    assert sum("region_month_sum" in statement for statement in seen) == 2


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


def test_the_numbers_of_a_city_open_to_just_those_records(connection: Connection, sign_in_as: SignIn) -> None:
    office, elsewhere = Office(), Office("371311", "区交通局")
    approve_records([office.log(DAY, minutes=30)], actor=office.head)
    office.log(date(2026, 3, 16), minutes=45, is_outside=True)
    elsewhere.log(DAY, minutes=50)
    elsewhere.log(date(2026, 3, 18), minutes=55)  # after the day
    client = sign_in_as(_region_head())
    page = client.get(f"/duty-eval/dashboard/regions/371300?day={DAY}").text

    found = {unescape(one) for one in re.findall(r'href="(/duty-eval/dashboard/regions/[^"]*/records[^"]*)"', page)}
    shown = {(link.split("/")[4], "which=" in link, link): client.get(link).text for link in found}

    assert {link.split("?")[0] for link in found} == {
        f"/duty-eval/dashboard/regions/{code}/records" for code in ("371300", "371302", "371311")
    }
    for (code, _, link), text in shown.items():
        whole = {"371300": 3, "371302": 2, "371311": 1}[code]
        waiting = {"371300": 2, "371302": 1, "371311": 1}[code]
        count = waiting if "waiting" in link else 1 if "outside" in link else whole
        assert text.count("<tr data-row") == count, link


def test_a_division_s_own_units_open_apart_from_those_below(connection: Connection, sign_in_as: SignIn) -> None:
    Office().log(DAY, minutes=30)
    city = Office("371300", "市水利局")
    city.log(DAY, minutes=40)
    text = sign_in_as(_region_head()).get(f"/duty-eval/dashboard/regions/371300/records?day={DAY}&own=1").text
    assert "市水利局" in text
    assert "区水利局" not in text


def test_a_division_s_records_go_on_unit_by_unit(
    connection: Connection, sign_in_as: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("duty_eval.records.of_region.LIST_PAGE", 2)
    for code, name in (("371302", "区水利局"), ("371311", "区交通局")):
        office = Office(code, name)
        for minutes in (30, 40, 50):
            office.log(DAY, minutes=minutes)
    client = sign_in_as(_region_head())
    address: str | None = f"/duty-eval/dashboard/regions/371300/records?day={DAY}"
    units: list[str] = []
    while address:
        text = client.get(address).text
        units += re.findall(r'data-label="单位"[^>]*><div>([^<]+)<', text)
        found = re.search(r'rel="next" href="([^"]+)"', text)
        address = unescape(found[1]) if found else None
    assert units == ["区水利局"] * 3 + ["区交通局"] * 3


@pytest.mark.parametrize("query", ["which=other", "after=x", "after=1.2026-03-02.x"])
def test_a_wrong_address_of_a_division_s_records_is_said_in_words(
    connection: Connection, sign_in_as: SignIn, query: str
) -> None:
    Office()
    answer = sign_in_as(_region_head()).get(f"/duty-eval/dashboard/regions/371300/records?{query}")
    assert 400 <= answer.status_code < 500
    assert re.search("请|回到", answer.text)


def test_the_records_of_a_city_do_not_open_to_a_county_nor_to_an_office(
    connection: Connection, sign_in_as: SignIn
) -> None:
    Office().log(DAY, minutes=30)
    address = f"/duty-eval/dashboard/regions/371300/records?day={DAY}"
    assert sign_in_as(an_actor(Role.INSPECTOR, region="371302")).get(address).status_code == 404
    assert sign_in_as(an_actor(Role.OFFICE_CLERK, region="371300")).get(address).status_code == 403


def test_the_top_figures_of_an_office_lead_to_the_lines_below(connection: Connection, sign_in_as: SignIn) -> None:
    Office().log(DAY, minutes=30)
    page = sign_in_as(an_actor(Role.OFFICE_CLERK, region="371300")).get(
        f"/duty-eval/dashboard/regions/371300?day={DAY}"
    )
    assert page.text.count('class="figure-tile" href="#divisions"') == 3  # nothing is outside duties


def test_a_list_of_a_division_costs_the_same_however_many_units(
    connection: Connection, sign_in_as: SignIn, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    counts = []
    for code in ("371302", "371311", "371321"):
        Office(code).log(DAY, minutes=30)
        client = sign_in_as(_region_head())
        with count_queries() as seen:
            client.get(f"/duty-eval/dashboard/regions/371300/records?day={DAY}")
        counts.append(len(seen))
    assert counts[0] == counts[1] == counts[2] <= 5


def test_a_function_s_numbers_open_to_the_records_whose_duties_serve_it(
    connection: Connection, sign_in_as: SignIn
) -> None:
    office = Office()
    office.log(DAY, minutes=30)
    office.log(date(2026, 3, 16), minutes=15, is_outside=True)
    office.log(date(2026, 3, 13), minutes=20, is_outside=True)
    client = sign_in_as(_region_head())
    page = client.get(f"/duty-eval/dashboard/units/{office.unit.id}?day={DAY}").text
    links = {unescape(one) for one in re.findall(r'href="(/duty-eval/units/\d+/records[^"]*function=[^"]*)"', page)}
    counts = {
        ("none" if "function=none" in link else "linked"): client.get(link).text.count("<tr data-row")
        for link in links
        if "state=" not in link and "outside=" not in link
    }
    assert counts == {"linked": 1, "none": 2}
    assert (
        "<tr data-row" not in client.get(f"/duty-eval/units/{office.unit.id}/records?function=x&from=2026-03-01").text
    )


def _before(page: str) -> list[str]:
    """What stands below the numbers of last year's."""
    return [re.sub(r"<[^>]+>", "", one) for one in re.findall(r'<small class="[^"]*versus">(.*?)</small>', page)]


def test_last_year_stands_below_time_and_volume_of_a_duty(connection: Connection, sign_in_as: SignIn) -> None:
    office = Office()
    for day in (DAY, date(2026, 3, 16), date(2025, 3, 17)):
        office.log(day, minutes=60)
    page = sign_in_as(office.head).get(f"/duty-eval/dashboard/sections/{office.section.id}?day={DAY}").text
    said = _before(page)
    assert said == ["上年 2，+100%", "上年 1，+100%", "上年 1.0，+100%"]
    assert "不作同比" not in page


def test_a_duty_of_last_year_alone_stands_with_what_it_had_then(connection: Connection, sign_in_as: SignIn) -> None:
    office = Office()
    office.log(date(2025, 3, 17), minutes=60)
    page = sign_in_as(office.head).get(f"/duty-eval/dashboard/sections/{office.section.id}?day={DAY}")
    said = _before(page.text)
    assert said == ["上年 2，−100%", "上年 1，−100%", "上年 1.0，−100%"]


def test_where_last_year_has_nothing_the_page_says_so(connection: Connection, sign_in_as: SignIn) -> None:
    office = Office()
    office.log(DAY, minutes=60)
    page = sign_in_as(office.head).get(f"/duty-eval/dashboard/sections/{office.section.id}?day={DAY}").text
    assert "上年同期（2025年3月1日 至 2025年3月17日）没有纪实，不作同比" in page


def test_a_city_names_the_places_that_last_year_had_nothing(connection: Connection, sign_in_as: SignIn) -> None:
    began_later, began_earlier = Office("371302"), Office("371311")
    began_later.log(DAY, minutes=60)
    for day in (DAY, date(2025, 3, 17)):
        began_earlier.log(day, minutes=60)
    page = sign_in_as(_region_head()).get(f"/duty-eval/dashboard/regions/371300?day={DAY}").text
    assert re.findall(r"上年同期没有纪实的：([^<。]+)。", page) == ["兰山区"]


def test_duties_that_wait_for_review_stand_first_and_the_rest_is_folded(
    connection: Connection, sign_in_as: SignIn
) -> None:
    office = Office()
    post = db.session.get_one(Post, office.duty.post_id)
    staff = an_actor(Role.STAFF, person=a_person(post=post))
    duties = [a_post_duty(post=post, text=f"职责{number}", sort_no=number + 1) for number in range(10)]
    for duty in duties:
        entry = Entry(post_duty_id=duty.id, content="办理", minutes=10)
        log_records([entry], worked_on=DAY, client_key=duty.text, actor=staff, today=DAY, late_reason="")
    waiting = set(duties[-3:])
    rows = db.session.scalars(select(DutyRecord).where(DutyRecord.post_duty_id.in_([d.id for d in duties[:-3]]))).all()
    approve_records(rows, actor=office.head)
    page = sign_in_as(office.head).get(f"/duty-eval/dashboard/sections/{office.section.id}?day={DAY}").text

    unfolded, _, rest = page.partition('<details class="more"')

    assert all(duty.text in unfolded for duty in waiting)
    assert "其余 4 项岗位职责：纪实 4 条" in rest


@pytest.mark.parametrize("where", ["code", "unit_id", "section_id"])
def test_the_months_go_out_as_a_table(connection: Connection, where: str) -> None:
    office = Office()
    office.log(DAY, minutes=60)
    places = {"code": "371300", "unit_id": str(office.unit.id), "section_id": str(office.section.id)}
    actor = _region_head()
    table = table_of(find_export("duty_eval.months", actor), actor, {where: places[where], "day": DAY.isoformat()})
    assert [list(row) for row in table.rows()] == [["2026-03", 1, 0, 1, 0, 60]]


def test_the_numbers_of_a_county_s_units_open_to_their_records(connection: Connection, sign_in_as: SignIn) -> None:
    office = Office()
    office.log(DAY, minutes=60)
    client = sign_in_as(_region_head())
    page = client.get(f"/duty-eval/dashboard/regions/371302?day={DAY}").text
    links = [unescape(one) for one in re.findall(r'href="(/duty-eval/units/\d+/records[^"]*)"', page)]
    assert links
    for link in links:
        assert client.get(link).text.count("<tr data-row") == 1


@pytest.mark.parametrize("page", ["mine", "sections", "units"])
def test_a_dashboard_costs_the_same_statements_however_many_duties(
    connection: Connection,
    sign_in_as: SignIn,
    count_queries: Callable[[], AbstractContextManager[list[str]]],
    page: str,
) -> None:
    office = Office()
    actor, place = {
        "mine": (office.clerk, ""),
        "sections": (office.head, f"/{office.section.id}"),
        "units": (an_actor(Role.UNIT_HEAD, unit=office.unit), f"/{office.unit.id}"),
    }[page]
    counts = []
    client = sign_in_as(actor)
    client.get(f"/duty-eval/dashboard/{page}{place}?day={DAY}")  # the calendar is read once
    for number in range(3):
        office.log(date(2026, 3, 11 + number), minutes=30 + number)
        office.duty = a_post_duty(post=db.session.get_one(Post, office.duty.post_id), text=f"职责{number}")
        with count_queries() as seen:
            assert client.get(f"/duty-eval/dashboard/{page}{place}?day={DAY}").status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1] == counts[2] <= 13, counts


@pytest.mark.parametrize("place", ["regions/371300", "regions/371302", "units", "sections"])
def test_who_may_not_read_records_is_told_where_the_way_down_ends(
    connection: Connection, sign_in_as: SignIn, place: str
) -> None:
    office = Office()
    office.log(DAY, minutes=60)
    path = {"units": f"units/{office.unit.id}", "sections": f"sections/{office.section.id}"}.get(place, place)

    clerk = sign_in_as(an_actor(Role.OFFICE_CLERK, region="371300")).get(f"/duty-eval/dashboard/{path}?day={DAY}").text
    reader = sign_in_as(_region_head()).get(f"/duty-eval/dashboard/{path}?day={DAY}").text

    assert "请联系该单位负责人" in clerk
    assert "data-ends-here" not in reader
    assert _unlinked_figures(reader) == []


def _unlinked_figures(page: str) -> list[str]:
    """The numbers at the top, other than nought, that lead nowhere."""
    shown = re.findall(r'<div class="figure-tile"><span>[^<]*</span><b>([^<]+)</b>', page)
    return [one for one in shown if one not in {"0", "0.0"}]


def test_the_workload_is_counted_now_for_who_may_ask(connection: Connection, sign_in_as: SignIn) -> None:
    page = "/duty-eval/dashboard/regions/371300?day=2026-03-17"
    client = sign_in_as(an_actor(Role.OFFICE_CLERK, region="371300"))
    asked = client.post("/duty-eval/workload/count", data={"next": page})

    assert (asked.status_code, asked.location) == (303, page)
    assert db.session.scalars(select(JobRun.job)).all() == ["duty_eval.count_workload"]
    head = sign_in_as(an_actor(Role.SECTION_HEAD, section=a_section()))
    assert head.post("/duty-eval/workload/count").status_code == 403


COUNT = "/duty-eval/workload/count"


def test_a_second_click_asks_for_no_second_count_whoever_clicks(connection: Connection, sign_in_as: SignIn) -> None:
    sign_in_as(an_actor(Role.OFFICE_CLERK, region="371300")).post(COUNT)
    sign_in_as(an_actor(Role.OFFICE_CLERK, region="371300")).post(COUNT)
    assert len(db.session.scalars(select(JobRun)).all()) == 1


def test_the_page_says_that_a_count_is_under_way_and_when_it_is_done(
    connection: Connection, sign_in_as: SignIn
) -> None:
    office = Office()
    page = f"/duty-eval/dashboard/units/{office.unit.id}"
    client = sign_in_as(an_actor(Role.UNIT_HEAD, unit=office.unit))
    assert "正在重新统计" not in client.get(page).text

    client.post(COUNT)
    waiting = client.get(page).text
    run = db.session.scalars(select(JobRun)).one()
    run.state, run.finished_at = JobState.DONE, datetime(2026, 3, 17, 8, 5, tzinfo=UTC)
    db.session.flush()
    done = client.get(COUNT, headers={"HX-Current-URL": f"http://localhost{page}"}).text

    assert "正在重新统计" in waiting
    assert f'hx-get="{COUNT}"' in waiting
    assert f'action="{COUNT}"' not in waiting
    assert "统计已于" in done
    assert f'href="{page}"' in done
    assert "hx-get" not in done


def test_a_page_at_no_readable_address_is_told_of_the_count_too(connection: Connection, sign_in_as: SignIn) -> None:
    client = sign_in_as(an_actor(Role.OFFICE_CLERK, region="371300"))
    assert client.get(COUNT, headers={"HX-Current-URL": "http://["}).status_code == 200


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example/", "//["])
def test_a_count_leads_back_to_pages_of_this_site_only(connection: Connection, sign_in_as: SignIn, target: str) -> None:
    asked = sign_in_as(an_actor(Role.OFFICE_CLERK, region="371300")).post(COUNT, data={"next": target})
    assert asked.location == "/duty-eval/dashboard"
