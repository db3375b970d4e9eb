"""What was asked and comes back is told to who asked; what is answered, to who objected."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.engine import Connection

from duty_eval.inspections.asking import answer_request, ask_evidence, decide_answer
from duty_eval.inspections.models import EvidenceRequest
from duty_eval.publicity.operations import answer_publicity_objection
from duty_eval.routine.models import RoutineGrade
from duty_eval.routine.operations import decide_routine_grade, note_result
from host.auth.models import RoleGrant
from host.kernel.access import Actor, Role
from host.kernel.db import db
from host.kernel.notifications.models import Notification
from tests.duty_eval.inspections.rows import CITY, DAY, Check, subjects_of
from tests.duty_eval.publicity.test_publicity import Graded
from tests.duty_eval.routine.test_routine import Office
from tests.factories import a_holder, a_person


def told(actor: Actor, kind: str) -> list[str]:
    mine = Notification.account_id == actor.account_id, Notification.kind == kind
    return list(db.session.scalars(select(Notification.title).where(*mine).order_by(Notification.id)))


class Asking(Check):
    """An inspector asked a section for evidence; both are known to the database."""

    def __init__(self) -> None:
        super().__init__()
        self.inspector = a_holder(Role.INSPECTOR, region=CITY)
        subject = subjects_of(self.plan)[0]
        self.head = a_holder(Role.SECTION_HEAD, section=self.city.finance.sections[0])
        place = next(one for one in subjects_of(self.plan) if one.section_id == self.city.finance.sections[0].id)
        self.asked: EvidenceRequest = ask_evidence(
            self.plan, place or subject, text="分工文件", today=DAY, actor=self.inspector
        )


@pytest.fixture
def asking(connection: Connection) -> Asking:
    return Asking()


def test_evidence_that_comes_back_is_told_to_who_asked(asking: Asking) -> None:
    answer_request(asking.asked, words="见附件", actor=asking.head)
    assert told(asking.inspector, "evidence_request.answered") == ["补证已答复，请核对：分工文件"]


def test_who_asked_and_may_not_open_it_any_more_is_not_told(asking: Asking) -> None:
    grant = db.session.scalars(select(RoleGrant).where(RoleGrant.account_id == asking.inspector.account_id)).one()
    grant.role = Role.SYSTEM_ADMIN
    db.session.flush()
    answer_request(asking.asked, words="见附件", actor=asking.head)
    assert told(asking.inspector, "evidence_request.answered") == []


def test_evidence_that_was_accepted_is_told_to_who_answered(asking: Asking) -> None:
    answer_request(asking.asked, words="见附件", actor=asking.head)
    decide_answer(asking.asked, is_accepted=True, today=DAY, actor=asking.inspector)
    assert told(asking.head, "evidence_request.answered") == ["补证已采纳：分工文件"]


def test_each_round_of_answers_is_told(asking: Asking) -> None:
    for _ in range(2):
        answer_request(asking.asked, words="见附件", actor=asking.head)
        decide_answer(asking.asked, is_accepted=False, note="不清楚", today=DAY, actor=asking.inspector)
    assert len(told(asking.inspector, "evidence_request.answered")) == 2


class Objected(Office):
    """A person's grade was decided by the unit's chief, and the person objects."""

    def __init__(self) -> None:
        super().__init__()
        self.open()
        self.other = a_holder(Role.LEADER_IN_CHARGE, unit=self.unit, person=a_person(name="副局长"))
        self.assessor = a_holder(Role.ASSESSOR, region="371300")

    def object(self) -> None:
        form = self.proposed(0, RoutineGrade.ORDINARY)
        decide_routine_grade(form, RoutineGrade.ORDINARY, actor=self.chief)
        note_result(form, objection="漏计一项", actor=self.staff[0])


@pytest.fixture
def objected(connection: Connection) -> Objected:
    return Objected()


OBJECTION = "routine_assessment.objection"


def test_an_objection_is_told_to_another_leader_of_the_unit(objected: Objected) -> None:
    objected.object()
    assert told(objected.other, OBJECTION) == ["有一条平时考核异议等待您答复"]
    assert told(objected.assessor, OBJECTION) == []


def test_who_decided_is_not_asked_to_answer(objected: Objected) -> None:
    objected.chief = objected.other
    objected.object()
    assert (told(objected.other, OBJECTION), len(told(objected.assessor, OBJECTION))) == ([], 1)


def test_an_assessing_office_elsewhere_is_not_asked(objected: Objected) -> None:
    elsewhere = a_holder(Role.ASSESSOR, region="371400")
    objected.chief = objected.other
    objected.object()
    assert told(elsewhere, OBJECTION) == []


def test_an_answer_to_what_was_put_up_is_told_to_who_objected(connection: Connection) -> None:
    office = Graded()
    objection = office.objection(office.publish())
    answer_publicity_objection(objection, "查无此事", is_upheld=False, actor=office.deputy)
    assert told(office.staff[1], "routine_assessment")[-1] == "您提出的公示异议已有答复，请查看"
