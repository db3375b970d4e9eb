"""Each thing that concerns a person is told to that person, with a link that leads somewhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import Connection, select

from basic_info.organization.models import Appointment
from duty_eval.absences.models import AbsenceKind
from duty_eval.absences.operations import decide_absence, request_absence
from duty_eval.assignments.operations import assign_task, withdraw_task
from duty_eval.entry_rules.models import CapMode
from duty_eval.inspections.asking import ask_evidence
from duty_eval.inspections.models import InspectionSubject
from duty_eval.inspections.operations import PlanDraft, draw_sample, make_plan, start_inspection
from duty_eval.records.models import DutyRecord, RecordState
from duty_eval.records.on_behalf import log_on_behalf
from duty_eval.records.operations import Entry
from duty_eval.review.operations import return_record
from duty_eval.routine.models import RoutineAssessment, RoutineGrade
from duty_eval.routine.operations import decide_routine_grade, open_round
from host.auth.granting import delegate_role
from host.auth.models import RoleGrant
from host.kernel.access import SYSTEM, Role, ScopeKind
from host.kernel.db import db
from host.kernel.notifications.kinds import registered_kinds
from host.kernel.notifications.models import Notification
from host.kernel.pages import today_in_china
from tests.factories import an_account, an_actor
from tests.performance.rows import Office

DAY = date(2026, 3, 2)


class Desk:
    """An office with a head and a clerk, who both have accounts."""

    def __init__(self) -> None:
        self.office = Office("李强", "王芳")
        head, self.clerk = self.office.people
        self.head = an_actor(Role.SECTION_HEAD, person=head, section=self.office.section)
        self.account = an_account(person=self.clerk)
        self.grant = RoleGrant(
            account_id=self.head.account_id, role=Role.SECTION_HEAD, scope_kind=ScopeKind.SECTION,
            section_id=self.office.section.id,
        )  # fmt: skip
        db.session.add(self.grant)
        db.session.flush()

    def told(self, account_id: int | None = None) -> list[str]:
        mine = Notification.account_id == (self.account.id if account_id is None else account_id)
        return list(db.session.scalars(select(Notification.title).where(mine).order_by(Notification.id)))


@pytest.fixture
def desk(app: Flask, connection: Connection) -> Desk:
    return Desk()


def test_a_record_that_was_sent_back_is_told_with_its_reason(desk: Desk) -> None:
    record_id = desk.office.log(desk.clerk, DAY, state=RecordState.SUBMITTED)
    record = db.session.scalars(select(DutyRecord).where(DutyRecord.id == record_id)).one()
    return_record(record, reason="请写明数量", actor=desk.head)
    assert desk.told() == ["3月2日的纪实被退回：请写明数量"]


def test_a_record_that_somebody_else_typed_is_told_with_the_name(desk: Desk) -> None:
    today = today_in_china()
    entry = Entry(post_duty_id=desk.office.duties[0].id, content="接访")
    log_on_behalf(desk.clerk.id, entry, worked_on=today, client_key="k1", actor=desk.head, today=today, reason="出差")
    assert [title.split("代您")[0] for title in desk.told()] == [desk.head.display_name]


def test_leave_that_was_decided_is_told(desk: Desk) -> None:
    for first, is_confirmed in ((DAY, True), (date(2026, 3, 9), False)):
        asked = request_absence(desk.clerk.id, AbsenceKind.ANNUAL, first, first, actor=SYSTEM)
        decide_absence(asked, is_confirmed=is_confirmed, note="当天有会", actor=desk.head)
    kind = AbsenceKind.ANNUAL.label
    assert desk.told() == [f"您3月2日的{kind}已确认", f"您3月9日的{kind}未获同意：当天有会"]


def test_a_task_is_told_when_given_and_when_taken_back(desk: Desk) -> None:
    holder = db.session.scalars(select(Appointment).where(Appointment.person_id == desk.clerk.id)).one()
    task = assign_task(holder, title="报送材料", due_on=DAY, actor=desk.head)
    withdraw_task(task, actor=desk.head)
    assert desk.told() == ["新的交办任务：报送材料（3月2日前完成）", "交办任务已撤回：报送材料"]


def test_a_round_is_told_to_all_of_the_unit_and_its_grade_to_the_person(desk: Desk) -> None:
    held = open_round(
        desk.office.unit.id, name="一季度", first=date(2026, 1, 1), last=date(2026, 3, 31), cap_mode=CapMode.OFF,
        actor=desk.head,
    )  # fmt: skip
    form = db.session.scalars(
        select(RoutineAssessment).where(
            RoutineAssessment.round_id == held.id, RoutineAssessment.person_id == desk.clerk.id
        )
    ).one()
    form.proposed_grade = RoutineGrade.FAIRLY_GOOD
    db.session.flush()
    decide_routine_grade(form, RoutineGrade.FAIRLY_GOOD, actor=an_actor(Role.UNIT_HEAD, unit=desk.office.unit))
    assert desk.told() == [
        "一季度平时考核已开展，请核对并提交个人小结",
        "一季度平时考核等次已确定，请查看结果",
    ]


def test_evidence_is_asked_of_the_section_s_head(desk: Desk) -> None:
    plan = make_plan(
        PlanDraft(name="检查", unit_id=desk.office.unit.id, starts_on=DAY, ends_on=DAY, draw_amount=100), actor=SYSTEM
    )
    draw_sample(plan, day=DAY, actor=SYSTEM)
    start_inspection(plan, today=DAY, actor=SYSTEM)
    subject = db.session.scalars(select(InspectionSubject)).one()
    ask_evidence(plan, subject, text="分工文件", today=DAY, actor=SYSTEM)
    assert desk.told(desk.head.account_id) == ["监督检查要求补证，3月9日前答复：分工文件"]


def test_who_is_asked_to_act_for_somebody_is_told(desk: Desk) -> None:
    today = today_in_china()
    delegate_role(desk.grant, desk.account, first=today, last=today, reason="出差", actor=desk.head)
    assert [title[:12] for title in desk.told()] == [f"{desk.head.display_name}委托您代行科室负责人"[:12]]


@pytest.mark.parametrize(
    "told",
    [
        test_a_record_that_was_sent_back_is_told_with_its_reason,
        test_a_record_that_somebody_else_typed_is_told_with_the_name,
        test_leave_that_was_decided_is_told,
        test_a_task_is_told_when_given_and_when_taken_back,
        test_a_round_is_told_to_all_of_the_unit_and_its_grade_to_the_person,
        test_evidence_is_asked_of_the_section_s_head,
        test_who_is_asked_to_act_for_somebody_is_told,
    ],
)
def test_every_message_is_of_a_declared_kind_and_leads_to_a_page(
    desk: Desk, app: Flask, told: Callable[[Desk], None]
) -> None:
    told(desk)
    routes = app.url_map.bind("localhost")
    rows = db.session.scalars(select(Notification)).all()
    assert rows
    assert [row.link for row in rows if not routes.test(row.link, "GET") or row.kind not in registered_kinds()] == []
