"""What people are told of their records, absences, tasks, checks and assessments, in the transaction of the cause."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import literal, select

from duty_eval.absences.models import Absence
from duty_eval.assignments.models import AssignedTask
from duty_eval.inspections.models import EvidenceRequest
from duty_eval.records.models import DutyRecord
from duty_eval.routine.models import RoutineAssessment, RoutineRound
from host.auth.holders import holders_of
from host.auth.models import Account
from host.kernel.access import Role
from host.kernel.db import db
from host.kernel.notifications.kinds import register_kind
from host.kernel.notifications.operations import tell, tell_from

RECORD_RETURNED = register_kind("duty_record.returned", "纪实被退回", is_obligatory=True)
LOGGED_FOR = register_kind("duty_record.logged_for", "他人代填了我的纪实", is_obligatory=True)
ABSENCE_DECIDED = register_kind("absence.decided", "请假、外出有了结果")
TASK = register_kind("assigned_task", "交办任务")
EVIDENCE_ASKED = register_kind("evidence_request", "监督检查要求补证", is_obligatory=True)
HANDOVER = register_kind("handover", "岗位交接", is_obligatory=True)
REMINDER = register_kind("reminder", "每个工作日的提醒")
ROUTINE = register_kind("routine_assessment", "平时考核", is_obligatory=True)


def tell_returned(record: DutyRecord, reason: str) -> None:
    """Each version of a record is sent back once at most: what comes back is a new one (R89)."""
    tell(
        RECORD_RETURNED,
        people=[record.person_id],
        title=f"{_day(record.worked_on)}的纪实被退回：{reason}",
        link=f"/duty-eval/records/{record.id}/{record.worked_on}",
        key=f"duty_record:{record.id}:returned:{record.version_no}",
    )


def tell_logged_for(person_id: int, record_id: int, day: date, by: str) -> None:
    tell(
        LOGGED_FOR,
        people=[person_id],
        title=f"{by}代您填了{_day(day)}的一条纪实，请核对；有出入可以更正或删除",
        link=f"/duty-eval/records/{record_id}/{day}",
        key=f"duty_record:{record_id}:logged_for",
    )


def tell_absence_decided(absence: Absence, *, is_confirmed: bool) -> None:
    assert absence.span.lower is not None
    assert absence.span.upper is not None
    first, last = absence.span.lower, absence.span.upper - timedelta(days=1)
    days = _day(first) if first == last else f"{_day(first)}至{_day(last)}"
    word = "已确认" if is_confirmed else f"未获同意：{absence.decision_note}"
    tell(
        ABSENCE_DECIDED,
        people=[absence.person_id],
        title=f"您{days}的{absence.absence_kind.label}{word}",
        link="/duty-eval/absences",
        key=f"absence:{absence.id}:{absence.absence_state.value}",
    )


def tell_task(task: AssignedTask, *, is_withdrawn: bool = False) -> None:
    due = f"（{_day(task.due_on)}前完成）" if task.due_on else ""
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
    title = f"监督检查要求补证，{_day(asked.due_on)}前答复：{asked.text}"
    tell_from(
        EVIDENCE_ASKED,
        select(who.subquery().c.account_id, literal(title)),
        link=f"/duty-eval/inspection-requests/{asked.id}",
        key=f"evidence_request:{asked.id}:{asked.due_on}",
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


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"
