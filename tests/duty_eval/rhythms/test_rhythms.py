from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError

from basic_info.organization.models import Unit
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
from tests.factories import a_unit, an_actor
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
