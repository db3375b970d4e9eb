from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, Date, Engine, func, literal, select, update

from basic_info.duties.models import PostDuty
from basic_info.organization.models import Unit, UnitVersion
from basic_info.organization.operations import change_unit
from basic_info.regions.models import Region, Tier
from duty_eval.dashboards.models import SUMS, UnitSumChange
from duty_eval.dashboards.sums import Span, add_up, by_region, by_unit, count_sums_again
from duty_eval.dashboards.sums import recount as recount_units
from duty_eval.periods.errors import MonthLocked
from duty_eval.periods.operations import lock_month, unlock_month
from duty_eval.periods.queries import Place
from duty_eval.records.models import DutyRecord, RecordRollup
from duty_eval.records.operations import Entry, correct, log_records, withdraw
from duty_eval.records.rollups import COUNTED, recount
from duty_eval.review.operations import approve_records, return_record
from duty_eval.workload.counting import count_workload
from duty_eval.workload.models import SectionWorkload
from host.kernel.access import SYSTEM, Role
from host.kernel.db import db
from host.kernel.jobs.progress import Progress
from tests.factories import a_person, a_post, a_post_duty, a_region, a_section, a_unit, an_actor

DAYS = [date(2026, 3, 2), date(2026, 3, 3), date(2026, 4, 1)]


def _lock(place: Place, month: date) -> None:
    lock_month(place, month, actor=SYSTEM, today=DAYS[-1])


def _unlock(place: Place, month: date) -> None:
    unlock_month(place, month, actor=SYSTEM, reason="补审")


#: At which turns of one of the writers March is closed, and opened again.
LOCKS = {1: _lock, 3: _unlock, 5: _lock}
#: At which turns of one of the writers the unit goes to the other division.
MOVES = {0, 2, 3}


def test_roll_ups_equal_a_recount_after_concurrent_writes_reviews_and_corrections(
    app: Flask, committed: Engine
) -> None:
    unit = a_unit(region=a_region("371302", tier=Tier.COUNTY))
    regions = [unit.region_id, a_region("371311", tier=Tier.COUNTY).id]
    section = a_section(unit=unit)
    post = a_post(section=section)
    duties = [a_post_duty(post=post, standard_minutes=25).id, a_post_duty(post=post).id, None]
    staff = [an_actor(Role.STAFF, person=a_person(post=post)) for _ in range(3)]
    head = an_actor(Role.SECTION_HEAD, person=a_person(post=post), section=section)
    db.session.commit()

    def live(number: int) -> None:
        rng = Random(number)
        actor = staff[number % 3]
        with app.app_context():
            for turn in range(6):
                try:
                    _one_turn(actor, head, duties, rng, f"{number}-{turn}")
                    db.session.commit()
                except MonthLocked:
                    db.session.rollback()
                if turn % 3 == 2:
                    add_up()
                    db.session.commit()
                    count_workload(DAYS[-1], Progress())
                if number == 5 and turn in LOCKS:
                    LOCKS[turn](Place(section_id=section.id), DAYS[0].replace(day=1))
                    db.session.commit()
                if number == 4 and turn in MOVES:
                    regions.reverse()
                    db.session.execute(update(Unit).where(Unit.id == unit.id).values(region_id=regions[0]))
                    db.session.commit()
            db.session.remove()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(live, range(12)))

    assert _rolled_up() == _recounted()
    assert _unit_sums() == _unit_sums_recounted()
    assert _region_sums() == _region_sums_recounted()
    count_workload(DAYS[-1], Progress())
    assert _workload() == _workload_recounted() != set()
    add_up()
    assert db.session.scalars(select(UnitSumChange)).all() == []
    assert _unit_sums() == _unit_sums_recounted()
    assert _region_sums() == _region_sums_recounted()


