from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, Engine, event, func, select, text
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import ORMExecuteState

from basic_info.organization.models import Person, Post
from duty_eval.records.copying import copy_day
from duty_eval.records.errors import FutureDay, LateWithoutReason, NoPost, NotMyDuty, NotOpen, NoWords, TooMuchOfADay
from duty_eval.records.models import DutyRecord, DutyRecordRevision, RecordOrigin, RecordState, RecordSuggestion
from duty_eval.records.offers import offers_for
from duty_eval.records.operations import Entry, correct, log_records, withdraw
from duty_eval.records.standing import standings
from duty_eval.records.suggesting import SuggestionDraft, dismiss_suggestion, suggest_records
from host.auth.sessions import COOKIE
from host.kernel.access import Actor, Role
from host.kernel.audit import AuditEntry
from host.kernel.db import db
from host.kernel.errors import KeyReused, NotFound
from host.kernel.pages import today_in_china
from host.kernel.partitions import ensure_month, first_of_month
from tests.factories import a_person, a_post, a_post_duty, an_actor

SignIn = Callable[[Actor], FlaskClient]
DAY = date(2026, 3, 2)


@pytest.fixture
def post(connection: Connection) -> Post:
    return a_post()


@pytest.fixture
def person(post: Post) -> Person:
    return a_person(post=post)


@pytest.fixture
def actor(person: Person) -> Actor:
    return an_actor(Role.STAFF, person=person)


def log(
    actor: Actor, *entries: Entry, key: str = "k1", day: date = DAY, today: date = DAY, reason: str = ""
) -> tuple[int, ...]:
    entries = entries or (Entry(post_duty_id=None, content="整理档案"),)
    return log_records(
        list(entries), worked_on=day, client_key=key, actor=actor, today=today, late_reason=reason
    ).record_ids


def the_record(ids: tuple[int, ...]) -> DutyRecord:
    return db.session.scalars(select(DutyRecord).where(DutyRecord.id == ids[0])).one()


def test_a_record_is_submitted_under_the_post_whose_duty_it_is(actor: Actor, post: Post) -> None:
    duty = a_post_duty(post=post, measure_unit="件")

    record = the_record(log(actor, Entry(post_duty_id=duty.id, content="审核材料", quantity=Decimal(3), minutes=90)))

    assert (record.post_id, record.section_id, record.measure_unit) == (post.id, post.section_id, "件")
    assert record.record_state is RecordState.SUBMITTED


def test_work_outside_duty_is_kept_as_such(actor: Actor) -> None:
    assert the_record(log(actor)).post_duty_id is None


def test_the_same_key_and_body_gives_the_same_record_and_writes_nothing(actor: Actor) -> None:
    first = log(actor)

    assert log(actor) == first
    assert db.session.scalar(select(func.count()).select_from(DutyRecord)) == 1


def test_the_same_key_with_another_body_is_refused(actor: Actor) -> None:
    log(actor)

    with pytest.raises(KeyReused):
        log(actor, Entry(post_duty_id=None, content="另一件事"))


def test_a_duty_of_another_post_is_refused(actor: Actor) -> None:
    other = a_post_duty(post=a_post())

    with pytest.raises(NotMyDuty):
        log(actor, Entry(post_duty_id=other.id, content="别人的职责"))


def test_who_holds_no_post_cannot_log(connection: Connection) -> None:
    nobody = an_actor(Role.STAFF, person=a_person())

    with pytest.raises(NoPost):
        log(nobody)


def test_a_future_day_is_refused(actor: Actor) -> None:
    with pytest.raises(FutureDay):
        log(actor, day=DAY + timedelta(days=1))


def test_three_working_days_late_need_no_reason(actor: Actor) -> None:
    ids = log(actor, day=date(2026, 2, 27), today=date(2026, 3, 3))  # 28 February was worked

    assert the_record(ids).is_backdated is False


def test_a_later_day_needs_a_reason(actor: Actor) -> None:
    with pytest.raises(LateWithoutReason):
        log(actor, day=date(2026, 2, 27), today=date(2026, 3, 4))


def test_a_later_day_with_a_reason_is_marked_as_late(actor: Actor) -> None:
    ids = log(actor, day=date(2026, 2, 27), today=date(2026, 3, 5), reason="出差")

    assert the_record(ids).is_backdated is True


