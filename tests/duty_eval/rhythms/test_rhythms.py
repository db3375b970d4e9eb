from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError

from basic_info.organization.models import Unit
from duty_eval.entry_rules.operations import set_rules
from duty_eval.entry_rules.queries import Rules
from duty_eval.expectations import open_days, week_closes
from duty_eval.records.models import RecordState
from duty_eval.review.week import week_to_review
from duty_eval.rhythms.models import RecordRhythm, UnitRhythm
from duty_eval.rhythms.operations import choose_rhythm
from duty_eval.rhythms.queries import weekly_units, writes_weekly
from host.kernel.access import SYSTEM, Actor, Role
from host.kernel.calendar.workdays import load_workdays
from host.kernel.db import db
from host.kernel.errors import Refused
from host.kernel.pages import today_in_china
from tests.factories import a_region, a_unit, an_actor
from tests.performance.rows import Office

SignIn = Callable[[Actor], FlaskClient]
#: A week without holidays: Monday to Sunday.
MONDAY, WEDNESDAY, FRIDAY, SUNDAY = (date(2026, 3, day) for day in (2, 4, 6, 8))


def weekly(unit: Unit, *, since: date = MONDAY) -> None:
    choose_rhythm(unit.id, RecordRhythm.WEEKLY, on=since, today=since, reason="工作量小", actor=SYSTEM)


def days_open(office: Office, last: date) -> list[int]:
    rows = open_days(office.section.id, MONDAY, last, load_workdays())
    return [row.day.day for row in rows]


def test_of_who_writes_weekly_no_day_is_open_before_the_week_is_over(connection: Connection) -> None:
    office = Office("王芳")
    weekly(office.unit)
    assert (days_open(office, WEDNESDAY), days_open(office, FRIDAY)) == ([], [2, 3, 4, 5, 6])


def test_of_who_writes_daily_each_day_is_open_at_once(connection: Connection) -> None:
    assert days_open(Office("王芳"), WEDNESDAY) == [2, 3, 4]


def test_a_week_closes_with_its_last_working_day(connection: Connection) -> None:
    workdays = load_workdays()
    # 2026-02-14 is a Saturday that is worked before the Spring Festival.
    assert [week_closes(day, workdays) for day in (MONDAY, SUNDAY, date(2026, 2, 9))] == [
        FRIDAY,
        FRIDAY,
        date(2026, 2, 14),
    ]


def test_a_unit_follows_the_one_above_until_it_chooses_itself(connection: Connection) -> None:
    above = a_unit(name="市教育局")
    below = a_unit(name="市一中", parent=above)
    weekly(above)
    inherited = set(db.session.scalars(weekly_units(WEDNESDAY)))
    choose_rhythm(below.id, RecordRhythm.DAILY, on=MONDAY, today=MONDAY, reason="窗口单位", actor=SYSTEM)
    own = set(db.session.scalars(weekly_units(WEDNESDAY)))
    assert (inherited, own) == ({above.id, below.id}, {above.id})


def test_a_choice_holds_from_its_monday_on(connection: Connection) -> None:
    office = Office("王芳")
    weekly(office.unit, since=date(2026, 3, 9))
    person = office.people[0]
    assert [writes_weekly(person.id, day) for day in (FRIDAY, date(2026, 3, 9))] == [False, True]


def test_a_week_has_one_rhythm(connection: Connection) -> None:
    with pytest.raises(Refused, match="3月9日"):
        weekly(a_unit(), since=WEDNESDAY)


def test_two_choices_of_a_unit_for_one_day_are_refused_by_the_database(connection: Connection) -> None:
    unit = a_unit()
    for _ in range(2):
        db.session.add(UnitRhythm(unit_id=unit.id, record_rhythm=RecordRhythm.WEEKLY, valid=Range(MONDAY, None)))
    with pytest.raises(IntegrityError, match="unit_rhythm_in_force_once"):
        db.session.flush()


def test_the_reviewer_misses_nothing_in_a_week_that_is_not_over(connection: Connection) -> None:
    office = Office("王芳")
    weekly(office.unit)
    head = an_actor(Role.SECTION_HEAD, section=office.section)
    missing = [
        [line.missing for line in (*week.attention, *week.ordinary)]
        for week in (week_to_review(head, MONDAY, today=today) for today in (WEDNESDAY, date(2026, 3, 9)))
    ]
    assert [[len(days) for days in lines] for lines in missing] == [[0], [5]]


def test_a_record_of_the_week_closes_its_own_day_only(connection: Connection) -> None:
    office = Office("王芳")
    weekly(office.unit)
    office.log(office.people[0], WEDNESDAY, state=RecordState.SUBMITTED)
    assert days_open(office, FRIDAY) == [2, 3, 5, 6]


