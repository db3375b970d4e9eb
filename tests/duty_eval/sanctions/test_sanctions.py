from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, Engine, func, select, text
from sqlalchemy.exc import DBAPIError

from duty_eval.routine.errors import Blocked
from duty_eval.routine.models import RoutineAssessment, RoutineGrade, RoutineState
from duty_eval.routine.operations import decide_routine_grade, propose_routine_grade, submit_summary
from duty_eval.sanctions.errors import SanctionFixed
from duty_eval.sanctions.models import Sanction, SanctionEffect, SanctionKind
from duty_eval.sanctions.operations import end_sanction, record_sanction, withdraw_sanction
from host.kernel.access import Actor, Role
from host.kernel.audit import AuditEntry
from host.kernel.db import db
from host.kernel.errors import DomainError, NotPermitted, Refused
from tests.duty_eval.routine.test_routine import Office
from tests.factories import a_person, a_post, a_section, a_unit, an_actor

SignIn = Callable[[Actor], FlaskClient]
INSIDE = date(2026, 2, 1)


class Watched(Office):
    def __init__(self) -> None:
        super().__init__()
        self.round = self.open()

    def sanction(
        self,
        place: int = 0,
        *,
        effect: SanctionEffect = SanctionEffect.NO_GOOD,
        start: date = INSIDE,
        end: date | None = date(2026, 8, 1),
    ) -> Sanction:
        return record_sanction(
            self.staff[place].person_id or 0, SanctionKind.WARNING if end else SanctionKind.INVESTIGATION,
            effective_on=start, ends_on=end, document_no="市纪处〔2026〕3号", effect=effect, actor=self.chief,
        )  # fmt: skip

    def submitted(self, place: int = 0) -> RoutineAssessment:
        form = self.form(place)
        submit_summary(form, "完成了本期工作", actor=self.staff[place])
        return form


@pytest.fixture
def office(connection: Connection) -> Watched:
    return Watched()


def test_under_a_sanction_nobody_is_proposed_as_good(office: Watched) -> None:
    office.sanction()
    form = office.submitted()
    with pytest.raises(Blocked):
        propose_routine_grade(form, RoutineGrade.GOOD, actor=office.head)
    propose_routine_grade(form, RoutineGrade.FAIRLY_GOOD, actor=office.head)
    with pytest.raises(Blocked):
        decide_routine_grade(form, RoutineGrade.GOOD, reason="更正", actor=office.chief)
    decide_routine_grade(form, RoutineGrade.FAIRLY_GOOD, actor=office.chief)
    assert form.routine_state is RoutineState.DECIDED


def test_where_it_allows_no_grade_none_is_given(office: Watched) -> None:
    office.sanction(effect=SanctionEffect.NO_GRADE, end=None)
    with pytest.raises(Blocked, match="不确定等次"):
        propose_routine_grade(office.submitted(), RoutineGrade.ORDINARY, actor=office.head)


@pytest.mark.parametrize(
    ("start", "end"), [(date(2025, 1, 1), date(2025, 12, 31)), (date(2026, 4, 1), date(2026, 9, 30))]
)
def test_a_sanction_of_another_time_is_none_of_the_round_s_business(office: Watched, start: date, end: date) -> None:
    office.sanction(start=start, end=end)
    form = office.submitted()
    propose_routine_grade(form, RoutineGrade.GOOD, actor=office.head)
    assert form.proposed_grade is RoutineGrade.GOOD


def test_a_grade_that_a_later_sanction_forbids_is_taken_back(office: Watched) -> None:
    form = office.proposed(0)
    decide_routine_grade(form, RoutineGrade.GOOD, actor=office.chief)
    office.sanction()
    assert (form.final_grade, office.round.good_used) == (None, 0)
    taken = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "routine_assessment.taken_back")).one()
    assert "市纪处〔2026〕3号" in (taken.reason or "")


@pytest.mark.parametrize("effect", list(SanctionEffect))
def test_the_database_too_gives_no_grade_against_a_sanction(office: Watched, effect: SanctionEffect) -> None:
    form = office.proposed(0)
    office.sanction(effect=effect)
    db.session.flush()
    with pytest.raises((DBAPIError, DomainError)):
        db.session.execute(text("UPDATE routine_assessment SET final_grade = 'good' WHERE id = :id"), {"id": form.id})