def test_a_day_has_twenty_four_hours(actor: Actor) -> None:
    log(actor, Entry(post_duty_id=None, content="值守", minutes=1400))

    with pytest.raises(TooMuchOfADay):
        log(actor, Entry(post_duty_id=None, content="值守", minutes=41), key="k2")


def test_logging_leaves_one_audit_row(actor: Actor) -> None:
    ids = log(actor)

    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "duty_record.submitted")).one()
    assert (entry.actor_id, entry.after) == (actor.account_id, {"ids": list(ids), "day": "2026-03-02"})


def test_copying_a_day_makes_the_same_entries_marked_as_copied(actor: Actor) -> None:
    log(actor, Entry(post_duty_id=None, content="甲"), Entry(post_duty_id=None, content="乙"))

    copied = copy_day(DAY, to=DAY + timedelta(days=1), client_key="c1", actor=actor, today=DAY + timedelta(days=1))

    rows = db.session.scalars(
        select(DutyRecord).where(DutyRecord.id.in_(copied.record_ids)).order_by(DutyRecord.id)
    ).all()
    assert [(row.content, row.origin) for row in rows] == [("甲", RecordOrigin.COPIED), ("乙", RecordOrigin.COPIED)]


def test_a_copy_without_words_has_those_of_the_duty_that_is_no_longer_ones_own(actor: Actor, post: Post) -> None:
    duty, other = a_post_duty(post=post, text="审核材料"), DAY + timedelta(days=1)
    log(actor, Entry(post_duty_id=duty.id, content="", minutes=60))
    duty.valid = Range(duty.valid.lower, other)
    db.session.flush()

    copied = copy_day(DAY, to=other, client_key="c1", actor=actor, today=other)

    record = the_record(copied.record_ids)
    assert (record.post_duty_id, record.content) == (None, "审核材料")


def test_an_empty_day_cannot_be_copied(actor: Actor) -> None:
    with pytest.raises(NotFound):
        copy_day(DAY, to=DAY, client_key="c1", actor=actor, today=DAY)


def test_a_withdrawn_record_can_be_corrected_and_what_it_said_stays(actor: Actor) -> None:
    record = the_record(log(actor))
    withdraw(record, actor=actor)

    correct(record, Entry(post_duty_id=None, content="整理档案 12 卷"), reason="补数量", actor=actor)

    kept = db.session.scalars(select(DutyRecordRevision)).one()
    assert (kept.said["content"], record.content, record.version_no) == ("整理档案", "整理档案 12 卷", 2)


def test_a_submitted_record_cannot_be_corrected(actor: Actor) -> None:
    record = the_record(log(actor))

    with pytest.raises(NotOpen):
        correct(record, Entry(post_duty_id=None, content="改"), reason="改", actor=actor)


def test_a_collected_case_is_offered_until_it_is_used(actor: Actor, person: Person) -> None:
    draft = SuggestionDraft(
        source_key="event:1", person_id=person.id, worked_on=DAY, post_duty_id=None, content="受理办件", case_no="A1"
    )
    suggest_records([draft])
    offer = offers_for(person.id, DAY)[0]

    log(
        actor, Entry(post_duty_id=None, content=offer.content, case_no=offer.case_no, suggestion_id=offer.suggestion_id)
    )

    assert offers_for(person.id, DAY) == []


def test_the_same_suggestion_twice_is_one(person: Person) -> None:
    draft = SuggestionDraft(source_key="event:1", person_id=person.id, worked_on=DAY, post_duty_id=None, content="受理")

    assert (suggest_records([draft]), suggest_records([draft])) == (1, 0)


def test_a_dismissed_suggestion_is_offered_no_more(actor: Actor, person: Person) -> None:
    suggest_records(
        [SuggestionDraft(source_key="e", person_id=person.id, worked_on=DAY, post_duty_id=None, content="受理")]
    )
    dismiss_suggestion(db.session.scalars(select(RecordSuggestion.id)).one(), actor=actor)

    assert offers_for(person.id, DAY) == []


def test_what_is_usual_on_this_weekday_is_prefilled(actor: Actor, person: Person, post: Post) -> None:
    duty = a_post_duty(post=post)
    for week in (1, 2):
        day = DAY - timedelta(weeks=week)
        log(actor, Entry(post_duty_id=duty.id, content="每周例行核对", minutes=60), key=f"w{week}", day=day, today=day)

    offer = offers_for(person.id, DAY)[0]

    assert (offer.post_duty_id, offer.minutes, offer.is_checked) == (duty.id, 60, True)


