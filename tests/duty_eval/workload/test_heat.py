"""The workload counted at night, and the heat maps that show it (R138, R164)."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, func, select, update

from basic_info.organization.models import Appointment, Section, Unit
from basic_info.regions.models import Tier
from duty_eval.absences.models import AbsenceKind
from duty_eval.absences.operations import cancel_absence, decide_absence, request_absence
from duty_eval.entry_rules.operations import set_rules
from duty_eval.entry_rules.queries import Rules
from duty_eval.records.models import DutyRecord
from duty_eval.records.operations import Entry, correct, withdraw
from duty_eval.workload.counting import count_workload, last_day, months_with_records
from duty_eval.workload.models import SectionWorkload, UnitWorkload
from duty_eval.workload.operations import confirm_standard
from duty_eval.workload.queries import loads_of_unit
from duty_eval.workload.tasks import count_present_month, count_workload_of_months
from host.kernel.access import SYSTEM, Actor, Role
from host.kernel.db import db
from host.kernel.errors import NotFound
from host.kernel.jobs.progress import Progress
from host.kernel.pages import today_in_china
from host.kernel.tables.exports import find_export, table_of
from host.kernel.versions import end
from tests.duty_eval.workload.team import Team
from tests.factories import a_leave, a_person, a_post, a_region, a_section, a_unit, an_actor, an_appointment

SignIn = Callable[[Actor], FlaskClient]
FEBRUARY, MARCH = date(2026, 2, 2), date(2026, 3, 2)
TODAY = date(2026, 4, 10)


def count() -> int:
    return count_workload(TODAY, Progress())


class Office:
    """A county's unit with a section of four that logged in two months."""

    def __init__(self, code: str = "371302", name: str = "区水利局") -> None:
        a_region()
        self.region = a_region(code, name="兰山区", tier=Tier.COUNTY)
        self.unit: Unit = a_unit(name=name, region=self.region)
        self.team = Team(self.unit, "审批科", 4)
        self.record_id = self.team.log(200)
        self.team.log(80, FEBRUARY, who=1)

    def record(self) -> DutyRecord:
        return db.session.scalars(select(DutyRecord).where(DutyRecord.id == self.record_id)).one()


def kept(unit: Unit) -> dict[tuple[int, date], tuple[Any, ...]]:
    rows = db.session.scalars(select(SectionWorkload).where(SectionWorkload.unit_id == unit.id))
    return {
        (r.section_id, r.month): (
            r.people,
            r.attendance_days,
            r.records,
            r.covered,
            r.standard_minutes,
            r.logged_minutes,
        )
        for r in rows
    }


def live(unit: Unit) -> dict[tuple[int, date], tuple[Any, ...]]:
    """The same as the page of the unit counts them month by month."""
    return {
        (one.section_id, month): (
            one.people, one.attendance_days, one.records, one.covered, one.standard_minutes, one.logged_minutes,
        )
        for month in months_with_records(TODAY)
        for one in loads_of_unit(unit.id, month, last_day(month, TODAY))
    }  # fmt: skip


def _leave(office: Office) -> None:
    a_leave(office.team.people[2], MARCH, MARCH + timedelta(days=3))


def _leave_taken_back(office: Office) -> None:
    person = office.team.people[3]
    leave = request_absence(person.person_id or 0, AbsenceKind.ANNUAL, MARCH, MARCH, actor=person)
    decide_absence(leave, is_confirmed=True, actor=SYSTEM)
    count()
    cancel_absence(leave, reason="提前返岗", actor=person)


def _another_standard(office: Office) -> None:
    confirm_standard(office.team.duty, 45, today=MARCH, reason="按中位数", actor=SYSTEM)


def _another_record(office: Office) -> None:
    office.team.log(7, MARCH, who=3)


def _corrected_quantity(office: Office) -> None:
    entry = Entry(post_duty_id=office.team.duty.id, content="审核", quantity=Decimal(3))
    withdraw(office.record(), actor=office.team.people[0])
    correct(office.record(), entry, reason="误填", actor=office.team.people[0])


