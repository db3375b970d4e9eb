from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection

from duty_eval.absences.models import AbsenceKind
from duty_eval.absences.operations import decide_absence, request_absence
from duty_eval.entry_rules.operations import set_rules
from duty_eval.entry_rules.queries import Rules
from duty_eval.workload.operations import confirm_standard
from duty_eval.workload.queries import bands_of_unit, loads_of_unit, pairs_to_look_at
from duty_eval.workload.saturation import Band, Bands, Load, band_of, misplaced, saturation
from host.kernel.access import SYSTEM, Actor, Role
from host.kernel.db import db
from tests.duty_eval.workload.team import Team
from tests.factories import a_unit, an_actor

SignIn = Callable[[Actor], FlaskClient]
FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)


def a_load(**over: object) -> Load:
    facts: dict[str, object] = {
        "section_id": 1, "name": "综合科", "people": 4, "attendance_days": 88, "records": 10, "covered": 10,
        "standard_minutes": Decimal(4800), "logged_minutes": 0,
    }  # fmt: skip
    return Load(**{**facts, **over})  # type: ignore[arg-type]


def test_the_vector_of_the_rule() -> None:
    """T43: 120 × 0.5 h + 30 × 2 h in 20 days are 75 %."""
    assert saturation(Decimal(120 * 30 + 30 * 120), 20) == Decimal("0.75")


@pytest.mark.parametrize(
    ("share", "band"), [("0.59", Band.LOW), ("0.60", Band.NORMAL), ("1.10", Band.NORMAL), ("1.11", Band.HIGH)]
)
def test_a_share_lies_in_its_band(share: str, band: Band) -> None:
    assert band_of(Decimal(share)) is band


def test_a_division_may_set_its_own_bands() -> None:
    assert band_of(Decimal("0.70"), Bands(low=Decimal("0.75"))) is Band.LOW


def test_a_past_month_goes_by_the_bands_that_were_set_then(connection: Connection) -> None:
    unit = a_unit()
    set_rules(unit.region_id, Rules(load_low_percent=75), on=LAST, today=FIRST, reason="按县区实际", actor=SYSTEM)
    before = LAST - timedelta(days=1)
    assert [bands_of_unit(unit.id, day).low for day in (before, LAST)] == [Decimal("0.60"), Decimal("0.75")]


@pytest.mark.parametrize("over", [{"people": 2}, {"covered": 7}, {"records": 0, "covered": 0}])
def test_nothing_is_shown_of_two_people_or_of_records_without_standard_hours(over: dict[str, object]) -> None:
    assert a_load().saturation is not None
    assert a_load(**over).saturation is None


def test_a_section_is_misplaced_when_work_and_people_lie_two_quartiles_apart() -> None:
    loads = [
        a_load(section_id=number, people=people, standard_minutes=Decimal(work))
        for number, (people, work) in enumerate([(10, 100), (8, 900), (6, 800), (4, 700)], 1)
    ]
    assert misplaced(loads) == {1}


def test_a_load_is_quantities_times_standard_hours_over_the_days_people_were_there(connection: Connection) -> None:
    unit = a_unit()
    team = Team(unit, "审批科", 3)
    team.log(120)
    team.log(None, who=1)  # no quantity: one piece of work
    person = team.people[2]
    leave = request_absence(person.person_id or 0, AbsenceKind.ANNUAL, date(2026, 3, 2), date(2026, 3, 6), actor=person)
    decide_absence(leave, is_confirmed=True, actor=SYSTEM)

    (load,) = loads_of_unit(unit.id, FIRST, LAST)

    assert (load.people, load.records, load.covered) == (3, 2, 2)
    assert load.standard_minutes == 121 * 30
    assert load.attendance_days == 3 * 22 - 5
    assert load.saturation == saturation(Decimal(121 * 30), 61)


def test_a_month_of_records_with_and_without_quantity_counts_each_as_it_is(connection: Connection) -> None:
    unit = a_unit()
    team = Team(unit, "审批科", 3)
    team.log(5)
    for day in (3, 4, 5):
        team.log(None, date(2026, 3, day))

    (load,) = loads_of_unit(unit.id, FIRST, LAST)

    assert load.standard_minutes == (5 + 1 + 1 + 1) * 30


