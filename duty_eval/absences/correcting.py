"""Corrections of granted leave: the old row stays, a new one takes its place or nothing does. None of them commits."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError

from basic_info.organization.queries import primary_appointment
from duty_eval.absences.errors import AbsenceMonthLocked, AbsenceOverlaps, NotGranted, OwnAbsence
from duty_eval.absences.halves import HalfDay
from duty_eval.absences.models import STILL_AT_WORK, Absence, AbsenceKind, AbsenceState
from duty_eval.absences.operations import MOST_DAYS
from duty_eval.absences.queries import locked_month, records_on
from duty_eval.flags.models import FlagKind
from duty_eval.flags.operations import Finding, flag
from duty_eval.notices import tell_absence_corrected
from host.kernel.access import Actor
from host.kernel.audit import record_change
from host.kernel.db import db
from host.kernel.errors import Refused
from host.kernel.pages import day as day_words
from host.kernel.pages import month as month_words

_DAY = timedelta(days=1)


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
    """Shorten, lengthen or move granted leave, or change its kind (更正), both days counted; returns what holds now.

    Some of the old days stay: other days are other leave. Records on days that it takes in are flagged for their
    reviewer. ``absence`` is locked by the caller. Raises NotGranted, OwnAbsence, Refused (no reason, nothing changed,
    no day in common, no post), AbsenceOverlaps, AbsenceMonthLocked for changed days of a closed month (R90).
    """
    _check(absence, reason, actor)
    _check_days(absence, first, last)
    if is_half and first != last:
        raise Refused("半天只能登记在同一天")
    part = half_part if is_half else None
    is_other = (kind, is_half, part) != (absence.absence_kind, absence.is_half, absence.half_part)
    if not is_other and (first, last) == (absence.first, absence.last):
        raise Refused("没有变动，请修改类别或日期")
    _require_open(absence.person_id, _changed(absence, first, last, is_other=is_other))
    _require_free(absence, first, last)
    _end(absence, AbsenceState.SUPERSEDED, reason, actor)
    new = Absence(
        person_id=absence.person_id,
        section_id=absence.section_id,
        absence_kind=kind,
        span=Range(first, last + _DAY),
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
    _keep(new)
    record_change(
        new, action="absence.corrected", actor=actor, before={"corrects": absence.id, **_facts(absence)},
        after=_facts(new), reason=reason.strip(),
    )  # fmt: skip
    _flag_records(new, absence)
    tell_absence_corrected(absence, new)
    return new


def _check_days(absence: Absence, first: date, last: date) -> None:
    if last < first or (last - first).days >= MOST_DAYS:
        raise Refused(f"结束日期不能早于开始日期，一次最多登记 {MOST_DAYS} 天")
    if first > absence.last or last < absence.first:
        raise Refused("更正后的日期与原来没有一天相同；完全是别的日子的，请作废这一条，由本人另行登记")
    if first < absence.first and primary_appointment(absence.person_id, first) is None:
        raise Refused("更正后的开始那天没有任职岗位，请核对日期")


def _changed(absence: Absence, first: date, last: date, *, is_other: bool) -> list[tuple[date, date]]:
    """The spans of days that a correction gives, takes or (``is_other``) turns into something else; some are empty."""
    begins, ends = sorted((first, absence.first)), sorted((last, absence.last))
    if is_other:
        return [(begins[0], ends[1])]
    return [(begins[0], begins[1] - _DAY), (ends[0] + _DAY, ends[1])]


def _require_free(absence: Absence, first: date, last: date) -> None:
    other = db.session.scalars(
        select(Absence)
        .where(
            Absence.person_id == absence.person_id,
            Absence.id != absence.id,
            Absence.absence_state.in_([AbsenceState.REQUESTED, AbsenceState.CONFIRMED]),
            Absence.span.overlaps(Range(first, last, bounds="[]")),
        )
        .limit(1)
    ).first()
    if other is not None:
        what = f"{day_words(other.first)}至{day_words(other.last)}的{other.absence_kind.label}"
        raise AbsenceOverlaps(f"与{what}（{other.absence_state.label}）重叠，请先处理那一条，或修改日期")


def _keep(new: Absence) -> None:
    """Raises AbsenceOverlaps where somebody entered other leave at the same moment."""
    try:
        with db.session.begin_nested():
            db.session.add(new)
    except IntegrityError as fault:
        if "absence_once_a_day" in str(fault.orig):
            raise AbsenceOverlaps from fault
        raise


def _flag_records(new: Absence, old: Absence) -> None:
    """Tell the reviewer of records on whole days of leave that came later (R91)."""
    if not new.is_half and new.absence_kind not in STILL_AT_WORK:
        words = "已确认请假的日子，请与本人核实"
        found = records_on(new, besides=old)
        flag([Finding(one.id, one.worked_on, FlagKind.ON_LEAVE, words) for one in found])


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
