"""Hours that a person chose to write: two of one day that overlap are told as the city's rule says (R91)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, Engine, func, select, text
from sqlalchemy.exc import IntegrityError

from basic_info.organization.models import Person, Post, Unit
from duty_eval.absences.halves import HalfDay
from duty_eval.absences.models import AbsenceKind, AbsenceState
from duty_eval.absences.operations import decide_absence, request_absence
from duty_eval.entry_rules.models import OverlapMode
from duty_eval.entry_rules.operations import set_rules
from duty_eval.entry_rules.queries import Rules
from duty_eval.flags.comparing import compare_day
from duty_eval.flags.models import FlagKind, RecordFlag
from duty_eval.periods.errors import RecordFixed
from duty_eval.records.copying import copy_day
from duty_eval.records.errors import Overlaps, OverlapWithoutReason
from duty_eval.records.models import DutyRecord, RecordState
from duty_eval.records.on_behalf import log_on_behalf
from duty_eval.records.operations import Entry, Logged, correct, log_records, withdraw
from duty_eval.records.repeat import repeat_record
from duty_eval.records.spans import Span, minute_of, overlaps_of
from duty_eval.records.week import log_week, week_of
from duty_eval.review.operations import approve_records
from host.kernel.access import SYSTEM, Actor, Role
from host.kernel.audit import AuditEntry
from host.kernel.db import db
from host.kernel.errors import Refused
from host.kernel.idempotency import RequestKey, hash_body
from host.kernel.pages import today_in_china
from tests.at_once import at_once
from tests.factories import a_person, a_post, a_post_duty, an_actor

SignIn = Callable[[Actor], FlaskClient]
DAY = date(2026, 3, 2)
NINE, TEN, ELEVEN = 540, 600, 660


@pytest.fixture
def post(connection: Connection) -> Post:
    return a_post()


@pytest.fixture
def person(post: Post) -> Person:
    return a_person(post=post)


@pytest.fixture
def actor(person: Person) -> Actor:
    return an_actor(Role.STAFF, person=person)


def an_entry(start: int | None, minutes: int | None = 90, content: str = "审核材料") -> Entry:
    return Entry(post_duty_id=None, content=content, minutes=minutes, start_minute=start)


def log(actor: Actor, *entries: Entry, key: str = "k1", day: date = DAY, reason: str = "") -> Logged:
    return log_records(list(entries), worked_on=day, client_key=key, actor=actor, today=day, overlap_reason=reason)


def rule(mode: OverlapMode) -> None:
    """The city's choice, from the day on."""
    region = db.session.scalars(select(Unit.region_id)).first()
    assert region is not None
    set_rules(region, Rules(overlap_mode=mode), on=DAY, today=DAY, reason="试行", actor=SYSTEM)


def overlap_flags() -> list[str]:
    return list(db.session.scalars(select(RecordFlag.detail).where(RecordFlag.kind == FlagKind.OVERLAP)))


def test_hours_touching_at_their_ends_do_not_overlap() -> None:
    assert overlaps_of([Span(NINE, 60), Span(TEN, 60)], []) == {}


def test_a_span_is_compared_with_those_of_its_own_submission() -> None:
    assert overlaps_of([Span(NINE, 90, "甲"), Span(TEN, 60, "乙")], []) == {1: "10:00–11:00 与9:00–10:30 甲重叠"}


@pytest.mark.parametrize(("words", "minute"), [("9:15", 555), ("09：30", 570), ("23:45", 1425), ("", None)])
def test_a_start_is_read_in_quarters_of_an_hour(words: str, minute: int | None) -> None:
    assert minute_of(words) == minute


@pytest.mark.parametrize("words", ["9:10", "24:00", "九点", "9", "-1:00"])
def test_what_is_no_quarter_of_an_hour_is_refused_in_words(words: str) -> None:
    with pytest.raises(Refused, match="一刻钟"):
        minute_of(words)


def test_overlapping_hours_are_taken_and_the_reviewer_and_the_person_are_told(actor: Actor) -> None:
    log(actor, an_entry(NINE, content="接待来访"))
    logged = log(actor, an_entry(TEN), key="k2")

    assert overlap_flags() == ["10:00–11:30 与9:00–10:30 “接待来访”重叠"]
    assert logged.notices == ("10:00–11:30 与9:00–10:30 “接待来访”重叠",)


