from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, Engine, func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from duty_eval.entry_rules.operations import set_rules
from duty_eval.entry_rules.queries import Rules
from duty_eval.publicity.errors import AnsweredOnce, NotAtItsEnd, NothingToPublish, OwnDecision, PublicityOver
from duty_eval.publicity.models import Publicity, PublicityObjection
from duty_eval.publicity.operations import (
    answer_publicity_objection,
    close_round,
    object_to,
    publish_good,
    reopen_round,
)
from duty_eval.publicity.queries import count_to_answer, objections_to_answer, put_up_for
from duty_eval.routine.errors import OwnAssessment, RoundClosed
from duty_eval.routine.models import RoutineAssessment, RoutineGrade, RoutineRound, RoutineState
from duty_eval.routine.operations import (
    answer_objection,
    decide_routine_grade,
    note_result,
    submit_summary,
    take_back_grade,
)
from host.kernel.access import Actor, Role
from host.kernel.db import db
from host.kernel.errors import DomainError, Refused
from tests.duty_eval.routine.test_routine import Office
from tests.factories import a_person, a_post, a_section, a_unit, an_account, an_actor

SignIn = Callable[[Actor], FlaskClient]
#: A Friday: five working days later is the next Friday.
UP = date(2026, 4, 10)
AFTER = date(2026, 4, 20)


class Graded(Office):
    """A unit all of whose forms are decided: the first of the staff and nobody else is 好."""

    def __init__(self) -> None:
        super().__init__(count=4)
        self.round = self.open()
        self.deputy = an_actor(Role.LEADER_IN_CHARGE, person=a_person(name="副局长"), unit=self.unit)
        self.assessor = an_actor(Role.ASSESSOR, region="371300")
        for place in range(4):
            grade = RoutineGrade.FAIRLY_GOOD if place else RoutineGrade.GOOD
            decide_routine_grade(self.proposed(place, grade), grade, actor=self.chief)
        own = db.session.scalars(
            select(RoutineAssessment).where(RoutineAssessment.person_id == self.head.person_id)
        ).one()
        submit_summary(own, "小结", actor=self.head)
        own.proposed_grade, own.routine_state = RoutineGrade.FAIRLY_GOOD, RoutineState.PROPOSED
        db.session.flush()
        decide_routine_grade(own, RoutineGrade.FAIRLY_GOOD, actor=self.chief)

    def publish(self, on: date = UP) -> Publicity:
        return publish_good(self.round, today=on, actor=self.chief)

    def objection(self, publicity: Publicity, on: date = UP) -> PublicityObjection:
        return object_to(publicity, self.form(0), "本期有任务没有完成", today=on, actor=self.staff[1])


@pytest.fixture
def office(connection: Connection) -> Graded:
    return Graded()


def _names(person: Actor, day: date = UP) -> list[str]:
    return [row.person_name for row in db.session.execute(put_up_for(person.person_id or 0, day))]


def test_good_is_up_for_five_working_days_after_the_day_itself(office: Graded) -> None:
    made = office.publish()
    assert (made.starts_on, made.ends_on) == (UP, date(2026, 4, 17))


def test_a_division_may_have_it_up_longer(office: Graded) -> None:
    rules = Rules(publicity_workdays=7)
    set_rules(office.unit.region_id, rules, on=UP, today=UP, reason="统一", actor=office.chief)
    assert office.publish().ends_on == date(2026, 4, 21)


def test_only_those_graded_good_are_named_and_only_inside_the_unit(office: Graded) -> None:
    office.publish()
    assert _names(office.staff[3]) == ["职工0"]
    stranger = an_actor(Role.STAFF, person=a_person(name="外单位", post=a_post(section=a_section(unit=a_unit()))))
    assert _names(stranger) == []
    assert _names(office.staff[3], date(2026, 4, 18)) == []


def test_nothing_is_put_up_before_all_is_decided_nor_twice(office: Graded) -> None:
    office.publish()
    with pytest.raises(NothingToPublish):
        office.publish()
    take_back_grade(office.form(1), reason="漏看一项", actor=office.chief)
    with pytest.raises(NotAtItsEnd):
        office.publish()


