"""What of a person's expected days falls to each post: shares, mid-month starts, gaps, leave, secondment (R35, R88)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, update
from sqlalchemy.dialects.postgresql import Range

from basic_info.organization.kinds import AppointmentKind, WorkState
from basic_info.organization.models import Appointment, Person, PersonVersion, Post
from basic_info.organization.shares import split
from duty_eval.absences.models import AbsenceKind
from duty_eval.absences.operations import decide_absence, request_absence
from duty_eval.expectations import away_days, off_spans
from duty_eval.post_days import PostDays, part_timers, post_days, whole_days
from duty_eval.workload.queries import loads_of_posts, loads_of_unit
from host.kernel.access import SYSTEM, Actor, Role
from host.kernel.calendar.workdays import load_workdays
from host.kernel.db import db
from tests.duty_eval.workload.team import Team
from tests.factories import SINCE, a_leave, a_person, a_post, a_section, a_unit, an_actor, an_appointment

SignIn = Callable[[Actor], FlaskClient]
#: March 2026: 22 working days.
FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)
#: A Monday: 16 of the 22 working days lie on it and after it, 6 before.
NINTH, SIXTEENTH = date(2026, 3, 9), date(2026, 3, 16)


def days_of(person: Person, first: date = FIRST, last: date = LAST) -> dict[int, Decimal]:
    return {one.post_id: one.days for one in post_days([person.id], first, last)}


class Places:
    """Two sections of one unit and one of another, with a post in each."""

    def __init__(self) -> None:
        self.unit, self.elsewhere = a_unit(), a_unit(name="别的局")
        self.first = a_post(section=a_section(unit=self.unit))
        self.second = a_post(section=a_section(unit=self.unit, name="规划科"))
        self.away = a_post(section=a_section(unit=self.elsewhere))

    def person(self, *, share: int | None = None, valid: Range[date] = SINCE) -> Person:
        person = a_person()
        an_appointment(person, self.first, share_percent=share, valid=valid)
        return person

    def besides(self, person: Person, post: Post, **over: object) -> None:
        an_appointment(person, post, is_primary=False, appointment_kind=AppointmentKind.CONCURRENT, **over)


@pytest.fixture
def places(connection: Connection) -> Places:
    return Places()


def test_one_post_takes_all_days(places: Places) -> None:
    assert days_of(places.person()) == {places.first.id: 22}


def test_two_posts_without_a_share_halve_the_days(places: Places) -> None:
    person = places.person()
    places.besides(person, places.second)
    assert days_of(person) == {places.first.id: 11, places.second.id: 11}


def test_a_second_post_shares_from_its_day_only(places: Places) -> None:
    person = places.person()
    places.besides(person, places.second, share_percent=25, valid=Range(NINTH, None))
    assert days_of(person) == {places.first.id: 5 + Decimal("12.75"), places.second.id: Decimal("4.25")}


def test_who_comes_in_the_middle_of_a_month_is_expected_from_that_day(places: Places) -> None:
    assert days_of(places.person(valid=Range(NINTH, None))) == {places.first.id: 17}


def test_a_gap_between_two_posts_is_expected_of_nobody(places: Places) -> None:
    person = places.person(valid=Range(date(2020, 1, 1), NINTH))
    an_appointment(person, places.second, valid=Range(SIXTEENTH, None))
    assert days_of(person) == {places.first.id: 5, places.second.id: 12}
    gap = db.session.execute(off_spans(FIRST, LAST, people=[person.id])).all()
    assert [(row.begins, row.ends) for row in gap] == [(NINTH, SIXTEENTH - timedelta(days=1))]


def test_leave_takes_from_each_post_by_its_share(places: Places) -> None:
    person = places.person(share=60)
    places.besides(person, places.second)
    a_leave(an_actor(Role.STAFF, person=person), NINTH, NINTH + timedelta(days=4))
    assert days_of(person) == {places.first.id: Decimal("10.2"), places.second.id: Decimal("6.8")}


def test_half_a_day_of_leave_and_a_trip_stay_expected(places: Places) -> None:
    person = places.person()
    actor = an_actor(Role.STAFF, person=person)
    trip = request_absence(person.id, AbsenceKind.TRIP, NINTH, NINTH, actor=actor)
    decide_absence(trip, is_confirmed=True, actor=SYSTEM)
    assert days_of(person) == {places.first.id: 22}


def test_who_is_lent_out_is_expected_only_at_the_post_there(places: Places) -> None:
    person = places.person()
    db.session.execute(
        update(PersonVersion).where(PersonVersion.person_id == person.id).values(work_state=WorkState.LENT_OUT)
    )
    assert days_of(person) == {places.first.id: 0}
    assert away_days(person.id, NINTH, NINTH) == {NINTH}

    an_appointment(
        person, places.away, is_primary=False, appointment_kind=AppointmentKind.BORROWED, valid=Range(NINTH, None)
    )
    assert days_of(person) == {places.first.id: 0, places.away.id: 17}
    assert away_days(person.id, NINTH, NINTH) == set()


def test_lending_out_for_a_week_takes_the_posts_at_home_for_that_week(places: Places) -> None:
    person = places.person()
    an_appointment(person, places.away, is_primary=False, appointment_kind=AppointmentKind.SECONDED, share_percent=30)
    lent = request_absence(
        person.id,
        AbsenceKind.LENT_OUT,
        NINTH,
        NINTH + timedelta(days=4),
        actor=an_actor(Role.STAFF, person=person),
    )
    decide_absence(lent, is_confirmed=True, actor=SYSTEM)
    assert days_of(person) == {places.first.id: 17 * Decimal("0.7"), places.away.id: 22 * Decimal("0.3")}


def test_leave_during_a_secondment_is_expected_nowhere(places: Places) -> None:
    person = places.person()
    db.session.execute(
        update(PersonVersion).where(PersonVersion.person_id == person.id).values(work_state=WorkState.SECONDED)
    )
    an_appointment(person, places.away, is_primary=False, appointment_kind=AppointmentKind.SECONDED)
    a_leave(an_actor(Role.STAFF, person=person), NINTH, NINTH)
    assert days_of(person) == {places.first.id: 0, places.away.id: 21}


def test_part_time_days_are_cut_to_whole_ones(places: Places) -> None:
    person = places.person(share=60)
    assert whole_days(post_days(part_timers(FIRST, LAST), FIRST, LAST)) == {person.id: (13, 13)}


_SPAN = st.tuples(st.integers(0, 35), st.integers(1, 40))
_POST = st.tuples(_SPAN, st.one_of(st.none(), st.integers(0, 25)))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(posts=st.lists(_POST, min_size=1, max_size=4), leave=_SPAN)
def test_the_days_of_the_posts_sum_to_those_of_the_person_counted_day_by_day(
    connection: Connection, posts: list[tuple[tuple[int, int], int | None]], leave: tuple[int, int]
) -> None:
    person, section = a_person(), a_section()
    first = FIRST - timedelta(days=5)
    held = [
        an_appointment(
            person,
            a_post(section=section),
            is_primary=False,
            share_percent=share,
            valid=Range(first + timedelta(days=begin), first + timedelta(days=begin + length)),
        )
        for (begin, length), share in posts
    ]
    db.session.execute(
        update(PersonVersion)
        .where(PersonVersion.person_id == person.id)
        .values(
            work_state=WorkState.STUDY,
            valid=Range(first + timedelta(days=leave[0]), first + timedelta(days=sum(leave))),
        )
    )

    found = post_days([person.id], FIRST, LAST)

    assert sum(one.expected for one in found) == _counted_by_day(held, first + timedelta(days=leave[0]), leave[1])


def _counted_by_day(held: list[Appointment], leave: date, length: int) -> int:
    workdays, total = load_workdays(), 0
    for day in (FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1)):
        there = [one for one in held if one.valid.lower <= day < one.valid.upper]  # type: ignore[operator]
        is_away = leave <= day < leave + timedelta(days=length)
        if there and workdays.is_workday(day) and not is_away:
            total += sum(split(there).values())
    return total


def test_a_section_counts_its_part_of_somebody_with_a_post_elsewhere(connection: Connection) -> None:
    unit = a_unit()
    team = Team(unit, "审批科", 3)
    other = a_post(section=a_section(unit=unit, name="法规科", sort_no=9))
    person = db.session.get_one(Person, team.people[0].person_id)
    an_appointment(person, other, is_primary=False, share_percent=30)

    approval, law = loads_of_unit(unit.id, FIRST, LAST)

    assert (approval.people, approval.attendance_days) == (3, 2 * 22 + 22 * Decimal("0.7"))
    assert (law.people, law.attendance_days) == (1, 22 * Decimal("0.3"))


def test_posts_of_three_people_are_shown_only_where_no_post_beside_them_has_fewer(connection: Connection) -> None:
    unit = a_unit()
    plain, mixed = Team(unit, "审批科", 3), Team(unit, "法规科", 4)
    plain.log(120)
    mixed.log(60)
    a_person(name="钱一", post=a_post(section=mixed.section))

    (load,) = loads_of_posts(unit.id, FIRST, LAST)

    assert (load.section_id, load.people, load.attendance_days, load.records) == (plain.section.id, 3, Decimal(66), 1)
    assert load.saturation is not None


def test_the_posts_of_a_section_sum_to_the_section(places: Places) -> None:
    person = places.person()
    places.besides(person, places.second, share_percent=33)
    found: list[PostDays] = post_days([person.id], FIRST, LAST)
    sections = {load.section_id: load.attendance_days for load in loads_of_unit(places.unit.id, FIRST, LAST)}
    assert sections == {one.section_id: one.days for one in found}
    assert sum(sections.values()) == 22


def test_ones_own_page_shows_the_split_with_its_formula(places: Places, sign_in_as: SignIn) -> None:
    person = places.person(share=60)
    places.besides(person, places.second)
    address = f"/duty-eval/dashboard/mine?day={LAST}"

    page = sign_in_as(an_actor(Role.STAFF, person=person)).get(address).text

    assert "应有工时 = 应出勤工作日 × 8 小时 × 工作占比" in page
    assert [text in page for text in ("60%", "40%", "105.6", "70.4")] == [True] * 4
    assert "合计 22 个应出勤工作日，176 小时" in page


def test_the_page_of_a_unit_shows_its_posts(connection: Connection, sign_in_as: SignIn) -> None:
    unit = a_unit()
    Team(unit, "审批科", 3).log(200)
    page = sign_in_as(an_actor(Role.UNIT_HEAD, unit=unit)).get(f"/duty-eval/units/{unit.id}/workload?day={LAST}").text
    assert "各岗位" in page
    assert page.count("100 ÷（66 × 8）") == 2
