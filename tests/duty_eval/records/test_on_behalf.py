"""Logging for a colleague: under both names, mended by the person, reviewed by another than who typed it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, select

from basic_info.organization.kinds import LeaderKind
from basic_info.organization.models import Person, Section, Unit
from duty_eval.periods.errors import OwnReview
from duty_eval.records.models import DutyRecord, RecordOrigin, RecordRollup, RecordState
from duty_eval.records.on_behalf import log_on_behalf, people_within
from duty_eval.records.operations import Entry, correct, withdraw
from duty_eval.review.models import RecordReview, Verdict
from duty_eval.review.operations import approve_records
from duty_eval.review.queries import counts_waiting
from host.kernel.access import Actor, Role
from host.kernel.audit import AuditEntry
from host.kernel.db import db
from host.kernel.errors import NotFound, NotPermitted, Refused
from host.kernel.pages import today_in_china
from tests.factories import a_person, a_post, a_section, a_unit, an_actor, an_appointment

SignIn = Callable[[Actor], FlaskClient]
DAY = date(2026, 3, 2)


@pytest.fixture
def section(connection: Connection) -> Section:
    return a_section()


@pytest.fixture
def driver(section: Section) -> Person:
    return a_person(name="司机老赵", post=a_post(section=section))


@pytest.fixture
def head(section: Section) -> Actor:
    person = a_person(name="科长")
    an_appointment(person, a_post(section=section), leader_kind=LeaderKind.SECTION_HEAD)
    return an_actor(Role.SECTION_HEAD, person=person, section=section)


@pytest.fixture
def clerk(section: Section) -> Actor:
    return an_actor(Role.UNIT_CLERK, person=a_person(name="内勤"), unit=unit_of(section))


@pytest.fixture
def leader(section: Section) -> Actor:
    return an_actor(Role.UNIT_HEAD, person=a_person(name="局长"), unit=unit_of(section))


def unit_of(section: Section) -> Unit:
    return db.session.get_one(Unit, section.unit_id)


def logged(actor: Actor, person: Person, *, key: str = "k", reason: str = "长期在外出车") -> DutyRecord:
    made = log_on_behalf(
        person.id, Entry(post_duty_id=None, content="出车两趟", minutes=240),
        worked_on=DAY, client_key=key, actor=actor, today=DAY, reason=reason,
    )  # fmt: skip
    return db.session.get_one(DutyRecord, (made.record_ids[0], DAY))


def test_a_record_on_behalf_is_the_persons_and_keeps_who_typed_it(clerk: Actor, driver: Person) -> None:
    record = logged(clerk, driver)

    assert (record.person_id, record.entered_by_id, record.origin) == (
        driver.id,
        clerk.account_id,
        RecordOrigin.ON_BEHALF,
    )
    assert db.session.scalars(select(RecordRollup.person_id)).one() == driver.id


def test_the_audit_log_has_the_reason(clerk: Actor, driver: Person) -> None:
    logged(clerk, driver)

    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "duty_record.submitted")).one()
    assert (entry.reason, (entry.after or {})["person"]) == ("长期在外出车", driver.id)


def test_the_same_key_for_the_same_person_is_taken_once(clerk: Actor, driver: Person) -> None:
    assert logged(clerk, driver).id == logged(clerk, driver).id


@pytest.mark.parametrize("reason", ["", "  "])
def test_without_a_reason_nothing_is_logged_for_another(clerk: Actor, driver: Person, reason: str) -> None:
    with pytest.raises(Refused, match="代填原因"):
        logged(clerk, driver, reason=reason)


def test_nobody_logs_for_people_of_another_unit(clerk: Actor) -> None:
    stranger = a_person(post=a_post(section=a_section(unit=a_unit(name="另一局"))))

    with pytest.raises(NotFound):
        logged(clerk, stranger)


def test_one_does_not_log_on_behalf_of_oneself(head: Actor) -> None:
    with pytest.raises(Refused, match="今日履职"):
        logged(head, db.session.get_one(Person, head.person_id))


def test_what_the_clerk_typed_waits_for_the_head(clerk: Actor, head: Actor, driver: Person) -> None:
    logged(clerk, driver)

    assert counts_waiting(head).total == 1


def test_what_a_head_typed_waits_for_those_above_and_not_for_the_head(
    head: Actor, leader: Actor, driver: Person
) -> None:
    logged(head, driver)

    assert (counts_waiting(head).total, counts_waiting(leader).total) == (0, 1)


def test_who_typed_it_does_not_approve_it(head: Actor, driver: Person) -> None:
    with pytest.raises(NotPermitted, match="代填"):
        approve_records([logged(head, driver)], actor=head)


def test_the_database_refuses_a_review_by_who_typed_it(head: Actor, driver: Person) -> None:
    record = logged(head, driver)
    db.session.add(
        RecordReview(
            record_id=record.id,
            worked_on=DAY,
            person_id=driver.id,
            reviewer_id=head.account_id,
            reviewer_person_id=head.person_id,
            verdict=Verdict.APPROVED,
        )  # fmt: skip
    )
    with pytest.raises(OwnReview), db.session.begin_nested():
        db.session.flush()


def test_what_the_person_corrects_is_theirs_from_then_on(clerk: Actor, driver: Person) -> None:
    record, own = logged(clerk, driver), an_actor(Role.STAFF, person=driver)
    withdraw(record, actor=own)

    correct(record, Entry(post_duty_id=None, content="出车三趟"), reason="少写一趟", actor=own)

    assert (record.origin, record.entered_by_id, record.record_state) == (
        RecordOrigin.TYPED,
        own.account_id,
        RecordState.SUBMITTED,
    )


def test_the_people_offered_are_those_within_reach_but_oneself(head: Actor, driver: Person) -> None:
    a_person(name="外人", post=a_post(section=a_section(name="业务科")))

    assert [row.name for row in people_within(head, DAY)] == ["司机老赵"]


def test_a_clerk_logs_on_the_page_and_the_person_sees_it_marked(
    clerk: Actor, driver: Person, sign_in_as: SignIn
) -> None:
    db.session.commit()
    client = sign_in_as(clerk)
    typed = {
        "client_key": "k1", "worked_on": DAY.isoformat(), "post_duty_id": "0", "content": "出车两趟",
        "reason": "长期在外出车", "late_reason": "月底统一补填",
    }  # fmt: skip

    done = client.post(f"/duty-eval/people/{driver.id}/log-for", data=typed)
    page = sign_in_as(an_actor(Role.STAFF, person=driver)).get(f"/duty-eval/today?day={DAY}").get_data(as_text=True)

    assert (done.status_code, "他人代填" in page) == (303, True)


def test_a_wrong_form_keeps_what_was_typed(clerk: Actor, driver: Person, sign_in_as: SignIn) -> None:
    db.session.commit()
    typed = {
        "client_key": "k1", "worked_on": (today_in_china() + timedelta(days=2)).isoformat(), "content": "出车两趟",
        "reason": "出车",
    }  # fmt: skip

    answer = sign_in_as(clerk).post(f"/duty-eval/people/{driver.id}/log-for", data=typed)

    assert (answer.status_code, "出车两趟" in answer.get_data(as_text=True)) == (422, True)