def test_of_a_grade_and_a_sanction_at_once_the_sanction_holds(app: Flask, committed: Engine) -> None:
    office = Watched()
    form_id = office.proposed(0).id
    db.session.commit()

    def run(step: Callable[[], object]) -> bool:
        with app.app_context():
            try:
                step()
                db.session.commit()
            except (DomainError, DBAPIError):
                return False
            finally:
                db.session.remove()
            return True

    def grade() -> None:
        decide_routine_grade(db.session.get_one(RoutineAssessment, form_id), RoutineGrade.GOOD, actor=office.chief)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(run, [grade, office.sanction]))
    run(office.sanction)  # one that met the grade half way is simply entered again
    good = select(func.count()).select_from(RoutineAssessment).where(RoutineAssessment.final_grade == RoutineGrade.GOOD)
    assert db.session.scalar(select(func.count()).select_from(Sanction))
    assert db.session.scalar(good) == 0


def test_what_was_written_stays_and_only_its_end_moves(office: Watched) -> None:
    made = office.sanction(end=None)
    end_sanction(made, on=date(2026, 5, 1), reason="结案", actor=office.chief)
    assert made.ends_on == date(2026, 5, 1)
    for statement in ("UPDATE sanction SET document_no = 'x'", "DELETE FROM sanction"):
        with pytest.raises(SanctionFixed), db.session.begin_nested():
            db.session.execute(text(statement))


def test_one_that_was_a_mistake_is_withdrawn_with_a_reason(office: Watched) -> None:
    made = office.sanction()
    with pytest.raises(Refused, match="原因"):
        withdraw_sanction(made, reason=" ", actor=office.chief)
    withdraw_sanction(made, reason="登记错人", actor=office.chief)
    propose_routine_grade(office.submitted(), RoutineGrade.GOOD, actor=office.head)
    with pytest.raises(Refused, match="已撤销"):
        end_sanction(made, on=INSIDE, reason="x", actor=office.chief)


def test_nobody_writes_down_their_own_and_a_period_has_its_end(office: Watched) -> None:
    own = an_actor(Role.UNIT_HEAD, person=a_person(), unit=office.unit)
    with pytest.raises(NotPermitted):
        record_sanction(
            own.person_id or 0, SanctionKind.WARNING, effective_on=INSIDE, ends_on=INSIDE, document_no="1",
            effect=SanctionEffect.NO_GOOD, actor=own,
        )  # fmt: skip
    with pytest.raises(Refused, match="截止日期"):
        record_sanction(
            office.staff[0].person_id or 0, SanctionKind.DEMERIT, effective_on=INSIDE, ends_on=None, document_no="1",
            effect=SanctionEffect.NO_GOOD, actor=own,
        )  # fmt: skip


def test_a_sanction_is_entered_and_shown_where_it_matters(office: Watched, sign_in_as: SignIn) -> None:
    form = office.submitted()
    db.session.commit()
    chief = sign_in_as(office.chief)
    body = {
        "person": "职工0", "sanction_kind": "warning", "effective_on": "2026-02-01", "ends_on": "2026-08-01",
        "document_no": "市纪处〔2026〕3号", "effect": "no_good",
    }  # fmt: skip
    assert chief.post("/duty-eval/sanctions", data=body | {"person": "没有这人"}).status_code == 422
    assert chief.post("/duty-eval/sanctions", data=body).status_code == 303
    assert "市纪处〔2026〕3号" in chief.get("/duty-eval/sanctions").text
    assert "市纪处〔2026〕3号" in chief.get(f"/duty-eval/routine/rounds/{office.round.id}").text
    head = sign_in_as(office.head).get("/duty-eval/routine/review").text
    assert "不得确定为“好”" in head
    assert "市纪处〔2026〕3号" not in head
    assert "市纪处〔2026〕3号" in sign_in_as(office.staff[0]).get(f"/duty-eval/routine/{form.id}").text


def test_two_people_of_one_name_are_told_apart_by_their_codes(office: Watched, sign_in_as: SignIn) -> None:
    a_person(name="职工0", post=a_post(section=a_section(unit=office.unit)))
    a_person(name="职工1", post=a_post(section=a_section(unit=a_unit())))
    db.session.commit()
    body = {
        "sanction_kind": "warning", "effective_on": "2026-02-01", "ends_on": "2026-08-01", "document_no": "1",
        "effect": "no_good",
    }  # fmt: skip
    chief = sign_in_as(office.chief)
    refused = chief.post("/duty-eval/sanctions", data=body | {"person": "职工0"})
    assert "请改填人员编号" in refused.text
    assert chief.post("/duty-eval/sanctions", data=body | {"person": "职工1"}).status_code == 303


def test_more_sanctions_than_a_page_holds_are_on_the_next(office: Watched, sign_in_as: SignIn) -> None:
    for number in range(51):
        office.sanction(start=date(2020, 1, 1), end=date(2020, 1, 2) if number else date(2020, 1, 3))
    page = sign_in_as(office.chief).get("/duty-eval/sanctions")
    assert "page=2" in page.text
    assert "2020年1月3日" in sign_in_as(office.chief).get("/duty-eval/sanctions?page=2").text
