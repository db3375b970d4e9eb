"""办结: a plan is closed by another than who made it, once everything was looked at; its results are written then."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy import case, func, insert, literal, select, update

from duty_eval.inspections.errors import InspectionStep
from duty_eval.inspections.models import (
    EvidenceRequest,
    FindingVerdict,
    Inspection,
    InspectionFinding,
    InspectionLine,
    InspectionResult,
    InspectionState,
    InspectionSubject,
    RequestState,
)
from host.kernel.access import Actor
from host.kernel.audit import record_change
from host.kernel.db import AnySelect, db
from host.kernel.errors import NotPermitted, Refused


def close_inspection(plan: Inspection, *, today: date, actor: Actor) -> None:
    """Close the plan, which comes in locked, and write what it says of its subjects and of people.

    Evidence that was asked for and is overdue lapses. Raises InspectionStep, NotPermitted (by who made it), Refused
    where a line is not judged, an answer not looked at or a request not due yet.
    """
    if plan.inspection_state is not InspectionState.UNDER_WAY:
        raise InspectionStep
    if actor.account_id is not None and actor.account_id == plan.made_by:
        raise NotPermitted("检查由制定人以外的人员办结")
    _check_lines(plan)
    lapsed = _end_requests(plan, today)
    subjects = _write_results(plan, today)
    plan.inspection_state = InspectionState.CLOSED
    plan.closed_by, plan.closed_at = actor.account_id, datetime.now(UTC)
    db.session.flush()
    record_change(plan, action="inspection.finished", actor=actor, after={"subjects": subjects, "lapsed": lapsed})


def verdicts_of_lines(plan_id: int) -> AnySelect:
    """(subject_id, line_id, weight, is_problem, is_judged, applies) of each line of each subject that is looked at.

    A problem with anything on the line is a problem of the line, and judges it.
    """
    finding = InspectionFinding
    is_problem = func.coalesce(func.bool_or(finding.finding_verdict == FindingVerdict.PROBLEM), literal(False))
    return (
        select(
            InspectionSubject.id.label("subject_id"),
            InspectionLine.id.label("line_id"),
            InspectionLine.weight,
            is_problem.label("is_problem"),
            (func.count(finding.id) > 0).label("is_judged"),
            func.coalesce(func.bool_or(finding.finding_verdict != FindingVerdict.NOT_APPLICABLE), literal(False)).label(
                "applies"
            ),
        )
        .join(InspectionLine, InspectionLine.inspection_id == InspectionSubject.inspection_id)
        .outerjoin(
            finding,
            (finding.subject_id == InspectionSubject.id)
            & (finding.line_id == InspectionLine.id)
            & finding.withdrawn_at.is_(None),
        )
        .where(InspectionSubject.inspection_id == plan_id, InspectionSubject.removed_at.is_(None))
        .group_by(InspectionSubject.id, InspectionLine.id)
    )


def _check_lines(plan: Inspection) -> None:
    lines = verdicts_of_lines(plan.id).subquery("lines")
    total, subjects, missing = db.session.execute(
        select(
            func.count(),
            func.count(lines.c.subject_id.distinct()).filter(~lines.c.is_judged),
            func.count().filter(~lines.c.is_judged),
        )
    ).one()
    if not total:
        raise Refused("抽查名单是空的，不能办结")
    if missing:
        raise Refused(f"还有 {subjects} 个对象的 {missing} 条检查内容没有判断，请先补齐")


def _end_requests(plan: Inspection, today: date) -> int:
    mine = EvidenceRequest.inspection_id == plan.id
    answered, running = db.session.execute(
        select(
            func.count().filter(EvidenceRequest.request_state == RequestState.ANSWERED),
            func.count().filter(EvidenceRequest.request_state == RequestState.OPEN, EvidenceRequest.due_on >= today),
        ).where(mine)
    ).one()
    if answered:
        raise Refused(f"还有 {answered} 项补证答复没有核对")
    if running:
        raise Refused(f"还有 {running} 项补证没有到期，请等答复或到期后再办结")
    lapsed = db.session.scalars(
        update(EvidenceRequest)
        .where(mine, EvidenceRequest.request_state == RequestState.OPEN)
        .values(request_state=RequestState.LAPSED)
        .returning(EvidenceRequest.id)
    )
    return len(lapsed.all())


def _write_results(plan: Inspection, today: date) -> int:
    lines = verdicts_of_lines(plan.id).subquery("lines")
    finding = InspectionFinding
    problems = func.count().filter(finding.finding_verdict == FindingVerdict.PROBLEM)
    stands = (finding.inspection_id == plan.id, finding.withdrawn_at.is_(None))
    by_subject = select(finding.subject_id, problems.label("n")).where(*stands).group_by(finding.subject_id).subquery()
    weighed = (
        select(
            lines.c.subject_id,
            func.sum(case((lines.c.applies, lines.c.weight), else_=0)).label("checked"),
            func.sum(case((lines.c.applies & ~lines.c.is_problem, lines.c.weight), else_=0)).label("ok"),
        )
        .group_by(lines.c.subject_id)
        .subquery("weighed")
    )
    of_subjects = (
        select(
            literal(plan.id), InspectionSubject.unit_id, InspectionSubject.section_id, InspectionSubject.post_id,
            InspectionSubject.id, literal(today), weighed.c.checked, weighed.c.ok,
            func.coalesce(by_subject.c.n, 0),
        )
        .join(weighed, weighed.c.subject_id == InspectionSubject.id)
        .outerjoin(by_subject, by_subject.c.subject_id == InspectionSubject.id)
    )  # fmt: skip
    of_people = (
        select(
            literal(plan.id), func.min(finding.unit_id), func.min(finding.section_id), finding.person_id,
            literal(today), problems,
        )
        .where(*stands, finding.person_id.is_not(None))
        .group_by(finding.person_id)
        .having(problems > 0)
    )  # fmt: skip
    place = ["inspection_id", "unit_id", "section_id"]
    said = ["post_id", "subject_id", "closed_on", "checked_weight", "ok_weight", "problem_count"]
    written = db.session.execute(
        insert(InspectionResult).from_select([*place, *said], of_subjects).returning(InspectionResult.id)
    )
    count = len(written.all())
    db.session.execute(
        insert(InspectionResult).from_select([*place, "person_id", "closed_on", "problem_count"], of_people)
    )
    return count
