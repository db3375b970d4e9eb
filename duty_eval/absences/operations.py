"""Writes of absences: ask, decide, cancel. None of them commits."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError

from basic_info.organization.queries import primary_appointment
from duty_eval.absences.errors import AbsenceOverlaps, NotWaiting
from duty_eval.absences.halves import HalfDay
from duty_eval.absences.models import Absence, AbsenceKind, AbsenceState
from duty_eval.notices import tell_absence_decided
from host.kernel.access import Actor
from host.kernel.audit import record_change
from host.kernel.db import db
from host.kernel.errors import NotPermitted, Refused

#: The longest span of one entry.
MOST_DAYS = 366


def request_absence(
    person_id: int,
    kind: AbsenceKind,
    first: date,
    last: date,
    *,
    is_half: bool = False,
    half_part: HalfDay | None = None,
    note: str = "",
    actor: Actor,
) -> Absence:
    """Ask for leave or report a trip (申请) from ``first`` to ``last``, both counted.

    Raises Refused, AbsenceOverlaps (422).
    """
    if last < first or (last - first).days >= MOST_DAYS:
        raise Refused(f"结束日期不能早于开始日期，一次最多登记 {MOST_DAYS} 天")
    if is_half and first != last:
        raise Refused("半天只能登记在同一天")
    place = primary_appointment(person_id, first)
    if place is None:
        raise Refused("开始那天没有任职岗位，不能登记")
    absence = Absence(
        person_id=person_id,
        section_id=place.section_id,
        absence_kind=kind,
        span=Range(first, last + timedelta(days=1)),
        is_half=is_half,
        half_part=half_part if is_half else None,
        note=note.strip(),
        entered_by=actor.account_id,
    )
    try:
        with db.session.begin_nested():
            db.session.add(absence)
    except IntegrityError as fault:
        if "absence_once_a_day" in str(fault.orig):
            raise AbsenceOverlaps from fault
        raise
    after = {"kind": kind, "first": first, "last": last, "half": is_half, "part": half_part if is_half else None}
    record_change(absence, action="absence.requested", actor=actor, after=after)
    return absence


def decide_absence(absence: Absence, *, is_confirmed: bool, note: str = "", actor: Actor) -> None:
    """Confirm what was asked for, or turn it down with a reason. ``absence`` is locked by the caller.

    Raises NotWaiting, NotPermitted (one's own), Refused (no reason).
    """
    if absence.person_id == actor.person_id:
        raise NotPermitted("不能确认自己的请假")
    if absence.absence_state is not AbsenceState.REQUESTED:
        raise NotWaiting
    if not is_confirmed and not note.strip():
        raise Refused("请填写不同意的原因")
    absence.absence_state = AbsenceState.CONFIRMED if is_confirmed else AbsenceState.REJECTED
    absence.decided_by, absence.decided_by_person = actor.account_id, actor.person_id
    absence.decided_at, absence.decision_note = datetime.now(UTC), note.strip()
    db.session.flush()
    action = "absence.confirmed" if is_confirmed else "absence.rejected"
    record_change(absence, action=action, actor=actor, reason=note.strip() or None)
    tell_absence_decided(absence, is_confirmed=is_confirmed)


def cancel_absence(absence: Absence, *, reason: str, actor: Actor) -> None:
    """The person comes back on it (销假): those days are expected again. Raises NotWaiting, NotPermitted, Refused."""
    if absence.person_id != actor.person_id:
        raise NotPermitted
    if absence.absence_state not in {AbsenceState.REQUESTED, AbsenceState.CONFIRMED}:
        raise NotWaiting
    if absence.absence_state is AbsenceState.CONFIRMED and not reason.strip():
        raise Refused("已确认的登记取消时请写明原因")
    before = absence.absence_state
    absence.absence_state = AbsenceState.CANCELLED
    db.session.flush()
    record_change(
        absence, action="absence.cancelled", actor=actor, before={"state": before}, reason=reason.strip() or None
    )
