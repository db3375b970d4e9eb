"""Putting up the names of 好, objecting to one, answering, and the end of the round (R93, R101). None commits."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy import insert, select

from duty_eval.entry_rules.queries import rules_of_unit
from duty_eval.notices import tell_publicity_answered, tell_publicity_objected
from duty_eval.publicity.errors import AnsweredOnce, NotAtItsEnd, NothingToPublish, OwnDecision, PublicityOver
from duty_eval.publicity.models import Publicity, PublicityName, PublicityObjection
from duty_eval.publicity.queries import good_not_put_up, unsettled
from duty_eval.routine.errors import RoundClosed
from duty_eval.routine.models import RoutineAssessment, RoutineGrade, RoutineRound
from duty_eval.routine.operations import take_back_grade
from host.kernel.access import Actor
from host.kernel.audit import record_change
from host.kernel.calendar.workdays import load_workdays
from host.kernel.db import db
from host.kernel.errors import Refused


def publish_good(held: RoutineRound, *, today: date, actor: Actor) -> Publicity:
    """Put up the names of 好 that are not up yet, from ``today`` for as many working days as the division says.

    Raises RoundClosed, NotAtItsEnd where grades are still to be decided, NothingToPublish.
    """
    _hold_open(held)
    if waiting := unsettled(held.id).undecided:
        raise NotAtItsEnd(f"还有 {waiting} 人没有确定等次，全部确定后再公示")
    forms = db.session.scalars(good_not_put_up(held.id)).all()
    if not forms:
        raise NothingToPublish
    workdays = rules_of_unit(held.unit_id, today).publicity_workdays
    ends_on = load_workdays().add_workdays(today, workdays)
    made = Publicity(
        round_id=held.id, starts_on=today, ends_on=ends_on, published_by=actor.account_id,
        published_at=datetime.now(UTC),
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()  # its number goes into the names
    db.session.execute(insert(PublicityName), [{"publicity_id": made.id, "assessment_id": form} for form in forms])
    after = {"starts_on": today, "ends_on": ends_on, "people": len(forms)}
    record_change(made, action="publicity.posted", actor=actor, after=after)
    return made


def object_to(
    publicity: Publicity, assessment: RoutineAssessment, content: str, *, today: date, actor: Actor
) -> PublicityObjection:
    """Object to one name of a publicity with a reason (公示异议), once. Raises PublicityOver, Refused."""
    if actor.person_id is None:
        raise Refused("该账号没有对应的人员，不能提出异议")
    if not content.strip():
        raise Refused("请写明异议的理由和事实")
    if not publicity.starts_on <= today <= publicity.ends_on:
        raise PublicityOver
    if assessment.final_grade is not RoutineGrade.GOOD:
        raise Refused("该人员的等次已经改变，不再公示")
    said = select(PublicityObjection.id).where(
        PublicityObjection.publicity_id == publicity.id,
        PublicityObjection.assessment_id == assessment.id,
        PublicityObjection.raised_by_person == actor.person_id,
    )
    if db.session.scalar(said) is not None:
        raise Refused("您已对该人员提出过异议，请等待答复")
    made = PublicityObjection(
        publicity_id=publicity.id, assessment_id=assessment.id, content=content.strip(),
        raised_by_person=actor.person_id, about_person=assessment.person_id,
        decided_by=assessment.decided_by, decided_by_person=assessment.decided_by_person,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    record_change(made, action="publicity_objection.objected", actor=actor, reason=made.content)
    tell_publicity_objected(made, assessment.round_id)
    return made


def answer_publicity_objection(objection: PublicityObjection, answer: str, *, is_upheld: bool, actor: Actor) -> None:
    """Answer by another than those concerned; upheld, the grade is taken back and is to be decided anew.

    Raises AnsweredOnce, OwnDecision, RoundClosed, Refused.
    """
    assessment = db.session.get_one(RoutineAssessment, objection.assessment_id)
    held = db.session.get_one(RoutineRound, assessment.round_id)
    # The round before what hangs on it: who closes it meanwhile waits here, or this does.
    _hold_open(held)
    db.session.refresh(objection, with_for_update=True)
    if objection.answered_at is not None:
        raise AnsweredOnce
    if is_concerned(objection, actor):
        raise OwnDecision
    if not answer.strip():
        raise Refused("请填写答复")
    objection.answer, objection.is_upheld = answer.strip(), is_upheld
    objection.answered_by, objection.answered_by_person = actor.account_id, actor.person_id
    objection.answered_at = datetime.now(UTC)
    db.session.flush()
    record_change(
        objection, action="publicity_objection.answered", actor=actor, after={"is_upheld": is_upheld},
        reason=objection.answer,
    )  # fmt: skip
    tell_publicity_answered(objection)
    if is_upheld and assessment.final_grade is not None:
        take_back_grade(assessment, reason=f"公示异议成立：{objection.answer}", actor=actor)


def is_concerned(objection: PublicityObjection, actor: Actor) -> bool:
    """Whether the actor decided what is objected to, is meant by it, or objected."""
    persons = {objection.decided_by_person, objection.about_person, objection.raised_by_person} - {None}
    return objection.decided_by == actor.account_id or actor.person_id in persons


def close_round(held: RoutineRound, *, today: date, actor: Actor) -> None:
    """End the round: from now on nothing in it changes (the database refuses it). Raises RoundClosed, NotAtItsEnd."""
    _hold_open(held, to_close=True)
    if left := unsettled(held.id, today).words:
        raise NotAtItsEnd(f"还不能结束：{'；'.join(left)}")
    held.closed_at, held.closed_by = datetime.now(UTC), actor.account_id
    db.session.flush()
    record_change(held, action="routine_round.ended", actor=actor)


def reopen_round(held: RoutineRound, *, reason: str, actor: Actor) -> None:
    """Open a closed round again, with a reason that stays with it. Raises Refused."""
    db.session.refresh(held, with_for_update=True)
    if held.closed_at is None:
        raise Refused("本期平时考核没有结束，不用重新打开")
    if not reason.strip():
        raise Refused("请填写重新打开的原因")
    before = {"closed_at": held.closed_at, "closed_by": held.closed_by}
    held.closed_at, held.closed_by = None, None
    held.reopened_at, held.reopened_by = datetime.now(UTC), actor.account_id
    held.reopen_reason = reason.strip()
    db.session.flush()
    record_change(held, action="routine_round.reopened", actor=actor, before=before, reason=held.reopen_reason)


def _hold_open(held: RoutineRound, *, to_close: bool = False) -> None:
    """Lock the round. Only who closes it keeps everybody out, those who write in its forms too."""
    db.session.refresh(held, with_for_update={"key_share": not to_close})
    if held.closed_at is not None:
        raise RoundClosed
