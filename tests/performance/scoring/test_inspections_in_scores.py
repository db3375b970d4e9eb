from __future__ import annotations

from collections.abc import Callable

from flask.testing import FlaskClient
from sqlalchemy import Connection, select

from duty_eval.inspections.closing import close_inspection
from duty_eval.inspections.finding import Judgement, judge_lines
from duty_eval.inspections.models import FindingVerdict, InspectionLine, InspectionSubject
from duty_eval.inspections.operations import PlanDraft, draw_sample, make_plan, start_inspection
from host.kernel.access import SYSTEM, Actor, Role
from host.kernel.db import db
from performance.schemes.models import DataSource, Indicator, RuleKind
from performance.schemes.operations import default_scheme, publish_scheme
from performance.scoring.models import PersonScore
from performance.scoring.operations import score_now
from tests.factories import a_region, an_actor
from tests.performance.rows import FIRST, LAST, Office

SignIn = Callable[[Actor], FlaskClient]


def test_a_checks_result_is_a_line_of_the_score_and_opens(connection: Connection, sign_in_as: SignIn) -> None:
    """Four of five lines are in order: 80 of 100 against a target of all."""
    office = Office("王芳")
    said = PlanDraft(name="一季度检查", unit_id=office.unit.id, starts_on=FIRST, ends_on=LAST, draw_amount=100)
    plan = make_plan(said, actor=SYSTEM)
    draw_sample(plan, day=FIRST, actor=SYSTEM)
    start_inspection(plan, today=FIRST, actor=SYSTEM)
    subject = db.session.scalars(select(InspectionSubject)).one()
    verdicts = {line: Judgement(verdict=FindingVerdict.OK) for line in db.session.scalars(select(InspectionLine.id))}
    verdicts[min(verdicts)] = Judgement(verdict=FindingVerdict.PROBLEM, words="职责没有落实")
    judge_lines(plan, subject, verdicts, actor=SYSTEM)
    close_inspection(plan, today=LAST, actor=SYSTEM)
    scheme = default_scheme(a_region().id, year=2026, actor=SYSTEM)
    measured = db.session.scalars(select(Indicator).where(Indicator.data_source == DataSource.TASKS_IN_TIME)).one()
    measured.data_source, measured.rule_kind = DataSource.INSPECTION_PASSED, RuleKind.THRESHOLD
    measured.rule = {"target": "1"}
    db.session.flush()
    publish_scheme(scheme, actor=SYSTEM)
    run = score_now(scheme, first=FIRST, last=LAST, actor=SYSTEM)
    score = db.session.scalars(select(PersonScore)).one()
    assert (4, 5) in set(zip(score.numerators, score.denominators, strict=True))
    client = sign_in_as(an_actor(Role.STAFF, person=office.people[0]))
    why = client.get(f"/performance/runs/{run.id}/people/{office.people[0].id}").get_data(as_text=True)
    assert f"/duty-eval/people/{office.people[0].id}/inspections" in why
    assert "80%" in why
