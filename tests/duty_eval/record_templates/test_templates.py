"""Ready words for a post's duties are kept by its head and offered to whoever holds the post (D4)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, select

from basic_info.duties.models import PostDuty
from basic_info.organization.models import Post, Section
from duty_eval.record_templates.models import RecordTemplate
from duty_eval.record_templates.operations import end_template, keep_template
from duty_eval.records.models import DutyRecord, RecordOrigin
from duty_eval.records.offers import offers_for
from duty_eval.records.operations import Entry, log_records
from duty_eval.records.week import week_of
from host.kernel.access import Actor, Role
from host.kernel.audit import AuditEntry
from host.kernel.db import db
from host.kernel.pages import today_in_china
from tests.factories import a_person, a_post, a_post_duty, a_section, an_actor

SignIn = Callable[[Actor], FlaskClient]
DAY = date(2026, 3, 2)


@pytest.fixture
def section(connection: Connection) -> Section:
    return a_section()


@pytest.fixture
def duty(section: Section) -> PostDuty:
    return a_post_duty(post=a_post(section=section))


@pytest.fixture
def head(section: Section) -> Actor:
    return an_actor(Role.SECTION_HEAD, person=a_person(name="李雷"), section=section)


@pytest.fixture
def holder(duty: PostDuty) -> Actor:
    return an_actor(Role.STAFF, person=a_person(post=db.session.get_one(Post, duty.post_id)))


def keep(duty: PostDuty, head: Actor, content: str = "核对申报材料") -> RecordTemplate:
    return keep_template(duty.id, content=content, quantity=Decimal(3), minutes=45, actor=head)


def test_the_holder_of_the_post_is_offered_it_unticked(duty: PostDuty, head: Actor, holder: Actor) -> None:
    keep(duty, head)

    offers = offers_for(holder.person_id or 0, DAY)

    assert [(one.content, one.minutes, one.is_checked, one.why) for one in offers] == [
        ("核对申报材料", 45, False, "常用内容")
    ]


def test_the_holder_of_another_post_is_not(duty: PostDuty, head: Actor, section: Section) -> None:
    keep(duty, head)

    assert offers_for(a_person(name="韩梅", post=a_post(section=section)).id, DAY) == []


def test_what_has_ended_is_offered_no_more(duty: PostDuty, head: Actor, holder: Actor) -> None:
    end_template(keep(duty, head), actor=head)

    assert offers_for(holder.person_id or 0, DAY) == []


def test_the_week_has_the_words_until_the_person_wrote_own_ones(duty: PostDuty, head: Actor, holder: Actor) -> None:
    keep(duty, head)
    before = week_of(holder.person_id or 0, DAY, today=DAY).lines[0].words
    own = Entry(post_duty_id=duty.id, content="审核申报材料")
    log_records([own], worked_on=date(2026, 2, 27), client_key="a", actor=holder, today=date(2026, 2, 27))

    assert (before, week_of(holder.person_id or 0, DAY, today=DAY).lines[0].words) == ("核对申报材料", "审核申报材料")


def test_keeping_and_ending_leave_audit_rows(duty: PostDuty, head: Actor) -> None:
    end_template(keep(duty, head), actor=head)

    actions = db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id))
    assert [one for one in actions if one.startswith("record_template")] == [
        "record_template.added",
        "record_template.removed",
    ]


def test_a_head_keeps_one_on_the_page_and_the_holder_confirms_it(
    duty: PostDuty, head: Actor, holder: Actor, sign_in_as: SignIn
) -> None:
    db.session.commit()
    url = "/duty-eval/record-templates"
    made = sign_in_as(head).post(url, data={"post_duty_id": str(duty.id), "content": "核对申报材料", "minutes": "45"})

    line = {"chosen": "1", "1-content": "核对申报材料", "1-post_duty_id": str(duty.id), "1-minutes": "45"}
    sent = {**line, "client_key": "k1", "worked_on": today_in_china().isoformat()}
    done = sign_in_as(holder).post("/duty-eval/records/confirm", data=sent)

    record = db.session.scalars(select(DutyRecord)).one()
    assert (made.status_code, done.status_code, record.origin) == (303, 303, RecordOrigin.PREFILLED)


def test_a_duty_of_another_section_is_not_taken(head: Actor, sign_in_as: SignIn) -> None:
    other = a_post_duty(post=a_post())
    db.session.commit()

    made = sign_in_as(head).post(
        "/duty-eval/record-templates", data={"post_duty_id": str(other.id), "content": "核对申报材料"}
    )

    assert (made.status_code, db.session.scalars(select(RecordTemplate)).all()) == (422, [])
