"""R98 to R102: the cap of 优秀 holds, also when many propose at once; nobody is picked by score."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import Connection, Engine, update
from sqlalchemy.exc import IntegrityError

from basic_info.organization import kinds
from basic_info.organization.models import PersonVersion, Unit
from host.kernel.access import SYSTEM
from host.kernel.calendar.seed import seed_calendar
from host.kernel.db import db
from host.kernel.errors import DomainError
from performance.grading.errors import AlreadyDecided, NoPlaceLeft, NotAssessable, OwnGrade, PostingNotOver, QuotaInUse
from performance.grading.models import AnnualAssessment, AnnualGrade, ExcellentQuota, NoGradeReason, Regime
from performance.grading.operations import Proposal, decide_grade, post_excellent, posting_ends, propose_grade
from performance.grading.quotas import allot, count_used, quotas_of
from performance.grading.settings import GRADINGS, NATIONAL, Grading, grading_for, set_grading
from performance.rounding import Rounding
from tests.factories import an_actor
from tests.performance.rows import Office

TODAY = date(2026, 12, 20)
EXCELLENT = Proposal(grade=AnnualGrade.EXCELLENT)
COMPETENT = Proposal(grade=AnnualGrade.COMPETENT)


def an_office(size: int) -> Office:
    return Office(*[f"王{number}" for number in range(size)])


def propose(office: Office, place: int, proposal: Proposal = EXCELLENT) -> AnnualAssessment:
    person = office.people[place]
    return propose_grade(person.id, unit=office.unit, year=2026, proposal=proposal, today=TODAY, actor=SYSTEM)


def civil_quota(unit: Unit) -> ExcellentQuota:
    return next(quota for quota in quotas_of(unit.id, 2026) if quota.regime is Regime.CIVIL_SERVANT)


def test_a_unit_of_seven_has_one_place(connection: Connection) -> None:
    office = an_office(7)
    allot(office.unit, year=2026, today=TODAY, actor=SYSTEM)
    quota = civil_quota(office.unit)
    assert (quota.base_count, quota.theoretical, quota.allotted) == (7, Decimal("1.4000"), 1)


def test_the_second_proposal_for_one_place_is_refused(connection: Connection) -> None:
    office = an_office(7)
    propose(office, 0)
    with pytest.raises(NoPlaceLeft, match="共 1 名，已建议 1 名"):
        propose(office, 1)


def test_another_grade_gives_the_place_back(connection: Connection) -> None:
    office = an_office(7)
    propose(office, 0)
    propose(office, 0, COMPETENT)
    propose(office, 1)
    assert civil_quota(office.unit).used == count_used(office.unit.id, 2026, Regime.CIVIL_SERVANT) == 1


def test_proposing_the_same_person_again_takes_no_second_place(connection: Connection) -> None:
    office = an_office(7)
    propose(office, 0)
    propose(office, 0)
    assert civil_quota(office.unit).used == 1


def test_the_database_refuses_more_than_allotted(connection: Connection) -> None:
    office = an_office(7)
    allot(office.unit, year=2026, today=TODAY, actor=SYSTEM)
    with pytest.raises(IntegrityError, match="never_more_than_allotted"):
        db.session.execute(update(ExcellentQuota).values(used=2))


def test_civil_servants_and_institution_staff_have_their_own_places(connection: Connection) -> None:
    office = an_office(12)
    institution = [person.id for person in office.people[:7]]
    db.session.execute(
        update(PersonVersion)
        .where(PersonVersion.person_id.in_(institution))
        .values(identity=kinds.Identity.INSTITUTION_TECHNICAL)
    )
    allot(office.unit, year=2026, today=TODAY, actor=SYSTEM)
    assert [(quota.base_count, quota.allotted) for quota in quotas_of(office.unit.id, 2026)] == [(5, 1), (7, 1)]


def test_off_quota_staff_do_not_count(connection: Connection) -> None:
    office = an_office(5)
    db.session.execute(
        update(PersonVersion)
        .where(PersonVersion.person_id == office.people[0].id)
        .values(identity=kinds.Identity.EXTERNAL)
    )
    with pytest.raises(NotAssessable):
        propose(office, 0)


def test_people_of_another_unit_cannot_be_proposed(connection: Connection) -> None:
    with pytest.raises(NotAssessable):
        propose_grade(
            an_office(1).people[0].id,
            unit=an_office(5).unit,
            year=2026,
            proposal=EXCELLENT,
            today=TODAY,
            actor=SYSTEM,
        )


def test_nobody_proposes_their_own_grade(connection: Connection) -> None:
    office = an_office(7)
    actor = an_actor(person=office.people[0], unit=office.unit)
    with pytest.raises(OwnGrade):
        propose_grade(office.people[0].id, unit=office.unit, year=2026, proposal=COMPETENT, today=TODAY, actor=actor)


def test_rounding_and_share_come_from_the_regions_setting(connection: Connection) -> None:
    office = an_office(7)
    quarter = Grading(ratio=Decimal("0.25"), rounding=Rounding.CEIL, base_includes_ungraded=True)
    set_grading(office.unit.region_id, quarter, since=date(2026, 1, 1), reason="经主管部门同意", actor=SYSTEM)
    allot(office.unit, year=2026, today=TODAY, actor=SYSTEM)
    assert civil_quota(office.unit).allotted == 2


def test_a_share_above_25_percent_is_refused(connection: Connection) -> None:
    much = Grading(ratio=Decimal("0.26"), rounding=Rounding.FLOOR, base_includes_ungraded=True)
    with pytest.raises(DomainError, match="25%"):
        set_grading(an_office(1).unit.region_id, much, since=date(2026, 1, 1), reason="无", actor=SYSTEM)


def test_an_earlier_setting_stays_true_for_its_time(connection: Connection) -> None:
    region_id = an_office(1).unit.region_id
    for year, share in ((2024, "0.15"), (2026, "0.20")):
        grading = Grading(ratio=Decimal(share), rounding=Rounding.FLOOR, base_includes_ungraded=True)
        set_grading(region_id, grading, since=date(year, 1, 1), reason="通知", actor=SYSTEM)
    assert grading_for(region_id, date(2025, 12, 31)).ratio == Decimal("0.15")
    assert grading_for(region_id, date(2026, 12, 31)).ratio == Decimal("0.20")


def test_each_setting_keeps_what_it_rests_on(connection: Connection) -> None:
    region_id = an_office(1).unit.region_id
    for year, reason in ((2024, "市委组织部通知"), (2026, "经主管部门同意")):
        set_grading(region_id, NATIONAL, since=date(year, 1, 1), reason=reason, actor=SYSTEM)
    history = db.session.scalars(GRADINGS.history(region_id))
    assert [one.remark for one in history] == ["经主管部门同意", "市委组织部通知"]


def test_those_without_a_grade_may_be_left_out_of_the_base(connection: Connection) -> None:
    office = an_office(5)
    propose(office, 0, Proposal(no_grade_reason=NoGradeReason.PROBATION))
    without = Grading(ratio=Decimal("0.20"), rounding=Rounding.FLOOR, base_includes_ungraded=False)
    set_grading(office.unit.region_id, without, since=date(2026, 1, 1), reason="本市规定", actor=SYSTEM)
    allot(office.unit, year=2026, today=TODAY, actor=SYSTEM)
    assert (civil_quota(office.unit).base_count, civil_quota(office.unit).allotted) == (4, 0)


def test_a_new_count_below_what_is_proposed_is_refused(connection: Connection) -> None:
    office = an_office(5)
    propose(office, 0)
    db.session.execute(
        update(PersonVersion)
        .where(PersonVersion.person_id.in_([person.id for person in office.people[1:]]))
        .values(identity=kinds.Identity.EXTERNAL)
    )
    with pytest.raises(QuotaInUse):
        allot(office.unit, year=2026, today=TODAY, actor=SYSTEM)


def test_a_grade_and_a_reason_for_none_exclude_each_other(connection: Connection) -> None:
    both = Proposal(grade=AnnualGrade.COMPETENT, no_grade_reason=NoGradeReason.PROBATION)
    with pytest.raises(DomainError, match="不能同时"):
        propose(an_office(5), 0, both)


@pytest.mark.parametrize(
    ("posted", "ends"),
    [
        (date(2026, 1, 28), date(2026, 2, 4)),
        (date(2026, 2, 11), date(2026, 2, 25)),
        (date(2026, 12, 24), date(2026, 12, 31)),
    ],
)
def test_the_posting_ends_after_five_working_days_t32(connection: Connection, posted: date, ends: date) -> None:
    seed_calendar(SYSTEM)
    assert posting_ends(posted) == ends


def test_excellent_is_not_final_before_the_posting_ends(connection: Connection) -> None:
    office = an_office(5)
    assessment = propose(office, 0)
    post_excellent(assessment, on=date(2026, 12, 1), actor=SYSTEM)
    with pytest.raises(PostingNotOver):
        decide_grade(assessment, grade=AnnualGrade.EXCELLENT, today=date(2026, 12, 8), actor=SYSTEM)


def test_a_final_grade_cannot_be_proposed_anew(connection: Connection) -> None:
    office = an_office(5)
    assessment = propose(office, 0)
    post_excellent(assessment, on=date(2026, 12, 1), actor=SYSTEM)
    decide_grade(assessment, grade=AnnualGrade.EXCELLENT, today=TODAY, actor=SYSTEM)
    with pytest.raises(AlreadyDecided):
        propose(office, 0, COMPETENT)


def test_deciding_another_grade_gives_the_place_back(connection: Connection) -> None:
    office = an_office(5)
    assessment = propose(office, 0)
    decide_grade(assessment, grade=AnnualGrade.COMPETENT, today=TODAY, actor=SYSTEM)
    assert civil_quota(office.unit).used == 0


def test_twenty_at_once_for_the_last_three_places_get_three(app: Flask, committed: Engine) -> None:
    office = an_office(25)
    unit_id, people = office.unit.id, [person.id for person in office.people]
    for place in (0, 1):
        propose(office, place)
    db.session.commit()

    def try_one(person_id: int) -> bool:
        with app.app_context():
            unit = db.session.get_one(Unit, unit_id)
            try:
                propose_grade(person_id, unit=unit, year=2026, proposal=EXCELLENT, today=TODAY, actor=SYSTEM)
                db.session.commit()
            except NoPlaceLeft:
                db.session.rollback()
                return False
            finally:
                db.session.remove()
            return True

    with ThreadPoolExecutor(20) as pool:
        taken = list(pool.map(try_one, people[2:22]))
    assert sum(taken) == 3
    assert civil_quota(office.unit).used == count_used(unit_id, 2026, Regime.CIVIL_SERVANT) == 5
