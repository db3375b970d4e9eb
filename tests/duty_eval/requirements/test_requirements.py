"""A duty may ask for words and for evidence; what it asks for is asked however a record comes in."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, Engine, func, select

from basic_info.duties.models import PostDuty
from basic_info.organization.models import Person, Post, Section, Unit
from duty_eval.assignments.models import AssignedTask
from duty_eval.entry_rules.operations import set_rules
from duty_eval.entry_rules.queries import Rules
from duty_eval.records.copying import copy_day
from duty_eval.records.errors import WordsAsked
from duty_eval.records.models import DutyRecord
from duty_eval.records.operations import Entry, Logged, log_records
from duty_eval.records.repeat import repeat_record
from duty_eval.records.week import cell_field, log_week, week_of, words_field
from duty_eval.requirements.models import Asking, DutyRequirement
from duty_eval.requirements.operations import Required, set_requirements
from duty_eval.requirements.queries import asking_words
from host.kernel.access import SYSTEM, Actor, Role
from host.kernel.audit import AuditEntry
from host.kernel.db import db
from host.kernel.errors import Refused
from host.kernel.pages import today_in_china
from tests.at_once import at_once
from tests.factories import a_person, a_post, a_post_duty, a_section, an_actor

SignIn = Callable[[Actor], FlaskClient]
MONDAY, TUESDAY = date(2026, 3, 2), date(2026, 3, 3)


@pytest.fixture
def section(connection: Connection) -> Section:
    return a_section()


@pytest.fixture
def post(section: Section) -> Post:
    return a_post(section=section)


@pytest.fixture
def duty(post: Post) -> PostDuty:
    return a_post_duty(post=post, text="接待来访群众", measure_unit="件")


@pytest.fixture
def person(post: Post) -> Person:
    return a_person(post=post)


@pytest.fixture
def actor(person: Person) -> Actor:
    return an_actor(Role.STAFF, person=person)


@pytest.fixture
def head(section: Section) -> Actor:
    return an_actor(Role.SECTION_HEAD, person=a_person(name="李雷"), section=section)


def ask(
    duty: PostDuty, words: Asking = Asking.YES, evidence: Asking = Asking.DIVISION, *, on: date = date(2026, 1, 1)
) -> None:
    set_requirements([duty.id], Required(words, evidence), on=on, today=on, reason="须说清楚", actor=SYSTEM)


def bare(duty: PostDuty, *, task_id: int | None = None) -> Entry:
    return Entry(post_duty_id=duty.id, content="", minutes=60, task_id=task_id)


def signed(sign_in_as: SignIn, actor: Actor) -> FlaskClient:
    """Signed in, with what was made so far kept: a refused request takes back what was not."""
    db.session.commit()
    return sign_in_as(actor)


def log(actor: Actor, *entries: Entry, day: date = MONDAY, key: str = "k") -> Logged:
    return log_records(list(entries), worked_on=day, client_key=key, actor=actor, today=day)


def count() -> int:
    return db.session.scalar(select(func.count()).select_from(DutyRecord)) or 0


def test_a_duty_asks_for_no_words_of_itself(actor: Actor, duty: PostDuty) -> None:
    assert log(actor, bare(duty)).is_new


def test_a_duty_that_asks_for_words_takes_no_record_without(actor: Actor, duty: PostDuty) -> None:
    ask(duty)

    with pytest.raises(WordsAsked, match="「接待来访群众」须写明做了什么") as refused:
        log(actor, Entry(post_duty_id=duty.id, content="接待来访", minutes=30), bare(duty))
    assert refused.value.places == (1,)


def test_what_is_asked_holds_from_its_first_day_on(actor: Actor, duty: PostDuty) -> None:
    ask(duty, on=TUESDAY)

    assert log(actor, bare(duty)).is_new
    with pytest.raises(WordsAsked):
        log(actor, bare(duty), day=TUESDAY, key="t")


def test_a_division_asks_where_the_duty_says_nothing(section: Section, duty: PostDuty, actor: Actor) -> None:
    region_id = db.session.get_one(Unit, section.unit_id).region_id
    set_rules(region_id, Rules(asks_words=True), on=MONDAY, today=MONDAY, reason="全市统一", actor=SYSTEM)

    assert asking_words([duty.id], MONDAY) == {duty.id: "接待来访群众"}
    ask(duty, Asking.NO)
    assert asking_words([duty.id], MONDAY) == {}


def test_what_the_system_brings_along_is_never_refused_for_words(actor: Actor, duty: PostDuty, person: Person) -> None:
    ask(duty)
    task = AssignedTask(person_id=person.id, section_id=duty.section_id, title="走访")
    db.session.add(task)
    db.session.flush()

    assert log(actor, bare(duty, task_id=task.id)).is_new


def test_a_task_of_nobody_or_of_another_brings_nothing_along(actor: Actor, duty: PostDuty) -> None:
    ask(duty)
    task = AssignedTask(person_id=a_person(name="李强").id, section_id=duty.section_id, title="走访")
    db.session.add(task)
    db.session.flush()

    for task_id in (task.id, task.id + 1):
        with pytest.raises(WordsAsked):
            log(actor, bare(duty, task_id=task_id))


@pytest.mark.committed
def test_two_who_set_the_first_requirement_of_a_duty_at_once_wait_for_each_other(app: Flask, committed: Engine) -> None:
    duty_id = a_post_duty(post=a_post()).id
    db.session.commit()

    def set_first() -> None:
        set_requirements([duty_id], Required(Asking.YES), on=MONDAY, today=MONDAY, reason="须说清楚", actor=SYSTEM)

    assert at_once(app, [set_first] * 8) == ["done"] * 8
    holding = select(func.count()).where(DutyRequirement.post_duty_id == duty_id)
    assert db.session.scalar(holding.where(DutyRequirement.superseded_at.is_(None))) == 1


def test_only_an_entry_without_words_costs_a_question(
    actor: Actor, duty: PostDuty, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    with count_queries() as with_words:
        log(actor, Entry(post_duty_id=duty.id, content="接待来访", minutes=30))
    with count_queries() as without:
        log(actor, bare(duty), key="b")

    assert len(without) == len(with_words) + 1


def test_a_copy_leaves_out_what_has_no_words_and_says_so(actor: Actor, post: Post, duty: PostDuty) -> None:
    other = a_post_duty(post=post, text="核对台账")
    log(actor, bare(duty), bare(other))
    ask(duty, on=TUESDAY)

    copied = copy_day(MONDAY, to=TUESDAY, client_key="c", actor=actor, today=TUESDAY)

    assert (len(copied.record_ids), copied.left_out) == (1, ("接待来访群众",))


def test_two_records_without_words_are_copied_as_two(actor: Actor, duty: PostDuty) -> None:
    log(actor, bare(duty), bare(duty))

    copied = copy_day(MONDAY, to=TUESDAY, client_key="c", actor=actor, today=TUESDAY)
    again = copy_day(MONDAY, to=TUESDAY, client_key="d", actor=actor, today=TUESDAY)

    assert (len(copied.record_ids), len(again.record_ids)) == (2, 0)


def test_records_without_words_are_told_apart_by_their_amounts(actor: Actor, duty: PostDuty) -> None:
    log(actor, bare(duty))
    log(actor, Entry(post_duty_id=duty.id, content="", quantity=Decimal(5)), day=TUESDAY, key="t")

    assert len(copy_day(MONDAY, to=TUESDAY, client_key="c", actor=actor, today=TUESDAY).record_ids) == 1


def test_repeated_work_needs_the_words_too(actor: Actor, duty: PostDuty) -> None:
    ask(duty)

    with pytest.raises(WordsAsked, match="3月2日"):
        repeat_record(bare(duty), first=MONDAY, last=TUESDAY, client_key="r", actor=actor, today=TUESDAY)


def test_the_grid_says_beside_the_line_that_words_are_asked_for(actor: Actor, duty: PostDuty) -> None:
    ask(duty)
    week = week_of(actor.person_id or 0, MONDAY, today=TUESDAY)

    with pytest.raises(WordsAsked) as refused:
        log_week(week, {cell_field(duty.id, MONDAY): "90"}, client_key="w", actor=actor, today=TUESDAY)
    assert list(refused.value.at) == [words_field(duty.id)]


def test_the_grid_says_beside_each_cell_what_is_wrong_with_it(actor: Actor, duty: PostDuty) -> None:
    week = week_of(actor.person_id or 0, MONDAY, today=TUESDAY)
    cells = {cell_field(duty.id, MONDAY): "很久", cell_field(duty.id, TUESDAY): "0"}

    with pytest.raises(Refused) as refused:
        log_week(week, cells, client_key="w", actor=actor, today=TUESDAY)
    assert set(refused.value.at) == set(cells)


def test_a_refused_week_comes_back_with_what_was_typed(actor: Actor, duty: PostDuty, sign_in_as: SignIn) -> None:
    today = today_in_china()
    cells = {cell_field(duty.id, today): "九十", words_field(duty.id): "整理档案"}

    answer = signed(sign_in_as, actor).post("/duty-eval/week", data={"client_key": "w", **cells})

    assert answer.status_code == 422
    assert 'value="九十" aria-invalid="true" data-refused' in answer.text
    assert 'value="整理档案"' in answer.text
    assert f'id="{cell_field(duty.id, today)}-error"' in answer.text


def test_a_week_sent_again_with_other_cells_comes_back_and_can_be_sent(
    actor: Actor, duty: PostDuty, sign_in_as: SignIn
) -> None:
    client, name = signed(sign_in_as, actor), cell_field(duty.id, today_in_china())
    client.post("/duty-eval/week", data={"client_key": "w", name: "30"})

    answer = client.post("/duty-eval/week", data={"client_key": "w", name: "90"})

    assert answer.status_code == 409
    assert "已经提交过一次" in answer.text
    assert 'value="90"' in answer.text
    assert 'name="client_key" value="w"' not in answer.text


def test_the_form_says_beside_the_field_that_words_are_asked_for(
    actor: Actor, duty: PostDuty, sign_in_as: SignIn
) -> None:
    ask(duty)
    body = {"client_key": "f", "worked_on": today_in_china().isoformat(), "post_duty_id": duty.id, "minutes": "30"}

    answer = signed(sign_in_as, actor).post("/duty-eval/records", data=body)

    assert answer.status_code == 422
    assert '<p class="field-error" id="content-error">' in answer.text
    assert "「接待来访群众」须写明做了什么" in answer.text


def test_a_device_is_told_the_words_that_are_asked_for(actor: Actor, duty: PostDuty, sign_in_as: SignIn) -> None:
    ask(duty, evidence=Asking.YES)
    body = {"client_key": "f", "worked_on": today_in_china().isoformat(), "post_duty_id": duty.id, "minutes": "30"}
    client = signed(sign_in_as, actor)

    kept = client.get("/duty-eval/offline/duties").get_json()["duties"]
    answer = client.post("/duty-eval/records", data=body, headers={"Accept": "application/json"})

    assert [(one["words"], one["evidence"]) for one in kept] == [(True, True), (True, False)]
    assert (answer.status_code, "须写明做了什么" in answer.get_json()["message"]) == (422, True)


def test_a_prefilled_line_left_without_words_is_named_on_the_day(
    actor: Actor, duty: PostDuty, sign_in_as: SignIn
) -> None:
    today = today_in_china()
    log(actor, bare(duty), day=today - timedelta(days=1))
    ask(duty)
    line = {"chosen": "1", "1-content": "", "1-post_duty_id": str(duty.id), "1-minutes": "60"}

    answer = signed(sign_in_as, actor).post(
        "/duty-eval/records/confirm", data={"client_key": "c", "worked_on": today.isoformat(), **line}
    )

    assert (answer.status_code, count()) == (422, 1)
    if today.weekday() < 5:  # on other days nothing usual is offered
        assert 'id="offer-1-error"' in answer.text


def test_somebody_who_logs_for_another_must_write_the_words(
    person: Person, duty: PostDuty, head: Actor, sign_in_as: SignIn
) -> None:
    ask(duty)
    body = {
        "client_key": "b", "worked_on": today_in_china().isoformat(), "post_duty_id": duty.id, "minutes": "30",
        "reason": "外出",
    }  # fmt: skip

    answer = signed(sign_in_as, head).post(f"/duty-eval/people/{person.id}/log-for", data=body)

    assert (answer.status_code, count()) == (422, 0)
    assert 'id="content-error"' in answer.text


def test_evidence_is_asked_for_and_never_a_condition(actor: Actor, duty: PostDuty, sign_in_as: SignIn) -> None:
    ask(duty, Asking.NO, Asking.YES)

    page = signed(sign_in_as, actor).get("/duty-eval/today").text

    assert "data-evidence-asked" in page
    assert "不要求拍照" in page
    assert log(actor, bare(duty)).is_new


def test_a_head_sets_it_for_all_duties_of_a_post(head: Actor, post: Post, duty: PostDuty, sign_in_as: SignIn) -> None:
    other = a_post_duty(post=post, text="核对台账")
    today = today_in_china()
    body = {
        "target": f"post-{post.id}", "words": "yes", "evidence": "no", "on": today.isoformat(), "reason": "说不清楚",
    }  # fmt: skip

    answer = signed(sign_in_as, head).post("/duty-eval/duty-requirements", data=body)

    assert answer.status_code == 303
    assert set(asking_words([duty.id, other.id], today)) == {duty.id, other.id}
    written = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "duty_requirement.set")).all()
    assert {one.reason for one in written} == {"说不清楚"}
    assert len(written) == 2


def test_a_head_does_not_set_it_for_another_section(head: Actor, sign_in_as: SignIn) -> None:
    elsewhere = a_post_duty(post=a_post(section=a_section(name="法规科")))
    body = {
        "target": f"duty-{elsewhere.id}", "words": "yes", "evidence": "no", "on": today_in_china().isoformat(),
        "reason": "越权",
    }  # fmt: skip

    answer = signed(sign_in_as, head).post("/duty-eval/duty-requirements", data=body)

    assert answer.status_code == 422
    assert asking_words([elsewhere.id], today_in_china()) == {}
