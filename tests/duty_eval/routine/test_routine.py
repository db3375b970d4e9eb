from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, Engine, select, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError

from basic_info.organization.kinds import LeaderKind
from basic_info.organization.models import Appointment
from duty_eval.absences.models import AbsenceKind
from duty_eval.absences.operations import decide_absence, request_absence
from duty_eval.entry_rules.models import CapMode
from duty_eval.entry_rules.operations import set_rules
from duty_eval.entry_rules.queries import Rules
from duty_eval.records.operations import Entry, log_records
from duty_eval.routine.errors import NoGoodLeft, NotYet, OwnAssessment, RoundExists
from duty_eval.routine.models import (
    NotAssessed,
    RoutineAssessment,
    RoutineGrade,
    RoutineRound,
    RoutineState,
)
from duty_eval.routine.operations import (
    answer_objection,
    decide_routine_grade,
    good_places,
    leave_out,
    note_result,
    open_round,
    propose_routine_grade,
    settle_long_leave,
    submit_summary,
    take_in,
)
from duty_eval.routine.queries import count_to_review
from host.kernel.access import SYSTEM, Actor, Role
from host.kernel.db import db
from host.kernel.errors import Refused
from host.kernel.pages import today_in_china
from tests.factories import a_person, a_post, a_post_duty, a_section, a_unit, an_account, an_actor, an_appointment

SignIn = Callable[[Actor], FlaskClient]
FIRST, LAST = date(2026, 1, 1), date(2026, 3, 31)


class Office:
    """A unit with a section of ``count`` people, its head and the unit's."""

    def __init__(self, count: int = 5) -> None:
        self.unit = a_unit()
        self.section = a_section(unit=self.unit)
        self.post = a_post(section=self.section, seat_count=50)
        self.duty = a_post_duty(post=self.post, text="起草文稿")
        self.staff = [an_actor(Role.STAFF, person=a_person(name=f"职工{n}", post=self.post)) for n in range(count)]
        leading = a_person(name="李科长")
        an_appointment(leading, a_post(section=self.section), leader_kind=LeaderKind.SECTION_HEAD)
        self.head = an_actor(Role.SECTION_HEAD, person=leading, section=self.section)
        chief = a_person(name="周局长")
        an_appointment(chief, a_post(section=self.section), leader_kind=LeaderKind.UNIT_HEAD)
        self.chief = an_actor(Role.UNIT_HEAD, person=chief, unit=self.unit)
        db.session.flush()

    def open(self, mode: CapMode | None = None) -> RoutineRound:
        return open_round(self.unit.id, name="一季度", first=FIRST, last=LAST, cap_mode=mode, actor=self.chief)

    def form(self, place: int) -> RoutineAssessment:
        person = self.staff[place].person_id
        return db.session.scalars(select(RoutineAssessment).where(RoutineAssessment.person_id == person)).one()

    def proposed(self, place: int, grade: RoutineGrade = RoutineGrade.GOOD) -> RoutineAssessment:
        form = self.form(place)
        submit_summary(form, "完成了本期工作", actor=self.staff[place])
        propose_routine_grade(form, grade, actor=self.head)
        return form


@pytest.fixture
def office(connection: Connection) -> Office:
    return Office()


def test_what_waits_for_a_proposal_and_for_a_decision_is_counted_for_whose_it_is(office: Office) -> None:
    office.open()
    submit_summary(office.form(0), "完成了本期工作", actor=office.staff[0])
    office.proposed(1)
    assert (count_to_review(office.head), count_to_review(office.staff[2])) == (1, 0)


@pytest.mark.parametrize(("base", "places"), [(7, 2), (13, 5), (1, 0), (5, 2)])
def test_two_fifths_are_good_in_whole_places(base: int, places: int) -> None:
    """T34."""
    assert good_places(base) == places


def test_a_summary_is_drafted_from_the_records_of_the_span(office: Office) -> None:
    for day in (date(2026, 3, 2), date(2026, 3, 3)):
        entry = Entry(post_duty_id=office.duty.id, content="起草讲话稿", minutes=90)
        log_records([entry], worked_on=day, client_key=f"k{day}", actor=office.staff[0], today=day)

    office.open()

    form = office.form(0)
    assert (form.facts["records"], form.facts["minutes"], form.facts["days_logged"]) == (2, 180, 2)
    assert "2 天有履职纪实，共 2 项，用时约 3 小时" in form.summary
    assert "起草文稿（2 项）" in form.summary
    assert office.form(1).summary == ""


