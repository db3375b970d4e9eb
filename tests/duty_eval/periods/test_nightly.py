"""The night's round over months, and rows that come before their partition (R90, design: no write is ever lost)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import Engine, func, select, text
from sqlalchemy.exc import IntegrityError

from basic_info.organization.models import Section, Unit
from duty_eval.flags.models import FlagKind, RecordFlag
from duty_eval.periods.errors import MonthLocked
from duty_eval.periods.operations import lock_month, seal_all
from duty_eval.periods.queries import Place, units_of_month
from duty_eval.periods.tasks import freeze, lock_months
from duty_eval.records.models import DutyRecord, RecordState
from duty_eval.records.operations import Entry, log_records
from duty_eval.review.models import RecordOpening, RecordReview
from duty_eval.review.operations import approve_records
from host.kernel.access import SYSTEM, Actor, Role
from host.kernel.db import db
from host.kernel.jobs.progress import Progress
from host.kernel.pages import today_in_china
from host.kernel.partitions import ensure_ahead, ensure_month, first_of_month, validate_keys
from tests.factories import a_person, a_post, a_section, an_actor


def a_staff_of(section: Section) -> Actor:
    return an_actor(Role.STAFF, person=a_person(post=a_post(section=section)))


def an_approved_record(section: Section, day: date) -> int:
    author = a_staff_of(section)
    head = an_actor(Role.SECTION_HEAD, person=a_person(name="李雷"), section=section)
    made = log_records(
        [Entry(post_duty_id=None, content="整理档案")],
        worked_on=day,
        client_key="one",
        actor=author,
        today=today_in_china(),
        late_reason="补填",
    )
    approve_records(db.session.scalars(select(DutyRecord).where(DutyRecord.id == made.record_ids[0])).all(), actor=head)
    return made.record_ids[0]


def _drop_month(engine: Engine, name: str) -> None:
    """Take the partition away again; dropping it while it is attached would take the keys that refer to it along."""
    with engine.begin() as connection:
        connection.execute(text("TRUNCATE duty_record CASCADE"))
        connection.execute(text(f"ALTER TABLE duty_record DETACH PARTITION {name}"))
        connection.execute(text(f"DROP TABLE {name}"))


def state_of(record_id: int) -> RecordState:
    return db.session.scalars(select(DutyRecord.record_state).where(DutyRecord.id == record_id)).one()


def test_a_months_partition_is_frozen_once_when_all_of_it_is_locked(app: Flask, committed: Engine) -> None:
    section = a_section()
    month = first_of_month(today_in_china(), plus=-3)
    ensure_month(db.session.connection(), "duty_record", month)
    record_id = an_approved_record(section, month)
    db.session.commit()
    before = freeze(month)
    lock_month(Place(section_id=section.id), month, actor=SYSTEM, today=today_in_china())
    db.session.commit()

    done = (freeze(month), freeze(month))

    table = f"duty_record_{month:%Y%m}"
    with committed.begin() as connection:
        connection.execute(text(f"COMMENT ON TABLE {table} IS NULL"))
    assert (before, done, state_of(record_id)) == (False, (True, False), RecordState.LOCKED)


def test_what_a_lock_would_leave_without_a_review_is_counted_by_unit(app: Flask, committed: Engine) -> None:
    section = a_section()
    month = first_of_month(today_in_china(), plus=-1)
    an_approved_record(section, month)
    log_records(
        [Entry(post_duty_id=None, content="整理档案")], worked_on=month, client_key="two", actor=a_staff_of(section),
        today=today_in_china(), late_reason="补填",
    )  # fmt: skip
    clerk = an_actor(Role.UNIT_CLERK, unit=db.session.get_one(Unit, section.unit_id))
    db.session.commit()
    units = db.session.execute(units_of_month(clerk, month, today_in_china())).all()
    assert [(unit.sections, unit.unreviewed) for unit in units] == [(1, 1)]


def test_the_round_seals_what_was_locked_for_a_whole_division(app: Flask, committed: Engine) -> None:
    section = a_section()
    month = first_of_month(today_in_china(), plus=-1)
    record_id = an_approved_record(section, month)
    lock_month(Place(region_code="371300"), month, actor=SYSTEM, today=today_in_china())
    db.session.commit()
    before = state_of(record_id)

    result = lock_months(Progress(actor=SYSTEM)) or {}

    assert (before, state_of(record_id), result["records"]) == (RecordState.APPROVED, RecordState.LOCKED, 1)
    assert seal_all(month) == 0


def test_locked_records_that_came_before_their_partition_are_moved_into_it(app: Flask, committed: Engine) -> None:
    section = a_section()
    month = date(2019, 5, 1)
    person = a_person(post=a_post(section=section))
    db.session.execute(
        text(
            "INSERT INTO duty_record (worked_on, person_id, post_id, section_id, unit_id, work_source, content, origin,"
            " record_state, submitted_at)"
            " SELECT '2019-05-06', :person, p.id, :section, :unit, 'other', '旧事', 'typed', 'approved', now()"
            " FROM post p WHERE p.section_id = :section LIMIT 1"
        ),
        {"person": person.id, "section": section.id, "unit": section.unit_id},
    )
    lock_month(Place(section_id=section.id), month, actor=SYSTEM, today=today_in_china())
    db.session.commit()

    with committed.begin() as connection:
        made = ensure_month(connection, "duty_record", month)

    rows = db.session.execute(text("SELECT tableoid::regclass::text, record_state FROM duty_record")).all()
    guards = db.session.scalar(
        text("SELECT count(*) FROM pg_trigger WHERE tgrelid = 'duty_record_default'::regclass AND tgenabled = 'D'")
    )
    db.session.rollback()
    _drop_month(committed, "duty_record_201905")
    assert (made, [tuple(row) for row in rows], guards) == (True, [("duty_record_201905", "locked")], 0)


def test_what_refers_to_a_record_stays_with_it_when_it_is_moved_into_its_partition(
    app: Flask, committed: Engine
) -> None:
    section = a_section()
    month = first_of_month(today_in_china(), plus=-5)
    record_id = an_approved_record(section, month)
    db.session.add_all(
        [
            RecordFlag(record_id=record_id, worked_on=month, kind=FlagKind.LONG_DAY),
            RecordOpening(record_id=record_id, worked_on=month, version_no=1, reviewer_person_id=a_person().id),
        ]
    )
    db.session.commit()

    with committed.begin() as connection:
        made = ensure_ahead(connection, today_in_china())
    with committed.begin() as connection:
        validated = validate_keys(connection), validate_keys(connection)

    name = f"duty_record_{month:%Y%m}"
    table = db.session.scalar(text("SELECT tableoid::regclass::text FROM duty_record"))
    kept = [
        db.session.scalar(select(func.count()).select_from(one)) for one in (RecordReview, RecordFlag, RecordOpening)
    ]
    db.session.add(RecordFlag(record_id=record_id + 1, worked_on=month, kind=FlagKind.LONG_DAY))
    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()
    _drop_month(committed, name)
    assert (made >= 1, table, kept) == (True, name, [1, 1, 1])
    assert (validated[0] >= 3, validated[1]) == (True, 0)


def test_no_record_comes_into_a_month_after_it_was_locked(app: Flask, committed: Engine) -> None:
    """Eight people write while the month is closed: what was begun after the lock is refused, the sums stay right."""
    section = a_section()
    month = first_of_month(today_in_china(), plus=-1)
    staff = [a_staff_of(section) for _ in range(8)]
    place, today = Place(section_id=section.id), today_in_china()
    db.session.commit()

    def write(number: int) -> str:
        with app.app_context():
            try:
                for turn in range(6):
                    if number == 0 and turn == 2:
                        lock_month(place, month, actor=SYSTEM, today=today)
                        db.session.commit()
                    entry = Entry(post_duty_id=None, content=f"{number}-{turn}")
                    log_records(
                        [entry], worked_on=month, client_key=f"{number}-{turn}", actor=staff[number], today=today,
                        late_reason="补填",
                    )  # fmt: skip
                    db.session.commit()
            except MonthLocked:
                return "refused"
            finally:
                db.session.remove()
        return "done"

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(write, range(8)))

    records = db.session.scalar(select(func.count()).select_from(DutyRecord))
    counted = db.session.scalar(text("SELECT coalesce(sum(record_count), 0) FROM record_rollup"))
    assert answers[0] == "refused"
    assert records == counted
