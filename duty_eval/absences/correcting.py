"""Corrections of granted leave: the old row stays, a new one takes its place or nothing does. None of them commits."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from sqlalchemy.dialects.postgresql import Range

from duty_eval.absences.errors import AbsenceMonthLocked, NotGranted, OwnAbsence
from duty_eval.absences.halves import HalfDay
from duty_eval.absences.models import Absence, AbsenceKind, AbsenceState
from duty_eval.absences.queries import locked_month
from duty_eval.notices import tell_absence_corrected
from host.kernel.access import Actor
from host.kernel.audit import record_change
from host.kernel.db import db
from host.kernel.errors import Refused
from host.kernel.pages import month as month_words


def correct_absence(
    absence: Absence,
    kind: AbsenceKind,
    first: date,
    last: date,
    *,
    is_half: bool = False,
    half_part: HalfDay | None = None,
    reason: str,
    actor: Actor,
) -> Absence:
    """Shorten granted leave or change its kind (更正), both days counted; returns the row that holds from now on.

    ``absence`` is locked by the caller. Raises NotGranted, OwnAbsence, Refused (no reason, nothing changed, days that
    were not granted), AbsenceMonthLocked for changed days of a closed month (R90).
    """
    _check(absence, reason, actor)
    if last < first or first < absence.first or last > absence.last:
        raise Refused("更正只能在原来的日期以内缩短；要延长的，请本人另行登记")
    if is_half and first != last:
        raise Refused("半天只能登记在同一天")
    part = half_part if is_half else None
    is_other = (kind, is_half, part) != (absence.absence_kind, absence.is_half, absence.half_part)
    if not is_other and (first, last) == (absence.first, absence.last):
        raise Refused("没有变动，请修改类别或日期")
    day = timedelta(days=1)
    changed = (
        [(absence.first, absence.last)] if is_other else [(absence.first, first - day), (last + day, absence.last)]
    )
    _require_open(absence.person_id, changed)
    _end(absence, AbsenceState.SUPERSEDED, reason, actor)
    new = Absence(
        person_id=absence.person_id,
        section_id=absence.section_id,
        absence_kind=kind,
        span=Range(first, last + day),
        is_half=is_half,
        half_part=part,
        note=absence.note,
        absence_state=AbsenceState.CONFIRMED,
        corrects_id=absence.id,
        entered_by=actor.account_id,
        decided_by=actor.account_id,
        decided_by_person=actor.person_id,
        decided_at=datetime.now(UTC),
    )
    db.session.add(new)
    db.session.flush()
    record_change(
        new, action="absence.corrected", actor=actor, before={"corrects": absence.id, **_facts(absence)},
        after=_facts(new), reason=reason.strip(),
    )  # fmt: skip
    tell_absence_corrected(absence, new)
    return new


def revoke_absence(absence: Absence, *, reason: str, actor: Actor) -> None:
    """Take granted leave back as a whole (作废): its days are expected again, the row stays with the reason.

    ``absence`` is locked by the caller. Raises NotGranted, OwnAbsence, Refused, AbsenceMonthLocked.
    """
    _check(absence, reason, actor)
    _require_open(absence.person_id, [(absence.first, absence.last)])
    _end(absence, AbsenceState.CANCELLED, reason, actor)
    record_change(absence, action="absence.revoked", actor=actor, before=_facts(absence), reason=reason.strip())
    tell_absence_corrected(absence, None)


def _check(absence: Absence, reason: str, actor: Actor) -> None:
    if absence.person_id == actor.person_id:
        raise OwnAbsence
    if absence.absence_state is not AbsenceState.CONFIRMED:
        raise NotGranted
    if not reason.strip():
        raise Refused("请填写更正的原因，本人会看到")


def _require_open(person_id: int, spans: list[tuple[date, date]]) -> None:
    for first, last in spans:
        if first <= last and (month := locked_month(person_id, first, last)) is not None:
            raise AbsenceMonthLocked(f"{month_words(month)}已经锁定，{AbsenceMonthLocked.message}")


def _end(absence: Absence, state: AbsenceState, reason: str, actor: Actor) -> None:
    absence.absence_state = state
    absence.corrected_by, absence.corrected_by_person = actor.account_id, actor.person_id
    absence.corrected_by_name, absence.corrected_at = actor.display_name, datetime.now(UTC)
    absence.correction_reason = reason.strip()
    # Before the new row: the two would hold the same days at once.
    db.session.flush()


def _facts(absence: Absence) -> dict[str, object]:
    return {
        "kind": absence.absence_kind, "first": absence.first, "last": absence.last, "half": absence.is_half,
        "part": absence.half_part,
    }  # fmt: skip