def test_who_was_away_for_more_than_half_of_it_is_not_assessed_and_no_part_of_the_base(office: Office) -> None:
    leave = request_absence(
        office.staff[0].person_id or 0, AbsenceKind.SICK, FIRST, date(2026, 3, 1), actor=office.staff[0]
    )
    decide_absence(leave, is_confirmed=True, actor=SYSTEM)
    made = office.open()
    assert office.form(0).not_assessed is NotAssessed.LONG_LEAVE
    assert (made.base_count, made.good_places) == (5, 2)  # four of the staff and the section's head


def test_the_steps_have_their_order(office: Office) -> None:
    office.open()
    form = office.form(0)
    with pytest.raises(NotYet):
        propose_routine_grade(form, RoutineGrade.GOOD, actor=office.head)
    with pytest.raises(NotYet):
        decide_routine_grade(form, RoutineGrade.GOOD, actor=office.chief)
    office.proposed(0)
    with pytest.raises(NotYet):
        submit_summary(form, "改写", actor=office.staff[0])
    with pytest.raises(NotYet):
        note_result(form, actor=office.staff[0])
    decide_routine_grade(form, RoutineGrade.GOOD, actor=office.chief)
    note_result(form, actor=office.staff[0])
    assert form.routine_state is RoutineState.ANSWERED
    with pytest.raises(NotYet):
        decide_routine_grade(form, RoutineGrade.ORDINARY, reason="复议", actor=office.chief)


def test_a_unit_has_one_round_of_a_span(office: Office) -> None:
    office.open()
    with pytest.raises(RoundExists):
        office.open()


def test_no_more_are_good_than_there_are_places(office: Office) -> None:
    made = office.open()
    forms = [office.proposed(place) for place in range(4)]
    assert made.good_places == 2
    for form in forms[:2]:
        decide_routine_grade(form, RoutineGrade.GOOD, actor=office.chief)
    with pytest.raises(NoGoodLeft):
        decide_routine_grade(forms[2], RoutineGrade.GOOD, actor=office.chief)

    decide_routine_grade(forms[0], RoutineGrade.FAIRLY_GOOD, reason="群众意见", actor=office.chief)
    decide_routine_grade(forms[2], RoutineGrade.GOOD, actor=office.chief)
    assert made.good_used == 2


def test_where_the_cap_only_warns_more_may_be_good(office: Office) -> None:
    made = office.open(CapMode.WARN)
    for place in range(3):
        decide_routine_grade(office.proposed(place), RoutineGrade.GOOD, actor=office.chief)
    assert (made.good_used, made.good_places) == (3, 2)


def test_of_many_who_give_the_last_place_at_once_as_many_win_as_there_are_places(app: Flask, committed: Engine) -> None:
    office = Office()
    made = office.open()
    forms = [office.proposed(place).id for place in range(5)]
    db.session.commit()

    def give(form_id: int) -> bool:
        with app.app_context():
            try:
                decide_routine_grade(
                    db.session.get_one(RoutineAssessment, form_id), RoutineGrade.GOOD, actor=office.chief
                )
                db.session.commit()
            except NoGoodLeft:
                return False
            finally:
                db.session.remove()
            return True

    with ThreadPoolExecutor(5) as pool:
        won = sum(pool.map(give, forms))
    assert won == db.session.get_one(RoutineRound, made.id, populate_existing=True).good_used == 2


def test_another_grade_than_proposed_needs_a_reason(office: Office) -> None:
    office.open()
    form = office.proposed(0)
    with pytest.raises(Refused, match="原因"):
        decide_routine_grade(form, RoutineGrade.ORDINARY, actor=office.chief)


def test_nobody_grades_themselves_and_who_decided_answers_no_objection(office: Office) -> None:
    office.open()
    own = db.session.scalars(
        select(RoutineAssessment).where(RoutineAssessment.person_id == office.head.person_id)
    ).one()
    submit_summary(own, "小结", actor=office.head)
    with pytest.raises(OwnAssessment):
        propose_routine_grade(own, RoutineGrade.GOOD, actor=office.head)

    form = office.proposed(0, RoutineGrade.ORDINARY)
    decide_routine_grade(form, RoutineGrade.ORDINARY, actor=office.chief)
    note_result(form, objection="任务都已完成", actor=office.staff[0])
    with pytest.raises(OwnAssessment):
        answer_objection(form, "维持", actor=office.chief)
    deputy = Actor(account_id=an_account().id, display_name="副局长")
    answer_objection(form, "经核实，维持原等次", actor=deputy)
    assert form.routine_state is RoutineState.ANSWERED


