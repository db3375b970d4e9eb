"""The states of records as the database keeps them, by whatever route a change comes (R89)."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest
from sqlalchemy import Connection, select, text

from basic_info.organization.models import Section
from duty_eval.flags.models import FlagKind
from duty_eval.flags.operations import Finding, flag
from duty_eval.flags.queries import flags_of
from duty_eval.periods.errors import OwnReview, RecordFixed, StateRefused
from duty_eval.records.models import DutyRecord, RecordState
from duty_eval.records.operations import Entry, log_records
from duty_eval.records.states import TRANSITIONS
from duty_eval.review.models import RecordReview, Verdict
from duty_eval.review.operations import approve_records
from host.kernel.access import Actor, Role
from host.kernel.db import db
from tests.factories import a_person, a_post, a_section, an_actor

DAY = date(2026, 3, 2)


@pytest.fixture
def section(connection: Connection) -> Section:
    return a_section()


@pytest.fixture
def author(section: Section) -> Actor:
    return an_actor(Role.STAFF, person=a_person(post=a_post(section=section)))


@pytest.fixture
def head(section: Section) -> Actor:
    return an_actor(Role.SECTION_HEAD, person=a_person(post=a_post(section=section)), section=section)


@pytest.fixture
def record(author: Actor) -> DutyRecord:
    made = log_records(
        [Entry(post_duty_id=None, content="整理档案")], worked_on=DAY, client_key="one", actor=author, today=DAY
    )
    return db.session.scalars(select(DutyRecord).where(DutyRecord.id == made.record_ids[0])).one()


def set_to(record: DutyRecord, state: RecordState) -> None:
    """As somebody with a database console would."""
    db.session.execute(
        text("UPDATE duty_record SET record_state = :state WHERE id = :id"), {"state": state.value, "id": record.id}
    )


def test_the_database_knows_the_same_steps_as_the_operations(record: DutyRecord) -> None:
    source = db.session.scalar(text("SELECT prosrc FROM pg_proc WHERE proname = 'guard_record' AND"
                                    " pronamespace = current_schema()::regnamespace"))  # fmt: skip
    for old, new in product(RecordState, RecordState):
        if old is not new:
            assert (f" {old.value}>{new.value} " in source) == (new in TRANSITIONS[old]), (old, new)


@pytest.mark.parametrize("state", [RecordState.LOCKED])
def test_a_step_that_the_table_does_not_have_is_refused(record: DutyRecord, state: RecordState) -> None:
    with pytest.raises(StateRefused):
        set_to(record, state)


def test_nothing_is_locked_while_its_month_is_open(record: DutyRecord, head: Actor) -> None:
    approve_records([record], actor=head)

    with pytest.raises(StateRefused):
        set_to(record, RecordState.LOCKED)


def test_what_was_approved_says_what_it_said(record: DutyRecord, head: Actor) -> None:
    approve_records([record], actor=head)

    with pytest.raises(RecordFixed):
        db.session.execute(text("UPDATE duty_record SET content = '别的' WHERE id = :id"), {"id": record.id})


def test_what_was_approved_is_never_deleted(record: DutyRecord, head: Actor) -> None:
    approve_records([record], actor=head)

    with pytest.raises(RecordFixed):
        db.session.execute(text("DELETE FROM duty_record WHERE id = :id"), {"id": record.id})


def test_a_record_never_changes_its_person(record: DutyRecord) -> None:
    other = a_person(name="李雷")

    with pytest.raises(RecordFixed):
        db.session.execute(
            text("UPDATE duty_record SET person_id = :other WHERE id = :id"), {"id": record.id, "other": other.id}
        )


def test_none_is_approved_without_a_review(record: DutyRecord) -> None:
    set_to(record, RecordState.APPROVED)

    with pytest.raises(OwnReview):
        db.session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))


def test_a_review_that_was_written_stands_at_the_end(record: DutyRecord, head: Actor) -> None:
    approve_records([record], actor=head)

    db.session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))

    assert record.record_state is RecordState.APPROVED


def test_a_review_cannot_name_another_person_to_hide_that_it_is_of_ones_own(record: DutyRecord, author: Actor) -> None:
    other = a_person(name="李雷")
    db.session.add(
        RecordReview(
            record_id=record.id, worked_on=DAY, person_id=other.id, reviewer_person_id=author.person_id,
            verdict=Verdict.APPROVED,
        )
    )  # fmt: skip

    with pytest.raises(OwnReview):
        db.session.flush()


def test_a_flag_is_kept_once_and_read_with_its_record(record: DutyRecord) -> None:
    finding = Finding(record.id, DAY, FlagKind.LIKE_OWN, "与 2月27日 的内容 96% 相同")

    made = (flag([finding]), flag([finding]))

    assert (made, [one.kind.label for one in flags_of([record])[record.id]]) == ((1, 0), ["与本人近期内容雷同"])
