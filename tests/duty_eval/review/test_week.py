"""The reviewer's screen of people by days: what stands on it, and passing the ordinary rest."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, func, update

from basic_info.duties.models import PostDuty
from basic_info.organization.models import Appointment, Person, Post, Section, Unit
from duty_eval.absences.models import AbsenceKind
from duty_eval.absences.operations import decide_absence, request_absence
from duty_eval.entry_rules.operations import set_rules
from duty_eval.entry_rules.queries import Rules
from duty_eval.records.models import DutyRecord, RecordState
from duty_eval.records.operations import Entry, log_records
from duty_eval.review.operations import approve_records
from duty_eval.review.week import Cell, Line, week_to_review
from host.kernel.access import Actor, Role
from host.kernel.db import db
from tests.factories import a_person, a_post, a_post_duty, a_section, an_actor

SignIn = Callable[[Actor], FlaskClient]
MONDAY = date(2026, 3, 2)
FRIDAY = MONDAY + timedelta(days=4)
AFTER = FRIDAY + timedelta(days=3)


@pytest.fixture
def section(connection: Connection) -> Section:
    return a_section()


@pytest.fixture
def head(section: Section) -> Actor:
    return an_actor(Role.SECTION_HEAD, person=a_person(name="科长", post=a_post(section=section)), section=section)


@pytest.fixture
def post(section: Section) -> Post:
    return a_post(section=section)


@pytest.fixture
def duty(post: Post) -> PostDuty:
    return a_post_duty(post=post)


@pytest.fixture
def person(post: Post) -> Person:
    return a_person(name="赵一", post=post)


def logs(
    person: Person, day: date, *, duty: PostDuty | None = None, minutes: int = 60, content: str = "办文"
) -> DutyRecord:
    made = log_records(
        [Entry(post_duty_id=duty.id if duty else None, content=content, minutes=minutes)],
        worked_on=day, client_key=f"{person.id}{day}{content}", actor=an_actor(Role.STAFF, person=person), today=day,
    )  # fmt: skip
    return db.session.get_one(DutyRecord, (made.record_ids[0], day))


def line_of(head: Actor, name: str, *, today: date = AFTER) -> Line:
    week = week_to_review(head, MONDAY, today=today)
    return next(line for line in (*week.attention, *week.ordinary) if line.name == name)


def cell_of(line: Line, day: date) -> Cell:
    return next(cell for cell in line.cells if cell.day == day)


def names_on_screen(head: Actor) -> set[str]:
    week = week_to_review(head, MONDAY, today=AFTER)
    return {line.name for line in (*week.attention, *week.ordinary)}


def test_an_expected_day_without_a_record_is_missing(head: Actor, person: Person, duty: PostDuty) -> None:
    logs(person, MONDAY, duty=duty)

    assert line_of(head, "赵一").missing == tuple(MONDAY + timedelta(days=number) for number in range(1, 5))


def test_a_day_of_leave_or_still_to_come_is_not_missing(head: Actor, person: Person) -> None:
    asked = request_absence(person.id, AbsenceKind.ANNUAL, MONDAY, MONDAY, actor=an_actor(Role.STAFF, person=person))
    decide_absence(asked, is_confirmed=True, actor=head)

    line = line_of(head, "赵一", today=MONDAY + timedelta(days=1))

    assert (line.missing, cell_of(line, MONDAY).is_away) == ((), True)


def test_what_wants_a_look_is_named_with_its_reason(head: Actor, person: Person) -> None:
    logs(person, MONDAY, minutes=700)

    cell = cell_of(line_of(head, "赵一"), MONDAY)

    assert (cell.to_look, cell.reasons) == (1, ("职责以外", "用时较长"))


def test_who_wants_attention_stands_apart_from_the_ordinary(
    head: Actor, post: Post, person: Person, duty: PostDuty
) -> None:
    other = a_person(name="钱二", post=post)
    for number in range(5):
        logs(other, MONDAY + timedelta(days=number), duty=duty)
    logs(person, MONDAY)

    week = week_to_review(head, MONDAY, today=AFTER)

    assert ("赵一" in [line.name for line in week.attention], [line.name for line in week.ordinary]) == (True, ["钱二"])


def test_people_of_other_sections_are_not_on_the_screen(head: Actor, person: Person) -> None:
    stranger = a_person(name="孙三", post=a_post(section=a_section(name="业务科")))
    logs(stranger, MONDAY)

    assert names_on_screen(head) == {"赵一"}  # nor is the head


def test_who_was_moved_away_stays_while_something_waits_here(head: Actor, person: Person, post: Post) -> None:
    logs(person, MONDAY)
    db.session.execute(update(Appointment).where(Appointment.person_id == person.id).values(superseded_at=func.now()))

    assert (names_on_screen(head), line_of(head, "赵一").missing) == ({"赵一"}, ())


def test_the_ordinary_rest_is_passed_and_the_unusual_stays(
    head: Actor, person: Person, duty: PostDuty, sign_in_as: SignIn
) -> None:
    plain, unusual = logs(person, MONDAY, duty=duty), logs(person, MONDAY, content="临时任务")
    db.session.commit()

    sign_in_as(head).post("/duty-eval/review/week/approve", data=_shown(datetime.now(UTC)))

    db.session.expire_all()
    assert (plain.record_state, unusual.record_state) == (RecordState.APPROVED, RecordState.SUBMITTED)


def test_what_came_in_after_the_page_was_shown_is_not_passed_unseen(
    head: Actor, person: Person, duty: PostDuty, sign_in_as: SignIn
) -> None:
    record = logs(person, MONDAY, duty=duty)
    assert record.submitted_at is not None
    shown_at = record.submitted_at - timedelta(seconds=1)
    db.session.commit()

    answer = sign_in_as(head).post("/duty-eval/review/week/approve", data=_shown(shown_at))

    db.session.expire_all()
    assert (answer.status_code, record.record_state) == (422, RecordState.SUBMITTED)


def test_the_rest_is_not_passed_before_the_drawn_ones_were_opened(
    head: Actor, section: Section, person: Person, duty: PostDuty, sign_in_as: SignIn
) -> None:
    unit = db.session.get_one(Unit, section.unit_id)
    set_rules(unit.region_id, Rules(sample_percent=100), on=MONDAY, today=MONDAY, reason="抽查", actor=head)
    record = logs(person, MONDAY, duty=duty)
    db.session.commit()
    client = sign_in_as(head)
    refused = client.post("/duty-eval/review/week/approve", data=_shown(datetime.now(UTC)))

    client.get(f"/duty-eval/records/{record.id}/{MONDAY}")
    done = client.post("/duty-eval/review/week/approve", data=_shown(datetime.now(UTC)))

    assert (refused.status_code, "抽查" in refused.get_data(as_text=True), done.status_code) == (409, True, 303)


@pytest.mark.parametrize("shown_at", ["", "昨天", "2026-03-02T08:00:00"])
def test_a_page_without_its_time_is_stale(head: Actor, sign_in_as: SignIn, shown_at: str) -> None:
    db.session.commit()

    answer = sign_in_as(head).post(
        "/duty-eval/review/week/approve", data={"week": MONDAY.isoformat(), "shown_at": shown_at}
    )

    assert answer.status_code == 422


def test_the_week_takes_as_many_statements_for_ten_people_as_for_one(
    head: Actor, post: Post, duty: PostDuty, sign_in_as: SignIn, count_queries: Callable[[], object]
) -> None:
    logs(a_person(name="赵一", post=post), MONDAY, duty=duty)
    client = sign_in_as(head)
    url = f"/duty-eval/review/week?week={MONDAY}"
    client.get(url)
    with count_queries() as for_one:  # type: ignore[attr-defined]
        client.get(url)
    for number in range(9):
        logs(a_person(name=f"人{number}", post=post), MONDAY, duty=duty)

    with count_queries() as for_ten:  # type: ignore[attr-defined]
        client.get(url)

    assert len(for_ten) == len(for_one)
    assert len(for_ten) <= 11, for_ten


def test_a_day_that_was_passed_leads_to_its_records(
    head: Actor, person: Person, duty: PostDuty, sign_in_as: SignIn
) -> None:
    approve_records([logs(person, MONDAY, duty=duty)], actor=head)
    db.session.commit()

    page = sign_in_as(head).get(f"/duty-eval/review/week?week={MONDAY}").get_data(as_text=True)

    assert f"/people/{person.id}/records?from={MONDAY}&amp;to={MONDAY}" in page


def test_the_queue_of_one_person_and_day_holds_only_that(
    head: Actor, post: Post, person: Person, sign_in_as: SignIn
) -> None:
    logs(person, MONDAY, content="周一的事")
    logs(person, FRIDAY, content="周五的事")
    logs(a_person(name="钱二", post=post), MONDAY, content="别人的事")
    db.session.commit()

    page = sign_in_as(head).get(f"/duty-eval/review?person={person.id}&day={MONDAY}").get_data(as_text=True)

    assert [words in page for words in ("周一的事", "周五的事", "别人的事")] == [True, False, False]


def _shown(instant: datetime) -> dict[str, str]:
    return {"week": MONDAY.isoformat(), "shown_at": instant.isoformat()}
