"""Writes while a plan is under way: verdicts, findings with their evidence, and the closing that makes results (R92).

The plan comes in held (``queries.plan_to_fill``), so that nobody closes it meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError

from basic_info.duties.models import PostDuty, UnitFunction
from basic_info.organization.models import Appointment
from duty_eval.evidence.operations import NO_EVIDENCE, Evidence
from duty_eval.expectations import away_days
from duty_eval.flags.models import FlagKind, RecordFlag
from duty_eval.flags.operations import Finding as Flagged
from duty_eval.flags.operations import flag
from duty_eval.inspections.errors import AlreadyFound, EvidenceNeeded, InspectionStep, OnLeave, OwnFinding
from duty_eval.inspections.evidence import keep_evidence
from duty_eval.inspections.models import (
    FindingVerdict,
    Inspection,
    InspectionFinding,
    InspectionLine,
    InspectionState,
    InspectionSubject,
    Violation,
)
from duty_eval.records.models import DutyRecord, RecordState
from host.kernel.access import Actor
from host.kernel.audit import record_change
from host.kernel.calendar.workdays import load_workdays
from host.kernel.db import db
from host.kernel.errors import NotFound, Refused
from host.kernel.versions import in_force


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """The verdict on one line, with words where there is a problem."""

    verdict: FindingVerdict
    words: str = ""


def judge_lines(
    plan: Inspection, subject: InspectionSubject, judgements: Mapping[int, Judgement], *, actor: Actor
) -> int:
    """Set the verdicts on lines of a subject's sheet, anew where there is one; returns how many changed.

    Raises InspectionStep, NotFound, Refused.
    """
    _open_for(plan, subject)
    _check_lines(plan, judgements)
    held = _line_verdicts(subject.id)
    changed = [
        _judge(plan, subject, line_id, judgement, held.get(line_id), actor) for line_id, judgement in judgements.items()
    ]
    db.session.flush()
    after = {"lines": sum(changed), "subject": subject.id}
    if any(changed):
        record_change(subject, action="inspection_subject.judged", actor=actor, after=after)
    return sum(changed)


def _check_lines(plan: Inspection, judgements: Mapping[int, Judgement]) -> None:
    lines = {
        line.id: line
        for line in db.session.scalars(select(InspectionLine).where(InspectionLine.inspection_id == plan.id))
    }
    for line_id, judgement in judgements.items():
        if line_id not in lines:
            raise NotFound
        if judgement.verdict is FindingVerdict.PROBLEM and not judgement.words.strip():
            raise Refused(f"“{lines[line_id].text}”有问题的，请写明情况")
        if len(judgement.words) > 1000:
            raise Refused(f"“{lines[line_id].text}”的情况不能超过 1000 字")


def _line_verdicts(subject_id: int) -> dict[int, InspectionFinding]:
    rows = db.session.scalars(select(InspectionFinding).where(*is_line_verdict(subject_id)).with_for_update())
    return {row.line_id: row for row in rows}


def is_line_verdict(subject_id: int) -> tuple[Any, ...]:
    """The verdicts on lines as such, as conditions: about nothing more, and not taken back."""
    finding = InspectionFinding
    about = func.num_nonnulls(finding.post_duty_id, finding.function_id, finding.record_id, finding.absent_on)
    return (finding.subject_id == subject_id, about == 0, finding.withdrawn_at.is_(None))


def _judge(
    plan: Inspection,
    subject: InspectionSubject,
    line_id: int,
    judgement: Judgement,
    held: InspectionFinding | None,
    actor: Actor,
) -> bool:
    words = judgement.words.strip()
    if held is None:
        db.session.add(_finding(plan, subject, line_id, actor, finding_verdict=judgement.verdict, words=words))
        return True
    if (held.finding_verdict, held.words) == (judgement.verdict, words):
        return False
    record_change(
        held,
        action="inspection_finding.changed",
        actor=actor,
        before={"verdict": held.finding_verdict, "words": held.words},
        after={"verdict": judgement.verdict, "words": words},
    )
    held.finding_verdict, held.words = judgement.verdict, words
    return True


@dataclass(frozen=True, kw_only=True)
class Found:
    """What was found: on which line, in words, of which kind of violation if any, with which evidence."""

    line_id: int
    words: str
    violation: Violation | None = None
    evidence: Evidence = NO_EVIDENCE


def note_duty(
    plan: Inspection,
    subject: InspectionSubject,
    found: Found,
    *,
    post_duty_id: int | None = None,
    function_id: int | None = None,
    actor: Actor,
) -> InspectionFinding:
    """A problem with a post duty of the section or a function of its unit. Raises InspectionStep, NotFound, Refused."""
    _open_for(plan, subject)
    if (post_duty_id is None) == (function_id is None):
        raise Refused("请选择一项岗位职责或单位职能")
    known: Any = select(UnitFunction.id).where(UnitFunction.id == function_id, UnitFunction.unit_id == subject.unit_id)
    if post_duty_id is not None:
        known = select(PostDuty.id).where(PostDuty.id == post_duty_id, PostDuty.section_id == subject.section_id)
    if db.session.scalar(known) is None:
        raise NotFound
    return _note(plan, subject, found, actor, post_duty_id=post_duty_id, function_id=function_id)


def note_record(
    plan: Inspection, subject: InspectionSubject, found: Found, *, record: DutyRecord, actor: Actor
) -> InspectionFinding:
    """A record that is not as it says: once the plan is closed this corrects the verdict on it; evidence is needed.

    The record itself is not touched, so a closed month stays as it is. Its reviewer sees the finding as a flag.
    Raises InspectionStep, NotFound, Refused, EvidenceNeeded, OwnFinding, AlreadyFound.
    """
    _open_for(plan, subject)
    if record.section_id != subject.section_id or record.record_state is RecordState.DRAFT:
        raise NotFound
    if subject.post_id is not None and record.post_id != subject.post_id:
        raise NotFound
    _proven(found)
    about = {"record_id": record.id, "worked_on": record.worked_on, "record_version": record.version_no}
    noted = _note(plan, subject, found, actor, person_id=record.person_id, **about)
    flag([Flagged(record.id, record.worked_on, FlagKind.INSPECTED, found.words.strip()[:100])])
    return noted


def note_absence(
    plan: Inspection, subject: InspectionSubject, found: Found, *, person_id: int, day: date, actor: Actor
) -> InspectionFinding:
    """A person was not there without a reason; evidence is needed.

    Who is on leave on that day by what is confirmed or registered is not absent. Raises InspectionStep, NotFound,
    OnLeave, Refused, EvidenceNeeded, OwnFinding, AlreadyFound.
    """
    _open_for(plan, subject)
    if not plan.starts_on <= day <= plan.ends_on:
        raise Refused("缺岗日期应在检查期间之内")
    if not load_workdays().is_workday(day):
        raise Refused("这一天不是工作日")
    belongs = select(Appointment.id).where(
        Appointment.person_id == person_id,
        Appointment.section_id == subject.section_id,
        in_force(Appointment, day),
    )
    if subject.post_id is not None:
        belongs = belongs.where(Appointment.post_id == subject.post_id)
    if db.session.scalar(belongs.limit(1)) is None:
        raise NotFound
    if away_days(person_id, day, day):
        raise OnLeave
    _proven(found)
    return _note(plan, subject, found, actor, person_id=person_id, absent_on=day)


def withdraw_finding(plan: Inspection, finding: InspectionFinding, *, reason: str, actor: Actor) -> None:
    """Take a finding back, with the reason; the row stays. Raises InspectionStep, Refused."""
    _under_way(plan)
    if not reason.strip():
        raise Refused("撤回检查发现请写明原因")
    if finding.withdrawn_at is not None:
        raise InspectionStep("该发现已撤回")
    finding.withdrawn_at, finding.withdrawn_reason = datetime.now(UTC), reason.strip()
    db.session.flush()
    if finding.record_id is not None:
        _forget_flag(finding)
    record_change(finding, action="inspection_finding.withdrawn", actor=actor, reason=finding.withdrawn_reason)


def _forget_flag(finding: InspectionFinding) -> None:
    """The reviewer's flag goes with the last finding that stands about the record."""
    others = select(InspectionFinding.id).where(
        InspectionFinding.record_id == finding.record_id, InspectionFinding.withdrawn_at.is_(None)
    )
    if db.session.scalar(others.limit(1)) is None:
        db.session.execute(
            delete(RecordFlag).where(
                RecordFlag.record_id == finding.record_id,
                RecordFlag.worked_on == finding.worked_on,
                RecordFlag.kind == FlagKind.INSPECTED,
            )
        )


