from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.dialects.postgresql import Range

from basic_info.organization.kinds import WorkState
from basic_info.organization.models import Section, Unit
from duty_eval.absences.errors import AbsenceOverlaps, NotWaiting
from duty_eval.absences.models import Absence, AbsenceKind
from duty_eval.absences.operations import cancel_absence, decide_absence, request_absence
from duty_eval.absences.queries import absence_to_decide, count_to_decide
from duty_eval.expectations import away_spans, open_days
from duty_eval.records.operations import Entry, log_records
from host.kernel.access import Actor, Role
from host.kernel.calendar.workdays import load_workdays
from host.kernel.db import db
from host.kernel.errors import NotFound, NotPermitted, Refused
from host.kernel.pages import today_in_china
from tests.duty_eval.absences.team import FRIDAY, MONDAY, Team
from tests.factories import a_person, a_section, an_actor

SignIn = Callable[[Actor], FlaskClient]


@pytest.fixture
def team(connection: Connection) -> Team:
    return Team()


def test_leave_takes_days_out_of_what_is_expected_once_it_is_confirmed(team: Team) -> None:
    absence = team.ask(last=date(2026, 3, 3))
    assert team.away() == frozenset()

    decide_absence(absence, is_confirmed=True, actor=team.head)
    assert team.away() == {MONDAY, date(2026, 3, 3)}

    cancel_absence(absence, reason="提前返岗", actor=team.clerk)
    assert team.away() == frozenset()


@pytest.mark.parametrize("kind", [AbsenceKind.TRIP])
def test_a_trip_leaves_its_days_expected(team: Team, kind: AbsenceKind) -> None:
    decide_absence(team.ask(kind=kind), is_confirmed=True, actor=team.head)
    assert team.away() == frozenset()


def test_half_a_day_stays_an_expected_day(team: Team) -> None:
    person = team.clerk.person_id or 0
    half = request_absence(person, AbsenceKind.PERSONAL, MONDAY, MONDAY, is_half=True, actor=team.clerk)
    decide_absence(half, is_confirmed=True, actor=team.head)
    assert team.away() == frozenset()
    with pytest.raises(Refused, match="半天"):
        request_absence(person, AbsenceKind.PERSONAL, date(2026, 3, 3), FRIDAY, is_half=True, actor=team.clerk)


def test_leave_and_the_register_on_the_same_days_count_once(team: Team) -> None:
    decide_absence(team.ask(last=date(2026, 3, 4)), is_confirmed=True, actor=team.head)
    person = a_person(name="赵敏", post=team.post, work_state=WorkState.LENT_OUT, valid=Range(date(2026, 3, 4), None))
    both = request_absence(person.id, AbsenceKind.SICK, MONDAY, date(2026, 3, 5), actor=team.clerk)
    decide_absence(both, is_confirmed=True, actor=team.head)

    spans = db.session.execute(away_spans(MONDAY, FRIDAY)).all()

    assert [(row.begins, row.ends) for row in spans if row.person_id == person.id] == [(MONDAY, FRIDAY)]
    assert [(row.begins, row.ends) for row in spans if row.person_id == team.clerk.person_id] == [
        (MONDAY, date(2026, 3, 4))
    ]


def test_two_entries_of_one_day_are_refused(team: Team) -> None:
    team.ask()
    with pytest.raises(AbsenceOverlaps):
        team.ask(first=FRIDAY, last=date(2026, 3, 9))


def test_of_many_entries_of_one_day_at_once_one_is_taken(app: Flask, committed: Engine) -> None:
    team = Team()
    db.session.commit()

    def ask(_number: int) -> bool:
        with app.app_context():
            try:
                team.ask()
                db.session.commit()
            except AbsenceOverlaps:
                return False
            finally:
                db.session.remove()
            return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(ask, range(8))) == 1
    assert db.session.scalar(select(func.count()).select_from(Absence)) == 1


def test_nobody_decides_on_their_own_leave_and_a_head_s_goes_to_those_above(team: Team) -> None:
    own = request_absence(team.head.person_id or 0, AbsenceKind.ANNUAL, MONDAY, FRIDAY, actor=team.head)
    with pytest.raises(NotPermitted):
        decide_absence(own, is_confirmed=True, actor=team.head)
    with pytest.raises(NotFound):
        absence_to_decide(team.head, own.id)

    leader = an_actor(Role.UNIT_HEAD, person=a_person(name="周局"), unit=_unit_of(team.section))
    assert absence_to_decide(leader, own.id).id == own.id


def test_a_decision_is_taken_once_and_a_refusal_has_a_reason(team: Team) -> None:
    absence = team.ask()
    with pytest.raises(Refused, match="原因"):
        decide_absence(absence, is_confirmed=False, actor=team.head)
    decide_absence(absence, is_confirmed=False, note="月底再休", actor=team.head)
    with pytest.raises(NotWaiting):
        decide_absence(absence, is_confirmed=True, actor=team.head)


def test_a_head_of_another_section_sees_and_decides_nothing(team: Team) -> None:
    absence = team.ask()
    other = an_actor(Role.SECTION_HEAD, person=a_person(name="外科长"), section=a_section(name="别科"))
    assert count_to_decide(team.head) == 1
    assert count_to_decide(other) == 0
    with pytest.raises(NotFound):
        absence_to_decide(other, absence.id)


def test_open_days_are_expected_days_without_a_record(team: Team) -> None:
    decide_absence(team.ask(first=FRIDAY), is_confirmed=True, actor=team.head)
    entry = Entry(post_duty_id=None, content="整理档案")
    log_records([entry], worked_on=date(2026, 3, 3), client_key="k", actor=team.clerk, today=date(2026, 3, 3))

    rows = open_days(team.section.id, date(2026, 2, 28), date(2026, 3, 8), load_workdays())

    open_of_clerk = [row.day for row in rows if row.person_id == team.clerk.person_id]
    # 28 February 2026 is a Saturday that is worked in place of a day of the Spring Festival.
    assert open_of_clerk == [date(2026, 2, 28), MONDAY, date(2026, 3, 4), date(2026, 3, 5)]


def test_leave_is_asked_for_confirmed_and_shown_in_the_calendar(team: Team, sign_in_as: SignIn) -> None:
    today = today_in_china()
    form = {"absence_kind": "annual", "first": str(today), "last": str(today), "note": "休年假"}
    client = sign_in_as(team.clerk)
    assert client.post("/duty-eval/absences", data=form).status_code == 303
    assert client.post("/duty-eval/absences", data=form).status_code == 422  # the same day again
    (absence,) = db.session.scalars(select(Absence)).all()

    head = sign_in_as(team.head)
    assert "休年假" in head.get("/duty-eval/absences/to-decide").text
    assert head.post(f"/duty-eval/absences/{absence.id}/decide", data={"verdict": "confirm"}).status_code == 303

    client = sign_in_as(team.clerk)
    if load_workdays().is_workday(today):
        assert "请假" in client.get("/duty-eval/month").text
    assert "请假中，可以不填" in client.get("/duty-eval/today").text


def _unit_of(section: Section) -> Unit:
    return db.session.get_one(Unit, section.unit_id)