def test_a_grade_that_is_decided_anew_is_put_up_anew(office: Graded) -> None:
    office.publish()
    take_back_grade(office.form(0), reason="漏看一项", actor=office.chief)
    assert _names(office.staff[3]) == []
    decide_routine_grade(office.form(0), RoutineGrade.GOOD, actor=office.chief)
    with pytest.raises(NotAtItsEnd, match="还没有公示"):
        close_round(office.round, today=AFTER, actor=office.chief)
    office.publish()
    assert _names(office.staff[3]) == ["职工0"]


def test_an_objection_comes_in_time_with_a_reason_and_once(office: Graded) -> None:
    publicity = office.publish()
    with pytest.raises(Refused, match="理由"):
        object_to(publicity, office.form(0), "  ", today=UP, actor=office.staff[1])
    office.objection(publicity)
    with pytest.raises(Refused, match="已对该人员"):
        office.objection(publicity)
    with pytest.raises(PublicityOver):
        object_to(publicity, office.form(0), "有异议", today=AFTER, actor=office.staff[2])


def test_who_decided_who_is_meant_and_who_objects_never_answer(office: Graded) -> None:
    objection = office.objection(office.publish())
    for concerned in (office.chief, office.staff[0], office.staff[1]):
        with pytest.raises(OwnDecision):
            answer_publicity_objection(objection, "维持", is_upheld=False, actor=concerned)
    other_account = Actor(account_id=an_account().id, display_name="周局长", person_id=office.chief.person_id)
    with pytest.raises(OwnDecision):
        answer_publicity_objection(objection, "维持", is_upheld=False, actor=other_account)
    answer_publicity_objection(objection, "经核实，不影响等次", is_upheld=False, actor=office.deputy)
    with pytest.raises(AnsweredOnce):
        answer_publicity_objection(objection, "再答", is_upheld=False, actor=office.deputy)


@pytest.mark.parametrize("column", ["answered_by", "answered_by_person"])
def test_the_database_too_takes_no_answer_of_who_decided(office: Graded, column: str) -> None:
    objection = office.objection(office.publish())
    values = {"answered_by": office.chief.account_id, "answered_by_person": office.chief.person_id}
    with pytest.raises(IntegrityError):
        db.session.execute(
            text(
                "UPDATE publicity_objection SET answer = '维持', is_upheld = false, answered_at = now(),"
                f" {column} = :by WHERE id = :id"
            ),
            {"by": values[column], "id": objection.id},
        )


def test_where_the_unit_has_one_leader_the_assessing_office_answers(office: Graded) -> None:
    objection = office.objection(office.publish())
    assert count_to_answer(office.chief) == 0
    assert count_to_answer(office.assessor) == 1
    assert [row.unit_name for row in db.session.execute(objections_to_answer(office.assessor))]
    answer_publicity_objection(objection, "经核实，维持", is_upheld=False, actor=office.assessor)
    assert count_to_answer(office.assessor) == 0


def test_an_objection_that_is_upheld_takes_the_grade_back_and_frees_its_place(office: Graded) -> None:
    objection = office.objection(office.publish())
    note_result(office.form(0), actor=office.staff[0])
    answer_publicity_objection(objection, "情况属实", is_upheld=True, actor=office.deputy)
    form = office.form(0)
    assert (form.final_grade, form.routine_state, office.round.good_used) == (None, RoutineState.PROPOSED, 0)
    assert _names(office.staff[3]) == []


def test_an_own_objection_that_is_upheld_is_decided_anew_and_its_answer_stays_to_be_read(office: Graded) -> None:
    form = office.form(1)
    note_result(form, objection="任务都已完成", actor=office.staff[1])
    answer_objection(form, "情况属实", is_upheld=True, actor=office.assessor)
    assert (form.final_grade, form.answer) == (None, "情况属实")
    decide_routine_grade(form, RoutineGrade.GOOD, reason="更正", actor=office.chief)
    assert form.routine_state is RoutineState.DECIDED