def _somebody_left(office: Office) -> None:
    held = select(Appointment.id).where(Appointment.person_id == office.team.people[2].person_id)
    row = db.session.get_one(Appointment, db.session.scalars(held).one())
    end(row.person_id, version=Appointment, key=Appointment.person_id, on=date(2026, 3, 16), actor=SYSTEM, action="x")


def _somebody_came_with_a_post_elsewhere(office: Office) -> None:
    elsewhere = a_post(section=a_section(unit=a_unit(name="别的局")))
    person = a_person(post=elsewhere)
    post = a_post(section=office.team.section)
    an_appointment(person, post, is_primary=False, share_percent=30)
    count()
    held = db.session.scalars(select(Appointment).where(Appointment.post_id == post.id)).one()
    held.share_percent = 70


CHANGES = [
    _leave,
    _leave_taken_back,
    _another_standard,
    _another_record,
    _corrected_quantity,
    _somebody_left,
    _somebody_came_with_a_post_elsewhere,
]


@pytest.mark.parametrize("change", CHANGES)
def test_what_the_night_counted_is_what_the_page_counts_whatever_changed(
    connection: Connection, change: Callable[[Office], None]
) -> None:
    office = Office()
    count()
    assert kept(office.unit) == live(office.unit) != {}

    change(office)
    db.session.flush()
    assert kept(office.unit) != live(office.unit)
    count()

    assert kept(office.unit) == live(office.unit)


def test_a_second_count_finds_nothing_to_do(connection: Connection) -> None:
    Office()
    assert count() == 3
    assert count() == 0


def test_only_the_month_that_changed_is_counted_again(connection: Connection) -> None:
    office = Office()
    count()
    office.team.log(5, FEBRUARY, who=2)
    assert count() == 1


def test_a_month_that_went_on_is_counted_again_each_day(connection: Connection) -> None:
    Office()
    count()
    assert count_workload(TODAY + timedelta(days=3), Progress()) == 1


def test_the_job_counts(connection: Connection) -> None:
    Office()
    assert (count_workload_of_months(Progress()) or {})["months"] > 0


def test_a_unit_s_sum_is_of_its_sections_of_three_people_or_more(connection: Connection) -> None:
    office = Office()
    Team(office.unit, "机要室", 2).log(9)
    count()
    row = db.session.get_one(UnitWorkload, (office.unit.id, date(2026, 3, 1)))
    assert (row.people, row.records, row.standard_minutes) == (4, 1, Decimal(200 * 30))
    assert row.attendance_days == 4 * 22


def test_a_section_or_unit_that_logs_nothing_does_not_pull_the_others_down(
    connection: Connection, sign_in_as: SignIn
) -> None:
    office = Office()
    Team(office.unit, "后勤科", 5)
    Team(a_unit(name="区档案馆", region=office.region), "综合科", 6)
    count()
    row = db.session.get_one(UnitWorkload, (office.unit.id, date(2026, 3, 1)))
    assert (row.people, row.attendance_days) == (4, Decimal(4 * 22))

    client = sign_in_as(an_actor(Role.INSPECTOR, region="371300"))
    county = client.get("/duty-eval/dashboard/regions/371302?day=2026-03-31").text

    assert _cells(county, "heat-map")[-1][1].split() == ["14%", "不饱和"]
    assert sorted(words.split()[-1] for _, words, _ in _cells(county, "units-heat-map")[5::6]) == ["不饱和", "无纪实"]


def _cells(page: str, table_id: str) -> list[tuple[str, str, str | None]]:
    """(class, words, address) of the cells of a heat map."""
    table = page[page.index(f'id="{table_id}"') :]
    table = table[: table.index("</table>")]
    found = []
    for look, inside in re.findall(r'<td class="heat-(\w+)"[^>]*>(.*?)</td>', table):
        address = re.search(r'href="([^"]+)"', inside)
        found.append((look, re.sub(r"<[^>]+>", " ", inside).strip(), unescape(address[1]) if address else None))
    return found


