"""The same work on many days: working days only, counted beforehand, nothing twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import Range

from basic_info.organization.models import Post
from duty_eval.records.errors import LateWithoutReason, TooMuchOfADay
from duty_eval.records.models import DutyRecord, RecordOrigin
from duty_eval.records.operations import Entry
from duty_eval.records.repeat import plan_for, repeat_record
from host.kernel.access import Actor, Role
from host.kernel.calendar.workdays import load_workdays
from host.kernel.db import db
from host.kernel.errors import Refused
from host.kernel.pages import today_in_china
from tests.factories import a_leave, a_person, a_post, a_post_duty, an_actor

#: Monday to Monday: the 7th and 8th are a weekend.
FIRST, LAST = date(2026, 3, 2), date(2026, 3, 9)
TODAY = date(2026, 3, 9)
ENTRY = Entry(post_duty_id=None, content="驻村", minutes=480)


@pytest.fixture
def post(connection: Connection) -> Post:
    return a_post()


@pytest.fixture
def actor(post: Post) -> Actor:
    return an_actor(Role.STAFF, person=a_person(post=post))


def repeat(actor: Actor, entry: Entry = ENTRY, *, last: date = LAST, key: str = "k", reason: str = "驻村") -> int:
    done = repeat_record(entry, first=FIRST, last=last, client_key=key, actor=actor, today=TODAY, late_reason=reason)
    return len(done)


def days_written(actor: Actor) -> list[int]:
    rows = select(DutyRecord.worked_on).where(DutyRecord.person_id == actor.person_id).order_by(DutyRecord.worked_on)
    return [day.day for day in db.session.scalars(rows)]


def test_only_working_days_get_a_record(actor: Actor) -> None:
    repeat(actor)

    assert days_written(actor) == [2, 3, 4, 5, 6, 9]


def test_a_day_that_has_the_same_words_is_left_as_it_is(actor: Actor) -> None:
    repeat(actor, last=date(2026, 3, 4), key="a")
    repeat(actor, key="b")

    assert days_written(actor) == [2, 3, 4, 5, 6, 9]


def test_a_second_time_there_is_nothing_left_to_do(actor: Actor) -> None:
    repeat(actor)

    with pytest.raises(Refused, match="都已有"):
        repeat(actor)


def test_the_words_are_typed_on_the_first_day_and_copied_on_the_others(actor: Actor) -> None:
    repeat(actor)

    origins = db.session.scalars(select(DutyRecord.origin).order_by(DutyRecord.worked_on)).all()
    assert origins == [RecordOrigin.TYPED, *[RecordOrigin.COPIED] * 5]


def test_a_day_over_24_hours_stops_all_and_is_named(actor: Actor) -> None:
    repeat(actor, last=FIRST, key="a")
    heavy = Entry(post_duty_id=None, content="值班", minutes=1000)

    with pytest.raises(TooMuchOfADay, match="3月2日"):
        repeat(actor, heavy, key="b")


def test_late_days_ask_for_a_reason(actor: Actor) -> None:
    with pytest.raises(LateWithoutReason, match="3月2日"):
        repeat(actor, reason="")


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (LAST, FIRST, "早于"),
        (FIRST, date(2026, 3, 10), "还没有到"),
        (date(2026, 1, 26), LAST, "最多填 23 个"),
        (date(2025, 9, 1), LAST, "最多填 23 个"),
        (date(1, 1, 1), date(1, 1, 5), "近一年"),
        (date(2026, 3, 7), date(2026, 3, 8), "没有工作日"),
    ],
)
def test_a_span_that_cannot_be_filled_is_refused(actor: Actor, first: date, last: date, words: str) -> None:
    with pytest.raises(Refused, match=words):
        plan_for(ENTRY, first=first, last=last, person_id=actor.person_id or 0, today=TODAY)


def test_days_on_which_the_duty_is_not_mine_are_named_and_left_out(actor: Actor, post: Post) -> None:
    duty = a_post_duty(post=post, valid=Range(date(2026, 3, 5), None))
    entry = Entry(post_duty_id=duty.id, content="审核")

    plan = plan_for(entry, first=FIRST, last=LAST, person_id=actor.person_id or 0, today=TODAY)

    assert [day.day for day in plan.days] == [5, 6, 9]
    assert [day.day for day in plan.not_mine] == [2, 3, 4]


def test_a_trial_run_says_how_many_days_and_writes_nothing(
    actor: Actor, sign_in_as: Callable[..., FlaskClient]
) -> None:
    today = today_in_china().isoformat()
    sent = {"worked_on": today, "last": today, "content": "驻村", "client_key": "k", "post_duty_id": "0"}
    db.session.commit()
    answer = sign_in_as(actor).post("/duty-eval/repeat", data=sent)

    assert "个工作日各填 1 项" in answer.text or "没有工作日" in answer.text
    assert days_written(actor) == []


def test_a_trial_run_asks_for_the_reason_of_late_days_already(
    actor: Actor, sign_in_as: Callable[..., FlaskClient]
) -> None:
    workdays, today = load_workdays(), today_in_china()
    first = workdays.add_workdays(today, -5)
    sent = {"worked_on": first.isoformat(), "last": first.isoformat(), "content": "驻村", "client_key": "k"}
    db.session.commit()

    answer = sign_in_as(actor).post("/duty-eval/repeat", data={**sent, "post_duty_id": "0"})

    assert f"含 {first.month}月{first.day}日，请说明补填原因" in answer.text


def test_days_of_leave_are_named_and_left_out(actor: Actor) -> None:
    a_leave(actor, date(2026, 3, 4), date(2026, 3, 5))

    plan = plan_for(ENTRY, first=FIRST, last=LAST, person_id=actor.person_id or 0, today=TODAY)
    repeat(actor)

    assert [day.day for day in plan.away] == [4, 5]
    assert days_written(actor) == [2, 3, 6, 9]


def test_a_span_that_is_all_leave_has_no_day_to_fill(actor: Actor) -> None:
    a_leave(actor, FIRST, LAST)

    with pytest.raises(Refused, match="不在岗"):
        repeat(actor)
    assert days_written(actor) == []