def test_another_account_of_who_decided_answers_nothing(office: Graded) -> None:
    form = office.form(1)
    note_result(form, objection="任务都已完成", actor=office.staff[1])
    other_account = Actor(account_id=an_account().id, display_name="周局长", person_id=office.chief.person_id)
    with pytest.raises(OwnAssessment):
        answer_objection(form, "维持", actor=other_account)


def test_a_round_closes_when_the_names_were_up_and_all_is_answered(office: Graded) -> None:
    publicity = office.publish()
    objection = office.objection(publicity)
    with pytest.raises(NotAtItsEnd, match="1 条异议没有答复；公示到 4月17日"):
        close_round(office.round, today=date(2026, 4, 17), actor=office.chief)
    answer_publicity_objection(objection, "维持", is_upheld=False, actor=office.deputy)
    with pytest.raises(NotAtItsEnd):
        close_round(office.round, today=date(2026, 4, 17), actor=office.chief)
    close_round(office.round, today=date(2026, 4, 18), actor=office.chief)
    assert office.round.closed_at is not None


@pytest.fixture
def closed(office: Graded) -> Graded:
    office.publish()
    close_round(office.round, today=AFTER, actor=office.chief)
    return office


def test_nothing_in_a_closed_round_changes(closed: Graded) -> None:
    form = closed.form(1)
    refused: list[Callable[[], object]] = [
        lambda: note_result(form, objection="不服", actor=closed.staff[1]),
        lambda: decide_routine_grade(form, RoutineGrade.GOOD, reason="更正", actor=closed.chief),
        lambda: take_back_grade(form, reason="更正", actor=closed.chief),
        lambda: closed.publish(),
        lambda: close_round(closed.round, today=AFTER, actor=closed.chief),
    ]
    for change in refused:
        with pytest.raises(RoundClosed):
            change()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE routine_assessment SET comment = 'x'",
        "UPDATE routine_assessment SET final_grade = 'weak' WHERE final_grade = 'good'",
        "DELETE FROM routine_assessment",
        "UPDATE routine_round SET name = 'x'",
        "UPDATE routine_round SET closed_at = NULL",
        "UPDATE routine_round SET closed_at = NULL, reopened_at = now() + interval '1 s', reopen_reason = ' '",
        "UPDATE publicity SET ends_on = ends_on + 1",
        "DELETE FROM publicity_name",
    ],
)
def test_the_database_keeps_a_closed_round_as_it_is(closed: Graded, statement: str) -> None:
    with pytest.raises((DBAPIError, DomainError)):
        db.session.execute(text(statement))


@pytest.mark.parametrize("left", ["objection", "grade", "publicity"])
def test_the_database_closes_no_round_that_is_not_at_its_end(office: Graded, left: str) -> None:
    if left != "publicity":
        publicity = office.publish()
    if left == "objection":
        office.objection(publicity)
    if left == "grade":
        take_back_grade(office.form(1), reason="漏看一项", actor=office.chief)
    with pytest.raises((DBAPIError, DomainError)):
        db.session.execute(text("UPDATE routine_round SET closed_at = now()"))


def test_a_closed_round_is_reopened_with_a_reason_and_corrected(closed: Graded) -> None:
    with pytest.raises(Refused, match="原因"):
        reopen_round(closed.round, reason=" ", actor=closed.assessor)
    reopen_round(closed.round, reason="统计有误", actor=closed.assessor)
    take_back_grade(closed.form(1), reason="更正", actor=closed.chief)
    assert (closed.round.closed_at, closed.round.reopen_reason) == (None, "统计有误")


