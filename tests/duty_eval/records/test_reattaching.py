"""A record goes to the right duty and keeps what it said (D26)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, select

from basic_info.duties.models import PostDuty
from duty_eval.records.errors import NotMyDuty, NoWords
from duty_eval.records.models import DutyRecord, DutyRecordRevision, RecordRollup
from duty_eval.records.operations import Entry, log_records
from duty_eval.records.reattaching import may_reattach, reattach
from duty_eval.review.operations import approve_records
from host.kernel.access import Actor, Role
from host.kernel.db import db
from host.kernel.errors import Refused
from tests.factories import a_person, a_post, a_post_duty, a_section, an_actor

SignIn = Callable[[Actor], FlaskClient]
DAY = date(2026, 3, 2)


@dataclass
class Desk:
    author: Actor
    head: Actor
    record: DutyRecord
    duty: PostDuty
    wrong: PostDuty


@pytest.fixture
def desk(connection: Connection) -> Desk:
    section = a_section()
    post = a_post(section=section)
    wrong, duty = a_post_duty(post=post), a_post_duty(post=post, text="管理档案", sort_no=2)
    author = an_actor(Role.STAFF, person=a_person(post=post))
    head = an_actor(Role.SECTION_HEAD, person=a_person(post=a_post(section=section)), section=section)
    entry = Entry(post_duty_id=wrong.id, content="整理档案", minutes=60)
    made = log_records([entry], worked_on=DAY, client_key="one", actor=author, today=DAY)
    record = db.session.scalars(select(DutyRecord).where(DutyRecord.id == made.record_ids[0])).one()
    return Desk(author, head, record, duty, wrong)


def sums() -> dict[int | None, tuple[int, int, int]]:
    r = RecordRollup
    rows = db.session.execute(select(r.post_duty_id, r.record_count, r.approved_count, r.minutes))
    return {row[0]: (row[1], row[2], row[3]) for row in rows}


def test_an_approved_record_counts_for_the_other_duty(desk: Desk) -> None:
    approve_records([desk.record], actor=desk.head)

    reattach(desk.record, desk.duty.id, reason="职责选错", actor=desk.head)

    assert sums() == {desk.wrong.id: (0, 0, 0), desk.duty.id: (1, 1, 60)}


def test_the_former_duty_stays_as_a_revision_with_the_reason(desk: Desk) -> None:
    reattach(desk.record, desk.duty.id, reason="职责选错", actor=desk.head)

    kept = db.session.scalars(select(DutyRecordRevision)).one()
    assert (kept.said["post_duty_id"], kept.reason, desk.record.version_no) == (desk.wrong.id, "职责选错", 2)


def test_a_duty_of_somebody_else_is_refused(desk: Desk) -> None:
    with pytest.raises(NotMyDuty):
        reattach(desk.record, a_post_duty(post=a_post()).id, reason="职责选错", actor=desk.head)


def test_nothing_is_moved_without_a_reason(desk: Desk) -> None:
    with pytest.raises(Refused):
        reattach(desk.record, desk.duty.id, reason=" ", actor=desk.head)


def test_its_author_moves_it_only_while_it_waits(desk: Desk) -> None:
    before = may_reattach(desk.author, desk.record)
    approve_records([desk.record], actor=desk.head)

    assert (before, may_reattach(desk.author, desk.record), may_reattach(desk.head, desk.record)) == (True, False, True)


def test_the_head_moves_it_on_its_page(desk: Desk, sign_in_as: SignIn) -> None:
    db.session.commit()
    client = sign_in_as(desk.head)
    url = f"/duty-eval/records/{desk.record.id}/{DAY}/reattach"

    shown = client.get(url)
    done = client.post(url, data={"post_duty_id": str(desk.duty.id), "reason": "职责选错"})

    assert (shown.status_code, done.status_code) == (200, 303)
    db.session.expire_all()
    assert desk.record.post_duty_id == desk.duty.id


def test_without_words_a_record_stays_under_a_duty(desk: Desk) -> None:
    entry = Entry(post_duty_id=desk.wrong.id, content="", minutes=30)
    made = log_records([entry], worked_on=DAY, client_key="two", actor=desk.author, today=DAY)
    record = db.session.scalars(select(DutyRecord).where(DutyRecord.id == made.record_ids[0])).one()

    with pytest.raises(NoWords):
        reattach(record, None, reason="职责选错", actor=desk.head)
