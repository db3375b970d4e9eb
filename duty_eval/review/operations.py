"""Writes of reviewers. Records come in locked and already cut to what the actor may review."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import insert, update
from sqlalchemy.orm.attributes import set_committed_value

from duty_eval.notices import tell_returned
from duty_eval.records import rollups
from duty_eval.records.errors import NotSubmitted
from duty_eval.records.models import DutyRecord, RecordOrigin, RecordState
from duty_eval.records.states import step
from duty_eval.review.errors import NotOpened
from duty_eval.review.models import RecordReview, Verdict
from duty_eval.review.queries import among
from duty_eval.review.sampling import count_unopened
from host.kernel import signals
from host.kernel.access import Actor
from host.kernel.audit import record_change
from host.kernel.db import db
from host.kernel.errors import NotPermitted, Refused


def approve_records(
    records: Sequence[DutyRecord], *, actor: Actor, comment: str = "", quality: int | None = None
) -> int:
    """Pass the records (审核通过), one or many at once; returns how many.

    Raises NotSubmitted, NotPermitted; NotOpened where some were drawn for a look and not opened.

    ``quality``: 1–5, the same mark for all of them, or None.
    """
    if not records:
        raise NotSubmitted
    for record in records:
        _check(record, actor)
    if unopened := count_unopened(records, actor):
        raise NotOpened(unopened)
    _set_approved(records)
    db.session.execute(insert(RecordReview), [_review(r, Verdict.APPROVED, actor, comment, quality) for r in records])
    rollups.apply(rollups.delta_of(record, records=0, approved=1) for record in records)
    record_change(
        f"duty_record:{records[0].id}",
        action="duty_record.approved",
        actor=actor,
        after={"ids": [record.id for record in records], "quality": quality},
        reason=comment or None,
    )
    return len(records)


def _set_approved(records: Sequence[DutyRecord]) -> None:
    """One statement for all of them, where a flush would send one for each."""
    db.session.execute(
        update(DutyRecord)
        .where(among([(record.id, record.worked_on) for record in records]))
        .values(record_state=RecordState.APPROVED),
        execution_options={"synchronize_session": False},
    )
    for record in records:
        set_committed_value(record, "record_state", RecordState.APPROVED)


def return_record(record: DutyRecord, *, reason: str, actor: Actor) -> None:
    """Send a record back to its author (退回) with the reason. Raises NotSubmitted, NotPermitted, Refused."""
    if not reason.strip():
        raise Refused("请填写退回原因")
    _check(record, actor)
    step(record, RecordState.RETURNED)
    record.return_reason = reason.strip()
    db.session.execute(insert(RecordReview), [_review(record, Verdict.RETURNED, actor, reason.strip(), None)])
    db.session.flush()  # the constraints speak here, before anyone is told
    rollups.apply([rollups.delta_of(record, records=-1)])
    record_change(record, action="duty_record.returned", actor=actor, reason=reason.strip())
    tell_returned(record, record.return_reason)
    signals.duty_record_returned.send(record, reason=reason)


def _check(record: DutyRecord, actor: Actor) -> None:
    if record.record_state is not RecordState.SUBMITTED:
        raise NotSubmitted
    if actor.person_id is None:  # it could be the author's second account
        raise NotPermitted("您的账号没有对应人员，不能审核；请联系管理员")
    if record.person_id == actor.person_id:
        raise NotPermitted("不能审核自己的纪实")
    if record.origin is RecordOrigin.ON_BEHALF and record.entered_by_id == actor.account_id:
        raise NotPermitted("不能审核自己代填的纪实")


def _review(record: DutyRecord, verdict: Verdict, actor: Actor, comment: str, quality: int | None) -> dict[str, object]:
    return {
        "record_id": record.id,
        "worked_on": record.worked_on,
        "person_id": record.person_id,
        "reviewer_id": actor.account_id,
        "reviewer_person_id": actor.person_id,
        "verdict": verdict,
        "comment": comment,
        "quality": quality,
    }
