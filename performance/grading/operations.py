"""Grades: proposed by a head, held to the cap, made final by those who decide. The machine proposes none (R122)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import select

from basic_info.organization.models import Unit
from host.kernel.access import Actor
from host.kernel.audit import record_change
from host.kernel.calendar.workdays import load_workdays
from host.kernel.db import db
from host.kernel.errors import NotFound, Refused
from performance.grading.errors import AlreadyDecided, NoPlaceLeft, NotAssessable, OwnGrade, PostingNotOver
from performance.grading.models import AnnualAssessment, AnnualGrade, ExcellentQuota, NoGradeReason, Regime
from performance.grading.quotas import allot, assessed_people, hold_quota
from performance.grading.routine import check_routine, standing_of
from performance.grading.settings import assessment_day, grading_for
from performance.notices import tell_decided

#: 优秀 is up in the unit for at least so many working days (R101).
POSTING_WORKDAYS = 5


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """A grade, or why there is none; neither: the proposal is taken back."""

    grade: AnnualGrade | None = None
    no_grade_reason: NoGradeReason | None = None
    comment: str = ""


def propose_grade(
    person_id: int, *, unit: Unit, year: int, proposal: Proposal, today: date, actor: Actor
) -> AnnualAssessment:
    """Propose a person's grade of the year (考核等次建议).

    A 优秀 takes one of the group's places and another grade gives it back; the year's 平时考核 must carry it (R94).
    Raises NoPlaceLeft, NotAssessable, AlreadyDecided, OwnGrade, RoutineForbids, RoutineWantsReason, Refused.
    """
    if proposal.grade is not None and proposal.no_grade_reason is not None:
        raise Refused("已选择不定等次的原因，不能同时建议等次")
    if actor.person_id == person_id:
        raise OwnGrade
    standing = _standing(person_id, unit.id, assessment_day(year, today))
    if proposal.grade is not None:
        gate = grading_for(unit.region_id, assessment_day(year, today)).routine_gate
        check_routine(standing_of(person_id, year, gate), proposal.grade, proposal.comment)
    quota = hold_quota(unit.id, year, standing.regime) or _first_count(unit, year, standing.regime, today, actor)
    assessment = _hold_assessment(person_id, year)
    if assessment is None:
        assessment = AnnualAssessment(
            person_id=person_id,
            year=year,
            unit_id=unit.id,
            section_id=standing.section_id,
            regime=standing.regime,
        )
    _check_same_group(assessment, quota)
    before = _words(assessment)
    _take_place(quota, was=assessment.proposed_grade, becomes=proposal.grade)
    assessment.proposed_grade = proposal.grade
    assessment.no_grade_reason = proposal.no_grade_reason
    assessment.comment = proposal.comment.strip()
    assessment.posted_from = None
    assessment.proposed_by, assessment.proposed_at = actor.account_id, datetime.now(UTC)
    db.session.add(assessment)
    db.session.flush()  # the cap's constraint speaks here
    record_change(assessment, action="annual_assessment.proposed", actor=actor, before=before, after=_words(assessment))
    return assessment


def post_excellent(assessment: AnnualAssessment, *, on: date, actor: Actor) -> None:
    """Note the day from which the person's 优秀 is up in the unit (公示, R101). Raises Refused, AlreadyDecided."""
    db.session.refresh(assessment, with_for_update=True)
    _check_open(assessment)
    if assessment.proposed_grade is not AnnualGrade.EXCELLENT:
        raise Refused("只有建议为优秀的人员需要公示")
    assessment.posted_from = on
    db.session.flush()
    record_change(assessment, action="annual_assessment.posted", actor=actor, after={"posted_from": on})