def test_the_units_head_chooses_on_the_page(sign_in_as: SignIn, connection: Connection) -> None:
    unit = a_unit()
    client = sign_in_as(an_actor(Role.UNIT_HEAD, unit=unit))
    said = {"record_rhythm": "weekly", "on": "2030-03-04", "reason": "工作量小"}
    assert client.get("/duty-eval/rhythm").status_code == 200
    assert client.post(f"/duty-eval/units/{unit.id}/rhythm", data=said).status_code == 303
    assert db.session.scalars(select(UnitRhythm.record_rhythm)).all() == [RecordRhythm.WEEKLY]


def test_a_wrong_day_is_said_beside_the_field(sign_in_as: SignIn, connection: Connection) -> None:
    unit = a_unit()
    client = sign_in_as(an_actor(Role.UNIT_HEAD, unit=unit))
    said = {"record_rhythm": "weekly", "on": "2030-03-05", "reason": "工作量小"}
    answer = client.post(f"/duty-eval/units/{unit.id}/rhythm", data=said)
    assert (answer.status_code, "请选择星期一" in answer.text) == (422, True)


def test_nobody_chooses_for_a_unit_elsewhere(sign_in_as: SignIn, connection: Connection) -> None:
    client = sign_in_as(an_actor(Role.UNIT_HEAD, unit=a_unit()))
    assert client.get(f"/duty-eval/rhythm?unit={a_unit().id}").status_code == 404


def keep_daily(unit: Unit, *, on: date) -> None:
    """The city lets no unit write weekly, from the day on."""
    set_rules(unit.region_id, Rules(allows_weekly=False), on=on, today=on, reason="全市按日填报", actor=SYSTEM)


def test_where_the_city_keeps_units_daily_none_chooses_weeks(connection: Connection) -> None:
    unit = a_unit()
    keep_daily(unit, on=MONDAY)

    with pytest.raises(Refused, match="3月9日起不实行按周填报"):
        weekly(unit, since=date(2026, 3, 9))


def test_who_had_chosen_weeks_falls_back_from_the_next_monday_on(connection: Connection) -> None:
    unit = a_unit()
    weekly(unit)
    keep_daily(unit, on=WEDNESDAY)

    found = [unit.id in set(db.session.scalars(weekly_units(day))) for day in (FRIDAY, SUNDAY, date(2026, 3, 9))]
    assert found == [True, True, False]


def test_a_county_that_allows_weeks_has_them_within_a_city_that_does_not(connection: Connection) -> None:
    city = a_unit()
    county = a_unit(name="县教育局", region=a_region("371321"))
    keep_daily(city, on=MONDAY)
    set_rules(county.region_id, Rules(), on=MONDAY, today=MONDAY, reason="县里允许", actor=SYSTEM)

    weekly(county)

    assert set(db.session.scalars(weekly_units(WEDNESDAY))) == {county.id}


def test_where_weeks_are_let_again_the_choice_holds_again(connection: Connection) -> None:
    unit = a_unit()
    weekly(unit)
    keep_daily(unit, on=MONDAY)
    set_rules(unit.region_id, Rules(), on=date(2026, 3, 9), today=MONDAY, reason="恢复", actor=SYSTEM)

    assert [unit.id in set(db.session.scalars(weekly_units(day))) for day in (FRIDAY, date(2026, 3, 9))] == [
        False,
        True,
    ]


def test_the_page_says_from_when_on_weeks_end_and_offers_none(connection: Connection, sign_in_as: SignIn) -> None:
    unit = a_unit()
    today = today_in_china()
    monday = today - timedelta(days=today.weekday())
    choose_rhythm(unit.id, RecordRhythm.WEEKLY, on=monday, today=monday, reason="工作量小", actor=SYSTEM)
    set_rules(unit.region_id, Rules(allows_weekly=False), on=today, today=today, reason="按日", actor=SYSTEM)
    db.session.commit()
    client = sign_in_as(an_actor(Role.UNIT_HEAD, unit=unit))

    page = client.get("/duty-eval/rhythm").text
    form = {"record_rhythm": "weekly", "on": str(monday + timedelta(days=7)), "reason": "仍想按周"}

    assert "不实行按周填报；本单位选了按周填报" in page
    assert 'value="weekly"' not in page
    assert client.post(f"/duty-eval/units/{unit.id}/rhythm", data=form).status_code == 422


def test_weeks_that_ended_long_ago_do_not_end_next_monday(connection: Connection, sign_in_as: SignIn) -> None:
    unit, today = a_unit(), today_in_china()
    since = today - timedelta(days=today.weekday() + 14)
    choose_rhythm(unit.id, RecordRhythm.WEEKLY, on=since, today=since, reason="工作量小", actor=SYSTEM)
    set_rules(unit.region_id, Rules(allows_weekly=False), on=since, today=since, reason="按日", actor=SYSTEM)
    db.session.commit()

    page = sign_in_as(an_actor(Role.UNIT_HEAD, unit=unit)).get("/duty-eval/rhythm").text

    assert ("起不实行按周填报" in page, "现在按日填报" in page) == (False, True)
