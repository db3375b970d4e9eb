"""Closing and opening months (R90). None of these commits but the nightly rounds, which say so.

A lock holds as soon as its transaction does: ``section_month`` is what every write looks up. The records' own state
follows (``seal``), a unit at a time, so that a city's five million records are never held in one transaction.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, func, literal, select, true, update
from sqlalchemy.dialects.postgresql import insert

from basic_info.organization.models import Section, Unit
from basic_info.regions.models import Region
from duty_eval.entry_rules.queries import RULES
from duty_eval.notices import tell_returned
from duty_eval.periods.errors import MonthNotOver, NothingToDo, StateRefused
from duty_eval.periods.models import LockAct, PeriodLock, PeriodReopening, SectionMonth
from duty_eval.periods.queries import Place, is_closed, is_open_to
from duty_eval.records import rollups
from duty_eval.records.models import DutyRecord, RecordState
from duty_eval.records.states import step
from host.kernel import signals
from host.kernel.access import SYSTEM, Actor
from host.kernel.audit import record_change
from host.kernel.calendar.workdays import load_workdays
from host.kernel.db import db
from host.kernel.errors import NotPermitted, Refused
from host.kernel.partitions import first_of_month

#: How long a month or a record stays open again, in days.
OPEN_DAYS = (3, 5, 10)


def lock_month(place: Place, month: date, *, actor: Actor, today: date, reason: str = "") -> PeriodLock:
    """Close the month for the place (锁定); sections closed before stay as they are.

    Raises MonthNotOver, NothingToDo when all of it is closed already.
    """
    if month >= first_of_month(today):
        raise MonthNotOver
    act = _act(LockAct.LOCK, place, month, actor, reason)
    rows = insert(SectionMonth).from_select(
        ["section_id", "month", "is_locked", "lock_id"],
        select(Section.id, literal(month), true(), literal(act.id)).where(place.sections()),
    )
    changed = {"is_locked": rows.excluded.is_locked, "lock_id": rows.excluded.lock_id}
    fresh = rows.on_conflict_do_update(
        index_elements=["section_id", "month"], set_=changed, where=~SectionMonth.is_locked
    )
    return _done(act, len(db.session.execute(fresh.returning(SectionMonth.section_id)).all()), place, actor)


def unlock_month(place: Place, month: date, *, actor: Actor, reason: str) -> PeriodLock:
    """Open the month again for the whole place (解锁); it stays open until a person locks it.

    Raises Refused without a reason, NothingToDo when nothing of it is closed.
    """
    if not reason.strip():
        raise Refused("请说明解锁原因")
    act = _act(LockAct.UNLOCK, place, month, actor, reason)
    opened = db.session.execute(
        update(SectionMonth)
        .where(
            SectionMonth.month == month,
            SectionMonth.is_locked,
            SectionMonth.section_id.in_(select(Section.id).where(place.sections())),
        )
        .values(is_locked=False, lock_id=act.id)
        .returning(SectionMonth.section_id),
        execution_options={"synchronize_session": False},
    ).all()
    return _done(act, len(opened), place, actor)


def _act(kind: LockAct, place: Place, month: date, actor: Actor, reason: str) -> PeriodLock:
    region_id = None
    if place.region_code is not None:
        region_id = db.session.scalar(select(Region.id).where(Region.code == place.region_code))
    act = PeriodLock(
        month=first_of_month(month),
        act=kind,
        region_id=region_id,
        unit_id=place.unit_id,
        section_id=place.section_id,
        reason=reason.strip(),
        made_by=actor.account_id,
        made_by_name=actor.display_name,
    )
    db.session.add(act)
    db.session.flush()
    return act


def _done(act: PeriodLock, sections: int, place: Place, actor: Actor) -> PeriodLock:
    if not sections:
        raise NothingToDo
    act.section_count = sections
    if place.region_code is None:
        act.record_count = seal(act.month, place.sections())
    db.session.flush()
    record_change(
        act,
        action="period_lock.locked" if act.act is LockAct.LOCK else "period_lock.unlocked",
        actor=actor,
        after={
            "day": act.month, "region_id": act.region_id, "unit_id": act.unit_id, "section_id": act.section_id,
            "sections": sections,
        },
        reason=act.reason or None,
    )  # fmt: skip
    return act


def seal(month: date, sections: ColumnElement[bool]) -> int:
    """Bring the state of records in line with what is closed: approved ↔ locked; returns how many.

    ``sections``: a condition on Section. What is open again for its person keeps its state. Run again it finds nothing.
    """
    end = first_of_month(month, plus=1)
    open_again = exists().where(
        PeriodReopening.person_id == DutyRecord.person_id,
        PeriodReopening.month == month,
        PeriodReopening.closed_at.is_(None),
        PeriodReopening.expires_at > func.now(),
    )
    done = 0
    for is_locked, old, new in (
        (True, RecordState.APPROVED, RecordState.LOCKED),
        (False, RecordState.LOCKED, RecordState.APPROVED),
    ):
        decided = (
            select(SectionMonth.section_id)
            .join(Section, Section.id == SectionMonth.section_id)
            .where(SectionMonth.month == month, SectionMonth.is_locked == is_locked, sections)
        )
        statement = update(DutyRecord).where(
            DutyRecord.section_id.in_(decided),
            DutyRecord.unit_id.in_(select(Section.unit_id).where(sections)),
            DutyRecord.worked_on >= month,
            DutyRecord.worked_on < end,
            DutyRecord.record_state == old,
        )
        if is_locked:
            statement = statement.where(~open_again)
        result = db.session.execute(
            statement.values(record_state=new), execution_options={"synchronize_session": "fetch"}
        )
        done += result.rowcount  # type: ignore[attr-defined]
    return done


def seal_all(month: date) -> int:
    """``seal`` for every unit that has an act in the month, each in a transaction of its own, which it commits."""
    units = db.session.scalars(
        select(Unit.id)
        .where(
            Unit.id.in_(
                select(Section.unit_id)
                .join(SectionMonth, SectionMonth.section_id == Section.id)
                .where(SectionMonth.month == month)
            )
        )
        .order_by(Unit.id)
    ).all()
    done = 0
    for unit_id in units:
        done += seal(month, Section.unit_id == unit_id)
        db.session.commit()
    return done


def months_to_seal(since: datetime) -> set[date]:
    """The months in which something was closed, opened, or ran out since then."""
    acts = select(PeriodLock.month).where(PeriodLock.made_at >= since)
    ended = select(PeriodReopening.month).where(PeriodReopening.closed_at >= since)
    return set(db.session.scalars(acts.union(ended)))


def lock_due_months(today: date) -> int:
    """Close what has come to its day: by division, on the working day of the next month that it set (R90).

    What people opened again, or closed themselves, is left alone. Returns how many sections were closed.
    """
    month = first_of_month(today, plus=-1)
    rules, workdays = RULES.by_code(today), load_workdays()
    closed = 0
    for region in db.session.scalars(select(Region).order_by(Region.code)).all():
        number = RULES.nearest(region.code, rules).lock_workday
        # The day itself is still free: the round of the night after it closes the month.
        if today <= workdays.add_workdays(first_of_month(today) - timedelta(days=1), number):
            continue
        closed += _lock_rest(region, month)
    return closed


def lock_past_months(today: date, *, months: int) -> None:
    """Close the ``months`` before the last one, and the last one where it is due, and seal them; commits by unit.

    For a city that comes with its past: from then on the nightly round goes on by itself.
    """
    first = first_of_month(today, plus=-months - 1)
    for region in db.session.scalars(select(Region).order_by(Region.code)).all():
        for plus in range(months):
            _lock_rest(region, first_of_month(first, plus=plus))
    lock_due_months(today)
    for plus in range(months + 1):
        seal_all(first_of_month(first, plus=plus))


def _lock_rest(region: Region, month: date) -> int:
    """Close the sections of the division's own units that nobody has decided on."""
    here = and_(Unit.id == Section.unit_id, Unit.region_id == region.id)
    undecided = ~exists().where(SectionMonth.section_id == Section.id, SectionMonth.month == month)
    if not db.session.scalar(select(exists().where(here, undecided))):
        return 0
    act = _act(LockAct.LOCK, Place(region_code=region.code), month, SYSTEM, "到期自动锁定")
    rows = select(Section.id, literal(month), true(), literal(act.id)).join(Unit, here).where(undecided)
    made = db.session.execute(
        insert(SectionMonth)
        .from_select(["section_id", "month", "is_locked", "lock_id"], rows)
        .on_conflict_do_nothing()
        .returning(SectionMonth.section_id)
    ).all()
    act.section_count = len(made)
    db.session.flush()
    record_change(
        act,
        action="period_lock.locked",
        actor=SYSTEM,
        after={"day": month, "region_id": region.id, "sections": len(made)},
    )
    return len(made)


