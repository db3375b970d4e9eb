"""What people are told of their records, absences, tasks, checks and assessments, in the transaction of the cause."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import ARRAY, BigInteger, String, any_, case, cast, func, literal, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from basic_info.organization.scope import reached_by
from duty_eval.absences.models import Absence, AbsenceKind
from duty_eval.assignments.models import AssignedTask
from duty_eval.inspections.models import EvidenceAnswer, EvidenceRequest
from duty_eval.permissions import ROLE_PERMISSIONS, Permission
from duty_eval.publicity.models import PublicityObjection
from duty_eval.records.models import DutyRecord
from duty_eval.routine.models import RoutineAssessment, RoutineRound
from host.auth.holders import holders_of, holds_today
from host.auth.models import Account, RoleGrant
from host.kernel.access import Role, ScopeKind, roles_with
from host.kernel.db import db
from host.kernel.notifications.kinds import register_kind
from host.kernel.notifications.operations import tell, tell_each, tell_from
from host.kernel.pages import day as day_words
from host.kernel.pages import span

RECORD_RETURNED = register_kind("duty_record.returned", "纪实被退回", is_obligatory=True)
LOGGED_FOR = register_kind("duty_record.logged_for", "他人代填了我的纪实", is_obligatory=True)
ABSENCE_DECIDED = register_kind("absence.decided", "请假、外出有了结果")
ABSENCE_CHANGED = register_kind("absence.changed", "我的请假、外出被登记或更正", is_obligatory=True)
TASK = register_kind("assigned_task", "交办任务")
EVIDENCE_ASKED = register_kind("evidence_request", "监督检查要求补证", is_obligatory=True)
EVIDENCE = register_kind("evidence_request.answered", "监督检查补证的答复和采纳")
OBJECTION = register_kind("routine_assessment.objection", "平时考核异议等待我答复")
HANDOVER = register_kind("handover", "岗位交接", is_obligatory=True)
REMINDER = register_kind("reminder", "每个工作日的提醒")
ROUTINE = register_kind("routine_assessment", "平时考核", is_obligatory=True)


def tell_returned(record: DutyRecord, reason: str) -> None:
    """Each version of a record is sent back once at most: what comes back is a new one (R89)."""
    tell(
        RECORD_RETURNED,
        people=[record.person_id],
        title=f"{day_words(record.worked_on, short=True)}的纪实被退回：{reason}",
        link=f"/duty-eval/records/{record.id}/{record.worked_on}",
        key=f"duty_record:{record.id}:returned:{record.version_no}",
    )


def tell_logged_for(person_id: int, record_id: int, day: date, by: str) -> None:
    tell(
        LOGGED_FOR,
        people=[person_id],
        title=f"{by}代您填了{day_words(day, short=True)}的一条纪实，请核对；有出入可以更正或删除",
        link=f"/duty-eval/records/{record_id}/{day}",
        key=f"duty_record:{record_id}:logged_for",
    )


def tell_absence_decided(absence: Absence, *, is_confirmed: bool) -> None:
    word = "已确认" if is_confirmed else f"未获同意：{absence.decision_note}"
    tell(
        ABSENCE_DECIDED,
        people=[absence.person_id],
        title=f"您{_leave(absence)}{word}",
        link="/duty-eval/absences",
        key=f"absence:{absence.id}:{absence.absence_state.value}",
    )


def tell_absence_corrected(old: Absence, new: Absence | None) -> None:
    """What was granted holds differently from now on, or (None) no longer."""
    word = "已作废，这些日子恢复为应填写的工作日" if new is None else f"已更正为{_leave(new)}"
    tell(
        ABSENCE_CHANGED,
        people=[old.person_id],
        title=f"您{_leave(old)}{word}；原因：{old.correction_reason}",
        link="/duty-eval/absences",
        key=f"absence:{old.id}:corrected",
    )


def tell_absences_imported(ids: Collection[int]) -> None:
    """What the unit entered from its workbook, one message a person. Two statements, however many they are."""
    first, last = func.lower(Absence.span), func.upper(Absence.span) - 1
    kind = case(*((Absence.absence_kind == one, one.label) for one in AbsenceKind))
    until = case((last > first, func.concat("至", _day_of(last))), else_=case((Absence.is_half, "半天"), else_=""))
    leave = func.concat(_day_of(first), until, "的", kind)
    words = func.string_agg(leave, aggregate_order_by(literal("、"), first))
    # Named by the first of them: each comes in once, so the same people are told once.
    key = func.concat("absence:", func.min(Absence.id), ":imported")
    messages = (
        select(
            Account.id,
            func.concat("单位登记了您", words, "；有出入请联系负责人更正", type_=String),
            literal("/duty-eval/absences"),
            key,
        )
        .join(Absence, Absence.person_id == Account.person_id)
        .where(Absence.id == any_(cast(list(ids), ARRAY(BigInteger))))
        .group_by(Account.id)
    )
    tell_each(ABSENCE_CHANGED, messages)


def _day_of(day: Any) -> Any:
    return func.to_char(day, 'FMMM"月"FMDD"日"')


def _leave(absence: Absence) -> str:
    return f"{span(absence.first, absence.last)}{_half(absence)}的{absence.absence_kind.label}"


def _half(absence: Absence) -> str:
    if not absence.is_half:
        return ""
    return f"{absence.half_part.label if absence.half_part else ''}半天"


def tell_task(task: AssignedTask, *, is_withdrawn: bool = False) -> None:
    due = f"（{day_words(task.due_on, short=True)}前完成）" if task.due_on else ""
    tell(
        TASK,
        people=[task.person_id],
        title=f"交办任务已撤回：{task.title}" if is_withdrawn else f"新的交办任务：{task.title}{due}",
        link="/duty-eval/my-tasks",
        key=f"assigned_task:{task.id}:{'withdrawn' if is_withdrawn else 'assigned'}",
    )


def tell_evidence_asked(asked: EvidenceRequest) -> None:
    """The section's head, or the unit's where the whole unit is asked."""
    who = (
        holders_of(Role.SECTION_HEAD, section=asked.section_id)
        if asked.section_id is not None
        else holders_of(Role.UNIT_HEAD, unit=asked.unit_id)
    )
    title = f"监督检查要求补证，{day_words(asked.due_on, short=True)}前答复：{asked.text}"
    tell_from(
        EVIDENCE_ASKED,
        select(who.subquery().c.account_id, literal(title)),
        link=f"/duty-eval/inspection-requests/{asked.id}",
        key=f"evidence_request:{asked.id}:{asked.due_on}",
    )


def tell_evidence_answered(asked: EvidenceRequest, round_no: int) -> None:
    """Who asked, while they may still open it."""
    _tell_of_request(asked, asked.asked_by, "补证已答复，请核对", key=f"answered:{round_no}")


def tell_evidence_accepted(asked: EvidenceRequest, answer: EvidenceAnswer) -> None:
    """Who answered."""
    _tell_of_request(asked, answer.answered_by, "补证已采纳", key="accepted")


def _tell_of_request(asked: EvidenceRequest, account_id: int | None, words: str, *, key: str) -> None:
    readers = roles_with(ROLE_PERMISSIONS, Permission.INSPECTION_READ)
    may_open = reached_by(Account.id, readers, unit=asked.unit_id, section=asked.section_id)
    tell_from(
        EVIDENCE,
        select(Account.id, literal(f"{words}：{asked.text}")).where(Account.id == account_id, may_open),
        link=f"/duty-eval/inspection-requests/{asked.id}",
        key=f"evidence_request:{asked.id}:{key}",
    )


def tell_result_objected(assessment: RoutineAssessment) -> None:
    """Who may answer an objection to one's own result; each time that it is objected to."""
    assert assessment.noted_at is not None
    _tell_objection(
        assessment.round_id,
        key=f"routine_assessment:{assessment.id}:{assessment.noted_at.isoformat()}",
        accounts=[assessment.decided_by],
        people=[assessment.decided_by_person, assessment.person_id],
    )


