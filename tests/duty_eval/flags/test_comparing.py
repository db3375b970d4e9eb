"""What the reviewer is told about records: likeness, quantities, long days (R91)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import combinations
from random import Random

import pytest
from sqlalchemy import Connection, select, update
from sqlalchemy.dialects.postgresql import Range

from basic_info.organization.models import Section
from duty_eval.absences.models import Absence, AbsenceKind, AbsenceState
from duty_eval.flags.comparing import compare_day, flag_leave, flag_quantities, flag_words
from duty_eval.flags.likeness import alike_by, pairs_of
from duty_eval.flags.models import FlagKind, RecordFlag
from duty_eval.records.models import DutyRecord, RecordOrigin
from duty_eval.records.operations import Entry, log_records
from host.kernel.access import Actor, Role
from host.kernel.db import db
from tests.factories import a_person, a_post, a_post_duty, a_section, an_actor

DAY = date(2026, 3, 12)
LONG = "到社区走访困难群众并了解他们的生活情况，登记诉求十二条，现场答复八条"


@pytest.fixture
def section(connection: Connection) -> Section:
    return a_section()


def staff(section: Section) -> Actor:
    return an_actor(Role.STAFF, person=a_person(post=a_post(section=section)))


def log(actor: Actor, day: date, **said: object) -> int:
    """A record as it was submitted on its own day."""
    entry = Entry(**{"post_duty_id": None, "content": LONG, **said})  # type: ignore[arg-type]
    key = f"{actor.account_id}-{day}-{said}"[:80]
    record_id = log_records([entry], worked_on=day, client_key=key, actor=actor, today=day).record_ids[0]
    db.session.execute(
        update(DutyRecord)
        .where(DutyRecord.id == record_id)
        .values(submitted_at=datetime(day.year, day.month, day.day, 9, tzinfo=UTC))
    )
    return record_id


def flags() -> list[tuple[int, FlagKind]]:
    return [(flag.record_id, flag.kind) for flag in db.session.scalars(select(RecordFlag).order_by(RecordFlag.id))]


def test_the_same_words_again_are_told(section: Section) -> None:
    actor = staff(section)
    log(actor, date(2026, 3, 10))
    again = log(actor, DAY)

    flag_words(section.unit_id, DAY, percent=90)

    assert flags() == [(again, FlagKind.LIKE_OWN)]


def test_a_colleagues_words_are_told(section: Section) -> None:
    log(staff(section), date(2026, 3, 10))
    taken = log(staff(section), DAY, content=LONG.replace("十二条", "十三条"))

    flag_words(section.unit_id, DAY, percent=90)

    assert flags() == [(taken, FlagKind.LIKE_OTHERS)]


@pytest.mark.parametrize("origin", [RecordOrigin.COPIED, RecordOrigin.PREFILLED])
def test_what_was_not_typed_is_not_compared(section: Section, origin: RecordOrigin) -> None:
    actor = staff(section)
    log(actor, date(2026, 3, 10))
    log(actor, DAY, origin=origin)

    assert flag_words(section.unit_id, DAY, percent=90) == 0


def test_other_words_are_not_told(section: Section) -> None:
    actor = staff(section)
    log(actor, date(2026, 3, 10))
    log(actor, DAY, content="起草全市营商环境评估报告初稿并征求十四个部门的书面意见后修改完善")

    assert flag_words(section.unit_id, DAY, percent=90) == 0


def test_words_older_than_twenty_working_days_are_forgotten(section: Section) -> None:
    actor = staff(section)
    log(actor, date(2026, 1, 12))
    log(actor, DAY)

    assert flag_words(section.unit_id, DAY, percent=90) == 0


def test_a_second_look_finds_nothing_new(section: Section) -> None:
    actor = staff(section)
    log(actor, date(2026, 3, 10))
    log(actor, DAY)

    assert (flag_words(section.unit_id, DAY, percent=90), flag_words(section.unit_id, DAY, percent=90)) == (1, 0)


@pytest.mark.parametrize(("quantity", "told"), [(30, 0), (31, 1)])
def test_a_quantity_above_three_times_ones_own_median_is_told(section: Section, quantity: int, told: int) -> None:
    post = a_post(section=section)
    duty = a_post_duty(post=post)
    actor = an_actor(Role.STAFF, person=a_person(post=post))
    for day in (3, 4, 5, 9, 10):
        log(actor, date(2026, 3, day), post_duty_id=duty.id, quantity=Decimal(10))
    log(actor, DAY, post_duty_id=duty.id, quantity=Decimal(quantity))

    assert flag_quantities(section.unit_id, DAY, times=Decimal(3)) == told


def sick(actor: Actor, section: Section, *, granted: date) -> None:
    db.session.add(
        Absence(
            person_id=actor.person_id,
            section_id=section.id,
            absence_kind=AbsenceKind.SICK,
            span=Range(DAY, date(2026, 3, 13)),
            absence_state=AbsenceState.CONFIRMED,
            decided_at=datetime.combine(granted, time(9), UTC),
        )
    )
    db.session.flush()


def test_work_on_a_day_of_leave_is_told(section: Section) -> None:
    actor = staff(section)
    sick(actor, section, granted=date(2026, 3, 11))
    record = log(actor, DAY)

    flag_leave(section.unit_id, DAY)

    assert flags() == [(record, FlagKind.ON_LEAVE)]


def test_leave_granted_days_after_the_work_is_told(section: Section) -> None:
    actor = staff(section)
    record = log(actor, DAY)
    granted = DAY + timedelta(days=5)
    sick(actor, section, granted=granted)

    compare_day(granted)

    assert flags() == [(record, FlagKind.ON_LEAVE)]


def test_a_day_of_thirteen_hours_is_told_at_entry(section: Section) -> None:
    record = log(staff(section), DAY, minutes=780)

    assert [(one.record_id, one.detail) for one in db.session.scalars(select(RecordFlag))] == [
        (record, "当日合计 13 小时")
    ]


def test_a_short_text_is_alike_to_nothing() -> None:
    assert alike_by(["参加例会。", "参加例会。"], [0, 1], 90) == []


def test_looking_up_finds_what_comparing_all_with_all_finds() -> None:
    """The prefix filter loses nothing: against every pair, over texts that differ by a few characters."""
    draw = Random(7)  # noqa: S311
    words = "走访社区群众登记诉求答复办理材料审核上报会议纪要起草修改征求意见汇总分析评估检查整改落实"
    texts = []
    for _ in range(30):
        said = [draw.choice(words) for _ in range(draw.randint(20, 60))]
        for _ in range(6):
            texts.append("".join(said))
            said[draw.randrange(len(said))] = draw.choice(words)

    found = {(one.one, one.other) for one in alike_by(texts, range(len(texts)), 90)}

    sets = [pairs_of(text) for text in texts]
    truth = {
        pair
        for one, other in combinations(range(len(texts)), 2)
        if 200 * len(sets[one] & sets[other]) >= 90 * (len(sets[one]) + len(sets[other]))
        for pair in ((one, other), (other, one))
    }
    assert found == truth
    assert len(truth) > 100
