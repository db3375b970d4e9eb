"""Which days are open of whom when posts begin, end, lie elsewhere or are part time (R35, R88)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, update
from sqlalchemy.dialects.postgresql import Range

from basic_info.organization.kinds import AppointmentKind, WorkState
from basic_info.organization.models import Appointment, PersonVersion
from duty_eval.expectations import is_asked_of, open_days, open_person_days
from duty_eval.records.operations import Entry, log_records
from duty_eval.review.week import week_to_review
from host.kernel.access import Actor, Role
from host.kernel.calendar.workdays import load_workdays
from host.kernel.db import db
from tests.factories import a_leave, a_person, a_post, a_post_duty, a_section, a_unit, an_actor, an_appointment

SignIn = Callable[[Actor], FlaskClient]
#: A week of five working days, and the one after it.
MONDAY, FRIDAY = date(2026, 3, 9), date(2026, 3, 13)
NEXT = MONDAY + timedelta(days=7)


class Desk:
    """A person with one post in a section."""

    def __init__(self) -> None:
        self.section = a_section()
        self.post = a_post(section=self.section)
        self.person = a_person(name="孙半日")
        self.held = an_appointment(self.person, self.post)
        self.actor = an_actor(Role.STAFF, person=self.person)

    def log(self, *days: date) -> None:
        for day in days:
            entry = Entry(post_duty_id=None, content="整理材料")
            log_records([entry], worked_on=day, client_key=f"k-{day}", actor=self.actor, today=day)

    def held_so(self, **over: object) -> None:
        db.session.execute(update(Appointment).where(Appointment.id == self.held.id).values(**over))

    def lent_out(self) -> None:
        db.session.execute(
            update(PersonVersion).where(PersonVersion.person_id == self.person.id).values(work_state=WorkState.LENT_OUT)
        )

    def open(self, last: date = FRIDAY, as_of: date | None = None) -> list[date]:
        owed = open_person_days(MONDAY, last, load_workdays(), as_of=as_of, people=[self.person.id])
        return sorted(row.day for row in db.session.execute(owed))


@pytest.fixture
def desk(connection: Connection) -> Desk:
    return Desk()


def week(*places: int) -> list[date]:
    return [MONDAY + timedelta(days=place) for place in places]


def test_days_before_between_and_after_posts_are_not_open(desk: Desk) -> None:
    desk.held_so(valid=Range(date(2020, 1, 1), MONDAY + timedelta(days=1)))
    an_appointment(desk.person, a_post(section=desk.section), valid=Range(FRIDAY, NEXT))
    assert desk.open(last=NEXT) == week(0, 4)


def test_a_day_is_open_once_however_many_posts_there_are(desk: Desk) -> None:
    an_appointment(desk.person, a_post(section=desk.section), is_primary=False)
    assert desk.open() == week(0, 1, 2, 3, 4)


def test_who_holds_no_primary_post_owes_the_day_at_the_first_of_the_others(desk: Desk) -> None:
    desk.held_so(is_primary=False)
    other = a_post()
    an_appointment(desk.person, other, is_primary=False)
    assert len(open_days(desk.section.id, MONDAY, FRIDAY, load_workdays())) == 5
    assert open_days(other.section_id, MONDAY, FRIDAY, load_workdays()) == []


def test_part_time_work_owes_its_share_of_a_week_and_the_last_empty_days_are_open(desk: Desk) -> None:
    desk.held_so(share_percent=60)
    assert desk.open() == week(2, 3, 4)
    desk.log(*week(0, 4))
    assert desk.open() == week(3)
    desk.log(*week(1))
    assert desk.open() == []


def test_part_time_work_owes_nothing_while_the_week_runs(desk: Desk) -> None:
    desk.held_so(share_percent=60)
    assert desk.open(as_of=FRIDAY - timedelta(days=1)) == []
    assert not is_asked_of(desk.person.id, MONDAY)


def test_leave_makes_the_share_of_a_week_smaller(desk: Desk) -> None:
    desk.held_so(share_percent=60)
    a_leave(desk.actor, *week(0, 1))
    assert desk.open() == week(4)  # 60 % of three days


def test_stated_shares_that_leave_nothing_out_ask_for_every_day(desk: Desk) -> None:
    desk.held_so(share_percent=60)
    an_appointment(desk.person, a_post(section=desk.section), is_primary=False)
    assert desk.open() == week(0, 1, 2, 3, 4)
    assert is_asked_of(desk.person.id, MONDAY)


def test_who_is_seconded_owes_the_days_at_the_post_there(desk: Desk) -> None:
    desk.lent_out()
    assert desk.open() == []
    there = a_post(section=a_section(unit=a_unit(name="别的局")))
    an_appointment(desk.person, there, is_primary=False, appointment_kind=AppointmentKind.BORROWED)
    assert [row.day for row in open_days(there.section_id, MONDAY, FRIDAY, load_workdays())] == week(0, 1, 2, 3, 4)
    assert open_days(desk.section.id, MONDAY, FRIDAY, load_workdays()) == []


def missing(desk: Desk) -> dict[str, int]:
    """How many days the head of the section misses, by name."""
    found = week_to_review(an_actor(Role.SECTION_HEAD, section=desk.section), MONDAY, today=NEXT)
    return {line.name: len(line.missing) for line in (*found.attention, *found.ordinary)}


def test_the_reviewer_misses_no_day_that_was_worked_at_another_post(desk: Desk) -> None:
    other = a_post()
    an_appointment(desk.person, other, is_primary=False)
    entry = Entry(post_duty_id=a_post_duty(post=other).id, content="兼岗值守")
    log_records([entry], worked_on=MONDAY, client_key="k", actor=desk.actor, today=MONDAY)
    assert missing(desk) == {"孙半日": 4}


def test_the_reviewer_misses_of_part_time_work_what_the_week_still_owes(desk: Desk) -> None:
    desk.held_so(share_percent=40)
    desk.log(*week(0))
    assert missing(desk) == {"孙半日": 1}


def test_the_month_asks_for_no_day_before_the_post_began(desk: Desk, sign_in_as: SignIn) -> None:
    desk.held_so(valid=Range(date(2026, 3, 30), None))
    page = sign_in_as(desk.actor).get("/duty-eval/month?month=2026-03-01").text
    assert "2 个工作日未填" in page


def test_the_page_of_a_day_says_that_part_time_work_need_not_fill_it_in(desk: Desk, sign_in_as: SignIn) -> None:
    desk.held_so(share_percent=50)
    page = sign_in_as(desk.actor).get(f"/duty-eval/today?day={MONDAY}").text
    assert "非全日工作" in page