def test_the_person_is_told_once_and_after_the_end_too(closed: Graded, sign_in_as: SignIn) -> None:
    db.session.commit()
    form = closed.form(1)
    client = sign_in_as(closed.staff[1])
    address = f"/duty-eval/routine/{form.id}"
    assert "较好" not in client.get(address).text
    assert form.feedback_at is None
    assert client.post(f"{address}/open").status_code == 303
    told = form.feedback_at
    assert told is not None
    assert "较好" in client.get(address).text
    client.post(f"{address}/open")
    assert form.feedback_at == told


def test_who_objects_while_a_round_closes_is_heard_or_refused_never_lost(app: Flask, committed: Engine) -> None:
    office = Graded()
    publicity = office.publish()
    db.session.commit()
    round_id, form_id, publicity_id = office.round.id, office.form(0).id, publicity.id

    def close() -> bool:
        held = db.session.get_one(RoutineRound, round_id)
        close_round(held, today=AFTER, actor=office.chief)
        return True

    def say(actor: Actor) -> bool:
        publicity = db.session.get_one(Publicity, publicity_id)
        object_to(publicity, db.session.get_one(RoutineAssessment, form_id), "异议", today=UP, actor=actor)
        return True

    def run(step: Callable[[], bool]) -> bool:
        with app.app_context():
            try:
                done = step()
                db.session.commit()
            except (DomainError, DBAPIError):
                return False
            finally:
                db.session.remove()
            return done

    steps: list[Callable[[], bool]] = [close, *(lambda actor=one: say(actor) for one in office.staff[1:])]
    with ThreadPoolExecutor(4) as pool:
        is_closed, *said = pool.map(run, steps)
    open_objections = db.session.scalar(select(func.count()).select_from(PublicityObjection))
    assert open_objections == sum(said)
    assert not (is_closed and open_objections)


def test_a_publicity_goes_its_way_over_the_pages(office: Graded, sign_in_as: SignIn) -> None:
    db.session.commit()
    address = f"/duty-eval/routine/rounds/{office.round.id}"
    chief = sign_in_as(office.chief)
    assert "公示“好”等次 1 人" in chief.get(address).text
    assert chief.post(f"{address}/publicity").status_code == 303
    publicity = db.session.scalars(select(Publicity)).one()

    staff = sign_in_as(office.staff[1])
    page = staff.get("/duty-eval/routine/publicity").text
    assert "职工0" in page
    assert "职工2" not in page
    to = f"/duty-eval/routine/publicity/{publicity.id}/objections"
    assert staff.post(to, data={"form_id": str(office.form(0).id), "content": ""}).status_code == 422
    assert staff.post(to, data={"form_id": str(office.form(2).id), "content": "异议"}).status_code == 404
    assert staff.post(to, data={"form_id": str(office.form(0).id), "content": "任务没有完成"}).status_code == 303

    objection = db.session.scalars(select(PublicityObjection)).one()
    answer = {"is_upheld": "no", "answer": "经核实，已完成"}
    chief = sign_in_as(office.chief)
    assert "任务没有完成" not in chief.get("/duty-eval/routine/objections").text
    assert chief.post(f"/duty-eval/routine/objections/{objection.id}/answer", data=answer).status_code == 403
    assessor = sign_in_as(office.assessor)
    assert "任务没有完成" in assessor.get("/duty-eval/routine/objections").text
    assert assessor.post(f"/duty-eval/routine/objections/{objection.id}/answer", data=answer).status_code == 303
    assert "经核实，已完成" in sign_in_as(office.staff[1]).get("/duty-eval/routine/publicity").text
    assert sign_in_as(office.chief).post(f"{address}/close").status_code == 409


def test_only_the_assessing_office_reopens(closed: Graded, sign_in_as: SignIn) -> None:
    db.session.commit()
    address = f"/duty-eval/routine/rounds/{closed.round.id}"
    assert sign_in_as(closed.chief).post(f"{address}/reopen", data={"reason": "更正"}).status_code == 403
    assessor = sign_in_as(closed.assessor)
    assert "重新打开" in assessor.get(address).text
    assert assessor.post(f"{address}/reopen", data={"reason": "统计有误"}).status_code == 303
    assert "统计有误" in sign_in_as(closed.chief).get(address).text
