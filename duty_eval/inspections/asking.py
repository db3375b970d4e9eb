"""Writes of requests for evidence: asked with a due day, answered by the section, accepted or asked again (补证)."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy import func, select

from duty_eval.evidence.operations import NO_EVIDENCE, Evidence
from duty_eval.inspections.errors import InspectionStep
from duty_eval.inspections.evidence import keep_evidence
from duty_eval.inspections.models import (
    EvidenceAnswer,
    EvidenceRequest,
    Inspection,
    InspectionFinding,
    InspectionState,
    InspectionSubject,
    RequestState,
)
from duty_eval.notices import tell_evidence_accepted, tell_evidence_answered, tell_evidence_asked
from host.kernel.access import Actor
from host.kernel.audit import record_change
from host.kernel.calendar.workdays import load_workdays
from host.kernel.db import db
from host.kernel.errors import NotFound, NotPermitted, Refused

LIMIT_WORKDAYS = 5
MOST_WORKDAYS = 30


def ask_evidence(
    plan: Inspection,
    subject: InspectionSubject,
    *,
    text: str,
    limit_workdays: int = LIMIT_WORKDAYS,
    finding_id: int | None = None,
    today: date,
    actor: Actor,
) -> EvidenceRequest:
    """Ask the section for evidence within so many working days. Raises InspectionStep, NotFound, Refused."""
    _under_way(plan)
    if subject.removed_at is not None:
        raise InspectionStep("该对象已移出抽查名单")
    if not text.strip():
        raise Refused("请写明需要补充什么")
    finding = db.session.get(InspectionFinding, finding_id) if finding_id is not None else None
    if finding_id is not None and (finding is None or finding.subject_id != subject.id):
        raise NotFound
    asked = EvidenceRequest(
        inspection_id=plan.id, subject_id=subject.id, unit_id=subject.unit_id, section_id=subject.section_id,
        finding_id=finding_id, text=text.strip(), due_on=_due(today, limit_workdays), asked_by=actor.account_id,
        asked_by_name=actor.display_name,
    )  # fmt: skip
    db.session.add(asked)
    db.session.flush()
    record_change(asked, action="evidence_request.raised", actor=actor, after={"text": asked.text, "due": asked.due_on})
    tell_evidence_asked(asked)
    return asked


def answer_request(
    asked: EvidenceRequest, *, words: str, evidence: Evidence = NO_EVIDENCE, actor: Actor
) -> EvidenceAnswer:
    """The section answers, late or not, until the plan is closed. Raises InspectionStep, Refused.

    Of two who answer at once the second finds it answered: the request comes in locked.
    """
    if asked.request_state is not RequestState.OPEN:
        raise InspectionStep("这项补证已经答复或已结束，请刷新页面")
    if not words.strip():
        raise Refused("请填写说明")
    asked.request_state = RequestState.ANSWERED
    db.session.flush()  # refused here where the plan was closed meanwhile
    answer = EvidenceAnswer(
        request_id=asked.id, round_no=_rounds(asked) + 1, words=words.strip(), answered_by=actor.account_id,
        answered_by_name=actor.display_name,
    )  # fmt: skip
    db.session.add(answer)
    db.session.flush()
    keep_evidence(evidence, answer_id=answer.id, actor=actor)
    record_change(asked, action="evidence_request.answered", actor=actor, after={"words": answer.words})
    tell_evidence_answered(asked, answer.round_no)
    return answer


def decide_answer(
    asked: EvidenceRequest,
    *,
    is_accepted: bool,
    note: str = "",
    limit_workdays: int = LIMIT_WORKDAYS,
    today: date,
    actor: Actor,
) -> None:
    """Accept the answer, or ask again with the reason and a new due day; never one's own answer.

    Raises InspectionStep, NotPermitted, Refused.
    """
    if asked.request_state is not RequestState.ANSWERED:
        raise InspectionStep("没有等待核对的答复，请刷新页面")
    if not is_accepted and not note.strip():
        raise Refused("要求重新补充请写明原因")
    answer = db.session.scalars(
        select(EvidenceAnswer).where(EvidenceAnswer.request_id == asked.id).order_by(EvidenceAnswer.round_no.desc())
    ).first()
    assert answer is not None  # an answered request has one
    if answer.answered_by is not None and answer.answered_by == actor.account_id:
        raise NotPermitted("不能核对自己的答复")
    answer.is_accepted, answer.note, answer.decided_at = is_accepted, note.strip(), datetime.now(UTC)
    answer.decided_by, answer.decided_by_name = actor.account_id, actor.display_name
    asked.request_state = RequestState.ACCEPTED if is_accepted else RequestState.OPEN
    if not is_accepted:
        asked.due_on = _due(today, limit_workdays)
    db.session.flush()
    action = "evidence_request.approved" if is_accepted else "evidence_request.returned"
    record_change(asked, action=action, actor=actor, after={"due": asked.due_on}, reason=note.strip() or None)
    if is_accepted:
        tell_evidence_accepted(asked, answer)
    else:
        tell_evidence_asked(asked)


def _rounds(asked: EvidenceRequest) -> int:
    count = select(func.count()).select_from(EvidenceAnswer).where(EvidenceAnswer.request_id == asked.id)
    return db.session.scalar(count) or 0


def _due(today: date, limit_workdays: int) -> date:
    if not 1 <= limit_workdays <= MOST_WORKDAYS:
        raise Refused(f"期限应在 1 至 {MOST_WORKDAYS} 个工作日之间")
    return load_workdays().add_workdays(today, limit_workdays)


def _under_way(plan: Inspection) -> None:
    if plan.inspection_state is not InspectionState.UNDER_WAY:
        raise InspectionStep("检查还没有开始，或已经办结")