def _note(plan: Inspection, subject: InspectionSubject, found: Found, actor: Actor, **about: Any) -> InspectionFinding:
    if not found.words.strip():
        raise Refused("请写明发现的情况")
    if about.get("person_id") is not None and about["person_id"] == actor.person_id:
        raise OwnFinding
    _check_lines(plan, {found.line_id: Judgement(verdict=FindingVerdict.PROBLEM, words=found.words)})
    row = _finding(
        plan, subject, found.line_id, actor,
        finding_verdict=FindingVerdict.PROBLEM, words=found.words.strip(), violation=found.violation, **about,
    )  # fmt: skip
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError as fault:
        raise AlreadyFound from fault
    keep_evidence(found.evidence, finding_id=row.id, actor=actor)
    after = {"words": row.words, "violation": row.violation, **about}
    record_change(row, action="inspection_finding.registered", actor=actor, after=after)
    return row


def _finding(
    plan: Inspection, subject: InspectionSubject, line_id: int, actor: Actor, **facts: Any
) -> InspectionFinding:
    return InspectionFinding(
        inspection_id=plan.id, subject_id=subject.id, unit_id=subject.unit_id, section_id=subject.section_id,
        line_id=line_id, found_by=actor.account_id, found_by_person=actor.person_id,
        found_by_name=actor.display_name, **facts,
    )  # fmt: skip


def _proven(found: Found) -> None:
    if not found.evidence:
        raise EvidenceNeeded


def _under_way(plan: Inspection) -> None:
    if plan.inspection_state is not InspectionState.UNDER_WAY:
        raise InspectionStep("检查还没有开始，或已经办结")


def _open_for(plan: Inspection, subject: InspectionSubject) -> None:
    _under_way(plan)
    if subject.removed_at is not None:
        raise InspectionStep("该对象已移出抽查名单")