def _logged_once(unit: Unit) -> None:
    post = a_post(section=a_section(unit=unit))
    staff = an_actor(Role.STAFF, person=a_person(post=post))
    entry = Entry(post_duty_id=None, content="办理", minutes=10)
    log_records([entry], worked_on=DAYS[-1], client_key="k", actor=staff, today=DAYS[-1])
    db.session.commit()


def _elsewhere(app: Flask, act: Callable[[], object]) -> Future[None]:
    """``act`` in a transaction of its own, beside this one."""

    def alone() -> None:
        with app.app_context():
            act()
            db.session.commit()
            db.session.remove()

    return ThreadPoolExecutor(1).submit(alone)


def test_sums_are_added_up_while_somebody_changes_the_unit(app: Flask, committed: Engine) -> None:
    unit = a_unit(region=a_region("371302", tier=Tier.COUNTY))
    _logged_once(unit)
    version = db.session.scalars(select(UnitVersion).where(UnitVersion.unit_id == unit.id)).one()
    change_unit(unit, facts={"name": "区水务局"}, on=DAYS[0], based_on=version.id, actor=SYSTEM)
    try:
        _elsewhere(app, add_up).result(timeout=5)
    finally:
        db.session.rollback()

    assert _unit_sums() == _unit_sums_recounted() != set()


def test_a_unit_that_moves_waits_for_a_count_of_all_sums(app: Flask, committed: Engine) -> None:
    unit = a_unit(region=a_region("371302", tier=Tier.COUNTY))
    elsewhere = a_region("371311", tier=Tier.COUNTY).id
    _logged_once(unit)
    add_up()
    db.session.commit()
    count_sums_again()
    move = update(Unit).where(Unit.id == unit.id).values(region_id=elsewhere)
    moved = _elsewhere(app, lambda: db.session.execute(move))
    with pytest.raises(TimeoutError):
        moved.result(timeout=0.5)
    db.session.commit()
    moved.result(timeout=5)

    assert _region_sums() == _region_sums_recounted() != set()


def test_sums_of_units_counted_again_are_those_that_the_database_kept(app: Flask, committed: Engine) -> None:
    post = a_post()
    staff = an_actor(Role.STAFF, person=a_person(post=post))
    for number, day in enumerate(DAYS):
        entry = Entry(post_duty_id=None, content="办理", minutes=10 + number)
        log_records([entry], worked_on=day, client_key=f"k{number}", actor=staff, today=DAYS[-1], late_reason="补")
    db.session.flush()
    kept, of_regions = _unit_sums(), _region_sums()
    count_sums_again()
    assert _unit_sums() == kept == _unit_sums_recounted() != set()
    assert _region_sums() == of_regions == _region_sums_recounted() != set()


@pytest.mark.parametrize("last", [2, 15, 16, 29, 30, 31])
def test_a_span_is_the_sum_of_its_days_wherever_in_the_month_it_ends(connection: Connection, last: int) -> None:
    post = a_post()
    staff = an_actor(Role.STAFF, person=a_person(post=post))
    days = [date(2026, month, day) for month in (2, 3) for day in (1, 2, 15, 16, 17, 28)] + [date(2026, 3, 31)]
    for day in days:
        entry = Entry(post_duty_id=None, content="办理", minutes=day.day)
        log_records([entry], worked_on=day, client_key=f"k{day}", actor=staff, today=DAYS[-1], late_reason="补")
    span = Span(date(2026, 2, 1), date(2026, 3, last))
    inside = [day for day in days if day <= span.last]

    for _ in range(2):
        for sums in (by_unit([span]), by_region([span], only=select(Region.id))):
            (row,) = db.session.execute(select(sums)).all()
            assert (row.record_count, row.minutes) == (len(inside), sum(day.day for day in inside))
        add_up()


