"""Once a working day each person is told of what is their own to do, and nobody who is away."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import Range

from basic_info.organization.models import Appointment, Person
from duty_eval.absences.models import AbsenceKind
from duty_eval.absences.operations import decide_absence, request_absence
from duty_eval.assignments.operations import assign_task
from duty_eval.entry_rules.operations import set_rules
from duty_eval.entry_rules.queries import Rules
from duty_eval.inspections.asking import ask_evidence
from duty_eval.records.models import RecordState
from duty_eval.reminders.digest import remind
from duty_eval.reminders.tasks import remind_people
from duty_eval.rhythms.models import RecordRhythm
from duty_eval.rhythms.operations import choose_rhythm
from host.auth.models import RoleGrant
from host.kernel.access import SYSTEM, Actor, Role, ScopeKind
from host.kernel.calendar.workdays import load_workdays
from host.kernel.db import db
from host.kernel.jobs.progress import Progress
from host.kernel.notifications.models import Notification
from tests.duty_eval.inspections.rows import Check, subjects_of
from tests.factories import a_holder, an_account, an_actor
from tests.performance.rows import Office

CountQueries = Callable[[], AbstractContextManager[list[str]]]
#: A Friday; the ten working days before it begin on Friday the 6th.
TODAY = date(2026, 3, 20)
BEFORE = [date(2026, 3, day) for day in (6, 9, 10, 11, 12, 13, 16, 17, 18, 19)]


class Staff:
    """An office whose clerk has an account and wrote every day before today."""

    def __init__(self) -> None:
        self.office = Office("王芳", "李强")
        self.person, self.other = self.office.people
        self.account = an_account(person=self.person)
        self.write(*BEFORE)

    def write(self, *days: date, person: Person | None = None, state: RecordState = RecordState.SUBMITTED) -> None:
        for day in days:
            self.office.log(person or self.person, day, state=state)

    def away(self, first: date, last: date) -> None:
        asked = request_absence(self.person.id, AbsenceKind.ANNUAL, first, last, actor=SYSTEM)
        decide_absence(asked, is_confirmed=True, actor=an_actor())

    def told(self) -> list[str]:
        return list(
            db.session.scalars(
                select(Notification.title).where(
                    Notification.account_id == self.account.id, Notification.kind == "reminder"
                )
            )
        )


@pytest.fixture
def staff(app: Flask, connection: Connection) -> Staff:
    return Staff()


def remind_on(day: date = TODAY) -> int:
    return remind(day, load_workdays())


def test_who_has_only_today_open_is_told_so(staff: Staff) -> None:
    remind_on()
    assert staff.told() == ["今天还没有填报"]


def test_a_few_open_days_are_named(staff: Staff) -> None:
    staff.write(TODAY)
    remind_on(date(2026, 3, 24))
    assert staff.told() == ["3月23日、3月24日还没有填报"]


def test_of_many_open_days_the_number_is_told(staff: Staff) -> None:
    remind_on(date(2026, 3, 31))
    assert staff.told() == ["有 8 个工作日还没有填报"]


def test_who_has_nothing_open_is_left_in_peace(staff: Staff) -> None:
    staff.write(TODAY)
    remind_on()
    assert staff.told() == []


def test_a_draft_and_what_was_sent_back_leave_the_day_open(staff: Staff) -> None:
    staff.write(TODAY, state=RecordState.DRAFT)
    remind_on()
    assert staff.told() == ["今天还没有填报"]


def test_nobody_is_reminded_on_a_day_off(staff: Staff) -> None:
    assert remind_on(date(2026, 3, 21)) == 0


def test_a_saturday_that_is_worked_is_a_day_like_others(staff: Staff) -> None:
    assert remind_on(date(2026, 2, 14)) > 0


def test_who_is_on_leave_today_is_not_reminded(staff: Staff) -> None:
    staff.away(TODAY, TODAY)
    remind_on()
    assert staff.told() == []


def test_days_of_leave_are_not_asked_for(staff: Staff) -> None:
    staff.away(date(2026, 3, 20), date(2026, 3, 23))
    staff.write(date(2026, 3, 24))
    remind_on(date(2026, 3, 24))
    assert staff.told() == []


def test_who_writes_weekly_is_reminded_on_the_last_working_day(staff: Staff) -> None:
    monday, thursday = date(2026, 3, 16), date(2026, 3, 19)
    staff.write(date(2026, 3, 5))
    choose_rhythm(staff.office.unit.id, RecordRhythm.WEEKLY, on=monday, today=monday, reason="工作量小", actor=SYSTEM)
    remind_on(date(2026, 3, 24))  # a Tuesday: nothing of the week is owed yet, and Friday was not written
    remind_on(thursday)
    assert staff.told() == ["3月20日还没有填报"]


def test_tasks_are_told_when_their_day_comes(staff: Staff) -> None:
    staff.write(TODAY)
    holder = db.session.scalars(select(Appointment).where(Appointment.person_id == staff.person.id)).one()
    # Today is a Friday: what is due on Monday is told today, what is due on Wednesday is not.
    for due in (date(2026, 3, 19), date(2026, 3, 23), date(2026, 3, 25)):
        assign_task(holder, title="报送材料", due_on=due, actor=SYSTEM)
    remind_on()
    assert staff.told() == ["1 项交办任务已过期限；1 项交办任务到下一个工作日为止到期"]


class Asked(Check):
    """A section was asked for evidence by an inspector, due on Monday the 9th."""

    def __init__(self) -> None:
        super().__init__()
        self.inspector = a_holder(Role.INSPECTOR, region="371300")
        section = self.city.finance.sections[0]
        self.head = a_holder(Role.SECTION_HEAD, section=section)
        place = next(one for one in subjects_of(self.plan) if one.section_id == section.id)
        ask_evidence(self.plan, place, text="分工文件", today=date(2026, 3, 2), actor=self.inspector)

    def told(self, actor: Actor) -> list[str]:
        mine = Notification.account_id == actor.account_id, Notification.kind == "reminder"
        return list(db.session.scalars(select(Notification.title).where(*mine).order_by(Notification.id)))


@pytest.fixture
def asked(app: Flask, connection: Connection) -> Asked:
    return Asked()


def test_a_head_is_reminded_of_evidence_before_its_day_and_after(asked: Asked) -> None:
    for day in (5, 6, 10):
        remind_on(date(2026, 3, day))
    assert asked.told(asked.head) == ["1 项监督检查补证到下一个工作日为止到期", "1 项监督检查补证已过期限"]


def test_who_asked_for_evidence_is_told_that_it_did_not_come(asked: Asked) -> None:
    for day in (9, 10):
        remind_on(date(2026, 3, day))
    assert asked.told(asked.inspector) == ["您要求的 1 项监督检查补证逾期没有答复"]


def test_both_are_reminded_that_a_delegation_ends(staff: Staff) -> None:
    own = a_holder(Role.SECTION_HEAD, section=staff.office.section)
    grant = db.session.scalars(select(RoleGrant).where(RoleGrant.account_id == own.account_id)).one()
    made = RoleGrant(
        account_id=staff.account.id, role=Role.SECTION_HEAD, scope_kind=ScopeKind.SECTION, reason="出差",
        section_id=staff.office.section.id, valid=Range(BEFORE[0], date(2026, 3, 24)), delegated_from_id=grant.id,
    )  # fmt: skip
    db.session.add(made)
    staff.write(date(2026, 3, 5), TODAY)
    for day in (19, 20):
        remind_on(date(2026, 3, day))
    holder = db.session.scalars(select(Notification.title).where(Notification.account_id == own.account_id)).all()
    assert (staff.told(), holder) == (["您代行的科室负责人职责即将到期"], ["您委托他人代行的科室负责人职责即将到期"])


def test_a_head_is_told_how_many_wait_in_the_own_section(staff: Staff) -> None:
    staff.write(TODAY)
    db.session.add(
        RoleGrant(
            account_id=staff.account.id,
            role=Role.SECTION_HEAD,
            scope_kind=ScopeKind.SECTION,
            valid=Range(TODAY, None),
            section_id=staff.office.section.id,
        )  # fmt: skip
    )
    staff.write(TODAY, person=staff.other)
    elsewhere = Office("赵敏")
    elsewhere.log(elsewhere.people[0], TODAY, state=RecordState.SUBMITTED)
    remind_on()
    assert staff.told() == ["1 条纪实等待您审核"]


def test_everything_of_a_day_comes_as_one_message(staff: Staff) -> None:
    holder = db.session.scalars(select(Appointment).where(Appointment.person_id == staff.person.id)).one()
    assign_task(holder, title="报送材料", due_on=TODAY, actor=SYSTEM)
    remind_on()
    assert [sorted(told.split("；")) for told in staff.told()] == [
        ["1 项交办任务到下一个工作日为止到期", "今天还没有填报"]
    ]


def test_a_second_run_of_the_day_tells_nobody_again(staff: Staff) -> None:
    assert (remind_on() > 0, remind_on()) == (True, 0)


def test_a_division_may_do_without_reminders(staff: Staff) -> None:
    set_rules(staff.office.unit.region_id, Rules(reminds=False), on=TODAY, today=TODAY, reason="减负", actor=SYSTEM)
    holder = db.session.scalars(select(Appointment).where(Appointment.person_id == staff.person.id)).one()
    assign_task(holder, title="报送材料", due_on=TODAY, actor=SYSTEM)
    remind_on()
    assert staff.told() == []


def test_all_of_a_city_are_reminded_in_as_many_statements_as_one(staff: Staff, count_queries: CountQueries) -> None:
    workdays = load_workdays()
    for person in Office(*(f"人{number}" for number in range(30))).people:
        an_account(person=person)
    with count_queries() as statements:
        told = remind(TODAY, workdays)
    assert (told, len(statements)) == (31, 3)


def test_the_job_reminds_for_the_day_of_its_tick(staff: Staff) -> None:
    remind_people(Progress(tick=datetime(2026, 3, 20, 8, 30, tzinfo=UTC)))
    assert staff.told() == ["今天还没有填报"]