def test_what_is_usual_leaves_the_words_to_the_person_and_offers_last_times(
    actor: Actor, person: Person, post: Post
) -> None:
    duty, before = a_post_duty(post=post), DAY - timedelta(weeks=1)
    log(actor, Entry(post_duty_id=duty.id, content="每周例行核对", minutes=60), day=before, today=before)

    offer = offers_for(person.id, DAY)[0]

    assert (offer.content, offer.last_words) == ("", "每周例行核对")


def test_what_had_no_amount_is_offered_as_the_one_piece_that_it_counted_as(
    actor: Actor, person: Person, post: Post
) -> None:
    duty, before = a_post_duty(post=post), DAY - timedelta(weeks=1)
    log(actor, Entry(post_duty_id=duty.id, content="每周例行核对"), day=before, today=before)

    assert offers_for(person.id, DAY)[0].quantity == 1


def test_a_duty_with_an_amount_needs_no_words(actor: Actor, post: Post) -> None:
    duty = a_post_duty(post=post)

    record = the_record(log(actor, Entry(post_duty_id=duty.id, content="", minutes=60)))

    assert (record.content, record.minutes) == ("", 60)


@pytest.mark.parametrize("has_duty", [True, False])
def test_an_entry_that_says_nothing_is_refused(actor: Actor, post: Post, has_duty: bool) -> None:
    duty = a_post_duty(post=post)
    entry = Entry(post_duty_id=duty.id if has_duty else None, content="", minutes=None if has_duty else 60)

    with pytest.raises(NoWords):
        log(actor, entry)


def test_the_database_keeps_no_record_that_says_nothing(actor: Actor) -> None:
    log(actor)

    with pytest.raises(IntegrityError, match="says_something"):
        db.session.execute(text("UPDATE duty_record SET content = ''"))


@pytest.mark.parametrize(
    ("words", "origin"),
    [
        ("", RecordOrigin.PREFILLED),
        ("每周例行核对", RecordOrigin.COPIED),
        ("这次另有两件退回补正", RecordOrigin.TYPED),
    ],
)
def test_a_prefilled_line_is_kept_under_where_its_words_come_from(
    actor: Actor, post: Post, sign_in_as: SignIn, words: str, origin: RecordOrigin
) -> None:
    today, duty = today_in_china(), a_post_duty(post=post)
    before = today - timedelta(days=1)
    log(actor, Entry(post_duty_id=duty.id, content="每周例行核对", minutes=60), day=before, today=before)
    line = {"chosen": "1", "1-content": words, "1-post_duty_id": str(duty.id), "1-minutes": "60"}

    sign_in_as(actor).post(
        "/duty-eval/records/confirm", data={"client_key": "d1", "worked_on": today.isoformat(), **line}
    )

    made = select(DutyRecord.origin).where(DutyRecord.worked_on == today)
    assert db.session.scalars(made).one() is origin


def test_words_of_a_case_come_with_it(person: Person) -> None:
    suggest_records(
        [SuggestionDraft(source_key="e", person_id=person.id, worked_on=DAY, post_duty_id=None, content="受理办件")]
    )

    assert offers_for(person.id, DAY)[0].content == "受理办件"


def test_what_is_ticked_beforehand_fits_into_a_working_day(actor: Actor, person: Person, post: Post) -> None:
    for minutes in (300, 240, 180):
        duty = a_post_duty(post=post, text=f"核对{minutes}")
        before = DAY - timedelta(weeks=1)
        entry = Entry(post_duty_id=duty.id, content="每周例行核对", minutes=minutes)
        log(actor, entry, key=str(minutes), day=before, today=before)

    assert [(offer.minutes, offer.is_checked) for offer in offers_for(person.id, DAY)] == [
        (300, True),
        (240, False),
        (180, True),
    ]


def test_one_record_over_http_costs_three_statements(
    actor: Actor, post: Post, sign_in_as: SignIn, count_queries: Callable[[], object]
) -> None:
    duty = a_post_duty(post=post)
    client = sign_in_as(actor)
    body = {
        "client_key": "h1",
        "worked_on": today_in_china().isoformat(),
        "post_duty_id": duty.id,
        "content": "审核材料",
        "minutes": "30",
    }

    with count_queries() as seen:  # type: ignore[attr-defined]
        answer = client.post("/duty-eval/records", data=body, headers={"Accept": "application/json"})

    assert answer.status_code == 201
    # The session's own statement is not among them: the test puts the actor in by hand.
    assert len(seen) + 1 == 3, seen