def _one_turn(actor: Any, head: Any, duties: list[int | None], rng: Random, key: str) -> None:
    day = rng.choice(DAYS)
    entry = Entry(
        post_duty_id=rng.choice(duties),
        content="办理",
        quantity=rng.choice([None, Decimal(rng.randint(1, 9))]),
        minutes=rng.randint(1, 20),
    )
    made = log_records([entry], worked_on=day, client_key=key, actor=actor, today=DAYS[-1], late_reason="补")
    db.session.commit()
    record = db.session.scalars(select(DutyRecord).where(DutyRecord.id == made.record_ids[0]).with_for_update()).one()
    match rng.randint(0, 3):
        case 0:
            approve_records([record], actor=head)
        case 1:
            return_record(record, reason="补充", actor=head)
        case 2:
            withdraw(record, actor=actor)
            correct(record, Entry(post_duty_id=duties[0], content="改", minutes=5), reason="改", actor=actor)


def _unit_sums() -> set[tuple[Any, ...]]:
    """The months before April by their sums, April by its days, and what is not added up yet."""
    march, april = by_unit([Span(date(2026, 3, 1), date(2026, 3, 31))]), by_unit([Span(DAYS[2], DAYS[2])])
    rows = select(march).union_all(select(april))
    return {tuple(row) for row in db.session.execute(rows) if row.record_count}


def _region_sums() -> set[tuple[Any, ...]]:
    """The same of the divisions that the units lie in now."""
    only = select(Region.id)
    march = by_region([Span(date(2026, 3, 1), date(2026, 3, 31))], only=only)
    april = by_region([Span(DAYS[2], DAYS[2])], only=only)
    return {tuple(row) for row in db.session.execute(select(march).union_all(select(april)))}


def _region_sums_recounted() -> set[tuple[Any, ...]]:
    days = recount_units().subquery()
    sums = (func.sum(days.c[name]) for name in SUMS)
    rows = select(Unit.region_id, literal(0), *sums).join(Unit, Unit.id == days.c.unit_id)
    return {
        tuple(row)
        for row in db.session.execute(rows.group_by(Unit.region_id, func.date_trunc("month", days.c.worked_on)))
    }


def _unit_sums_recounted() -> set[tuple[Any, ...]]:
    days = recount_units().subquery()
    month = func.date_trunc("month", days.c.worked_on)
    sums = (func.sum(days.c[name]) for name in SUMS)
    rows = select(days.c.unit_id, literal(0), *sums).group_by(days.c.unit_id, month)
    return {tuple(row) for row in db.session.execute(rows)}


def _workload() -> set[tuple[Any, ...]]:
    """By section and month, those without work left out."""
    rows = db.session.scalars(select(SectionWorkload).where(SectionWorkload.records > 0))
    return {
        (one.section_id, one.month, one.records, one.covered, one.standard_minutes, one.logged_minutes) for one in rows
    }


def _workload_recounted() -> set[tuple[Any, ...]]:
    """The same from the records themselves."""
    month = func.date_trunc("month", DutyRecord.worked_on).cast(Date)
    standard = PostDuty.standard_minutes
    rows = (
        select(
            DutyRecord.section_id,
            month,
            func.count(),
            func.count(standard),
            func.coalesce(func.sum(func.coalesce(DutyRecord.quantity, 1) * standard), 0),
            func.sum(DutyRecord.minutes),
        )
        .outerjoin(PostDuty, PostDuty.id == DutyRecord.post_duty_id)
        .where(DutyRecord.record_state.in_(COUNTED))
        .group_by(DutyRecord.section_id, month)
    )
    return {tuple(row) for row in db.session.execute(rows)}


def _rolled_up() -> set[tuple[Any, ...]]:
    rows = db.session.scalars(select(RecordRollup).where(RecordRollup.record_count > 0))
    return {
        (
            r.person_id,
            r.month,
            r.section_id,
            r.post_duty_id,
            r.record_count,
            r.approved_count,
            r.quantity,
            r.pieces,
            r.minutes,
        )
        for r in rows
    }


def _recounted() -> set[tuple[Any, ...]]:
    return {tuple(row) for row in db.session.execute(recount())}