def reopen_month(
    person_id: int, month: date, *, reason: str, days: int, section_id: int, actor: Actor
) -> PeriodReopening:
    """Open one person's closed month for some days (单独开放). Raises Refused, NotPermitted for oneself."""
    if not is_closed(section_id, month):
        raise Refused("该月没有锁定，不需要单独开放")
    opening = _open(person_id, month, None, reason=reason, days=days, actor=actor)
    db.session.execute(
        update(DutyRecord)
        .where(
            DutyRecord.person_id == person_id,
            DutyRecord.worked_on >= month,
            DutyRecord.worked_on < first_of_month(month, plus=1),
            DutyRecord.record_state == RecordState.LOCKED,
        )
        .values(record_state=RecordState.APPROVED),
        execution_options={"synchronize_session": "fetch"},
    )
    return opening


def reopen_record(record: DutyRecord, *, reason: str, days: int, actor: Actor) -> None:
    """Give an approved or locked record back to its author for correction; old words and reason stay (R89, D14).

    ``record`` is locked by the caller. Raises Refused, NotPermitted, StateRefused when it is not decided yet.
    """
    if record.person_id == actor.person_id:
        raise NotPermitted("不能开放自己的纪实")
    if not reason.strip():
        raise Refused("请说明开放原因")
    if record.record_state not in rollups.APPROVED:
        raise StateRefused("这条纪实还没有审核通过，不需要开放")
    month = first_of_month(record.worked_on)
    if is_closed(record.section_id, month) and not _is_open(record.person_id, month, record.id):
        _open(record.person_id, month, record.id, reason=reason, days=days, actor=actor)
    step(record, RecordState.RETURNED)
    record.return_reason = reason.strip()
    db.session.flush()
    rollups.apply([rollups.delta_of(record, records=-1, approved=-1)])
    record_change(record, action="duty_record.reopened", actor=actor, reason=reason.strip())
    tell_returned(record, record.return_reason)
    signals.duty_record_returned.send(record, reason=reason.strip())