def test_a_record_is_not_planned_anew_in_a_city_that_has_kept_three_years(
    person: Person, connection: Connection
) -> None:
    for back in range(36):
        ensure_month(connection, "duty_record", first_of_month(DAY, plus=-back))

    for _ in range(20):
        standings(person.id, DAY, draw=1)

    generic: int | None = connection.scalar(
        text("SELECT max(generic_plans) FROM pg_prepared_statements WHERE statement LIKE '%minutes_logged%nextval%'")
    )
    assert generic


def test_what_a_record_sends_is_none_of_the_orms(actor: Actor, post: Post, sign_in_as: SignIn) -> None:
    through_orm: list[str] = []
    body = {
        "client_key": "h1",
        "worked_on": today_in_china().isoformat(),
        "post_duty_id": a_post_duty(post=post).id,
        "content": "审核材料",
    }
    client = sign_in_as(actor)

    def note(sent: ORMExecuteState) -> None:
        through_orm.append(str(sent.statement))

    event.listen(db.session, "do_orm_execute", note)
    try:
        answer = client.post("/duty-eval/records", data=body, headers={"Accept": "application/json"})
        client.application.test_client(use_cookies=False).get("/healthz", headers={"Cookie": f"{COOKIE}=nobody"})
    finally:
        event.remove(db.session, "do_orm_execute", note)

    # Neither the session's statement, nor where the person stands, nor all that is written.
    assert (answer.status_code, through_orm) == (201, [])


def test_what_was_taken_stays_taken_though_the_day_is_full_by_now(actor: Actor) -> None:
    long = Entry(post_duty_id=None, content="值班", minutes=1000)

    assert log(actor, long) == log(actor, long)


def test_what_was_taken_stays_taken_though_it_would_be_late_by_now(actor: Actor) -> None:
    first = log(actor)

    assert log(actor, today=DAY + timedelta(days=30)) == first


def test_another_body_under_a_taken_key_is_refused_though_the_day_is_full(actor: Actor) -> None:
    log(actor, Entry(post_duty_id=None, content="值班", minutes=1000))

    with pytest.raises(KeyReused):
        log(actor, Entry(post_duty_id=None, content="值夜班", minutes=1000))


def test_a_form_with_errors_comes_back_with_the_words_typed(actor: Actor, sign_in_as: SignIn) -> None:
    body = {"client_key": "h1", "worked_on": today_in_china().isoformat(), "content": "写了很多", "minutes": "2000"}

    answer = sign_in_as(actor).post("/duty-eval/records", data=body)

    assert answer.status_code == 422
    assert "写了很多" in answer.text
    assert "1440" in answer.text


def test_the_prefilled_day_is_confirmed_in_one_go(actor: Actor, sign_in_as: SignIn) -> None:
    body = {
        "client_key": "d1", "worked_on": today_in_china().isoformat(), "chosen": ["1", "2"],
        "1-content": "甲", "2-content": "乙", "2-quantity": "3", "3-content": "没有勾选",
    }  # fmt: skip

    answer = sign_in_as(actor).post("/duty-eval/records/confirm", data=body)

    assert answer.status_code == 303
    assert db.session.scalars(select(DutyRecord.content).order_by(DutyRecord.id)).all() == ["甲", "乙"]


def test_row_44_one_key_a_hundred_times_in_parallel_makes_one_record(app: Flask, committed: Engine) -> None:
    person = a_person(post=a_post())
    actor = an_actor(Role.STAFF, person=person)
    db.session.commit()

    def send(_number: int) -> tuple[int, ...]:
        with app.app_context():
            try:
                ids = log(actor)
                db.session.commit()
                return ids
            finally:
                db.session.remove()

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(send, range(100)))

    assert len(answers) == 1
    assert db.session.scalar(select(func.count()).select_from(DutyRecord)) == 1


def test_the_home_page_counts_the_working_days_that_are_still_open(
    actor: Actor, sign_in_as: Callable[[Actor], FlaskClient]
) -> None:
    db.session.commit()

    assert "近十个工作日还没有填写的日子" in sign_in_as(actor).get("/").text
