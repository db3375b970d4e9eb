"""Putting a record under the right duty (改挂职责): what it said before stays as a revision with the reason."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, Select, and_, or_, select

from basic_info.duties.models import WorkSource
from basic_info.organization.scope import within
from duty_eval.permissions import Permission
from duty_eval.records import rollups
from duty_eval.records.errors import NotMyDuty, NoWords
from duty_eval.records.models import DutyRecord, DutyRecordRevision, RecordState
from duty_eval.records.operations import said_by
from duty_eval.records.standing import standings
from host.kernel.access import Actor
from host.kernel.audit import record_change
from host.kernel.db import db
from host.kernel.errors import Refused


def reattachable(actor: Actor, record_id: int, day: date) -> Select[DutyRecord]:
    """One's own record while it waits, or one that the actor reviews, waiting or approved; locked."""
    return (
        select(DutyRecord)
        .where(DutyRecord.id == record_id, DutyRecord.worked_on == day, _in_reach(actor))
        .with_for_update()
    )


def may_reattach(actor: Actor, record: DutyRecord) -> bool:
    """Whether the actor may put the record under another duty."""
    found = select(DutyRecord.id).where(
        DutyRecord.id == record.id, DutyRecord.worked_on == record.worked_on, _in_reach(actor)
    )
    return db.session.scalar(found) is not None


def _in_reach(actor: Actor) -> ColumnElement[bool]:
    reviewed = or_(
        *(
            within(actor, permission, unit=DutyRecord.unit_id, section=DutyRecord.section_id)
            for permission in (Permission.DUTY_RECORD_REVIEW, Permission.DUTY_RECORD_REVIEW_HEADS)
        )
    )
    own = DutyRecord.person_id == (actor.person_id or 0)
    return or_(
        and_(own, DutyRecord.record_state == RecordState.SUBMITTED),
        and_(~own, reviewed, DutyRecord.record_state.in_((RecordState.SUBMITTED, RecordState.APPROVED))),
    )


def reattach(record: DutyRecord, post_duty_id: int | None, *, reason: str, actor: Actor) -> None:
    """Move the record to another duty that its person had on that day; None: outside duties. A version more.

    Quantity and measure stay as they were said. ``record`` is locked by the caller. Raises NotMyDuty, NoWords, Refused.
    """
    if not reason.strip():
        raise Refused("请说明改挂原因")
    if post_duty_id == record.post_duty_id:
        raise Refused("已经是这项职责，没有改动")
    if post_duty_id is not None:
        _check_same_place(record, post_duty_id)
    elif not record.content:
        raise NoWords("这条纪实没有写内容，只凭职责说明做了什么；改为岗位职责以外的，请退回本人写明后再提交")
    before = said_by(record)
    approved = 1 if record.record_state in rollups.APPROVED else 0
    taken = rollups.delta_of(record, records=-1, approved=-approved)
    db.session.add(
        DutyRecordRevision(
            record_id=record.id,
            worked_on=record.worked_on,
            version_no=record.version_no,
            said=before,
            reason=reason.strip(),
            revised_by=actor.account_id,
        )
    )
    record.post_duty_id = post_duty_id
    record.version_no += 1
    if record.work_source is not WorkSource.ASSIGNED:
        record.work_source = _source(record)
    db.session.flush()
    rollups.apply([taken, rollups.delta_of(record, records=1, approved=approved)])
    record_change(
        record,
        action="duty_record.reattached",
        actor=actor,
        before={"post_duty_id": before["post_duty_id"]},
        after={"post_duty_id": post_duty_id},
        reason=reason.strip(),
    )


def _check_same_place(record: DutyRecord, post_duty_id: int) -> None:
    for place in standings(record.person_id, record.worked_on):
        if post_duty_id in place.duty_ids:
            if place.section_id != record.section_id:
                raise Refused("这项职责在另一个科室，不能改挂；请退回本人重新填写")
            return
    raise NotMyDuty("所选职责不属于本人在这一天的岗位")


def _source(record: DutyRecord) -> WorkSource:
    if record.post_duty_id is None:
        return WorkSource.OTHER
    return WorkSource.POWER_ITEM if record.case_no else WorkSource.MANDATE