def test_like_duties_with_unequal_load_are_suggested_for_a_look(connection: Connection) -> None:
    unit = a_unit()
    busy = Team(unit, "准入科", 3, text="审核企业登记申请材料")
    idle = Team(unit, "注册科", 3, text="审核企业登记注册材料")
    other = Team(unit, "财务科", 3, text="编制部门预算")
    for team, quantity in ((busy, 900), (idle, 100), (other, 10)):
        team.log(quantity)

    (pair,) = pairs_to_look_at(unit.id, loads_of_unit(unit.id, FIRST, LAST), LAST)

    assert (pair.busy.name, pair.idle.name) == ("准入科", "注册科")


def test_the_page_shows_the_formula_and_names_no_person(connection: Connection, sign_in_as: SignIn) -> None:
    unit = a_unit()
    Team(unit, "审批科", 3).log(200)
    page = sign_in_as(an_actor(Role.UNIT_HEAD, unit=unit)).get(f"/duty-eval/units/{unit.id}/workload?day={LAST}").text
    assert "出勤人日 × 8 小时" in page
    assert "100 ÷（66 × 8）" in page
    assert "赵某某" not in page


def test_the_records_of_a_section_open_to_just_those(connection: Connection, sign_in_as: SignIn) -> None:
    unit = a_unit()
    Team(unit, "审批科", 3).log(200)
    client = sign_in_as(an_actor(Role.UNIT_HEAD, unit=unit))
    page = client.get(f"/duty-eval/units/{unit.id}/workload?day={LAST}").text

    link, shown = re.findall(rf'href="(/duty-eval/units/{unit.id}/records[^"]+)"[^>]*>([\d,]+)<', page)[0]

    assert client.get(unescape(link)).text.count("<tr data-row") == int(shown)


def test_of_one_or_two_people_no_number_is_shown(connection: Connection, sign_in_as: SignIn) -> None:
    unit = a_unit()
    Team(unit, "审批科", 3).log(200)
    Team(unit, "机要室", 1).log(137)
    page = sign_in_as(an_actor(Role.UNIT_HEAD, unit=unit)).get(f"/duty-eval/units/{unit.id}/workload?day={LAST}").text
    assert "机要室" in page
    assert "68.5" not in page  # 137 × 30 minutes
    assert "不足 3 人" in page


def test_months_that_are_over_keep_the_standard_that_they_had(connection: Connection) -> None:
    unit = a_unit()
    team = Team(unit, "审批科", 3)
    for day in (date(2026, 2, 2), date(2026, 3, 2), date(2026, 4, 1)):
        team.log(10, day)
    confirm_standard(team.duty, 60, today=LAST, reason="按中位数", actor=SYSTEM)
    confirm_standard(team.duty, 50, today=LAST, reason="更正", actor=SYSTEM)
    confirm_standard(team.duty, 40, today=date(2026, 4, 2), reason="流程精简", actor=SYSTEM)

    (load,) = loads_of_unit(unit.id, date(2026, 2, 1), date(2026, 4, 30))

    assert load.standard_minutes == 10 * 30 + 10 * 50 + 10 * 40


def test_a_first_standard_holds_for_the_months_before_too(connection: Connection) -> None:
    unit = a_unit()
    team = Team(unit, "审批科", 3, standard=None)
    team.log(10, date(2026, 2, 2))
    confirm_standard(team.duty, 60, today=LAST, reason="首次核定", actor=SYSTEM)

    (load,) = loads_of_unit(unit.id, date(2026, 2, 1), LAST)

    assert load.standard_minutes == 10 * 60


def test_standard_hours_are_confirmed_by_a_person_of_the_unit_only(connection: Connection, sign_in_as: SignIn) -> None:
    unit = a_unit()
    team = Team(unit, "审批科", 3, standard=None)
    body = {"minutes": "45", "reason": "按中位数"}
    address = f"/duty-eval/duties/{team.duty.id}/standard"

    stranger = an_actor(Role.UNIT_HEAD, unit=a_unit(name="别的局"))
    db.session.commit()
    assert sign_in_as(stranger).post(address, data=body).status_code == 404
    head = sign_in_as(an_actor(Role.UNIT_HEAD, unit=unit))
    assert head.post(address, data={"minutes": "0"}).status_code == 422
    assert head.post(address, data=body).status_code == 303
    assert team.duty.standard_minutes == 45
