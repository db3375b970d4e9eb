"""Annual grades and score runs are told to whom they concern, once, with a page that opens for them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, Engine, select

from host.auth.models import RoleGrant
from host.kernel.access import SYSTEM, Actor, Role
from host.kernel.db import db
from host.kernel.jobs.progress import Progress
from host.kernel.notifications.models import Notification
from performance.grading.models import AnnualAssessment, AnnualGrade
from performance.grading.operations import Proposal, decide_grade, propose_grade
from performance.grading.quotas import allot
from performance.schemes.errors import SchemeAltered
from performance.schemes.models import IndicatorScheme
from performance.scoring.operations import compute, fail_run, request_run
from performance.scoring.tasks import score_everybody
from tests.factories import a_holder, a_unit
from tests.performance.rows import FIRST, LAST, Office, a_published_scheme

TODAY = date(2026, 12, 20)
SignIn = Callable[[Actor], FlaskClient]


def told(actor: Actor) -> list[str]:
    mine = Notification.account_id == actor.account_id
    return list(db.session.scalars(select(Notification.title).where(mine).order_by(Notification.id)))


class Year:
    """A unit's year: a person of its staff, its head and an assessor."""

    def __init__(self) -> None:
        self.office = Office("王芳", "李强")
        self.person = a_holder(Role.STAFF, person=self.office.people[0])
        self.head = a_holder(Role.UNIT_HEAD, unit=self.office.unit)
        self.assessor = a_holder(Role.ASSESSOR, region="371300")

    def decided(self) -> AnnualAssessment:
        assessment = propose_grade(
            self.office.people[0].id, unit=self.office.unit, year=2026,
            proposal=Proposal(grade=AnnualGrade.COMPETENT), today=TODAY, actor=self.head,
        )  # fmt: skip
        decide_grade(assessment, grade=AnnualGrade.COMPETENT, today=TODAY, actor=self.assessor)
        return assessment


@pytest.fixture
def year(connection: Connection) -> Year:
    return Year()


def test_a_grade_that_is_final_is_told_to_the_person_without_the_grade(year: Year) -> None:
    year.decided()
    assert told(year.person) == ["您 2026 年度考核等次已确定，请查看"]


def test_the_page_that_it_leads_to_shows_the_grade(year: Year, sign_in_as: SignIn) -> None:
    year.decided()
    link = db.session.scalars(select(Notification.link).where(Notification.account_id == year.person.account_id)).one()
    assert "2026 年：称职" in sign_in_as(year.person).get(link).get_data(as_text=True)


def test_nobody_else_is_told_of_a_grade(year: Year) -> None:
    other = a_holder(Role.STAFF, person=year.office.people[1])
    year.decided()
    assert (told(other), [one for one in told(year.head) if "等次已确定" in one]) == ([], [])


def test_a_person_without_the_right_to_see_the_own_grade_is_not_told(year: Year) -> None:
    grant = db.session.scalars(select(RoleGrant).where(RoleGrant.account_id == year.person.account_id)).one()
    grant.role = Role.INSPECTOR
    db.session.flush()
    year.decided()
    assert told(year.person) == []


def test_the_head_of_a_unit_is_told_that_proposals_are_awaited(year: Year) -> None:
    for _ in range(2):
        allot(year.office.unit, year=2026, today=TODAY, actor=year.assessor)
    assert told(year.head) == ["2026 年度考核已开始，本单位优秀名额 0 名，请提出等次建议"]


def test_the_head_of_another_unit_is_not(year: Year) -> None:
    elsewhere = a_holder(Role.UNIT_HEAD, unit=a_unit(name="市教育局"))
    allot(year.office.unit, year=2026, today=TODAY, actor=year.assessor)
    assert told(elsewhere) == []


def test_who_counts_the_places_is_not_told_of_it(year: Year) -> None:
    allot(year.office.unit, year=2026, today=TODAY, actor=year.head)
    assert told(year.head) == []


@pytest.fixture
def scheme(year: Year) -> IndicatorScheme:
    return a_published_scheme()


def test_a_run_that_is_done_is_told_to_who_started_it(year: Year, scheme: IndicatorScheme) -> None:
    run = request_run(scheme, first=FIRST, last=LAST, actor=year.assessor)
    for _ in range(2):
        compute(run.id, Progress())
    assert told(year.assessor) == ["您发起的计分已完成：2026-03-01 至 2026-03-31，共 2 人"]


def test_a_run_that_failed_is_told_with_its_reason(year: Year, scheme: IndicatorScheme) -> None:
    run = request_run(scheme, first=FIRST, last=LAST, actor=year.assessor)
    fail_run(run.id, because="方案已变动")
    assert told(year.assessor) == ["您发起的计分没有完成：方案已变动"]


def test_who_may_not_open_runs_any_more_is_not_told(year: Year, scheme: IndicatorScheme) -> None:
    run = request_run(scheme, first=FIRST, last=LAST, actor=year.assessor)
    grant = db.session.scalars(select(RoleGrant).where(RoleGrant.account_id == year.assessor.account_id)).one()
    grant.role = Role.INSPECTOR
    db.session.flush()
    compute(run.id, Progress())
    assert told(year.assessor) == []


def test_a_run_that_nobody_started_is_told_to_nobody(year: Year, scheme: IndicatorScheme) -> None:
    compute(request_run(scheme, first=FIRST, last=LAST, actor=SYSTEM).id, Progress())
    assert told(year.assessor) == []


def test_a_failure_is_told_although_the_scores_were_rolled_back(committed: Engine) -> None:
    year, scheme = Year(), a_published_scheme()
    run = request_run(scheme, first=FIRST, last=LAST, actor=year.assessor)
    scheme.content_hash = "0" * 64
    run_id, assessor = run.id, year.assessor
    db.session.commit()
    with pytest.raises(SchemeAltered, match="不一致"):
        score_everybody(Progress(), score_run_id=run_id)
    assert len(told(assessor)) == 1
