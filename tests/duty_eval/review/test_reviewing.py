from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, select
from sqlalchemy.exc import IntegrityError

from basic_info.organization.kinds import LeaderKind
from basic_info.organization.models import Person, Section
from duty_eval.records.errors import NotSubmitted
from duty_eval.records.models import DutyRecord, RecordState
from duty_eval.records.operations import Entry, log_records
from duty_eval.review.models import RecordReview, Verdict
from duty_eval.review.operations import approve_records, return_record
from duty_eval.review.queries import locked, waiting
from host.kernel.access import Actor, Role
from host.kernel.db import db
from host.kernel.errors import NotPermitted, Refused
from tests.factories import a_person, a_post, a_section, a_unit, an_actor, an_appointment

SignIn = Callable[[Actor], FlaskClient]
DAY = date(2026, 3, 2)


@pytest.fixture
def section(connection: Connection) -> Section:
    return a_section()


@pytest.fixture
def head(section: Section) -> Actor:
    return an_actor(Role.SECTION_HEAD, person=a_person(post=a_post(section=section)), section=section)


def a_record(section: Section, *, person: Person | None = None, content: str = "整理档案") -> DutyRecord:
    person = person or a_person(post=a_post(section=section))
    actor = an_actor(Role.STAFF, person=person)
    made = log_records(
        [Entry(post_duty_id=None, content=content)], worked_on=DAY, client_key=content, actor=actor, today=DAY
    )
    return db.session.scalars(select(DutyRecord).where(DutyRecord.id == made.record_ids[0])).one()


def test_an_approved_record_waits_no_more(head: Actor, section: Section) -> None:
    record = a_record(section)

    approve_records([record], actor=head, quality=4)

    assert (record.record_state, list(waiting(head).rows)) == (RecordState.APPROVED, [])


def test_a_returned_record_goes_back_with_its_reason(head: Actor, section: Section) -> None:
    record = a_record(section)

    return_record(record, reason="请补充成果", actor=head)

    assert (record.is_open, record.return_reason) == (True, "请补充成果")


def test_a_record_is_not_returned_without_a_reason(head: Actor, section: Section) -> None:
    with pytest.raises(Refused):
        return_record(a_record(section), reason="  ", actor=head)


def test_a_record_is_decided_once(head: Actor, section: Section) -> None:
    record = a_record(section)
    approve_records([record], actor=head)

    with pytest.raises(NotSubmitted):
        return_record(record, reason="晚了", actor=head)


def test_nobody_reviews_their_own(section: Section) -> None:
    person = a_person(post=a_post(section=section))
    record = a_record(section, person=person)
    self_head = an_actor(Role.SECTION_HEAD, person=person, section=section)

    with pytest.raises(NotPermitted):
        approve_records([record], actor=self_head)


def test_ones_own_records_are_not_in_ones_queue(section: Section) -> None:
    person = a_person(post=a_post(section=section))
    a_record(section, person=person)

    assert list(waiting(an_actor(Role.SECTION_HEAD, person=person, section=section)).rows) == []


def test_the_database_itself_refuses_a_review_of_ones_own(head: Actor, section: Section) -> None:
    record = a_record(section)
    review = RecordReview(
        record_id=record.id,
        worked_on=DAY,
        person_id=record.person_id,
        reviewer_person_id=record.person_id,
        verdict=Verdict.APPROVED,
    )
    db.session.add(review)

    with pytest.raises(IntegrityError, match="not_ones_own"), db.session.begin_nested():
        db.session.flush()


def test_a_head_of_another_section_sees_nothing(section: Section) -> None:
    a_record(section)
    other = an_actor(Role.SECTION_HEAD, person=a_person(), section=a_section())

    assert list(waiting(other).rows) == []


def test_a_record_of_another_section_cannot_be_picked_by_its_number(section: Section) -> None:
    record = a_record(section)
    other = an_actor(Role.SECTION_HEAD, person=a_person(), section=a_section())

    assert list(locked(other, [(record.id, DAY)])) == []


def test_a_heads_own_records_go_to_the_leader_in_charge(connection: Connection) -> None:
    unit = a_unit()
    section = a_section(unit=unit)
    leading = a_person()
    an_appointment(leading, a_post(section=section), leader_kind=LeaderKind.SECTION_HEAD)
    a_record(section, person=leading, content="主持例会")
    a_record(section, content="普通工作")
    leader = an_actor(Role.LEADER_IN_CHARGE, person=a_person(), unit=unit)

    assert [row[0].content for row in waiting(leader).rows] == ["主持例会"]


def test_the_queue_costs_as_much_for_thirty_records_as_for_one(
    head: Actor, section: Section, sign_in_as: SignIn, count_queries: Callable[[], object]
) -> None:
    client = sign_in_as(head)
    a_record(section, content="0")
    with count_queries() as for_one:  # type: ignore[attr-defined]
        client.get("/duty-eval/review")
    for number in range(1, 30):
        a_record(section, content=str(number))

    with count_queries() as for_thirty:  # type: ignore[attr-defined]
        client.get("/duty-eval/review")

    assert len(for_thirty) == len(for_one)
    assert len(for_thirty) + 1 <= 6, for_thirty


def test_pages_follow_each_other_without_gap_or_double(head: Actor, section: Section) -> None:
    for number in range(55):
        a_record(section, content=str(number))

    first = waiting(head)
    second = waiting(head, after=first.next_key or "")

    contents = [row[0].content for row in (*first.rows, *second.rows)]
    assert sorted(contents, key=int) == [str(number) for number in range(55)]


def test_a_batch_is_approved_over_http(head: Actor, section: Section, sign_in_as: SignIn) -> None:
    records = [a_record(section, content=str(number)) for number in range(3)]
    chosen = [f"{record.id}:{DAY}" for record in records]

    answer = sign_in_as(head).post("/duty-eval/review/approve", data={"chosen": chosen, "quality": "5"})

    assert answer.status_code == 303
    assert set(db.session.scalars(select(DutyRecord.record_state))) == {RecordState.APPROVED}


@pytest.mark.parametrize("chosen", [[], ["x"], ["1:昨天"], ["999999:2026-03-02"]])
def test_a_wrong_choice_is_told_and_not_a_fault(head: Actor, sign_in_as: SignIn, chosen: list[str]) -> None:
    answer = sign_in_as(head).post("/duty-eval/review/approve", data={"chosen": chosen})

    assert answer.status_code in {409, 422}


def test_staff_do_not_reach_the_review_desk(section: Section, sign_in_as: SignIn) -> None:
    staff = an_actor(Role.STAFF, person=a_person(post=a_post(section=section)))

    assert sign_in_as(staff).get("/duty-eval/review").status_code == 403
