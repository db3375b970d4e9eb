"""Writes of sanctions: recorded, ended, withdrawn. None commits."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy import select

from duty_eval.routine.models import RoutineAssessment, RoutineGrade, RoutineRound
from duty_eval.routine.operations import take_back_grade
from duty_eval.sanctions.models import Sanction, SanctionEffect, SanctionKind
from host.kernel.access import Actor
from host.kernel.audit import record_change
from host.kernel.db import db
from host.kernel.errors import NotPermitted, Refused


def record_sanction(
    person_id: int,
    kind: SanctionKind,
    *,
    effective_on: date,
    ends_on: date | None,
    document_no: str,
    effect: SanctionEffect,
    actor: Actor,
) -> Sanction:
    """Write down a sanction from its document; grades of open rounds that it forbids are taken back.

    Only an investigation may have no last day yet. Raises NotPermitted for oneself, Refused.
    """
    if person_id == actor.person_id:
        raise NotPermitted("不能登记本人的处分")
    if not document_no.strip():
        raise Refused("请填写文号")
    if ends_on is None and kind is not SanctionKind.INVESTIGATION:
        raise Refused("处分影响期请填写截止日期；只有立案调查可以不填")
    if ends_on is not None and ends_on < effective_on:
        raise Refused("截止日期不能早于开始日期")
    made = Sanction(
        person_id=person_id, sanction_kind=kind, effective_on=effective_on, ends_on=ends_on,
        document_no=document_no.strip(), effect=effect, entered_by=actor.account_id, entered_by_person=actor.person_id,
    )  # fmt: skip
    _take_back_what_it_forbids(made, actor)
    db.session.add(made)
    db.session.flush()
    after = {
        "person_id": person_id, "kind": kind, "effective_on": effective_on, "ends_on": ends_on,
        "document_no": made.document_no, "effect": effect,
    }  # fmt: skip
    record_change(made, action="sanction.entered", actor=actor, after=after)
    return made


def end_sanction(sanction: Sanction, *, on: date, reason: str, actor: Actor) -> None:
    """Set another last day: an investigation is over, a period was shortened. Raises Refused."""
    _is_standing(sanction)
    if on < sanction.effective_on:
        raise Refused("截止日期不能早于开始日期")
    if not reason.strip():
        raise Refused("请填写依据")
    before = sanction.ends_on
    sanction.ends_on = on
    _take_back_what_it_forbids(sanction, actor)
    db.session.flush()
    record_change(
        sanction, action="sanction.ended", actor=actor, before={"ends_on": before}, after={"ends_on": on},
        reason=reason.strip(),
    )  # fmt: skip


def withdraw_sanction(sanction: Sanction, *, reason: str, actor: Actor) -> None:
    """Take back what was written by mistake or was lifted from its beginning. Raises Refused."""
    _is_standing(sanction)
    if not reason.strip():
        raise Refused("请填写撤销的原因")
    sanction.withdrawn_at, sanction.withdrawn_by = datetime.now(UTC), actor.account_id
    sanction.withdraw_reason = reason.strip()
    db.session.flush()
    record_change(sanction, action="sanction.withdrawn", actor=actor, reason=sanction.withdraw_reason)


def _is_standing(sanction: Sanction) -> None:
    if sanction.withdrawn_at is not None:
        raise Refused("该登记已撤销")


def _take_back_what_it_forbids(sanction: Sanction, actor: Actor) -> None:
    """In rounds that are open; a closed one is reopened first where it should change."""
    forbidden = (
        RoutineAssessment.final_grade.is_not(None)
        if sanction.effect is SanctionEffect.NO_GRADE
        else RoutineAssessment.final_grade == RoutineGrade.GOOD
    )
    with db.session.no_autoflush:
        forms = db.session.scalars(
            select(RoutineAssessment)
            .join(RoutineRound, RoutineRound.id == RoutineAssessment.round_id)
            .where(
                RoutineAssessment.person_id == sanction.person_id,
                RoutineRound.closed_at.is_(None),
                RoutineRound.last_day >= sanction.effective_on,
                RoutineRound.first_day <= (sanction.ends_on or date.max),
                forbidden,
            )
            .order_by(RoutineAssessment.round_id)
        ).all()
    for form in forms:
        take_back_grade(form, reason=f"{sanction.sanction_kind.label}（{sanction.document_no}）", actor=actor)