def test_a_unit_s_cells_say_share_and_band_and_open_to_the_section_s_month(
    connection: Connection, sign_in_as: SignIn
) -> None:
    office = Office()
    count()
    client = sign_in_as(an_actor(Role.UNIT_HEAD, unit=office.unit))
    page = client.get(f"/duty-eval/dashboard/units/{office.unit.id}?day=2026-03-31").text

    cells = _cells(page, "heat-map")

    assert [look for look, _, _ in cells] == ["none"] * 4 + ["low", "low"]
    assert cells[-1][1].split() == ["14%", "不饱和"]  # 100 ÷ (88 × 8)
    assert "饱和度 = Σ（标准工时 × 数量）÷（出勤人日 × 8 小时）" in page
    assert "截至 " in page
    address = cells[-1][2] or ""
    behind = client.get(address)
    assert behind.status_code == 200
    assert f'id="{address.partition("#")[2]}"' in behind.text
    assert "100 ÷（88 × 8）" in behind.text
    assert f"/duty-eval/units/{office.unit.id}/records?" in behind.text


def test_a_section_of_two_has_no_cell_with_a_number(connection: Connection, sign_in_as: SignIn) -> None:
    office = Office()
    Team(office.unit, "机要室", 2).log(137)
    count()
    page = (
        sign_in_as(an_actor(Role.UNIT_HEAD, unit=office.unit))
        .get(f"/duty-eval/dashboard/units/{office.unit.id}?day=2026-03-31")
        .text
    )
    assert ("none", "不足3人", None) in _cells(page, "heat-map")


def test_bands_are_those_of_the_division_in_the_month(connection: Connection, sign_in_as: SignIn) -> None:
    office = Office()
    count()
    rules = Rules(load_low_percent=10)
    set_rules(office.region.id, rules, on=date(2026, 3, 31), today=MARCH, reason="按县区实际", actor=SYSTEM)
    page = (
        sign_in_as(an_actor(Role.UNIT_HEAD, unit=office.unit))
        .get(f"/duty-eval/dashboard/units/{office.unit.id}?day=2026-03-31")
        .text
    )
    assert [look for look, _, _ in _cells(page, "heat-map")][-2:] == ["low", "normal"]
    assert "低于 10% 为不饱和" in page


def test_a_head_sees_the_own_section_s_months_and_opens_its_records(connection: Connection, sign_in_as: SignIn) -> None:
    office = Office()
    count()
    client = sign_in_as(an_actor(Role.SECTION_HEAD, person=a_person(), section=office.team.section))
    page = client.get(f"/duty-eval/dashboard/sections/{office.team.section.id}?day=2026-03-31").text

    cells = _cells(page, "heat-map")

    assert len(cells) == 6  # nothing of the year before: no row of it
    assert "审核材料" in client.get(cells[-1][2] or "").text
    assert client.get(f"/duty-eval/units/{office.unit.id}/workload").status_code == 404


def test_a_section_stands_over_its_own_months_of_the_year_before(connection: Connection, sign_in_as: SignIn) -> None:
    office = Office()
    office.team.log(50, date(2025, 3, 3), who=2)
    count()
    page = (
        sign_in_as(an_actor(Role.UNIT_HEAD, unit=office.unit))
        .get(f"/duty-eval/dashboard/sections/{office.team.section.id}?day=2026-03-31")
        .text
    )
    assert "上年同月" in page
    assert len(_cells(page, "heat-map")) == 12


def test_a_city_s_cells_open_to_the_county_and_a_county_s_to_the_unit(
    connection: Connection, sign_in_as: SignIn
) -> None:
    office = Office()
    count()
    client = sign_in_as(an_actor(Role.INSPECTOR, region="371300"))
    city = client.get("/duty-eval/dashboard/regions/371300?day=2026-03-31").text

    (_, words, county) = _cells(city, "heat-map")[-1]
    assert words.split() == ["14%", "不饱和"]
    units = _cells(client.get(county or "").text, "units-heat-map")
    assert units[-1][1].split() == ["14%", "不饱和"]
    assert f"/duty-eval/units/{office.unit.id}/workload" in (units[-1][2] or "")
    assert "100 ÷（88 × 8）" in client.get(units[-1][2] or "").text