def tell_publicity_objected(objection: PublicityObjection, round_id: int) -> None:
    """Who may answer an objection to a name that was put up."""
    _tell_objection(
        round_id,
        key=f"publicity_objection:{objection.id}",
        accounts=[objection.decided_by],
        people=[objection.decided_by_person, objection.about_person, objection.raised_by_person],
    )


def _tell_objection(
    round_id: int, *, key: str, accounts: Collection[int | None], people: Collection[int | None]
) -> None:
    """Those of the unit who may answer, else the assessing office; none of whom it concerns (accounts, people)."""
    unit_id = db.session.scalars(select(RoutineRound.unit_id).where(RoutineRound.id == round_id)).one()
    concerned = or_(
        Account.id.in_([one for one in accounts if one is not None]),
        func.coalesce(Account.person_id, 0).in_([one for one in people if one is not None]),
    )
    is_above = case((RoleGrant.scope_kind == ScopeKind.REGION, 1), else_=0)
    answering = roles_with(ROLE_PERMISSIONS, Permission.ROUTINE_ANSWER)
    near = (
        select(Account.id, func.rank().over(order_by=is_above).label("distance"))
        .join(RoleGrant, RoleGrant.account_id == Account.id)
        .where(
            RoleGrant.role.in_(answering),
            holds_today(RoleGrant),
            or_(RoleGrant.unit_id == unit_id, RoleGrant.scope_kind == ScopeKind.REGION),
            reached_by(Account.id, answering, unit=unit_id),
            Account.is_disabled.is_(False),
            ~concerned,
        )
        .subquery("near")
    )
    recipients = select(near.c.id, literal("有一条平时考核异议等待您答复")).where(near.c.distance == 1).distinct()
    tell_from(OBJECTION, recipients, link="/duty-eval/routine/objections", key=f"{key}:raised")


def tell_publicity_answered(objection: PublicityObjection) -> None:
    """Who objected to a name that was put up: whether it was upheld stands on the page."""
    tell(
        ROUTINE,
        people=[objection.raised_by_person],
        title="您提出的公示异议已有答复，请查看",
        link="/duty-eval/routine/publicity",
        key=f"publicity_objection:{objection.id}:answered",
    )


def tell_round_opened(held: RoutineRound) -> None:
    """Everybody who has a form to fill in, at once."""
    forms = (
        select(Account.id, literal(f"{held.name}平时考核已开展，请核对并提交个人小结"))
        .join(RoutineAssessment, RoutineAssessment.person_id == Account.person_id)
        .where(RoutineAssessment.round_id == held.id, RoutineAssessment.not_assessed.is_(None))
    )
    tell_from(ROUTINE, forms, link="/duty-eval/routine", key=f"routine_round:{held.id}:opened")


def tell_routine(assessment: RoutineAssessment, words: str, *, key: str) -> None:
    """Something about the person's own form; ``key``: which of its turns."""
    name = db.session.scalar(select(RoutineRound.name).where(RoutineRound.id == assessment.round_id))
    tell(
        ROUTINE,
        people=[assessment.person_id],
        title=f"{name}平时考核{words}",
        link=f"/duty-eval/routine/{assessment.id}",
        key=f"routine_assessment:{assessment.id}:{key}",
    )
