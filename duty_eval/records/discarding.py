"""Undoing one's own entries (撤销): before anybody reviewed them they may go as they came."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import delete, exists, select, update

from basic_info.duties.models import WorkSource
from duty_eval.assignments.models import AssignedTask, TaskState
from duty_eval.evidence.operations import detach
from duty_eval.flags.operations import forget_flags
from duty_eval.records.errors import HasHistory, NotOpen
from duty_eval.records.models import DutyRecord, DutyRecordRevision, RecordState, RecordSuggestion
from duty_eval.records.operations import withdraw
from duty_eval.review.models import RecordReview
from host.kernel.access import Actor
from host.kernel.audit import plain, record_change
from host.kernel.db import db
from host.kernel.errors import NotFound, NotPermitted


def discard(record: DutyRecord, *, actor: Actor) -> None:
    """Delete a withdrawn record (删除草稿) that nobody reviewed or corrected; the audit row keeps what it said.

    What it was made of is offered again. ``record`` is locked by the caller. Raises NotPermitted, NotOpen, HasHistory.
    """
    if record.person_id != actor.person_id:
        raise NotPermitted
    if record.record_state is not RecordState.DRAFT:
        raise NotOpen("只有撤回后的纪实可以删除")
    if _has_history(record):
        raise HasHistory
    _offer_again(record)
    said = {name: getattr(record, name) for name in ("worked_on", "post_duty_id", "content", "quantity", "minutes")}
    detach(record.id, record.worked_on)
    forget_flags(record.id, record.worked_on)
    record_change(record, action="duty_record.deleted", actor=actor, before=plain(said))
    db.session.execute(
        delete(DutyRecord).where(DutyRecord.id == record.id, DutyRecord.worked_on == record.worked_on),
        execution_options={"synchronize_session": False},
    )
    db.session.expunge(record)


def take_back(records: Sequence[DutyRecord], *, actor: Actor) -> int:
    """Undo a submission as a whole (撤销): each record is withdrawn and deleted. Raises NotFound when none is left."""
    if not records:
        raise NotFound("这些纪实已被审核或已撤回，不能撤销")
    for record in records:
        withdraw(record, actor=actor)
        discard(record, actor=actor)
    return len(records)


def own_submitted(actor: Actor, day: date, record_ids: Sequence[int]) -> Sequence[DutyRecord]:
    """Those of the actor's own records of that day that nobody has reviewed yet, locked in id order."""
    return db.session.scalars(
        select(DutyRecord)
        .where(
            DutyRecord.id.in_(record_ids),
            DutyRecord.worked_on == day,
            DutyRecord.person_id == (actor.person_id or 0),
            DutyRecord.record_state == RecordState.SUBMITTED,
        )
        .order_by(DutyRecord.id)
        .with_for_update()
    ).all()


def _has_history(record: DutyRecord) -> bool:
    reviewed = exists().where(RecordReview.record_id == record.id, RecordReview.worked_on == record.worked_on)
    revised = exists().where(
        DutyRecordRevision.record_id == record.id, DutyRecordRevision.worked_on == record.worked_on
    )
    return bool(db.session.scalar(select(reviewed | revised)))


def _offer_again(record: DutyRecord) -> None:
    """The task or case step that became this record: it was used up at the very instant of the submission."""
    if record.work_source is WorkSource.ASSIGNED:
        db.session.execute(
            update(AssignedTask)
            .where(
                AssignedTask.person_id == record.person_id,
                AssignedTask.done_at == record.submitted_at,
                AssignedTask.post_duty_id.is_not_distinct_from(record.post_duty_id),
            )
            .values(task_state=TaskState.OPEN, done_at=None)
        )
    db.session.execute(
        update(RecordSuggestion)
        .where(
            RecordSuggestion.person_id == record.person_id,
            RecordSuggestion.used_at == record.submitted_at,
            RecordSuggestion.post_duty_id.is_not_distinct_from(record.post_duty_id),
            RecordSuggestion.case_no.is_not_distinct_from(record.case_no),
        )
        .values(used_at=None)
    )