def test_who_may_not_read_workload_sees_no_heat_map(connection: Connection, sign_in_as: SignIn) -> None:
    office = Office()
    count()
    client = sign_in_as(an_actor(Role.ASSESSOR, region="371300"))
    for path in ("regions/371300", f"units/{office.unit.id}", f"sections/{office.team.section.id}"):
        assert "负荷热力图" not in client.get(f"/duty-eval/dashboard/{path}?day=2026-03-31").text


def test_a_county_s_map_does_not_reach_the_city_s_units(connection: Connection) -> None:
    Office()
    other = Office("371311", "区交通局")
    count()
    export = find_export("duty_eval.unit_heat", inspector := an_actor(Role.INSPECTOR, region="371302"))
    with pytest.raises(NotFound):
        list(table_of(export, inspector, {"unit_id": str(other.unit.id), "day": "2026-03-31"}).rows())


@pytest.mark.parametrize("name", ["division_heat", "units_heat"])
def test_a_heat_map_goes_out_as_a_table(connection: Connection, name: str) -> None:
    Office()
    count()
    code = "371300" if name == "division_heat" else "371302"
    export = find_export(f"duty_eval.{name}", inspector := an_actor(Role.INSPECTOR, region="371300"))
    rows = list(table_of(export, inspector, {"code": code, "day": "2026-03-31"}).rows())
    assert len(rows) == 6
    assert list(rows[-1][1:]) == ["2026-03", 4, Decimal(88), 1, 1, Decimal("100.0"), Decimal("0.1420"), "不饱和"]


def test_a_page_costs_the_same_statements_however_many_sections(
    connection: Connection, sign_in_as: SignIn, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    office = Office()
    counts = []
    client = sign_in_as(an_actor(Role.UNIT_HEAD, unit=office.unit))
    for number in range(3):
        Team(office.unit, f"科室{number}", 3).log(10)
        count()
        with count_queries() as seen:
            client.get(f"/duty-eval/dashboard/units/{office.unit.id}?day=2026-03-31")
        counts.append(len(seen))
    assert len(set(counts)) == 1


def test_a_section_that_was_moved_takes_its_month_along(connection: Connection) -> None:
    former, new = a_unit(), a_unit()
    team = Team(former, "审批科", 3)
    team.log(2)
    count_workload(TODAY, Progress())
    connection.execute(update(Section).where(Section.id == team.section.id).values(unit_id=new.id))

    count_workload(TODAY, Progress())

    kept = connection.scalars(select(SectionWorkload.unit_id).where(SectionWorkload.records == 1)).all()
    assert kept == [new.id]


def test_the_present_month_of_a_unit_and_a_section_is_as_it_is_now(connection: Connection, sign_in_as: SignIn) -> None:
    office = Office()
    count_workload(now := today_in_china(), Progress())
    client = sign_in_as(an_actor(Role.UNIT_HEAD, unit=office.unit))
    pages = [f"units/{office.unit.id}", f"sections/{office.team.section.id}"]
    before = [_cells(client.get(f"/duty-eval/dashboard/{page}").text, "heat-map")[5][1] for page in pages]

    office.team.log(30, now.replace(day=1), who=2)
    after = [client.get(f"/duty-eval/dashboard/{page}").text for page in pages]

    assert before == ["无纪实"] * 2
    assert all("不饱和" in _cells(text, "heat-map")[5][1] for text in after)
    assert all("本月为打开页面时的数" in text for text in after)


def test_a_section_that_has_nobody_any_more_shows_no_number_of_the_last_count(
    connection: Connection, sign_in_as: SignIn
) -> None:
    office = Office()
    count_workload(today_in_china(), Progress())
    held = Appointment.section_id == office.team.section.id
    connection.execute(update(Appointment).where(held).values(superseded_at=func.now()))

    page = sign_in_as(an_actor(Role.UNIT_HEAD, unit=office.unit)).get(f"/duty-eval/dashboard/units/{office.unit.id}")

    assert _cells(page.text, "heat-map")[5][1] == "—"


def test_by_day_the_present_month_alone_is_counted_again(connection: Connection) -> None:
    office = Office()
    count_present_month(Progress())
    months = db.session.scalars(select(UnitWorkload.month).where(UnitWorkload.unit_id == office.unit.id)).all()
    assert months == [today_in_china().replace(day=1)]
