"""An alert that nobody acts on goes up step by step, each once; heads and leaders get one digest a working day."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import current_app
from sqlalchemy import Engine, func, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from basic_info.organization.models import Person
from function_monitor.alerts import operations
from function_monitor.alerts.models import Alert, AlertLevel, AlertNotice, AlertState, AlertStep, NoticeKind, StepKind
from function_monitor.ladder.climbing import climb
from function_monitor.ladder.rules import LADDERS, Ladder
from function_monitor.ladder.tasks import send_alerts_up
from host.auth.granting import delegate_role
from host.auth.models import Account, RoleGrant
from host.kernel.access import SYSTEM, Role
from host.kernel.calendar.workdays import load_workdays
from host.kernel.db import db
from host.kernel.errors import Refused
from host.kernel.jobs.progress import Progress
from host.kernel.notifications.models import Notification
from host.kernel.notifications.operations import choose_kinds
from host.kernel.outgoing.delivering import deliver
from host.kernel.outgoing.models import ChannelKind, MessageState, OutgoingChannel, OutgoingMessage
from tests.factories import a_leave, a_person, a_section, an_appointment
from tests.function_monitor.alerts.watched import DAY, Watched

CountQueries = Callable[[], AbstractContextManager[list[str]]]
K = NoticeKind
#: DAY is Friday the 20th: two working days later the head is told, then three and five.
TO_HEAD, TO_LEADER, TO_OFFICE = date(2026, 3, 24), date(2026, 3, 27), date(2026, 4, 3)


def climb_on(*days: date) -> None:
    for day in days:
        climb(day, load_workdays())


def taken(alert: Alert) -> list[tuple[NoticeKind, date]]:
    """The steps of the ladder so far, without follow-ups."""
    rows = db.session.execute(
        select(AlertNotice.notice_kind, AlertNotice.told_on)
        .where(AlertNotice.alert_id == alert.id, AlertNotice.notice_kind != K.FOLLOW_UP)
        .order_by(AlertNotice.id)
    )
    return [(row[0], row[1]) for row in rows]


class Climbing(Watched):
    """With a leader in charge and an inspector of the office."""

    def __init__(self) -> None:
        super().__init__()
        self.leader = self.holder(Role.LEADER_IN_CHARGE, unit=self.office.unit, person=a_person(name="赵敏"))
        self.inspector = self.holder(Role.INSPECTOR, region="371300")

    def of_unit(self, **over: Any) -> Alert:
        """An alert about the unit as a whole."""
        facts = {
            "rule_id": self.rule.id, "rule_version": 1, "subject_kind": "unit_function", "subject_id": 1,
            "level": AlertLevel.YELLOW, "title": "职能空转：规划", "unit_id": self.office.unit.id, "evidence": {},
            "first_seen_on": DAY, "last_seen_on": DAY, **over,
        }  # fmt: skip
        alert = Alert(**facts)
        db.session.add(alert)
        db.session.flush()
        return alert

    def of_section(self, **over: Any) -> Alert:
        return self.of_unit(section_id=self.office.section.id, **over)


@pytest.fixture
def scene(connection: Connection) -> Climbing:
    return Climbing()


def test_the_person_comes_first_then_head_leader_and_office(scene: Climbing) -> None:
    alert = scene.raised()
    climb_on(DAY, date(2026, 3, 23), TO_HEAD, date(2026, 3, 25), date(2026, 3, 26), TO_LEADER, TO_OFFICE)
    assert taken(alert) == [(K.PERSON, DAY), (K.HEAD, TO_HEAD), (K.LEADER, TO_LEADER), (K.OFFICE, TO_OFFICE)]


def test_each_step_is_taken_once(scene: Climbing) -> None:
    alert = scene.raised()
    climb_on(TO_HEAD, TO_HEAD)
    assert taken(alert) == [(K.PERSON, DAY), (K.HEAD, TO_HEAD)]
    assert scene.told(scene.head) == ["1 条预警逾期无人处置，现告知您"]


def test_the_database_takes_no_step_twice(scene: Climbing) -> None:
    alert = scene.raised()
    db.session.add(AlertNotice(alert_id=alert.id, notice_kind=K.PERSON, due_on=DAY, told_on=TO_HEAD))
    with pytest.raises(IntegrityError, match="uq_alert_notice_alert_id"):
        db.session.flush()


def test_an_alert_that_was_taken_on_climbs_no_further(scene: Climbing) -> None:
    alert = scene.raised()
    operations.acknowledge(alert, actor=scene.head)
    climb_on(TO_HEAD)
    assert taken(alert) == [(K.PERSON, DAY)]


def test_an_alert_of_a_section_begins_with_its_head(scene: Climbing) -> None:
    alert = scene.of_section()
    climb_on(DAY)
    assert (taken(alert), scene.told(scene.head)) == ([(K.HEAD, DAY)], ["1 条预警待处置"])


def test_an_alert_of_a_unit_begins_with_its_clerk(scene: Climbing) -> None:
    clerk = scene.holder(Role.UNIT_CLERK, unit=scene.office.unit)
    scene.of_unit()
    climb_on(DAY)
    assert (scene.told(clerk), scene.told(scene.leader)) == (["1 条预警待处置"], [])


def test_a_person_on_leave_is_passed_over_at_once(scene: Climbing) -> None:
    a_leave(scene.clerk, DAY, DAY)
    alert = scene.raised()
    climb_on(DAY)
    assert taken(alert) == [(K.PERSON, DAY), (K.HEAD, DAY)]
    assert (scene.told(scene.clerk), len(scene.told(scene.head))) == ([], 1)


def test_who_acts_for_a_head_on_leave_is_told_in_their_place(scene: Climbing) -> None:
    deputy = scene.holder(Role.STAFF, person=a_person(name="孙丽", post=scene.office.post))
    grant = db.session.scalars(select(RoleGrant).where(RoleGrant.account_id == scene.head.account_id)).one()
    today = db.session.scalars(select(func.current_date())).one()
    account = db.session.get_one(Account, deputy.account_id)
    delegate_role(grant, account, first=today, last=today, reason="休假", actor=scene.head)
    head_leave(scene, DAY)
    scene.of_section()
    climb_on(DAY)
    assert ([one for one in scene.told(deputy) if "预警" in one], scene.told(scene.head)) == (["1 条预警待处置"], [])


def head_leave(scene: Climbing, day: date) -> None:
    """The head, who needs a post for it, is on leave."""
    an_appointment(db.session.get_one(Person, scene.head.person_id), scene.office.post)
    a_leave(scene.head, day, day)


def test_where_nobody_acts_for_a_head_on_leave_the_leader_is_told_at_once(scene: Climbing) -> None:
    head_leave(scene, DAY)
    alert = scene.of_section()
    climb_on(DAY)
    assert taken(alert) == [(K.HEAD, DAY), (K.LEADER, DAY)]


def test_without_a_leader_in_charge_the_head_of_the_unit_is_told(connection: Connection) -> None:
    scene = Watched()
    chief = scene.holder(Role.UNIT_HEAD, unit=scene.office.unit)
    scene.raised()
    climb_on(TO_HEAD, TO_LEADER)
    assert scene.told(chief) == ["1 条预警逾期无人处置，现告知您"]


def test_an_alert_about_a_head_goes_past_that_head(scene: Climbing) -> None:
    alert = scene.of_section(person_id=scene.head.person_id, subject_kind="person", subject_id=scene.head.person_id)
    scene.holder(Role.STAFF, person=db.session.get_one(Person, scene.head.person_id))
    climb_on(DAY, TO_HEAD)
    assert [kind for kind, _ in taken(alert)] == [K.PERSON, K.HEAD, K.LEADER]


def test_many_alerts_of_a_day_come_as_one_digest(scene: Climbing) -> None:
    for number in range(3):
        scene.of_section(subject_id=number, level=AlertLevel.RED if number == 0 else AlertLevel.BLUE)
    climb_on(DAY)
    assert scene.told(scene.head) == ["3 条预警（红色 1 条）待处置"]


def test_one_alert_is_opened_by_its_message_and_many_open_the_desk(scene: Climbing) -> None:
    alert = scene.of_section()
    climb_on(DAY)
    scene.of_section(subject_id=2)
    scene.of_section(subject_id=3)
    climb_on(date(2026, 3, 23))
    links = db.session.scalars(select(Notification.link).order_by(Notification.id)).all()
    assert links == [f"/function-monitor/alerts/{alert.id}", "/function-monitor/alerts"]


def test_nothing_goes_up_on_a_day_off(scene: Climbing) -> None:
    alert = scene.of_section()
    climb_on(date(2026, 3, 21))
    assert taken(alert) == []


def test_who_may_not_open_the_alert_is_told_nothing(scene: Climbing) -> None:
    elsewhere = scene.holder(Role.SECTION_HEAD, section=a_section(unit=scene.office.unit, name="规划科"))
    foreign = scene.holder(Role.INSPECTOR, region="371400")
    scene.raised()
    climb_on(TO_HEAD, TO_LEADER, TO_OFFICE)
    assert (scene.told(elsewhere), scene.told(foreign)) == ([], [])


def test_who_switched_the_digest_off_is_shown_as_not_told(scene: Climbing) -> None:
    choose_kinds([], actor=scene.head)
    alert = scene.of_section()
    climb_on(DAY)
    assert (taken(alert), scene.told(scene.head)) == ([(K.HEAD, DAY)], [])


def test_an_alert_that_was_sent_back_begins_anew_with_the_head(scene: Climbing) -> None:
    alert = scene.rectified()
    operations.reopen(alert, reason="佐证不足", actor=scene.inspector)
    db.session.execute(update(AlertStep).values(at=datetime(2026, 3, 25, 2, tzinfo=UTC)))
    climb_on(date(2026, 3, 25), date(2026, 3, 30))
    assert taken(alert)[1:] == [(K.HEAD, date(2026, 3, 25)), (K.LEADER, date(2026, 3, 30))]


def test_a_division_sets_its_own_days(scene: Climbing) -> None:
    ladder = Ladder(head_workdays=1, leader_workdays=1)
    LADDERS.set(scene.office.unit.region_id, ladder, on=DAY, today=DAY, reason="从严", actor=SYSTEM)
    alert = scene.raised()
    climb_on(date(2026, 3, 23), date(2026, 3, 24))
    assert taken(alert)[1:] == [(K.HEAD, date(2026, 3, 23)), (K.LEADER, date(2026, 3, 24))]


def test_a_ladder_is_not_set_for_days_that_are_over(scene: Climbing) -> None:
    with pytest.raises(Refused):
        LADDERS.set(scene.office.unit.region_id, Ladder(), on=DAY, today=TO_HEAD, reason="从严", actor=SYSTEM)


def test_t46_what_waits_is_followed_up_every_seven_days_and_a_day_off_moves_none_but_itself(scene: Climbing) -> None:
    alert = scene.of_section(first_seen_on=date(2026, 9, 23))
    operations.acknowledge(alert, actor=scene.head)
    workdays = load_workdays()
    for number in range(24, 31):
        climb(date(2026, 9, number), workdays)
    for number in range(1, 16):
        climb(date(2026, 10, number), workdays)
    days = db.session.scalars(select(AlertNotice.told_on).order_by(AlertNotice.id)).all()
    assert days == [date(2026, 9, 30), date(2026, 10, 8), date(2026, 10, 14)]


def turned_red(scene: Climbing) -> Alert:
    """An alert of the section that was yellow, was told, and is red now."""
    alert = scene.of_section()
    db.session.add(AlertStep(alert_id=alert.id, step_kind=StepKind.RAISED, level=AlertLevel.YELLOW))
    climb_on(DAY)
    alert.level = AlertLevel.RED
    db.session.add(AlertStep(alert_id=alert.id, step_kind=StepKind.RAISED, level=AlertLevel.RED))
    db.session.flush()
    return alert


def test_a_light_that_turned_red_is_told_once_more(scene: Climbing) -> None:
    turned_red(scene)
    climb_on(date(2026, 3, 23), TO_HEAD)
    assert scene.told(scene.head) == ["1 条预警待处置", "1 条预警升为红色"]


def test_a_light_that_was_red_from_the_start_did_not_turn(scene: Climbing) -> None:
    alert = scene.of_section(level=AlertLevel.RED)
    db.session.add(AlertStep(alert_id=alert.id, step_kind=StepKind.RAISED, level=AlertLevel.RED))
    climb_on(DAY, date(2026, 3, 23))
    assert scene.told(scene.head) == ["1 条预警（红色 1 条）待处置"]


def test_red_is_told_also_of_what_was_taken_on(scene: Climbing) -> None:
    operations.acknowledge(turned_red(scene), actor=scene.head)
    climb_on(date(2026, 3, 23))
    assert scene.told(scene.head)[-1] == "1 条预警升为红色"


def test_once_the_unit_answered_the_office_is_followed_up(scene: Climbing) -> None:
    scene.rectified()
    before = len(scene.told(scene.head))
    climb_on(date(2026, 3, 27))
    assert scene.told(scene.inspector)[-1] == "1 条预警仍未销号，请抓紧办理"
    assert len(scene.told(scene.head)) == before


def test_a_closed_alert_is_followed_up_no_more(scene: Climbing) -> None:
    reviewer = scene.holder(Role.OFFICE_REVIEWER, region="371300")
    alert = scene.rectified()
    operations.verify(alert, finding="属实", actor=scene.inspector)
    operations.close(alert, on=DAY, actor=reviewer)
    climb_on(date(2026, 3, 27))
    assert [kind for kind, _ in taken(alert)] == [K.PERSON]
    assert db.session.scalar(select(func.count()).where(AlertNotice.notice_kind == K.FOLLOW_UP)) == 0


def test_the_digest_names_nobody(scene: Climbing) -> None:
    scene.raised()
    climb_on(TO_HEAD, TO_LEADER)
    titles = "".join(db.session.scalars(select(Notification.title)))
    assert [name for name in ("王芳", "李强", "赵敏") if name in titles] == []


def test_thirty_alerts_take_as_many_statements_as_one(scene: Climbing, count_queries: CountQueries) -> None:
    counts = []
    for people, day in ((1, DAY), (30, date(2026, 3, 23))):
        for number in range(people):
            section = a_section(unit=scene.office.unit, name=f"科{day}{number}")
            scene.holder(Role.SECTION_HEAD, section=section)
            scene.of_unit(section_id=section.id, subject_id=section.id)
        load_workdays()
        with count_queries() as statements:
            counts.append((climb(day, load_workdays())["told"], len(statements)))
    assert counts == [(1, counts[0][1]), (30, counts[0][1])]


def test_in_quiet_hours_a_digest_waits(scene: Climbing) -> None:
    channel = OutgoingChannel(name="网关", channel_kind=ChannelKind.WEBHOOK, address="https://gateway.example")
    db.session.add(channel)
    scene.of_section()
    climb_on(DAY)
    deliver(Progress(), now=datetime(2026, 3, 20, 15, tzinfo=UTC))  # 23:00 in the city
    assert db.session.scalars(select(OutgoingMessage.message_state)).all() == [MessageState.WAITING]


def test_the_job_climbs_for_the_day_of_its_tick(scene: Climbing) -> None:
    alert = scene.of_section()
    send_alerts_up(Progress(tick=datetime(2026, 3, 20, 0, 30, tzinfo=UTC)))
    assert taken(alert) == [(K.HEAD, DAY)]


def test_two_workers_at_a_time_take_each_step_once(committed: Engine) -> None:
    scene = Climbing()
    alert = scene.of_section()
    alert_id, head_id = alert.id, scene.head.account_id
    db.session.commit()
    app = current_app._get_current_object()  # type: ignore[attr-defined]

    def work() -> None:
        with app.app_context():
            climb(DAY, load_workdays())
            db.session.commit()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    told = db.session.scalar(select(func.count()).where(Notification.account_id == head_id))
    steps = db.session.scalar(select(func.count()).where(AlertNotice.alert_id == alert_id))
    assert (told, steps) == (1, 1)
    assert db.session.get_one(Alert, alert_id).alert_state is AlertState.PENDING
