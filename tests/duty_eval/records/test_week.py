"""A week at a desk: cells become records, all or none, once."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.postgresql import Range

from basic_info.duties.models import PostDuty
from basic_info.organization.models import Person, Post
from duty_eval.records.errors import LateWithoutReason, NotMyDuty, TooMuchOfADay
from duty_eval.records.models import DutyRecord, RecordOrigin
from duty_eval.records.operations import Entry, log_records
from duty_eval.records.week import away_in_week, copy_week, days_of_week, log_week, week_of
from host.kernel.access import Actor, Role
from host.kernel.db import db
from host.kernel.errors import Refused
from tests.factories import a_leave, a_person, a_post, a_post_duty, an_actor

FRIDAY = date(2026, 3, 6)
MONDAY, TUESDAY = date(2026, 3, 2), date(2026, 3, 3)
LAST_FRIDAY = date(2026, 2, 27)


@pytest.fixture
def post(connection: Connection) -> Post:
    return a_post()


@pytest.fixture
def duty(post: Post) -> PostDuty:
    return a_post_duty(post=post, measure_unit="件")


@pytest.fixture
def person(post: Post) -> Person:
    return a_person(post=post)


@pytest.fixture
def actor(person: Person) -> Actor:
    return an_actor(Role.STAFF, person=person)


def send(
    actor: Actor, cells: dict[str, str], *, key: str = "k", today: date = FRIDAY, reason: str = "出差"
) -> list[int]:
    week = week_of(actor.person_id or 0, FRIDAY, today=today)
    done = log_week(week, cells, client_key=key, actor=actor, today=today, late_reason=reason)
    return [record_id for one in done for record_id in one.record_ids]


def records(actor: Actor) -> list[DutyRecord]:
    mine = select(DutyRecord).where(DutyRecord.person_id == actor.person_id)
    return list(db.session.scalars(mine.order_by(DutyRecord.worked_on, DutyRecord.id)))


def cell(duty: PostDuty | int, day: date) -> str:
    return f"c-{duty if isinstance(duty, int) else duty.id}-{day.isoformat()}"


def test_a_week_begins_on_monday() -> None:
    assert (days_of_week(FRIDAY)[0], days_of_week(FRIDAY)[-1]) == (MONDAY, date(2026, 3, 8))


def test_cells_become_records_of_their_days(actor: Actor, duty: PostDuty) -> None:
    send(actor, {f"w-{duty.id}": "审核材料", cell(duty, MONDAY): "90/3", cell(duty, FRIDAY): "/2"})

    assert [(one.worked_on, one.minutes, one.quantity, one.measure_unit) for one in records(actor)] == [
        (MONDAY, 90, Decimal(3), "件"),
        (FRIDAY, None, Decimal(2), "件"),
    ]


def test_the_same_week_sent_twice_is_taken_once(actor: Actor, duty: PostDuty) -> None:
    cells = {f"w-{duty.id}": "审核材料", cell(duty, MONDAY): "90", cell(duty, TUESDAY): "60"}

    assert send(actor, cells) == send(actor, cells)
    assert len(records(actor)) == 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("九十", "请填分钟"),
        ("1441", "1 至 1440"),
        ("90/0", "大于 0"),
        ("0", "1 至 1440"),
        ("/", "请填分钟"),
        ("٣", "请填分钟"),
    ],
)
def test_a_cell_that_is_no_number_is_named_with_its_day(actor: Actor, duty: PostDuty, text: str, words: str) -> None:
    with pytest.raises(Refused, match=f"3月2日.*{words}"):
        send(actor, {f"w-{duty.id}": "审核材料", cell(duty, MONDAY): text})


def test_a_duty_needs_no_words_beside_its_amounts(actor: Actor, duty: PostDuty) -> None:
    send(actor, {cell(duty, MONDAY): "90"})

    assert [(one.content, one.minutes) for one in records(actor)] == [("", 90)]


def test_work_outside_duties_without_words_is_refused(actor: Actor, duty: PostDuty) -> None:
    with pytest.raises(Refused, match="写明做了什么"):
        send(actor, {cell(0, MONDAY): "90"})


def test_an_empty_week_is_refused(actor: Actor, duty: PostDuty) -> None:
    with pytest.raises(Refused, match="至少填写一格"):
        send(actor, {f"w-{duty.id}": "审核材料"})


def test_a_day_over_24_hours_refuses_the_week_and_says_which(actor: Actor, duty: PostDuty) -> None:
    cells = {
        f"w-{duty.id}": "甲",
        "w-0": "乙",
        cell(duty, MONDAY): "30",
        cell(duty, TUESDAY): "900",
        cell(0, TUESDAY): "900",
    }

    with pytest.raises(TooMuchOfADay, match="3月3日"):
        send(actor, cells)


def test_a_refused_day_leaves_nothing_of_the_week(
    actor: Actor, duty: PostDuty, sign_in_as: Callable[..., FlaskClient]
) -> None:
    cells = {
        f"w-{duty.id}": "甲",
        "w-0": "乙",
        cell(duty, MONDAY): "30",
        cell(duty, TUESDAY): "900",
        cell(0, TUESDAY): "900",
    }
    db.session.commit()
    answer = sign_in_as(actor).post(
        "/duty-eval/week", data=cells | {"week": FRIDAY.isoformat(), "client_key": "k", "late_reason": "出差"}
    )

    assert answer.status_code == 422
    assert 'value="900"' in answer.text
    assert records(actor) == []


def test_a_day_that_has_not_come_cannot_be_filled(actor: Actor, duty: PostDuty) -> None:
    with pytest.raises(NotMyDuty, match="3月6日"):
        send(actor, {f"w-{duty.id}": "甲", cell(duty, FRIDAY): "30"}, today=TUESDAY)


def test_a_late_day_asks_for_a_reason(actor: Actor, duty: PostDuty) -> None:
    with pytest.raises(LateWithoutReason, match="3月2日"):
        send(actor, {f"w-{duty.id}": "甲", cell(duty, MONDAY): "30"}, today=date(2026, 3, 20), reason="")


def test_a_duty_is_open_only_on_the_days_on_which_it_is_mine(post: Post, actor: Actor) -> None:
    new = a_post_duty(post=post, valid=Range(TUESDAY, None))

    line = next(one for one in week_of(actor.person_id or 0, FRIDAY, today=FRIDAY).lines if one.duty_id == new.id)

    assert min(line.open_days) == TUESDAY


def test_words_left_as_they_were_count_as_copied(actor: Actor, duty: PostDuty) -> None:
    entry = Entry(post_duty_id=duty.id, content="审核材料")
    log_records([entry], worked_on=LAST_FRIDAY, client_key="a", actor=actor, today=LAST_FRIDAY)
    send(actor, {f"w-{duty.id}": "审核材料", cell(duty, TUESDAY): "60"})

    assert records(actor)[-1].origin is RecordOrigin.COPIED


def test_what_a_day_has_already_is_counted_in_its_cell(actor: Actor, duty: PostDuty) -> None:
    entry = Entry(post_duty_id=duty.id, content="审核材料", minutes=45)
    log_records([entry], worked_on=MONDAY, client_key="a", actor=actor, today=MONDAY)

    week = week_of(actor.person_id or 0, FRIDAY, today=FRIDAY)

    assert (week.lines[0].there[MONDAY].records, week.minutes_there(MONDAY)) == (1, 45)


def test_last_week_is_copied_to_working_days_up_to_today(actor: Actor, duty: PostDuty) -> None:
    for back in (7, 8, 9, 10, 11):
        day = FRIDAY - timedelta(days=back)
        entry = Entry(post_duty_id=duty.id, content=f"第 {back} 天")
        log_records([entry], worked_on=day, client_key=f"b{back}", actor=actor, today=day)

    copy_week(FRIDAY, client_key="c", actor=actor, today=date(2026, 3, 5))
    copy_week(FRIDAY, client_key="d", actor=actor, today=date(2026, 3, 5))

    assert [one.worked_on for one in records(actor) if one.worked_on >= MONDAY] == [
        MONDAY + timedelta(days=number) for number in range(4)
    ]


@pytest.mark.parametrize("duties", [1, 12])
def test_a_week_costs_three_statements_whatever_the_duties(
    post: Post, actor: Actor, duties: int, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    for number in range(duties):
        a_post_duty(post=post, text=f"职责{number}")
    with count_queries() as sent:
        week_of(actor.person_id or 0, FRIDAY, today=FRIDAY)

    assert len(sent) == 3


def test_nothing_of_another_person_is_in_my_week(actor: Actor, post: Post, duty: PostDuty) -> None:
    other = an_actor(Role.STAFF, person=a_person(name="李明", post=post))
    log_records(
        [Entry(post_duty_id=duty.id, content="甲", minutes=60)],
        worked_on=MONDAY,
        client_key="o",
        actor=other,
        today=MONDAY,
    )

    assert week_of(actor.person_id or 0, FRIDAY, today=FRIDAY).minutes_there(MONDAY) == 0
    assert db.session.scalar(select(func.count()).select_from(DutyRecord)) == 1


def test_nothing_is_copied_to_a_day_of_leave(actor: Actor, duty: PostDuty) -> None:
    for back in (9, 10, 11):
        day = FRIDAY - timedelta(days=back)
        entry = Entry(post_duty_id=duty.id, content=f"第 {back} 天")
        log_records([entry], worked_on=day, client_key=f"b{back}", actor=actor, today=day)
    a_leave(actor, TUESDAY, TUESDAY)

    copy_week(FRIDAY, client_key="c", actor=actor, today=FRIDAY, late_reason="出差")

    copied = [one.worked_on for one in records(actor) if one.worked_on >= MONDAY]
    assert copied == [MONDAY, date(2026, 3, 4)]
    assert away_in_week(actor.person_id or 0, FRIDAY) == (TUESDAY,)


def test_after_copying_a_week_its_days_of_leave_are_named(actor: Actor, sign_in_as: Callable[..., FlaskClient]) -> None:
    a_leave(actor, TUESDAY, TUESDAY)
    db.session.commit()
    sent = {"week": FRIDAY.isoformat(), "client_key": "c"}
    answer = sign_in_as(actor).post("/duty-eval/week/copy", data=sent, follow_redirects=True)

    assert "3月3日您不在岗" in answer.text