def test_an_objection_that_is_upheld_changes_the_grade_by_another_hand(office: Office) -> None:
    made = office.open()
    form = office.proposed(0, RoutineGrade.ORDINARY)
    decide_routine_grade(form, RoutineGrade.ORDINARY, actor=office.chief)
    note_result(form, objection="任务都已完成", actor=office.staff[0])
    with pytest.raises(OwnAssessment):
        decide_routine_grade(form, RoutineGrade.GOOD, reason="情况属实", actor=office.chief)
    leader = an_actor(Role.LEADER_IN_CHARGE, person=a_person(name="副局长"), unit=office.unit)
    with pytest.raises(Refused, match="原因"):
        decide_routine_grade(form, RoutineGrade.GOOD, actor=leader)

    decide_routine_grade(form, RoutineGrade.GOOD, reason="情况属实，予以更正", actor=leader)

    assert (form.routine_state, form.final_grade) == (RoutineState.ANSWERED, RoutineGrade.GOOD)
    assert form.answer == "情况属实，予以更正"
    assert made.good_used == 1


def test_a_leader_in_charge_answers_what_the_unit_s_head_decided(office: Office, sign_in_as: SignIn) -> None:
    office.open()
    form = office.proposed(0, RoutineGrade.ORDINARY)
    decide_routine_grade(form, RoutineGrade.ORDINARY, actor=office.chief)
    note_result(form, objection="任务都已完成", actor=office.staff[0])
    db.session.commit()
    leader = sign_in_as(an_actor(Role.LEADER_IN_CHARGE, person=a_person(name="副局长"), unit=office.unit))
    assert (
        leader.post(f"/duty-eval/routine/{form.id}/answer", data={"is_upheld": "no", "answer": "维持"}).status_code
        == 303
    )
    assert form.routine_state is RoutineState.ANSWERED


def test_a_quarter_goes_its_way_over_the_pages(office: Office, sign_in_as: SignIn) -> None:
    body = {
        "unit_id": str(office.unit.id), "name": "一季度", "first_day": str(FIRST), "last_day": str(LAST),
    }  # fmt: skip
    chief = sign_in_as(office.chief)
    opened = chief.post("/duty-eval/routine/rounds", data=body)
    assert opened.status_code == 303
    assert chief.post("/duty-eval/routine/rounds", data=body).status_code == 409
    form = office.form(0)

    staff = sign_in_as(office.staff[0])
    assert staff.post(f"/duty-eval/routine/{form.id}/summary", data={"summary": "完成任务"}).status_code == 303
    assert staff.get(f"/duty-eval/routine/{office.form(1).id}").status_code == 404

    head = sign_in_as(office.head)
    assert "完成任务" in head.get("/duty-eval/routine/review").text
    head.post("/duty-eval/routine/review", data={f"grade-{form.id}": "good", f"comment-{form.id}": "扎实"})

    chief = sign_in_as(office.chief)
    page = chief.get(opened.location).text
    assert "0 / 2" in page
    chief.post(opened.location, data={f"grade-{form.id}": "good"})
    assert "1 / 2" in chief.get(opened.location).text

    staff = sign_in_as(office.staff[0])
    staff.post(f"/duty-eval/routine/{form.id}/open")
    assert "扎实" in staff.get(f"/duty-eval/routine/{form.id}").text
    assert staff.post(f"/duty-eval/routine/{form.id}/note", data={"objection": ""}).status_code == 303
    assert form.routine_state is RoutineState.ANSWERED


def test_a_round_goes_by_the_cap_of_its_division(office: Office) -> None:
    today = today_in_china()
    set_rules(
        office.unit.region_id, Rules(routine_cap=CapMode.WARN), on=today, today=today, reason="试行", actor=SYSTEM
    )
    assert office.open().cap_mode is CapMode.WARN


def test_who_is_left_out_is_no_part_of_the_base_until_taken_in_again(office: Office) -> None:
    made = office.open()
    form = office.form(0)
    with pytest.raises(Refused, match="说明"):
        leave_out(form, NotAssessed.NEWCOMER, note=" ", actor=office.chief)
    leave_out(form, NotAssessed.NEWCOMER, note="2026 年 3 月到岗", actor=office.chief)
    assert (made.base_count, made.good_places, form.routine_state) == (5, 2, RoutineState.ANSWERED)
    leave_out(office.form(1), NotAssessed.OTHER, note="拒绝参加", actor=office.chief)
    assert (made.base_count, made.good_places) == (4, 1)
    take_in(form, reason="到岗日期有误", actor=office.chief)
    assert (made.base_count, made.good_places, form.not_assessed) == (5, 2, None)
    assert form.routine_state is RoutineState.SUMMARY


def test_nobody_is_left_out_while_that_makes_one_good_too_many(office: Office) -> None:
    office.open()
    for place in range(2):
        decide_routine_grade(office.proposed(place), RoutineGrade.GOOD, actor=office.chief)
    leave_out(office.form(2), NotAssessed.OTHER, note="调离", actor=office.chief)
    with pytest.raises(NoGoodLeft):
        leave_out(office.form(3), NotAssessed.OTHER, note="调离", actor=office.chief)