def test_without_a_start_nothing_is_compared_and_none_is_made_up(actor: Actor) -> None:
    log(actor, an_entry(NINE), an_entry(None, content="没有写时段"))

    starts = db.session.scalars(select(DutyRecord.start_minute).order_by(DutyRecord.id)).all()
    assert (starts, overlap_flags()) == ([NINE, None], [])


def test_a_record_with_hours_costs_no_statement_more(
    actor: Actor, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    with count_queries() as without:
        log(actor, an_entry(None))
    with count_queries() as with_hours:
        log(actor, an_entry(NINE), key="k2")

    assert len(with_hours) == len(without)


def test_where_the_city_does_not_check_nobody_is_told(actor: Actor, post: Post) -> None:
    rule(OverlapMode.OFF)
    log(actor, an_entry(NINE))

    assert log(actor, an_entry(TEN), key="k2").notices == ()
    assert overlap_flags() == []


def test_where_the_city_refuses_nothing_is_written(actor: Actor, post: Post) -> None:
    rule(OverlapMode.REFUSE)
    log(actor, an_entry(NINE))

    with pytest.raises(Overlaps, match="10:00–11:30"):
        log(actor, an_entry(TEN), key="k2")
    assert db.session.scalar(select(func.count()).select_from(DutyRecord)) == 1


def test_where_the_city_asks_for_a_reason_it_is_kept_for_the_reviewer(actor: Actor, post: Post) -> None:
    rule(OverlapMode.REASON)
    log(actor, an_entry(NINE))

    with pytest.raises(OverlapWithoutReason):
        log(actor, an_entry(TEN), key="k2")
    log(actor, an_entry(TEN), key="k2", reason="边值守边审核")

    assert overlap_flags()[0].endswith("本人说明：边值守边审核")
    assert "边值守边审核" in db.session.scalars(select(AuditEntry.reason).order_by(AuditEntry.id)).all()


def test_what_was_taken_stays_taken_though_it_would_overlap_itself_by_now(actor: Actor, post: Post) -> None:
    rule(OverlapMode.REFUSE)

    assert log(actor, an_entry(NINE)).record_ids == log(actor, an_entry(NINE)).record_ids


def test_a_key_given_before_there_were_hours_still_stands_for_the_same_words(actor: Actor) -> None:
    log(actor, an_entry(None))

    names = ("post_duty_id", "content", "quantity", "minutes", "result", "problem", "next_step", "case_no", "origin",
             "suggestion_id", "task_id")  # fmt: skip
    said = {name: getattr(an_entry(None), name) for name in names}
    before = hash_body({"day": DAY, "late_reason": "", "entries": [said]})
    assert db.session.scalars(select(RequestKey.body_hash)).one() == before


def test_of_two_overlapping_submissions_at_once_one_is_refused(app: Flask, committed: Engine) -> None:
    post = a_post()
    actor = an_actor(Role.STAFF, person=a_person(post=post))
    rule(OverlapMode.REFUSE)
    db.session.commit()

    results = at_once(app, [lambda: log(actor, an_entry(NINE), key="a"), lambda: log(actor, an_entry(TEN), key="b")])

    assert results == ["Overlaps", "done"]


def test_hours_on_half_a_day_of_leave_are_told(actor: Actor, person: Person) -> None:
    leave = request_absence(
        person.id, AbsenceKind.PERSONAL, DAY, DAY, is_half=True, half_part=HalfDay.MORNING, actor=actor
    )
    decide_absence(leave, is_confirmed=True, actor=an_actor(Role.SECTION_HEAD, person=a_person(name="科长")))

    assert log(actor, an_entry(780)).notices == ()
    assert log(actor, an_entry(ELEVEN), key="k2").notices == ("11:00–12:30 与8:00–12:00 上午的请假重叠",)


def test_half_a_day_granted_later_is_found_at_night(actor: Actor, person: Person) -> None:
    today = today_in_china()
    log(actor, an_entry(NINE), day=today)
    leave = request_absence(
        person.id, AbsenceKind.PERSONAL, today, today, is_half=True, half_part=HalfDay.MORNING, actor=actor
    )
    decide_absence(leave, is_confirmed=True, actor=an_actor(Role.SECTION_HEAD, person=a_person(name="科长")))

    assert compare_day(today) == 1
    assert overlap_flags() == ["与已确认的半天请假重叠，请与本人核实"]


def test_half_a_day_granted_days_after_the_entry_is_found_in_that_night(actor: Actor, person: Person) -> None:
    today = today_in_china()
    log(actor, an_entry(NINE), day=today)
    leave = request_absence(
        person.id, AbsenceKind.PERSONAL, today, today, is_half=True, half_part=HalfDay.MORNING, actor=actor
    )
    leave.absence_state, leave.decided_at = AbsenceState.CONFIRMED, datetime.now(UTC) + timedelta(days=3)
    db.session.flush()

    compare_day(today + timedelta(days=3))

    assert overlap_flags() == ["与已确认的半天请假重叠，请与本人核实"]


def test_a_copied_day_is_checked_like_a_typed_one(actor: Actor, post: Post) -> None:
    rule(OverlapMode.REFUSE)
    log(actor, an_entry(NINE, content="昨天的事"))
    next_day = DAY + timedelta(days=1)
    log(actor, an_entry(TEN), key="k2", day=next_day)

    with pytest.raises(Overlaps):
        copy_day(DAY, to=next_day, client_key="c", actor=actor, today=next_day)


def test_a_week_is_checked_and_the_day_is_named(actor: Actor, post: Post) -> None:
    rule(OverlapMode.REFUSE)
    duty = a_post_duty(post=post)
    cells = {
        f"w-{duty.id}": "审核", f"c-{duty.id}-{DAY}": "90/3@9:00", "w-0": "值守", f"c-0-{DAY}": "60@9:30",
    }  # fmt: skip
    week = week_of(actor.person_id or 0, DAY, today=DAY)

    with pytest.raises(Overlaps, match="3月2日：9:30–10:30"):
        log_week(week, cells, client_key="w", actor=actor, today=DAY)


def test_a_start_in_a_cell_is_kept(actor: Actor) -> None:
    week = week_of(actor.person_id or 0, DAY, today=DAY)
    log_week(week, {"w-0": "值守", f"c-0-{DAY}": "60＠9：30"}, client_key="w", actor=actor, today=DAY)

    assert db.session.scalars(select(DutyRecord.start_minute)).one() == 570


def test_a_cell_with_a_start_that_cannot_be_is_refused_by_its_name(actor: Actor) -> None:
    week = week_of(actor.person_id or 0, DAY, today=DAY)

    with pytest.raises(Refused, match="3月2日「岗位职责以外的工作」：.*一刻钟"):
        log_week(week, {"w-0": "值守", f"c-0-{DAY}": "60@9:31"}, client_key="w", actor=actor, today=DAY)


def test_what_is_repeated_is_checked_on_every_day(actor: Actor, post: Post) -> None:
    rule(OverlapMode.REFUSE)
    log(actor, an_entry(NINE))

    with pytest.raises(Overlaps, match="3月2日"):
        repeat_record(
            an_entry(TEN, content="例会"), first=DAY, last=DAY + timedelta(days=1), client_key="r", actor=actor,
            today=DAY + timedelta(days=1),
        )  # fmt: skip


def test_who_logs_for_another_is_told_of_that_ones_hours(actor: Actor, person: Person, post: Post) -> None:
    log(actor, an_entry(NINE))
    unit = db.session.scalars(select(Unit)).first()
    clerk = an_actor(Role.UNIT_CLERK, person=a_person(name="经办", post=a_post()), unit=unit)

    logged = log_on_behalf(
        person.id, an_entry(TEN), worked_on=DAY, client_key="b", actor=clerk, today=DAY, reason="本人外勤"
    )

    assert len(logged.notices) == 1


def test_a_correction_is_checked_against_the_others_and_not_against_itself(actor: Actor) -> None:
    first = log(actor, an_entry(NINE))
    log(actor, an_entry(ELEVEN, content="开会"), key="k2")
    record = db.session.scalars(select(DutyRecord).where(DutyRecord.id == first.record_ids[0])).one()
    withdraw(record, actor=actor)

    assert correct(record, an_entry(TEN, 60), reason="改时段", actor=actor) == ()
    withdraw(record, actor=actor)
    assert len(correct(record, an_entry(TEN, 75), reason="再改", actor=actor)) == 1


def test_hours_of_an_approved_record_stay(actor: Actor, post: Post) -> None:
    logged = log(actor, an_entry(NINE))
    record = db.session.scalars(select(DutyRecord).where(DutyRecord.id == logged.record_ids[0])).one()
    approve_records([record], actor=an_actor(Role.SECTION_HEAD, person=a_person(name="科长")))
    assert record.record_state is RecordState.APPROVED

    with pytest.raises(RecordFixed):
        db.session.execute(text("UPDATE duty_record SET start_minute = 0 WHERE id = :id"), {"id": record.id})


@pytest.mark.parametrize("change", ["start_minute = 545", "start_minute = 1425", "minutes = NULL"])
def test_the_database_keeps_no_hours_that_cannot_be(actor: Actor, change: str) -> None:
    log(actor, an_entry(NINE))

    with pytest.raises(IntegrityError, match="span_lies_in_its_day"):
        db.session.execute(text(f"UPDATE duty_record SET {change}"))  # noqa: S608 - constants


def test_a_start_without_minutes_comes_back_with_what_to_do(actor: Actor, sign_in_as: SignIn) -> None:
    body = {"client_key": "h", "worked_on": today_in_china().isoformat(), "content": "写了时刻", "start": "09:00"}

    answer = sign_in_as(actor).post("/duty-eval/records", data=body)

    assert answer.status_code == 422
    assert "请同时填用时" in answer.text


def test_a_program_is_told_of_the_overlap(actor: Actor, sign_in_as: SignIn) -> None:
    client, body = sign_in_as(actor), {"worked_on": today_in_china().isoformat(), "content": "事", "minutes": "90"}
    send = {"path": "/duty-eval/records", "headers": {"Accept": "application/json"}}
    client.post(**send, data={**body, "client_key": "a", "start": "09:00"})

    answer = client.post(**send, data={**body, "client_key": "b", "start": "10:00"})

    assert (answer.json or {})["notices"] == ["10:00–11:30 与9:00–10:30 “事”重叠"]


def test_the_day_s_page_tells_of_the_overlap_however_the_form_was_sent(actor: Actor, sign_in_as: SignIn) -> None:
    client, body = sign_in_as(actor), {"worked_on": today_in_china().isoformat(), "content": "事", "minutes": "90"}
    send = {"path": "/duty-eval/records", "headers": {"Accept": "application/json"}}
    client.post(**send, data={**body, "client_key": "a", "start": "09:00"})

    answer = client.post(**send, data={**body, "client_key": "b", "start": "10:00"})

    assert "10:00–11:30 与9:00–10:30 “事”重叠。审核人会看到" in client.get((answer.json or {})["url"]).text


def test_the_prefilled_day_asks_for_the_reason_where_the_city_wants_one(
    actor: Actor, post: Post, sign_in_as: SignIn
) -> None:
    today = today_in_china()
    region = db.session.scalars(select(Unit.region_id)).first()
    set_rules(region or 0, Rules(overlap_mode=OverlapMode.REASON), on=today, today=today, reason="试行", actor=SYSTEM)
    db.session.commit()
    body = {
        "client_key": "d", "worked_on": today.isoformat(), "chosen": ["1", "2"], "1-content": "甲", "2-content": "乙",
        "1-minutes": "60", "2-minutes": "60", "1-start": "9:00", "2-start": "9:30",
    }  # fmt: skip
    client = sign_in_as(actor)

    asked = client.post("/duty-eval/records/confirm", data=body)
    done = client.post("/duty-eval/records/confirm", data={**body, "overlap_reason": "同时进行"})

    assert asked.status_code == 422
    assert "写明重叠的原因" in asked.text
    assert done.status_code == 303


def test_the_page_of_what_is_collected_names_the_hours(actor: Actor, sign_in_as: SignIn) -> None:
    page = sign_in_as(actor).get("/duty-eval/what-is-collected").text

    assert "起始时刻想写才写" in page
    assert "不从设备、登录、提交时间推算" in page


def test_hours_are_shown_where_they_were_written(actor: Actor, sign_in_as: SignIn) -> None:
    today = today_in_china()
    logged = log(actor, an_entry(NINE), day=today)
    client = sign_in_as(actor)

    assert "9:00 起" in client.get("/duty-eval/today").text
    assert "9:00 起" in client.get(f"/duty-eval/records/{logged.record_ids[0]}/{today}").text
