"""Steps of a round, each in its order and by another person than the one before where that matters (R93, R94)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from basic_info.organization.kinds import Identity, LeaderKind
from basic_info.organization.models import Appointment, PersonVersion
from duty_eval.entry_rules.models import CapMode
from duty_eval.entry_rules.queries import rules_of_unit
from duty_eval.notices import tell_result_objected, tell_round_opened, tell_routine
from duty_eval.routine.errors import Blocked, NoGoodLeft, NotYet, OwnAssessment, RoundClosed, RoundExists
from duty_eval.routine.facts import days_of, facts_of, summary_of
from duty_eval.routine.models import (
    GOOD_SHARE,
    NotAssessed,
    RoutineAssessment,
    RoutineGrade,
    RoutineRound,
    RoutineState,
)
from duty_eval.sanctions.models import SanctionEffect
from duty_eval.sanctions.queries import blocking
from host.kernel.access import Actor
from host.kernel.audit import record_change
from host.kernel.db import db
from host.kernel.errors import NotPermitted, Refused
from host.kernel.pages import today_in_china
from host.kernel.versions import in_force

#: 编外人员 are assessed by their contracts, not here.
NOT_HERE = (Identity.EXTERNAL,)


def good_places(base: int) -> int:
    """40 % of those assessed in whole places: 7 → 2, 13 → 5 (T34)."""
    share, of = GOOD_SHARE
    return base * share // of


def open_round(
    unit_id: int, *, name: str, first: date, last: date, cap_mode: CapMode | None = None, actor: Actor
) -> RoutineRound:
    """Open a unit's round over the span: everybody of the unit but its head gets a form with a draft of the summary.

    Who was away for more than half of the span is set down as not assessed. ``cap_mode``: the division's where none is
    given. Raises RoundExists, Refused.
    """
    if first > last:
        raise Refused("周期的结束日期不能早于开始日期")
    people = db.session.execute(
        select(Appointment.person_id, Appointment.section_id)
        .join(PersonVersion, PersonVersion.person_id == Appointment.person_id)
        .where(
            Appointment.unit_id == unit_id,
            Appointment.is_primary,
            in_force(Appointment, last),
            in_force(PersonVersion, last),
            PersonVersion.identity.not_in(NOT_HERE),
            Appointment.leader_kind.is_distinct_from(LeaderKind.UNIT_HEAD),
        )
        .order_by(Appointment.section_id, Appointment.person_id)
    ).all()
    if not people:
        raise Refused("该单位没有参加平时考核的人员")
    facts = facts_of([row.person_id for row in people], first, last)
    away = {person for person, one in facts.items() if _is_long_leave(one)}
    base = len(people) - len(away)
    cap_mode = cap_mode or rules_of_unit(unit_id, today_in_china()).routine_cap
    made = RoutineRound(
        unit_id=unit_id, name=name.strip(), first_day=first, last_day=last, cap_mode=cap_mode, base_count=base,
        good_places=good_places(base), opened_by=actor.account_id,
    )  # fmt: skip
    try:
        with db.session.begin_nested():
            db.session.add(made)
    except IntegrityError as fault:
        raise RoundExists from fault
    db.session.execute(
        insert(RoutineAssessment),
        [
            {
                "round_id": made.id,
                "person_id": row.person_id,
                "section_id": row.section_id,
                "facts": facts[row.person_id],
                "summary": summary_of(facts[row.person_id]),
                "not_assessed": NotAssessed.LONG_LEAVE if row.person_id in away else None,
                "not_assessed_note": _leave_note(facts[row.person_id]) if row.person_id in away else "",
                "routine_state": RoutineState.ANSWERED if row.person_id in away else RoutineState.SUMMARY,
            }
            for row in people
        ],
    )
    after = {"name": made.name, "first": first, "last": last, "people": len(people), "good_places": made.good_places}
    record_change(made, action="routine_round.opened", actor=actor, after=after)
    tell_round_opened(made)
    return made


def submit_summary(assessment: RoutineAssessment, summary: str, *, actor: Actor) -> None:
    """The person hands in the summary (个人小结), until it is reviewed also anew. Raises NotYet, Refused."""
    if assessment.person_id != actor.person_id:
        raise NotPermitted
    _still_open(assessment)
    if assessment.routine_state not in {RoutineState.SUMMARY, RoutineState.SUBMITTED}:
        raise NotYet("负责人已审核，不能再修改小结")
    if not summary.strip():
        raise Refused("请填写小结")
    assessment.summary = summary.strip()
    assessment.routine_state = RoutineState.SUBMITTED
    assessment.submitted_at = datetime.now(UTC)
    db.session.flush()
    record_change(assessment, action="routine_assessment.submitted", actor=actor)


def propose_routine_grade(
    assessment: RoutineAssessment, grade: RoutineGrade, *, comment: str = "", actor: Actor
) -> None:
    """The head reviews the summary and proposes a grade (审核评鉴). Raises OwnAssessment, NotYet."""
    _other_than(assessment, actor)
    _still_open(assessment)
    if assessment.routine_state not in {RoutineState.SUBMITTED, RoutineState.PROPOSED}:
        raise NotYet("本人还没有提交小结，或等次已确定")
    _allowed(assessment, grade)
    before = assessment.proposed_grade
    assessment.proposed_grade, assessment.comment = grade, comment.strip()
    assessment.proposed_by, assessment.proposed_by_person = actor.account_id, actor.person_id
    assessment.proposed_at = datetime.now(UTC)
    assessment.routine_state = RoutineState.PROPOSED
    db.session.flush()
    record_change(
        assessment,
        action="routine_assessment.proposed",
        actor=actor,
        before={"grade": before},
        after={"grade": grade},
        reason=comment.strip() or None,
    )


def decide_routine_grade(assessment: RoutineAssessment, grade: RoutineGrade, *, reason: str = "", actor: Actor) -> None:
    """The unit's head makes the grade final (确定等次); another one than proposed needs a reason.

    After an objection another than who decided may decide anew, with a reason that is the answer.
    A 好 takes one of the round's places and another grade gives it back: two who give the last one at once wait for
    each other here, and the second is refused. Raises OwnAssessment, NotYet, NoGoodLeft, Refused.
    """
    _other_than(assessment, actor)
    held = _hold_round(assessment)
    if held.closed_at is not None:
        raise RoundClosed
    db.session.refresh(assessment, with_for_update=True)
    if assessment.proposed_grade is None or assessment.routine_state is RoutineState.ANSWERED:
        raise NotYet("负责人还没有提出建议，或本人已认可结果")
    if grade is not assessment.proposed_grade and not reason.strip():
        raise Refused("确定的等次与建议不同，请填写原因")
    _allowed(assessment, grade)
    _take_up_objection(assessment, reason, actor)
    before = assessment.final_grade
    used = held.good_used + (grade is RoutineGrade.GOOD) - (before is RoutineGrade.GOOD)
    if used > held.good_places and used > held.good_used and held.cap_mode is CapMode.ENFORCE:
        raise NoGoodLeft
    held.good_used = used
    assessment.final_grade = grade
    assessment.decided_by, assessment.decided_by_person = actor.account_id, actor.person_id
    assessment.decided_at = datetime.now(UTC)
    if not assessment.objection:
        assessment.routine_state = RoutineState.DECIDED
    db.session.flush()
    record_change(
        assessment,
        action="routine_assessment.decided",
        actor=actor,
        before={"grade": before},
        after={"grade": grade},
        reason=reason.strip() or None,
    )
    tell_routine(assessment, "等次已确定，请查看结果", key=f"decided:{assessment.decided_at.isoformat()}")


def _take_up_objection(assessment: RoutineAssessment, reason: str, actor: Actor) -> None:
    """A grade that is decided anew after an objection answers it. Raises OwnAssessment, Refused."""
    if assessment.routine_state is not RoutineState.OBJECTED:
        return
    if _decided(assessment, actor):
        raise OwnAssessment("异议应由确定等次以外的人员处理")
    if not reason.strip():
        raise Refused("改变等次请填写对异议的答复")
    assessment.answer, assessment.answered_at = reason.strip(), datetime.now(UTC)
    assessment.routine_state = RoutineState.ANSWERED


def note_result(assessment: RoutineAssessment, *, objection: str = "", actor: Actor) -> None:
    """The person takes note of the result, or objects with a reason (结果反馈). Raises NotYet."""
    if assessment.person_id != actor.person_id:
        raise NotPermitted
    _still_open(assessment)
    if assessment.routine_state is not RoutineState.DECIDED:
        raise NotYet
    assessment.noted_at = datetime.now(UTC)
    assessment.feedback_at = assessment.feedback_at or assessment.noted_at
    assessment.objection = objection.strip()
    assessment.routine_state = RoutineState.OBJECTED if assessment.objection else RoutineState.ANSWERED
    db.session.flush()
    action = "routine_assessment.objected" if assessment.objection else "routine_assessment.noted"
    record_change(assessment, action=action, actor=actor, reason=assessment.objection or None)
    if assessment.objection:
        tell_result_objected(assessment)


def answer_objection(assessment: RoutineAssessment, answer: str, *, is_upheld: bool = False, actor: Actor) -> None:
    """Another than who decided answers an objection: that ends the matter, or the grade is to be decided anew.

    Raises OwnAssessment, RoundClosed, NotYet, Refused.
    """
    _other_than(assessment, actor)
    _still_open(assessment)
    if assessment.routine_state is not RoutineState.OBJECTED:
        raise NotYet
    if _decided(assessment, actor):
        raise OwnAssessment("异议应由确定等次以外的人员答复")
    if not answer.strip():
        raise Refused("请填写答复")
    assessment.answer = answer.strip()
    assessment.answered_by, assessment.answered_by_person = actor.account_id, actor.person_id
    assessment.answered_at = datetime.now(UTC)
    assessment.routine_state = RoutineState.ANSWERED
    db.session.flush()
    record_change(
        assessment, action="routine_assessment.answered", actor=actor, after={"is_upheld": is_upheld},
        reason=assessment.answer,
    )  # fmt: skip
    tell_routine(assessment, "：您的异议已有答复，请查看", key=f"answered:{assessment.answered_at.isoformat()}")
    if is_upheld:
        take_back_grade(assessment, reason=assessment.answer, actor=actor)
        # The person reads on the form what was answered while the new grade is awaited.
        assessment.answer = answer.strip()
        db.session.flush()


def tell_result(assessment: RoutineAssessment, *, actor: Actor) -> bool:
    """Note that the person opens the result (结果反馈), the first time only; also after the round is closed."""
    if assessment.person_id != actor.person_id:
        raise NotPermitted
    if not assessment.is_result_ready:
        return False
    assessment.feedback_at = datetime.now(UTC)
    db.session.flush()
    record_change(assessment, action="routine_assessment.told", actor=actor)
    return True


def take_back_grade(assessment: RoutineAssessment, *, reason: str, actor: Actor) -> None:
    """Undo the decision, with a reason: the form is to be decided and told anew, its place of 好 is free again.

    What the person and others said to the former grade stays in the audit. Raises OwnAssessment, RoundClosed, NotYet,
    Refused.
    """
    _other_than(assessment, actor)
    held = _hold_round(assessment)
    if held.closed_at is not None:
        raise RoundClosed
    db.session.refresh(assessment, with_for_update=True)
    if assessment.final_grade is None:
        raise NotYet("等次还没有确定")
    if assessment.routine_state is RoutineState.OBJECTED:
        raise NotYet("本人对结果有异议，请先由确定等次以外的人员答复")
    if not reason.strip():
        raise Refused("请填写重新确定的原因")
    before = {
        "grade": assessment.final_grade,
        "objection": assessment.objection,
        "answer": assessment.answer,
        "feedback_at": assessment.feedback_at,
    }
    held.good_used -= assessment.final_grade is RoutineGrade.GOOD
    assessment.final_grade, assessment.decided_at = None, None
    assessment.decided_by, assessment.decided_by_person = None, None
    assessment.feedback_at, assessment.noted_at = None, None
    assessment.objection = assessment.answer = ""
    assessment.answered_by, assessment.answered_by_person, assessment.answered_at = None, None, None
    assessment.routine_state = RoutineState.PROPOSED
    db.session.flush()
    record_change(assessment, action="routine_assessment.taken_back", actor=actor, before=before, reason=reason.strip())


def leave_out(assessment: RoutineAssessment, why: NotAssessed, *, note: str, actor: Actor) -> None:
    """Set down that the person gets no grade in this round, and why (不确定等次); the base is one less.

    Raises OwnAssessment, RoundClosed, NotYet where there is a grade already, NoGoodLeft, Refused.
    """
    _other_than(assessment, actor)
    held = _hold_round(assessment)
    if held.closed_at is not None:
        raise RoundClosed
    db.session.refresh(assessment, with_for_update=True)
    if assessment.final_grade is not None or assessment.not_assessed is not None:
        raise NotYet("等次已确定，请先退回重新确定")
    if not note.strip():
        raise Refused("请填写不确定等次的说明")
    _set_base(held, held.base_count - 1)
    assessment.not_assessed, assessment.not_assessed_note = why, note.strip()
    assessment.routine_state = RoutineState.ANSWERED
    db.session.flush()
    record_change(
        assessment, action="routine_assessment.left_out", actor=actor, after={"why": why}, reason=note.strip()
    )


def take_in(assessment: RoutineAssessment, *, reason: str, actor: Actor) -> None:
    """Let a person who was left out take part after all; the form goes on where it stood.

    Raises OwnAssessment, RoundClosed, NotYet, Refused.
    """
    _other_than(assessment, actor)
    held = _hold_round(assessment)
    if held.closed_at is not None:
        raise RoundClosed
    db.session.refresh(assessment, with_for_update=True)
    if assessment.not_assessed is None:
        raise NotYet("该人员已参加考核")
    if not reason.strip():
        raise Refused("请填写恢复参加考核的原因")
    before = {"why": assessment.not_assessed, "note": assessment.not_assessed_note}
    _set_base(held, held.base_count + 1)
    assessment.not_assessed, assessment.not_assessed_note = None, ""
    assessment.feedback_at = assessment.noted_at = None
    assessment.routine_state = (
        RoutineState.PROPOSED if assessment.proposed_grade
        else RoutineState.SUBMITTED if assessment.submitted_at else RoutineState.SUMMARY
    )  # fmt: skip
    db.session.flush()
    record_change(assessment, action="routine_assessment.taken_in", actor=actor, before=before, reason=reason.strip())


def settle_long_leave(held: RoutineRound, *, actor: Actor) -> int:
    """Count attendance anew and leave out who by now was away for more than half of the span; how many they are.

    Leave that was confirmed after the round was opened counts too. Two statements and one for each who is left out.
    """
    forms = db.session.scalars(
        select(RoutineAssessment).where(
            RoutineAssessment.round_id == held.id,
            RoutineAssessment.final_grade.is_(None),
            RoutineAssessment.not_assessed.is_(None),
            RoutineAssessment.person_id != (actor.person_id or 0),
        )
    ).all()
    days = days_of([form.person_id for form in forms], held.first_day, held.last_day)
    left_out = 0
    for form in forms:
        facts = form.facts | days[form.person_id]
        if _is_long_leave(facts):
            leave_out(form, NotAssessed.LONG_LEAVE, note=_leave_note(facts), actor=actor)
            form.facts = facts
            left_out += 1
    db.session.flush()
    return left_out


def _is_long_leave(facts: dict[str, Any]) -> bool:
    return bool(2 * facts["days_expected"] < facts["days_in_all"])


def _leave_note(facts: dict[str, Any]) -> str:
    away = facts["days_in_all"] - facts["days_expected"]
    return f"本期在任 {facts['days_in_all']} 个工作日，不在岗 {away} 天，超过一半"


def _set_base(held: RoutineRound, base: int) -> None:
    """Another number of people who are assessed, and the places that it gives. Raises NoGoodLeft."""
    places = good_places(base)
    if held.cap_mode is CapMode.ENFORCE and held.good_used > places:
        raise NoGoodLeft("参加考核的人数减少后，“好”等次已超过名额，请先调整“好”等次")
    held.base_count, held.good_places = base, places


def _allowed(assessment: RoutineAssessment, grade: RoutineGrade) -> None:
    """Raises Blocked where a sanction or long leave stands against the grade; the database refuses it too."""
    if _is_long_leave(assessment.facts):
        raise Blocked(f"{_leave_note(assessment.facts)}，应不确定等次")
    held = db.session.get_one(RoutineRound, assessment.round_id)
    found = blocking([assessment.person_id], held.first_day, held.last_day).get(assessment.person_id)
    if found is None:
        return
    if found.effect is SanctionEffect.NO_GRADE:
        raise Blocked("处分影响期内或被立案，本期应不确定等次")
    if grade is RoutineGrade.GOOD:
        raise Blocked("处分影响期内或被立案，不能确定为“好”")


def _hold_round(assessment: RoutineAssessment) -> RoutineRound:
    """The form's round, locked against others who decide or close, not against those who write their summary."""
    return db.session.scalars(
        select(RoutineRound)
        .where(RoutineRound.id == assessment.round_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one()


def _still_open(assessment: RoutineAssessment) -> None:
    """Raises RoundClosed; until the end of the transaction nobody closes the round."""
    closed_at = db.session.scalars(
        select(RoutineRound.closed_at)
        .where(RoutineRound.id == assessment.round_id)
        .with_for_update(read=True, key_share=True)
    ).one()
    if closed_at is not None:
        raise RoundClosed


def _decided(assessment: RoutineAssessment, actor: Actor) -> bool:
    """Whether the actor, under this or another account, made the grade final."""
    by_person = actor.person_id is not None and assessment.decided_by_person == actor.person_id
    return by_person or assessment.decided_by == actor.account_id


def _other_than(assessment: RoutineAssessment, actor: Actor) -> None:
    if assessment.person_id == actor.person_id:
        raise OwnAssessment