def test_leave_that_was_confirmed_after_the_opening_counts_too(office: Office) -> None:
    made = office.open()
    form = office.proposed(0)
    leave = request_absence(
        office.staff[0].person_id or 0, AbsenceKind.SICK, FIRST, date(2026, 3, 1), actor=office.staff[0]
    )
    decide_absence(leave, is_confirmed=True, actor=SYSTEM)

    assert settle_long_leave(made, actor=office.chief) == 1
    assert (form.not_assessed, made.base_count) == (NotAssessed.LONG_LEAVE, 5)
    assert form.not_assessed_note.endswith("超过一半")
    assert settle_long_leave(made, actor=office.chief) == 0


def days_at_opening(office: Office, **appointment: object) -> tuple[int, int]:
    """(days in all, days expected) of the first of the staff, whose appointment is so."""
    db.session.execute(
        update(Appointment).where(Appointment.person_id == office.staff[0].person_id).values(**appointment)
    )
    office.open()
    facts = office.form(0).facts
    return facts["days_in_all"], facts["days_expected"]


def test_who_came_in_the_span_is_expected_from_that_day_and_was_not_away(office: Office) -> None:
    assert days_at_opening(office, valid=Range(date(2026, 3, 30), None)) == (2, 2)
    assert office.form(0).not_assessed is None


def test_part_time_work_is_no_long_leave(office: Office) -> None:
    in_all, expected = days_at_opening(office, share_percent=40)
    whole = office.form(1).facts["days_in_all"]
    assert in_all == expected == whole * 40 // 100
    assert office.form(0).not_assessed is None


def test_the_database_too_gives_no_grade_after_long_leave(office: Office) -> None:
    office.open()
    form = office.proposed(0)
    form.facts = form.facts | {"days_expected": 1}
    form.final_grade = RoutineGrade.FAIRLY_GOOD
    with pytest.raises(IntegrityError, match="no_grade_after_long_leave"):
        db.session.flush()


def test_what_is_chosen_says_how_many_good_would_be_left_and_saves_nothing(office: Office, sign_in_as: SignIn) -> None:
    made = office.open()
    forms = [office.proposed(place, RoutineGrade.FAIRLY_GOOD) for place in range(4)]
    db.session.commit()
    chief = sign_in_as(office.chief)
    address = f"/duty-eval/routine/rounds/{made.id}/what-if"

    def left(count: int) -> str:
        chosen = {f"grade-{form.id}": "good" for form in forms[:count]}
        return chief.post(address, data=chosen, headers={"HX-Request": "true"}).text

    assert "按当前选择用 1，还剩 <b>1</b>" in left(1)
    assert "还剩 <b>0</b>" in left(2)
    assert "超过 <b>1</b>，不能这样确定" in left(3)
    assert made.good_used == 0
    assert all(form.final_grade is None for form in forms)


def test_without_a_script_the_page_comes_back_with_what_was_chosen(office: Office, sign_in_as: SignIn) -> None:
    made = office.open()
    form = office.proposed(0, RoutineGrade.FAIRLY_GOOD)
    db.session.commit()
    page = sign_in_as(office.chief).post(
        f"/duty-eval/routine/rounds/{made.id}/what-if", data={f"grade-{form.id}": "good"}
    )
    assert "按当前选择用 1" in page.text
    assert '<option value="good" selected>' in page.text


def test_the_page_comes_with_the_proposals_chosen_and_counts_them(office: Office, sign_in_as: SignIn) -> None:
    made = office.open()
    form = office.proposed(0)
    db.session.commit()
    chief = sign_in_as(office.chief)
    assert "按当前选择用 1，还剩 <b>1</b>" in chief.get(f"/duty-eval/routine/rounds/{made.id}").text
    undecided = chief.post(f"/duty-eval/routine/rounds/{made.id}/what-if", data={f"grade-{form.id}": ""})
    assert "按当前选择用 0" in undecided.text


def test_a_head_sees_what_is_proposed_in_the_whole_unit(office: Office, sign_in_as: SignIn) -> None:
    office.open()
    office.proposed(0)
    form = office.form(1)
    submit_summary(form, "完成了本期工作", actor=office.staff[1])
    db.session.commit()
    head = sign_in_as(office.head)
    assert "按当前选择用 1，还剩 <b>1</b>" in head.get("/duty-eval/routine/review").text
    answer = head.post(
        "/duty-eval/routine/review/what-if", data={f"grade-{form.id}": "good"}, headers={"HX-Request": "true"}
    )
    assert "按当前选择用 2，还剩 <b>0</b>" in answer.text
