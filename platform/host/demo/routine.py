"""Routine assessment in the demo's unit: a quarter that is closed, one in publicity, a month's work half way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

import duty_eval.api as duty_eval
from host.auth.models import Account
from host.kernel.access import Actor, Role
from host.kernel.calendar.workdays import load_workdays
from host.kernel.db import db
from host.kernel.jobs.actors import actor_of
from host.kernel.pages import month

#: What those say of the quarter whose records the demo does not reach back to.
SUMMARY = "本期围绕岗位职责完成日常工作，按时办结到期事项，没有超期和差错；下一步加强与业务科室的衔接。"
COMMENT = "按时完成本岗位工作"


@dataclass(frozen=True)
class Cast:
    """Who acts: the demo's accounts. ``deputy`` answers what ``chief`` decided."""

    chief: Actor
    head: Actor
    staff: Actor
    deputy: Actor
    unit_id: int
    section_id: int


def hold_routine_rounds(offices: dict[Role, int], today: date) -> None:
    """Three rounds in their three states; each role has something of them to do or to see."""
    cast = _cast()
    this = duty_eval.last_quarter(today)
    before = duty_eval.last_quarter(this["first_day"])
    _close(_all_decided(before, cast), cast, today)
    _put_up(_all_decided(this, cast), cast, today)
    _half_way(cast, actor_of(offices[Role.ASSESSOR]), today)


def _cast() -> Cast:
    logins = ["staff", "head", "unit-head", "leader"]
    accounts = {
        account.login_name: account.id
        for account in db.session.scalars(select(Account).where(Account.login_name.in_(logins)))
    }
    staff, head, chief, deputy = (actor_of(accounts[login]) for login in logins)
    unit = next(grant.unit_id for grant in chief.grants if grant.unit_id is not None)
    section = next(grant.section_id for grant in head.grants if grant.section_id is not None)
    return Cast(chief, head, staff, deputy, unit, section)


def _all_decided(quarter: dict[str, Any], cast: Cast) -> Any:
    """A round of everybody with as many 好 as there are places."""
    held = duty_eval.open_round(
        cast.unit_id, name=quarter["name"], first=quarter["first_day"], last=quarter["last_day"], actor=cast.chief
    )
    good = held.good_places
    for number, (form, account) in enumerate(_forms(held.id)):
        _go_through(form, _grade(number, good), account, cast)
    return held


def _grade(number: int, good: int) -> Any:
    if number < good:
        return duty_eval.RoutineGrade.GOOD
    return duty_eval.RoutineGrade.ORDINARY if number == good + 2 else duty_eval.RoutineGrade.FAIRLY_GOOD


def _go_through(form: Any, grade: Any, account: int | None, cast: Cast) -> None:
    """Summary, proposal by the head or those above, decision; who has no account is left out."""
    if form.not_assessed is not None:
        return
    if account is None:
        duty_eval.leave_out(form, duty_eval.NotAssessed.OTHER, note="尚未开通账号", actor=cast.chief)
        return
    duty_eval.submit_summary(form, form.summary or SUMMARY, actor=actor_of(account))
    own_head = form.section_id == cast.section_id and form.person_id != cast.head.person_id
    duty_eval.propose_routine_grade(form, grade, comment=COMMENT, actor=cast.head if own_head else cast.chief)
    duty_eval.decide_routine_grade(form, grade, actor=cast.chief)


def _close(held: Any, cast: Cast, today: date) -> None:
    """Put up when the quarter was over, objected to, answered, seen by everybody, closed."""
    on = load_workdays().add_workdays(held.last_day, 8)
    publicity = duty_eval.publish_good(held, today=on, actor=cast.chief)
    named = _other_who_is_good(held.id, cast)
    if named is not None:
        said = duty_eval.object_to(publicity, named, "有一项任务办结时间晚于要求。", today=on, actor=cast.staff)
        answer = "经核实，该任务因对方补正材料顺延，已按规定办理顺延手续，不影响等次。"
        duty_eval.answer_publicity_objection(said, answer, is_upheld=False, actor=cast.deputy)
    for form, account in _forms(held.id):
        if account is not None and form.not_assessed is None:
            duty_eval.note_result(form, actor=actor_of(account))
    duty_eval.close_round(held, today=today, actor=cast.chief)


def _put_up(held: Any, cast: Cast, today: date) -> None:
    """In publicity since the last working day, with an objection that nobody has answered."""
    on = load_workdays().add_workdays(today, -1)
    publicity = duty_eval.publish_good(held, today=on, actor=cast.chief)
    named = _other_who_is_good(held.id, cast)
    if named is not None:
        duty_eval.object_to(publicity, named, "本季度有两次信息报送晚于要求时间，请核实。", today=on, actor=cast.staff)


def _half_way(cast: Cast, assessor: Actor, today: date) -> None:
    """Last month's own piece of work: a summary to hand in, some to review, some grades to decide, one sanction."""
    last = today.replace(day=1) - timedelta(days=1)
    held = duty_eval.open_round(
        cast.unit_id,
        name=f"{month(last)}专项工作",
        first=last.replace(day=1),
        last=last,
        actor=cast.chief,
    )
    own = {cast.staff.person_id, cast.head.person_id}
    others = [
        (form, account)
        for form, account in _forms(held.id)
        if form.person_id not in own and form.not_assessed is None and form.summary and account is not None
    ]
    if others:
        duty_eval.record_sanction(
            others[-1][0].person_id, duty_eval.SanctionKind.OTHER, effective_on=held.first_day,
            ends_on=held.first_day + timedelta(days=180), document_no=f"机关纪委〔{last.year}〕2号",
            effect=duty_eval.SanctionEffect.NO_GOOD, actor=assessor,
        )  # fmt: skip
    grades = (duty_eval.RoutineGrade.GOOD, duty_eval.RoutineGrade.FAIRLY_GOOD, duty_eval.RoutineGrade.FAIRLY_GOOD)
    for number, (form, account) in enumerate(others):
        duty_eval.submit_summary(form, form.summary, actor=actor_of(account))
        if number < len(others) - 1:
            proposer = cast.head if form.section_id == cast.section_id else cast.chief
            duty_eval.propose_routine_grade(form, grades[number % 3], comment=COMMENT, actor=proposer)


def _forms(round_id: int) -> Sequence[tuple[Any, int | None]]:
    """(form, account of the person or None), in the order in which they were made."""
    rows = db.session.execute(
        select(duty_eval.RoutineAssessment, Account.id)
        .outerjoin(Account, Account.person_id == duty_eval.RoutineAssessment.person_id)
        .where(duty_eval.RoutineAssessment.round_id == round_id)
        .order_by(duty_eval.RoutineAssessment.id)
    )
    return [(row[0], row[1]) for row in rows]


def _other_who_is_good(round_id: int, cast: Cast) -> Any:
    """A form of 好 of somebody whom the demo's accounts do not play, or None."""
    played = [cast.staff.person_id, cast.head.person_id, cast.deputy.person_id]
    return db.session.scalars(
        select(duty_eval.RoutineAssessment)
        .where(
            duty_eval.RoutineAssessment.round_id == round_id,
            duty_eval.RoutineAssessment.final_grade == duty_eval.RoutineGrade.GOOD,
            duty_eval.RoutineAssessment.person_id.not_in([person for person in played if person is not None]),
        )
        .order_by(duty_eval.RoutineAssessment.id)
        .limit(1)
    ).first()
