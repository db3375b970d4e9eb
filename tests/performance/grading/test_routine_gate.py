"""R94, R95: what the year's routine assessments allow the annual grade to be."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection

from duty_eval.entry_rules.models import CapMode
from duty_eval.publicity.models import Publicity, PublicityName
from duty_eval.routine.facts import facts_of
from duty_eval.routine.models import RoutineAssessment, RoutineGrade, RoutineRound, RoutineState
from host.kernel.access import SYSTEM, Actor, Role
from host.kernel.db import db
from performance.grading.errors import RoutineForbids, RoutineWantsReason
from performance.grading.models import AnnualGrade, RoutineGate
from performance.grading.operations import Proposal, decide_grade, propose_grade
from performance.grading.routine import standing_of
from performance.grading.settings import NATIONAL, Grading, set_grading
from performance.rounding import Rounding
from tests.factories import an_actor
from tests.performance.rows import Office

SignIn = Callable[[Actor], FlaskClient]
TODAY = date(2026, 12, 20)
GOOD, FAIRLY, ORDINARY, WEAK = RoutineGrade


@pytest.fixture
def office(connection: Connection) -> Office:
    return Office(*[f"王{number}" for number in range(7)])


def rounds(office: Office, *grades: RoutineGrade, is_closed: bool = True) -> list[RoutineRound]:
    """A round a quarter in which the first of the office got the grade; names of 好 were up long enough."""
    held = []
    person = office.people[0].id
    for number, grade in enumerate(grades):
        first = date(2026, 1 + 3 * number, 1)
        one = RoutineRound(
            unit_id=office.unit.id, name=f"{number + 1}季度", first_day=first, last_day=first + timedelta(days=80),
            cap_mode=CapMode.OFF, base_count=1, good_places=0, good_used=int(grade is GOOD),
        )  # fmt: skip
        db.session.add(one)
        db.session.flush()
        form = RoutineAssessment(
            round_id=one.id, person_id=person, section_id=office.section.id, routine_state=RoutineState.ANSWERED,
            facts=facts_of([person], one.first_day, one.last_day)[person], summary="小结", proposed_grade=grade,
            final_grade=grade, decided_at=datetime(2026, 10, 1, tzinfo=UTC),
        )  # fmt: skip
        up = Publicity(
            round_id=one.id, starts_on=date(2026, 10, 9), ends_on=date(2026, 10, 16),
            published_at=datetime(2026, 10, 9, tzinfo=UTC),
        )  # fmt: skip
        db.session.add_all([form, up])
        db.session.flush()
        db.session.add(PublicityName(publicity_id=up.id, assessment_id=form.id))
        db.session.flush()
        if is_closed:
            one.closed_at = datetime(2026, 11, 1, tzinfo=UTC)
            db.session.flush()
        held.append(one)
    return held


def propose(office: Office, grade: AnnualGrade, comment: str = "") -> AnnualGrade | None:
    return propose_grade(
        office.people[0].id, unit=office.unit, year=2026, proposal=Proposal(grade=grade, comment=comment), today=TODAY,
        actor=SYSTEM,
    ).proposed_grade  # fmt: skip


def test_one_good_of_four_carries_an_excellent(office: Office) -> None:
    rounds(office, FAIRLY, GOOD, FAIRLY, FAIRLY)
    assert propose(office, AnnualGrade.EXCELLENT) is AnnualGrade.EXCELLENT


def test_without_a_good_there_is_no_excellent_and_the_rounds_are_named(office: Office) -> None:
    rounds(office, FAIRLY, ORDINARY)
    with pytest.raises(RoutineForbids, match="1季度“较好”、2季度“一般”.*“好”0 次"):
        propose(office, AnnualGrade.EXCELLENT)
    propose(office, AnnualGrade.COMPETENT)


@pytest.mark.parametrize("is_closed", [True, False])
def test_only_closed_rounds_count_and_none_ask_for_nothing(office: Office, is_closed: bool) -> None:
    if not is_closed:
        rounds(office, WEAK, is_closed=False)
    assert propose(office, AnnualGrade.EXCELLENT) is AnnualGrade.EXCELLENT


def test_mostly_ordinary_or_weak_wants_a_reason_for_more_than_basic(office: Office) -> None:
    rounds(office, ORDINARY, WEAK, GOOD)
    with pytest.raises(RoutineForbids):
        propose(office, AnnualGrade.EXCELLENT, "突出贡献")
    with pytest.raises(RoutineWantsReason, match="基本称职或以下"):
        propose(office, AnnualGrade.COMPETENT)
    propose(office, AnnualGrade.BASIC)
    propose(office, AnnualGrade.COMPETENT, "四季度改进明显")


@pytest.mark.parametrize(
    ("gate", "grades", "allows"),
    [
        (RoutineGate.ANY_GOOD, (GOOD, ORDINARY), True),
        (RoutineGate.MOSTLY_GOOD, (GOOD, GOOD, FAIRLY), True),
        (RoutineGate.MOSTLY_GOOD, (GOOD, FAIRLY), False),
        (RoutineGate.MOSTLY_GOOD, (GOOD, GOOD, ORDINARY), False),
        (RoutineGate.OFF, (WEAK, WEAK), True),
    ],
)
def test_a_gate_says_what_carries_an_excellent(
    office: Office, gate: RoutineGate, grades: tuple[RoutineGrade, ...], allows: bool
) -> None:
    rounds(office, *grades)
    assert standing_of(office.people[0].id, 2026, gate).allows_excellent is allows


def test_a_division_s_own_gate_holds(office: Office) -> None:
    rounds(office, FAIRLY)
    assert NATIONAL.routine_gate is RoutineGate.ANY_GOOD
    none = Grading(
        ratio=Decimal("0.2"), rounding=Rounding.CEIL, base_includes_ungraded=True, routine_gate=RoutineGate.OFF
    )
    set_grading(office.unit.region_id, none, since=date(2026, 1, 1), reason="通知", actor=SYSTEM)
    propose(office, AnnualGrade.EXCELLENT)


def test_rounds_that_close_after_the_proposal_count_at_the_decision(office: Office) -> None:
    made = propose_grade(
        office.people[0].id, unit=office.unit, year=2026, proposal=Proposal(grade=AnnualGrade.EXCELLENT), today=TODAY,
        actor=SYSTEM,
    )  # fmt: skip
    rounds(office, FAIRLY)
    with pytest.raises(RoutineForbids):
        decide_grade(made, grade=AnnualGrade.EXCELLENT, today=date(2027, 1, 20), actor=SYSTEM)


def test_the_page_of_an_annual_grade_says_why_and_opens_the_rounds(office: Office, sign_in_as: SignIn) -> None:
    held = rounds(office, FAIRLY, ORDINARY)
    chief = sign_in_as(an_actor(Role.UNIT_HEAD, unit=office.unit))
    db.session.commit()
    page = chief.get(f"/performance/grading/units/{office.unit.id}/people/{office.people[0].id}?year=2026").text
    assert "不符合优秀的条件" in page
    for one in held:
        assert f"/duty-eval/routine/rounds/{one.id}#person-{office.people[0].id}" in page
    assert chief.get(f"/duty-eval/routine/rounds/{held[0].id}").status_code == 200
