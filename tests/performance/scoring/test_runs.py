"""R121: a run freezes its inputs, and the same inputs give the same digits."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import Connection, Engine, func, select, update
from sqlalchemy.dialects.postgresql import Range

from basic_info.organization import kinds
from basic_info.organization.models import Appointment, PersonVersion
from duty_eval.records.models import RecordState
from host.kernel.access import SYSTEM
from host.kernel.db import db
from host.kernel.jobs.progress import Progress
from performance.schemes.errors import SchemeNotPublished
from performance.schemes.operations import default_scheme
from performance.scoring.errors import BadPeriod
from performance.scoring.facts import load_facts
from performance.scoring.models import PersonScore, RunState, ScoreRun
from performance.scoring.operations import compute, request_run, score_now
from performance.scoring.tasks import score_everybody
from tests.factories import a_post, a_region, an_appointment
from tests.performance.rows import FIRST, LAST, Office, a_published_scheme, workdays_of_march


def facts_of(office: Office, place: int = 0) -> dict[str, int]:
    facts = load_facts("371300", FIRST, LAST)
    row = facts.person_ids.tolist().index(office.people[place].id)
    return {name: int(column[row]) for name, column in facts.columns.items()}


def scores_of(run: ScoreRun) -> list[tuple[object, ...]]:
    columns = [column for column in PersonScore.__table__.c if column.name != "run_id"]
    found = db.session.execute(select(*columns).where(PersonScore.run_id == run.id).order_by(PersonScore.person_id))
    return [tuple(row) for row in found]


def a_busy_office() -> Office:
    office = Office("王芳", "李强", "张伟")
    for day in workdays_of_march():
        office.review(office.people[0], day, office.log(office.people[0], day), 4)
        office.log(office.people[1], day, duty=1, state=RecordState.SUBMITTED)
    office.task(office.people[0], date(2026, 3, 10), date(2026, 3, 10))
    office.task(office.people[1], date(2026, 3, 10), date(2026, 3, 11))
    return office


def test_days_are_counted_once_however_many_records_they_have(connection: Connection) -> None:
    office = Office("王芳")
    for duty in (0, 1, 1):
        office.log(office.people[0], date(2026, 3, 2), duty=duty)
    facts = facts_of(office)
    assert (facts["record_count"], facts["days_logged"], facts["duties_worked"]) == (3, 1, 2)


def test_drafts_and_returned_records_do_not_count(connection: Connection) -> None:
    office = Office("王芳")
    office.log(office.people[0], date(2026, 3, 2), state=RecordState.RETURNED)
    assert facts_of(office)["record_count"] == 0


def test_records_outside_the_period_do_not_count(connection: Connection) -> None:
    office = Office("王芳")
    office.log(office.people[0], date(2026, 2, 27))
    office.log(office.people[0], date(2026, 4, 1))
    assert facts_of(office)["record_count"] == 0


def test_a_task_done_on_its_last_day_is_in_time(connection: Connection) -> None:
    office = a_busy_office()
    assert facts_of(office, 0)["tasks_done_in_time"] == 1
    assert facts_of(office, 1)["tasks_late"] == 1


def test_days_before_somebody_came_are_not_expected_r88(connection: Connection) -> None:
    office = Office("王芳")
    whole = facts_of(office)["expected_days"]
    db.session.execute(
        update(Appointment)
        .where(Appointment.person_id == office.people[0].id)
        .values(valid=Range(date(2026, 3, 30), None))
    )
    assert (whole, facts_of(office)["expected_days"]) == (22, 2)


def test_days_away_by_the_register_are_not_expected_r88(connection: Connection) -> None:
    office = Office("王芳")
    db.session.execute(
        update(PersonVersion)
        .where(PersonVersion.person_id == office.people[0].id)
        .values(work_state=kinds.WorkState.LONG_SICK)
    )
    assert facts_of(office)["expected_days"] == 0


def test_a_gap_between_two_posts_is_not_expected_r88(connection: Connection) -> None:
    office = Office("王芳")
    db.session.execute(
        update(Appointment)
        .where(Appointment.person_id == office.people[0].id)
        .values(valid=Range(date(2020, 1, 1), date(2026, 3, 9)))
    )
    an_appointment(office.people[0], office.post, valid=Range(date(2026, 3, 16), None))
    assert facts_of(office)["expected_days"] == 17


def test_a_second_post_held_besides_expects_no_second_day(connection: Connection) -> None:
    office = Office("王芳")
    an_appointment(office.people[0], a_post(section=office.section), is_primary=False)
    assert facts_of(office)["expected_days"] == 22


def test_part_time_work_is_expected_by_its_share(connection: Connection) -> None:
    office = Office("王芳")
    db.session.execute(update(Appointment).where(Appointment.person_id == office.people[0].id).values(share_percent=50))
    assert facts_of(office)["expected_days"] == 11


def test_who_is_seconded_is_expected_at_the_post_there(connection: Connection) -> None:
    office = Office("王芳")
    db.session.execute(
        update(PersonVersion)
        .where(PersonVersion.person_id == office.people[0].id)
        .values(work_state=kinds.WorkState.SECONDED)
    )
    an_appointment(
        office.people[0],
        a_post(),
        is_primary=False,
        appointment_kind=kinds.AppointmentKind.SECONDED,
        valid=Range(date(2026, 3, 16), None),
    )
    assert facts_of(office)["expected_days"] == 12


def test_a_run_scores_everybody_of_the_region(connection: Connection) -> None:
    a_busy_office()
    run = score_now(a_published_scheme(), first=FIRST, last=LAST, actor=SYSTEM)
    assert (run.run_state, run.person_count) == (RunState.DONE, 3)


def test_a_score_is_the_sum_of_its_lines(connection: Connection) -> None:
    a_busy_office()
    run = score_now(a_published_scheme(), first=FIRST, last=LAST, actor=SYSTEM)
    for score in db.session.scalars(select(PersonScore).where(PersonScore.run_id == run.id)):
        assert score.total == Decimal(sum(score.points)) / 1_000_000


def test_a_full_month_with_one_of_two_duties(connection: Connection) -> None:
    office = a_busy_office()
    run = score_now(a_published_scheme(), first=FIRST, last=LAST, actor=SYSTEM)
    score = db.session.get_one(PersonScore, (office.people[0].id, run.id))
    # 100 × 30 + 100 × 20 + 62.5 × 20 (1 of 2 duties, target 0.8) + 100 × 15 + 4 ÷ 4.5 × 15
    assert score.score == Decimal("90.83")


def test_two_runs_on_the_same_data_are_identical_to_the_last_digit(connection: Connection) -> None:
    a_busy_office()
    scheme = a_published_scheme()
    first = score_now(scheme, first=FIRST, last=LAST, actor=SYSTEM)
    second = score_now(scheme, first=FIRST, last=LAST, actor=SYSTEM)
    assert (first.input_hash, first.result_hash) == (second.input_hash, second.result_hash)
    assert scores_of(first) == scores_of(second)


def test_one_more_record_gives_other_seals(connection: Connection) -> None:
    office = a_busy_office()
    scheme = a_published_scheme()
    first = score_now(scheme, first=FIRST, last=LAST, actor=SYSTEM)
    office.log(office.people[2], date(2026, 3, 2))
    second = score_now(scheme, first=FIRST, last=LAST, actor=SYSTEM)
    assert first.input_hash != second.input_hash
    assert first.result_hash != second.result_hash


def test_a_run_over_nobody_is_done_with_no_scores(connection: Connection) -> None:
    run = score_now(a_published_scheme(), first=FIRST, last=LAST, actor=SYSTEM)
    assert (run.run_state, run.person_count) == (RunState.DONE, 0)


def test_a_draft_gives_no_scores(connection: Connection) -> None:
    draft = default_scheme(a_region().id, year=2026, actor=SYSTEM)
    with pytest.raises(SchemeNotPublished):
        score_now(draft, first=FIRST, last=LAST, actor=SYSTEM)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (LAST, FIRST),
        (date(2024, 1, 1), LAST),
        (FIRST, date(2999, 1, 1)),
        (date(2026, 3, 2), LAST),
        (FIRST, date(2026, 3, 30)),
    ],
)
def test_a_period_is_of_whole_months_that_are_over_and_no_longer_than_a_year(
    connection: Connection, first: date, last: date
) -> None:
    with pytest.raises(BadPeriod):
        score_now(a_published_scheme(), first=first, last=last, actor=SYSTEM)


def test_a_done_run_is_not_computed_again(connection: Connection) -> None:
    office = a_busy_office()
    run = score_now(a_published_scheme(), first=FIRST, last=LAST, actor=SYSTEM)
    sealed = run.result_hash
    office.log(office.people[2], date(2026, 3, 2))
    assert compute(run.id, Progress()).result_hash == sealed


class Breaking(Progress):
    """Stops in the middle, as a killed worker does."""

    def checkpoint(self) -> None:
        if self.done:
            raise RuntimeError("killed")


def test_a_run_that_breaks_leaves_no_scores_and_says_so(committed: Engine) -> None:
    a_busy_office()
    scheme = a_published_scheme()
    run = request_run(scheme, first=FIRST, last=LAST, actor=SYSTEM)
    db.session.commit()
    with pytest.raises(RuntimeError):
        score_everybody(Breaking(), score_run_id=run.id)
    assert db.session.scalar(select(func.count()).select_from(PersonScore)) == 0
    assert db.session.get_one(ScoreRun, run.id, populate_existing=True).run_state is RunState.FAILED


def test_a_broken_run_can_be_taken_up_again(committed: Engine) -> None:
    a_busy_office()
    run = request_run(a_published_scheme(), first=FIRST, last=LAST, actor=SYSTEM)
    db.session.commit()
    with pytest.raises(RuntimeError):
        score_everybody(Breaking(), score_run_id=run.id)
    assert (score_everybody(Progress(), score_run_id=run.id) or {})["persons"] == 3