def decide_grade(assessment: AnnualAssessment, *, grade: AnnualGrade, today: date, actor: Actor) -> None:
    """Make a grade final (确定等次). 优秀 only for who holds a place and was posted long enough (R101).

    Another grade than the proposed one gives the place back. Raises PostingNotOver, Refused, OwnGrade,
    AlreadyDecided, RoutineForbids, RoutineWantsReason.
    """
    if actor.person_id == assessment.person_id:
        raise OwnGrade
    quota = hold_quota(assessment.unit_id, assessment.year, assessment.regime)
    db.session.refresh(assessment, with_for_update=True)
    _check_open(assessment)
    if assessment.no_grade_reason is not None:
        raise Refused("该人员本年度不定等次")
    unit = db.session.get_one(Unit, assessment.unit_id)
    gate = grading_for(unit.region_id, assessment_day(assessment.year, today)).routine_gate
    check_routine(standing_of(assessment.person_id, assessment.year, gate), grade, assessment.comment)
    if grade is AnnualGrade.EXCELLENT:
        _check_posting(assessment, today)
    elif quota is not None and assessment.proposed_grade is AnnualGrade.EXCELLENT:
        _take_place(quota, was=AnnualGrade.EXCELLENT, becomes=grade)
        assessment.proposed_grade = grade
    assessment.final_grade = grade
    assessment.decided_by, assessment.decided_at = actor.account_id, datetime.now(UTC)
    db.session.flush()
    record_change(assessment, action="annual_assessment.decided", actor=actor, after=_words(assessment))
    tell_decided(assessment)


def posting_ends(posted_from: date) -> date:
    """The last day of the posting: the day itself is not counted (R101, T32)."""
    return load_workdays().add_workdays(posted_from, POSTING_WORKDAYS)


@dataclass(frozen=True)
class _Standing:
    section_id: int
    regime: Regime


def _standing(person_id: int, unit_id: int, day: date) -> _Standing:
    people = assessed_people(unit_id, day).subquery()
    row = db.session.execute(select(people).where(people.c.person_id == person_id)).first()
    if row is None:
        raise NotAssessable
    return _Standing(row.section_id, row.regime)


def _first_count(unit: Unit, year: int, regime: Regime, today: date, actor: Actor) -> ExcellentQuota:
    allot(unit, year=year, today=today, actor=actor)
    quota = hold_quota(unit.id, year, regime)
    if quota is None:
        raise NotFound
    return quota


def _hold_assessment(person_id: int, year: int) -> AnnualAssessment | None:
    return db.session.scalar(
        select(AnnualAssessment)
        .where(AnnualAssessment.person_id == person_id, AnnualAssessment.year == year)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _check_same_group(assessment: AnnualAssessment, quota: ExcellentQuota) -> None:
    """The place that a standing proposal holds belongs to the group whose row is locked."""
    _check_open(assessment)
    if (assessment.unit_id, assessment.regime) != (quota.unit_id, quota.regime):
        raise NotAssessable("该人员本年度已由其他单位或按另一类人员提出建议，请先由原单位撤回")


def _check_open(assessment: AnnualAssessment) -> None:
    if assessment.final_grade is not None:
        raise AlreadyDecided


def _check_posting(assessment: AnnualAssessment, today: date) -> None:
    if assessment.proposed_grade is not AnnualGrade.EXCELLENT:
        raise Refused("优秀应先提出建议并占用名额")
    if assessment.posted_from is None or today <= posting_ends(assessment.posted_from):
        raise PostingNotOver


def _take_place(quota: ExcellentQuota, *, was: AnnualGrade | None, becomes: AnnualGrade | None) -> None:
    change = (becomes is AnnualGrade.EXCELLENT) - (was is AnnualGrade.EXCELLENT)
    if change > 0 and quota.left < change:
        raise NoPlaceLeft(f"优秀名额已用完：{quota.regime.label}共 {quota.allotted} 名，已建议 {quota.used} 名")
    quota.used += change


def _words(assessment: AnnualAssessment) -> dict[str, Any]:
    return {
        "proposed_grade": assessment.proposed_grade,
        "no_grade_reason": assessment.no_grade_reason,
        "final_grade": assessment.final_grade,
    }