def _open(
    person_id: int, month: date, record_id: int | None, *, reason: str, days: int, actor: Actor
) -> PeriodReopening:
    if person_id == actor.person_id:
        raise NotPermitted("不能为自己开放")
    if not reason.strip():
        raise Refused("请说明开放原因")
    if days not in OPEN_DAYS:
        raise Refused("请选择开放多少天")
    if _is_open(person_id, month, record_id):
        raise Refused("已经开放，尚未到期")
    opening = PeriodReopening(
        person_id=person_id,
        month=month,
        record_id=record_id,
        reason=reason.strip(),
        opened_by=actor.account_id,
        opened_by_name=actor.display_name,
        expires_at=datetime.now(UTC) + timedelta(days=days),
    )
    db.session.add(opening)
    db.session.flush()
    record_change(
        opening,
        action="period_reopening.opened",
        actor=actor,
        after={"person_id": person_id, "day": month, "record_id": record_id, "days": days},
        reason=reason.strip(),
    )
    return opening


def _is_open(person_id: int, month: date, record_id: int | None) -> bool:
    return (
        db.session.scalar(select(PeriodReopening.id).where(is_open_to(person_id, month, record_id)).limit(1))
        is not None
    )


def close_reopening(opening: PeriodReopening, *, actor: Actor) -> None:
    """End it before its time; ``opening`` is locked by the caller. Raises NothingToDo when it has ended."""
    if opening.closed_at is not None:
        raise NothingToDo("已经结束")
    opening.closed_at = datetime.now(UTC)
    db.session.flush()
    record_change(opening, action="period_reopening.closed", actor=actor, after={"person_id": opening.person_id})


def end_expired() -> None:
    """Mark what has run out: it held until its time by itself, this says that its month is to be sealed again."""
    db.session.execute(
        update(PeriodReopening)
        .where(PeriodReopening.closed_at.is_(None), PeriodReopening.expires_at <= func.now())
        .values(closed_at=func.now()),
        execution_options={"synchronize_session": False},
    )
