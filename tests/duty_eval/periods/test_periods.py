"""Months are closed for a place, opened again with a reason, and kept by the database (R90)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, select, text

from basic_info.organization.models import Section, Unit
from duty_eval.entry_rules.operations import set_rules
from duty_eval.entry_rules.queries import DEFAULTS, Rules
from duty_eval.evidence.models import RecordEvidence
from duty_eval.periods.errors import MonthLocked, MonthNotOver, NothingToDo, RecordFixed
from duty_eval.periods.models import PeriodReopening, SectionMonth
from duty_eval.periods.operations import (
    close_reopening,
    end_expired,
    lock_due_months,
    lock_month,
    months_to_seal,
    reopen_month,
    reopen_record,
    seal,
    unlock_month,
)
from duty_eval.periods.queries import Place
from duty_eval.records import rollups
from duty_eval.records.models import DutyRecord, DutyRecordRevision, RecordRollup, RecordState
from duty_eval.records.operations import Entry, correct, log_records
from duty_eval.review.operations import approve_records
from duty_eval.review.queries import counts_waiting, waiting
from host.kernel.access import Actor, Role
from host.kernel.audit import AuditEntry
from host.kernel.db import db
from host.kernel.errors import NotPermitted, Refused
from host.kernel.pages import today_in_china
from tests.factories import a_person, a_post, a_region, a_section, a_unit, an_actor

SignIn = Callable[[Actor], FlaskClient]
DAY = date(2026, 3, 2)
MONTH = date(2026, 3, 1)
TODAY = date(2026, 4, 20)
ENTRY = Entry(post_duty_id=None, content="整理档案", minutes=60)


@dataclass
class Office:
    section: Section
    author: Actor
    head: Actor
    clerk: Actor

    @property
    def place(self) -> Place:
        return Place(section_id=self.section.id)

    @property
    def person_id(self) -> int:
        assert self.author.person_id is not None
        return self.author.person_id

    def log(self, key: str = "one", entry: Entry = ENTRY) -> DutyRecord:
        made = log_records([entry], worked_on=DAY, client_key=key, actor=self.author, today=TODAY, late_reason="出差")
        return db.session.scalars(select(DutyRecord).where(DutyRecord.id == made.record_ids[0])).one()

    def locked_record(self) -> DutyRecord:
        record = self.log()
        approve_records([record], actor=self.head)
        lock_month(self.place, MONTH, actor=self.clerk, today=TODAY)
        return record


@pytest.fixture
def office(connection: Connection) -> Office:
    section = a_section()
    person = a_person(post=a_post(section=section))
    head = a_person(name="李雷", post=a_post(section=section))
    return Office(
        section,
        an_actor(Role.STAFF, person=person),
        an_actor(Role.SECTION_HEAD, person=head, section=section),
        an_actor(Role.OFFICE_CLERK, region="371300"),
    )


def test_a_locked_month_takes_no_record(office: Office) -> None:
    lock_month(office.place, MONTH, actor=office.clerk, today=TODAY)

    with pytest.raises(MonthLocked):
        office.log()


def test_approved_records_of_a_locked_month_are_locked(office: Office) -> None:
    assert office.locked_record().record_state is RecordState.LOCKED


def test_what_waits_in_a_locked_month_is_not_reviewed(office: Office) -> None:
    record = office.log()
    lock_month(office.place, MONTH, actor=office.clerk, today=TODAY)

    with pytest.raises(MonthLocked):
        approve_records([record], actor=office.head)


def test_what_waits_in_a_locked_month_leaves_the_queue_until_it_is_opened_again(office: Office) -> None:
    record = office.log()
    lock_month(office.place, MONTH, actor=office.clerk, today=TODAY)
    counts = counts_waiting(office.head)
    assert (waiting(office.head).rows, counts.total, counts.sealed) == ([], 0, 1)

    reopen_month(office.person_id, MONTH, reason="补审", days=3, section_id=office.section.id, actor=office.clerk)

    assert [row[0].id for row in waiting(office.head).rows] == [record.id]
    assert counts_waiting(office.head).sealed == 0


def test_the_desk_says_why_what_a_lock_overtook_is_not_on_it(office: Office, sign_in_as: SignIn) -> None:
    office.log()
    lock_month(office.place, MONTH, actor=office.clerk, today=TODAY)

    assert "另有 1 项还没有审核，所在月份就锁定了" in sign_in_as(office.head).get("/duty-eval/review").text


def test_from_a_record_that_a_lock_overtook_its_month_is_opened_again(office: Office, sign_in_as: SignIn) -> None:
    record = office.log()
    lock_month(office.place, MONTH, actor=office.clerk, today=TODAY)
    db.session.commit()
    unit = db.session.scalars(select(Section.unit_id).where(Section.id == office.section.id)).one()
    client = sign_in_as(an_actor(Role.UNIT_HEAD, unit=db.session.get_one(Unit, unit)))

    page = client.get(f"/duty-eval/records/{record.id}/{DAY}").text

    link = re.findall(r'href="([^"]*/reopen[^"]*)"', page)[0]
    assert client.get(link).status_code == 200


def test_another_section_of_the_month_stays_open(office: Office) -> None:
    lock_month(Place(section_id=a_section().id), MONTH, actor=office.clerk, today=TODAY)

    assert office.log().record_state is RecordState.SUBMITTED


def test_a_unit_is_locked_with_all_below_it(office: Office) -> None:
    top = a_unit(name="市教育局")
    below = a_section(unit=a_unit(name="市第一中学", parent=top))

    lock_month(Place(unit_id=top.id), MONTH, actor=office.clerk, today=TODAY)

    assert list(db.session.scalars(select(SectionMonth.section_id))) == [below.id]


def test_a_month_that_is_not_over_is_not_locked(office: Office) -> None:
    with pytest.raises(MonthNotOver):
        lock_month(office.place, date(2026, 4, 1), actor=office.clerk, today=TODAY)


def test_a_place_is_locked_once(office: Office) -> None:
    lock_month(office.place, MONTH, actor=office.clerk, today=TODAY)

    with pytest.raises(NothingToDo):
        lock_month(office.place, MONTH, actor=office.clerk, today=TODAY)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE duty_record SET content = '别的' WHERE id = :id",
        "UPDATE duty_record SET record_state = 'approved' WHERE id = :id",
        "UPDATE duty_record SET minutes = 5 WHERE id = :id",
        "UPDATE record_rollup SET minutes = minutes + 1 WHERE person_id = :person",
        "DELETE FROM record_rollup WHERE person_id = :person",
        "INSERT INTO record_evidence (record_id, worked_on, link) VALUES (:id, '2026-03-02', 'https://a.cn')",
        "INSERT INTO duty_record_revision (record_id, worked_on, version_no, said, reason)"
        " VALUES (:id, '2026-03-02', 9, '{}', 'x')",
    ],
)
def test_a_locked_record_changes_by_no_route(office: Office, statement: str) -> None:
    record = office.locked_record()

    with pytest.raises((MonthLocked, RecordFixed)):
        db.session.execute(text(statement), {"id": record.id, "person": record.person_id})


def test_evidence_of_a_locked_record_is_not_removed(office: Office) -> None:
    record = office.log()
    db.session.add(RecordEvidence(record_id=record.id, worked_on=DAY, link="https://a.cn"))
    db.session.flush()
    lock_month(office.place, MONTH, actor=office.clerk, today=TODAY)

    with pytest.raises(MonthLocked):
        db.session.execute(text("DELETE FROM record_evidence"))


def test_an_unlocked_month_takes_records_again(office: Office) -> None:
    record = office.locked_record()

    unlock_month(office.place, MONTH, actor=office.clerk, reason="补报上月材料")

    assert (record.record_state, office.log("two").record_state) == (RecordState.APPROVED, RecordState.SUBMITTED)


def test_a_month_is_not_unlocked_without_a_reason(office: Office) -> None:
    lock_month(office.place, MONTH, actor=office.clerk, today=TODAY)

    with pytest.raises(Refused):
        unlock_month(office.place, MONTH, actor=office.clerk, reason=" ")


def test_a_month_opened_for_one_person_stays_closed_for_the_others(office: Office) -> None:
    other = an_actor(Role.STAFF, person=a_person(name="韩梅", post=a_post(section=office.section)))
    lock_month(office.place, MONTH, actor=office.clerk, today=TODAY)
    reopen_month(office.person_id, MONTH, reason="病假补填", days=3, section_id=office.section.id, actor=office.clerk)

    assert office.log().record_state is RecordState.SUBMITTED
    with pytest.raises(MonthLocked):
        log_records([ENTRY], worked_on=DAY, client_key="x", actor=other, today=TODAY, late_reason="出差")


def test_nobody_opens_a_month_for_oneself(office: Office) -> None:
    lock_month(office.place, MONTH, actor=office.clerk, today=TODAY)

    with pytest.raises(NotPermitted):
        reopen_month(office.person_id, MONTH, reason="补填", days=3, section_id=office.section.id, actor=office.author)


def test_what_was_opened_closes_at_its_time(office: Office) -> None:
    lock_month(office.place, MONTH, actor=office.clerk, today=TODAY)
    opening = reopen_month(
        office.person_id, MONTH, reason="病假补填", days=3, section_id=office.section.id, actor=office.clerk
    )
    opening.expires_at = datetime.now(UTC) - timedelta(seconds=1)
    db.session.flush()

    with pytest.raises(MonthLocked):
        office.log()


def test_the_round_after_it_has_run_out_locks_again(office: Office) -> None:
    record = office.locked_record()
    opening = reopen_month(
        office.person_id, MONTH, reason="病假补填", days=3, section_id=office.section.id, actor=office.clerk
    )
    opened = record.record_state
    opening.expires_at = datetime.now(UTC) - timedelta(seconds=1)
    db.session.flush()

    end_expired()
    seal(MONTH, Section.id == office.section.id)

    db.session.refresh(record)
    assert (opened, record.record_state) == (RecordState.APPROVED, RecordState.LOCKED)
    assert months_to_seal(datetime.now(UTC) - timedelta(days=1)) == {MONTH}


def test_ending_it_early_closes_at_once(office: Office) -> None:
    lock_month(office.place, MONTH, actor=office.clerk, today=TODAY)
    opening = reopen_month(
        office.person_id, MONTH, reason="病假补填", days=3, section_id=office.section.id, actor=office.clerk
    )

    close_reopening(opening, actor=office.clerk)

    with pytest.raises(MonthLocked):
        office.log()


def test_a_locked_record_is_corrected_as_a_new_version_and_keeps_its_old_words(office: Office) -> None:
    record = office.locked_record()

    reopen_record(record, reason="数量填错", days=3, actor=office.clerk)
    correct(record, Entry(post_duty_id=None, content="整理档案 3 卷"), reason="更正数量", actor=office.author)
    approve_records([record], actor=office.head)
    seal(MONTH, Section.id == office.section.id)

    said = db.session.scalars(select(DutyRecordRevision.said)).one()
    assert (said["content"], record.version_no, record.content) == ("整理档案", 2, "整理档案 3 卷")


def test_only_the_record_that_was_opened_is_open(office: Office) -> None:
    record = office.locked_record()
    reopen_record(record, reason="数量填错", days=3, actor=office.clerk)

    with pytest.raises(MonthLocked):
        office.log("two")


def test_the_sums_equal_a_recount_after_lock_and_correction(office: Office) -> None:
    record = office.locked_record()
    reopen_record(record, reason="数量填错", days=3, actor=office.clerk)
    correct(record, Entry(post_duty_id=None, content="整理档案", minutes=30), reason="更正", actor=office.author)
    approve_records([record], actor=office.head)

    r = RecordRollup
    kept = select(r.person_id, r.month, r.section_id, r.post_duty_id, r.record_count, r.approved_count, r.minutes)
    counted = rollups.recount(office.person_id).subquery()
    assert db.session.execute(kept).all() == db.session.execute(
        select(
            counted.c.person_id, counted.c.month, counted.c.section_id, counted.c.post_duty_id,
            counted.c.record_count, counted.c.approved_count, counted.c.minutes,
        )
    ).all()  # fmt: skip


def test_acts_leave_audit_rows_with_their_reasons(office: Office) -> None:
    office.locked_record()
    unlock_month(office.place, MONTH, actor=office.clerk, reason="补报上月材料")

    rows = db.session.execute(
        select(AuditEntry.action, AuditEntry.reason)
        .where(AuditEntry.action.startswith("period_"))
        .order_by(AuditEntry.id)
    ).all()
    assert [tuple(row) for row in rows] == [("period_lock.locked", None), ("period_lock.unlocked", "补报上月材料")]


#: The working days of April 2026 begin on the 1st; the 4th to the 6th are 清明.
@pytest.mark.parametrize(("today", "closed"), [(date(2026, 4, 8), 0), (date(2026, 4, 10), 1)])
def test_the_round_locks_the_last_month_after_its_fifth_working_day(office: Office, today: date, closed: int) -> None:
    assert lock_due_months(today) == closed


def test_the_round_goes_by_the_day_that_the_division_set(office: Office) -> None:
    set_rules(
        a_region().id, Rules(lock_workday=15), on=date(2026, 4, 1), today=date(2026, 4, 1), reason="年度安排",
        actor=office.clerk,
    )  # fmt: skip

    assert lock_due_months(date(2026, 4, 10)) == 0


def test_the_round_leaves_alone_what_a_person_opened(office: Office) -> None:
    lock_month(office.place, MONTH, actor=office.clerk, today=TODAY)
    unlock_month(office.place, MONTH, actor=office.clerk, reason="补报")

    assert lock_due_months(TODAY) == 0


def test_rules_hold_from_their_day_on(office: Office) -> None:
    set_rules(
        a_region().id,
        Rules(free_late_workdays=30),
        on=date(2026, 4, 20),
        today=TODAY,
        reason="试行",
        actor=office.clerk,
    )

    made = log_records([ENTRY], worked_on=date(2026, 3, 23), client_key="late", actor=office.author, today=TODAY)

    assert made.is_new
    assert DEFAULTS.free_late_workdays == 3


def test_the_page_says_what_is_closed_and_closes_it(office: Office, sign_in_as: SignIn) -> None:
    db.session.commit()
    client = sign_in_as(office.clerk)

    done = client.post("/duty-eval/periods/lock", data={"month": "2026-03-01", "place": "region:371300"})
    page = client.get("/duty-eval/periods?month=2026-03-01").get_data(as_text=True)

    assert (done.status_code, "已锁定" in page) == (303, True)


def test_a_record_into_a_closed_month_is_refused_in_words(office: Office, sign_in_as: SignIn) -> None:
    lock_month(office.place, MONTH, actor=office.clerk, today=TODAY)
    db.session.commit()

    typed = {"client_key": "w1", "worked_on": DAY.isoformat(), "post_duty_id": "0", "content": "x", "late_reason": "病"}
    answer = sign_in_as(office.author).post("/duty-eval/records", data=typed, headers={"Accept": "application/json"})

    assert (answer.status_code, "已经锁定" in answer.get_data(as_text=True)) == (422, True)


def test_a_month_is_opened_for_a_person_on_its_page(office: Office, sign_in_as: SignIn) -> None:
    lock_month(office.place, MONTH, actor=office.clerk, today=TODAY)
    chief = an_actor(Role.UNIT_HEAD, person=a_person(name="赵云"), section=office.section)
    db.session.commit()
    client = sign_in_as(chief)
    url = f"/duty-eval/people/{office.person_id}/reopen"

    shown = client.get(url)
    done = client.post(url, data={"month": "2026-03-01", "reason": "病假补填", "days": "3"})

    assert (shown.status_code, done.status_code) == (200, 303)
    assert db.session.scalars(select(PeriodReopening.person_id)).one() == office.person_id


def test_the_office_sets_rules_on_their_page(office: Office, sign_in_as: SignIn) -> None:
    db.session.commit()
    client = sign_in_as(office.clerk)
    typed = {
        "region": "371300", "free_late_workdays": "5", "lock_workday": "8", "long_day_minutes": "660",
        "overlap_mode": "reason", "allows_weekly": "y",
        "quantity_times": "3", "alike_percent": "92", "sample_percent": "10", "compares_text": "y",
        "publicity_workdays": "5", "routine_cap": "enforce", "load_low_percent": "60", "load_high_percent": "110",
        "on": today_in_china().isoformat(),
        "reason": "全市统一",
    }  # fmt: skip

    done = client.post("/duty-eval/entry-rules", data=typed)

    assert (done.status_code, "第 8 个工作日锁定" in client.get("/duty-eval/entry-rules").get_data(as_text=True)) == (
        303,
        True,
    )


def test_the_page_of_a_day_in_a_closed_month_says_so_and_links_what_is_collected(
    office: Office, sign_in_as: SignIn
) -> None:
    lock_month(office.place, MONTH, actor=office.clerk, today=TODAY)
    db.session.commit()

    page = sign_in_as(office.author).get(f"/duty-eval/today?day={DAY}").get_data(as_text=True)

    assert ("已经锁定" in page, "/duty-eval/what-is-collected" in page) == (True, True)
