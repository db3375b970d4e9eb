"""What a person may undo, and that nothing typed is lost on a refusal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, func, select

from basic_info.organization.models import Appointment, Person, Post
from duty_eval.assignments.errors import TaskOver
from duty_eval.assignments.models import AssignedTask, TaskState
from duty_eval.assignments.operations import assign_task, withdraw_task
from duty_eval.records.copying import copy_day
from duty_eval.records.days import state_of_day
from duty_eval.records.discarding import discard, own_submitted, take_back
from duty_eval.records.errors import HasHistory, NotOpen
from duty_eval.records.models import DutyRecord, RecordRollup, RecordState
from duty_eval.records.offers import offers_for
from duty_eval.records.operations import Entry, correct, log_records, withdraw
from duty_eval.records.queries import month_of, own_open
from duty_eval.records.suggesting import SuggestionDraft, suggest_records
from host.kernel.access import Actor, Role
from host.kernel.audit import AuditEntry
from host.kernel.db import db
from host.kernel.errors import NotFound
from host.kernel.pages import today_in_china
from tests.factories import a_person, a_post, a_post_duty, an_actor, an_appointment

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


def log(actor: Actor, *entries: Entry, key: str = "k1", day: date = DAY) -> DutyRecord:
    made = log_records(
        list(entries) or [Entry(post_duty_id=None, content="整理档案", minutes=60)],
        worked_on=day, client_key=key, actor=actor, today=day,
    )  # fmt: skip
    return db.session.scalars(select(DutyRecord).where(DutyRecord.id == made.record_ids[0])).one()


def records() -> int:
    return db.session.scalar(select(func.count()).select_from(DutyRecord)) or 0


def undo(actor: Actor, record: DutyRecord) -> int:
    return take_back(own_submitted(actor, DAY, [record.id]), actor=actor)


def test_a_submission_taken_back_leaves_neither_record_nor_sum(actor: Actor) -> None:
    undo(actor, log(actor))

    sums = db.session.execute(select(RecordRollup.record_count, RecordRollup.minutes)).one()
    assert (records(), tuple(sums)) == (0, (0, 0))


def test_what_was_deleted_stays_in_the_audit(actor: Actor) -> None:
    undo(actor, log(actor))

    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "duty_record.deleted")).one()
    assert entry.before is not None
    assert entry.before["content"] == "整理档案"


def test_a_record_of_somebody_else_cannot_be_taken_back(actor: Actor, post: Post) -> None:
    record = log(actor)

    with pytest.raises(NotFound):
        undo(an_actor(Role.STAFF, person=a_person(post=post, name="李强")), record)


def test_only_a_draft_is_deleted(actor: Actor) -> None:
    with pytest.raises(NotOpen):
        discard(log(actor), actor=actor)


def test_a_corrected_record_is_never_deleted(actor: Actor) -> None:
    record = log(actor)
    withdraw(record, actor=actor)
    correct(record, Entry(post_duty_id=None, content="改写"), reason="笔误", actor=actor)
    withdraw(record, actor=actor)

    with pytest.raises(HasHistory):
        discard(record, actor=actor)


def a_task(person: Person, actor: Actor, title: str = "报送月报") -> AssignedTask:
    holder = db.session.scalars(select(Appointment).where(Appointment.person_id == person.id)).one()
    return assign_task(holder, title=title, due_on=None, actor=actor)


def test_a_task_is_open_again_when_its_record_is_taken_back(actor: Actor, person: Person) -> None:
    task = a_task(person, actor)

    undo(actor, log(actor, Entry(post_duty_id=None, content="报送月报", task_id=task.id)))

    db.session.refresh(task)
    assert (task.task_state, task.done_at) == (TaskState.OPEN, None)


def test_a_case_step_is_offered_again_when_its_record_is_taken_back(actor: Actor, person: Person) -> None:
    draft = SuggestionDraft(
        source_key="event:1", person_id=person.id, worked_on=DAY, post_duty_id=None, content="受理", case_no="A1"
    )
    suggest_records([draft])
    (offer,) = offers_for(person.id, DAY)

    undo(actor, log(actor, Entry(post_duty_id=None, content="受理", case_no="A1", suggestion_id=offer.suggestion_id)))

    assert [one.case_no for one in offers_for(person.id, DAY)] == ["A1"]


def test_a_withdrawn_task_is_offered_no_more(actor: Actor, person: Person) -> None:
    task = a_task(person, actor)

    withdraw_task(task, actor=actor)

    assert offers_for(person.id, DAY) == []


def test_a_task_that_is_over_cannot_be_withdrawn(actor: Actor, person: Person) -> None:
    task = a_task(person, actor)
    withdraw_task(task, actor=actor)

    with pytest.raises(TaskOver):
        withdraw_task(task, actor=actor)


def test_copying_a_day_twice_doubles_nothing(actor: Actor) -> None:
    log(actor)
    to = DAY + timedelta(days=1)
    copy_day(DAY, to=to, client_key="c1", actor=actor, today=to)

    again = copy_day(DAY, to=to, client_key="c2", actor=actor, today=to)

    assert (again.record_ids, records()) == ((), 2)


def test_a_late_day_is_copied_with_a_reason(actor: Actor) -> None:
    log(actor)
    to = DAY + timedelta(days=1)

    copied = copy_day(
        DAY, to=to, client_key="c1", actor=actor, today=DAY + timedelta(days=60), late_reason="出差期间没有网络"
    )

    assert copied.is_new


def test_a_withdrawn_record_does_not_make_its_day_filled(actor: Actor, person: Person) -> None:
    withdraw(log(actor), actor=actor)

    (row,) = month_of(person.id, DAY, DAY + timedelta(days=1))
    assert (row.records, row.minutes, row.drafts, own_open(person.id, DAY)[1]) == (0, 0, 1, False)


@pytest.mark.parametrize(
    ("states", "word", "is_done"),
    [
        ([], "尚未填写", False),
        ([RecordState.DRAFT], "1 项已撤回，尚未提交", False),
        ([RecordState.RETURNED, RecordState.SUBMITTED], "1 项被退回", False),
        ([RecordState.SUBMITTED, RecordState.APPROVED], "已填完 2 项", True),
        ([RecordState.APPROVED, RecordState.LOCKED], "已填完 2 项，全部审核通过", True),
    ],
)
def test_a_day_says_whether_it_is_finished(states: list[RecordState], word: str, is_done: bool) -> None:
    state = state_of_day(states, is_workday=True)

    assert (state.word, state.is_done) == (word, is_done)


def test_a_day_off_need_not_be_filled() -> None:
    assert state_of_day([], is_workday=False).word == "非工作日，可以不填"


def a_typed(**over: str) -> dict[str, str]:
    typed = {"client_key": "w1", "worked_on": today_in_china().isoformat(), "post_duty_id": "0", "content": "夜间值守"}
    return {**typed, **over}


def test_a_refused_record_comes_back_with_what_was_typed(actor: Actor, sign_in_as: SignIn) -> None:
    log(actor, Entry(post_duty_id=None, content="整天", minutes=1400), day=today_in_china())
    db.session.commit()

    page = sign_in_as(actor).post("/duty-eval/records", data=a_typed(minutes="100"))

    text = page.get_data(as_text=True)
    assert (page.status_code, "超过 24 小时" in text, "夜间值守" in text) == (422, True, True)


def test_a_refused_day_comes_back_with_what_was_typed(actor: Actor, person: Person, sign_in_as: SignIn) -> None:
    task = a_task(person, actor)
    db.session.commit()
    day = today_in_china().isoformat()
    line = {"1-task_id": str(task.id), "1-content": "月报已报送市局", "1-quantity": "很多", "chosen": "1"}

    page = sign_in_as(actor).post("/duty-eval/records/confirm", data={"client_key": "w1", "worked_on": day, **line})

    text = page.get_data(as_text=True)
    assert (page.status_code, "数量不是数字" in text, "月报已报送市局" in text) == (422, True, True)


def test_a_draft_is_submitted_again_without_a_reason(actor: Actor, sign_in_as: SignIn) -> None:
    record = log(actor)
    withdraw(record, actor=actor)
    address = f"/duty-eval/records/{record.id}/{DAY.isoformat()}/correct"

    answer = sign_in_as(actor).post(address, data=a_typed(content="整理档案 3 卷"))

    assert (answer.status_code, record.record_state) == (303, RecordState.SUBMITTED)


def test_a_returned_record_is_submitted_again_only_with_a_reason(actor: Actor, sign_in_as: SignIn) -> None:
    record = log(actor)
    record.record_state, record.return_reason = RecordState.RETURNED, "请补充"
    db.session.flush()
    address = f"/duty-eval/records/{record.id}/{DAY.isoformat()}/correct"

    answer = sign_in_as(actor).post(address, data=a_typed(content="整理档案 3 卷"))

    assert (answer.status_code, "请填写修改说明" in answer.get_data(as_text=True)) == (422, True)


def test_who_has_no_post_is_told_so_and_asked_for_nothing(connection: Connection, sign_in_as: SignIn) -> None:
    nobody = an_actor(Role.STAFF, person=a_person(name="无岗"))

    text = sign_in_as(nobody).get("/duty-eval/today").get_data(as_text=True)

    assert ("没有任职岗位" in text, "添一项" in text) == (True, False)


def test_an_account_without_a_person_is_told_whom_to_ask(connection: Connection, sign_in_as: SignIn) -> None:
    text = sign_in_as(an_actor(Role.STAFF)).get("/duty-eval/today").get_data(as_text=True)

    assert "账号没有对应的人员" in text


def test_who_holds_two_posts_sees_which_duty_belongs_to_which(
    actor: Actor, person: Person, post: Post, sign_in_as: SignIn
) -> None:
    second = a_post(section=None, title="值班岗")
    an_appointment(person, second, is_primary=False)
    a_post_duty(post=post, text="起草文稿")
    a_post_duty(post=second, text="起草文稿")

    text = sign_in_as(actor).get("/duty-eval/today").get_data(as_text=True)

    assert ("<small>值班岗</small>" in text, "<small>综合岗</small>" in text) == (True, True)


@pytest.mark.parametrize("day", ["2024-02-29", "2026-12-31", "2026-01-01"])
def test_odd_days_have_a_page(day: str, actor: Actor, sign_in_as: SignIn) -> None:
    assert sign_in_as(actor).get(f"/duty-eval/today?day={day}").status_code == 200


def test_a_day_that_is_none_is_refused_in_words(actor: Actor, sign_in_as: SignIn) -> None:
    page = sign_in_as(actor).get("/duty-eval/today?day=2026-02-29")

    assert (page.status_code, "日期格式" in page.get_data(as_text=True)) == (422, True)


def test_a_list_whose_days_are_the_wrong_way_round_says_so(actor: Actor, sign_in_as: SignIn) -> None:
    page = sign_in_as(actor).get("/duty-eval/my-records?from=2026-03-02&to=2026-03-01")

    assert (page.status_code, "开始日期不能晚于结束日期" in page.get_data(as_text=True)) == (422, True)
