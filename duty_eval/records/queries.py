"""Reads of duty records: what is open, one record and its history, a person's day and month."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row, Select, and_, func, or_, select

from basic_info.duties.models import PostDuty
from basic_info.organization.models import PersonVersion
from basic_info.organization.scope import within
from duty_eval.delegations.queries import acted_for
from duty_eval.evidence.models import RecordEvidence
from duty_eval.permissions import Permission
from duty_eval.records.models import DutyRecord, DutyRecordRevision, RecordState
from duty_eval.records.rollups import COUNTED
from duty_eval.review.models import RecordReview
from host.kernel.access import Actor
from host.kernel.db import AnyRow, db


def own_open(person_id: int, today: date) -> tuple[int, bool]:
    """(records of the last 60 days that were sent back, whether anything is logged today), one statement."""
    row = db.session.execute(
        select(
            func.count().filter(DutyRecord.record_state == RecordState.RETURNED),
            func.count().filter(DutyRecord.worked_on == today, DutyRecord.record_state.in_(COUNTED)),
        ).where(
            DutyRecord.person_id == person_id,
            DutyRecord.worked_on > today - timedelta(days=60),
            DutyRecord.worked_on <= today,
        )
    ).one()
    return int(row[0]), bool(row[1])


def evidence_count() -> Any:
    """How much evidence a record of the query has, as a column: a list costs no statement more for it."""
    return (
        select(func.count())
        .where(RecordEvidence.record_id == DutyRecord.id, RecordEvidence.worked_on == DutyRecord.worked_on)
        .correlate(DutyRecord)
        .scalar_subquery()
        .label("evidence_count")
    )


def records_of_day(person_id: int, day: date) -> Sequence[Row[DutyRecord, str, int]]:
    """A person's records of one day with their duties' words, in the order they were made."""
    return db.session.execute(
        select(DutyRecord, PostDuty.text.label("duty_text"), evidence_count())
        .outerjoin(PostDuty, PostDuty.id == DutyRecord.post_duty_id)
        .where(DutyRecord.person_id == person_id, DutyRecord.worked_on == day)
        .order_by(DutyRecord.id)
    ).all()


def own_record(actor: Actor, record_id: int, day: date) -> Select[DutyRecord]:
    """One record of the actor's own, locked: its day and state will not change under us."""
    return (
        select(DutyRecord)
        .where(DutyRecord.id == record_id, DutyRecord.worked_on == day, DutyRecord.person_id == (actor.person_id or 0))
        .with_for_update()
    )


def readable_record(actor: Actor, record_id: int, day: date) -> Select[DutyRecord, str, str]:
    """One record that the actor may read, with its person's name and its duty's words."""
    return (
        select(DutyRecord, PersonVersion.name.label("person_name"), PostDuty.text.label("duty_text"))
        .join(PersonVersion, name_today(DutyRecord.person_id))
        .outerjoin(PostDuty, PostDuty.id == DutyRecord.post_duty_id)
        .where(DutyRecord.id == record_id, DutyRecord.worked_on == day, readable(actor))
    )


def readable(actor: Actor) -> Any:
    """The records within the actor's reach, and always one's own."""
    reach = within(
        actor,
        Permission.DUTY_RECORD_READ,
        unit=DutyRecord.unit_id,
        section=DutyRecord.section_id,
        person=DutyRecord.person_id,
    )
    return reach if actor.person_id is None else or_(reach, DutyRecord.person_id == actor.person_id)


def name_today(person_id: Any) -> Any:
    """The join to a person's name as it is today."""
    return and_(
        PersonVersion.person_id == person_id,
        PersonVersion.valid.contains(func.current_date()),
        PersonVersion.superseded_at.is_(None),
    )


def last_logged_day(person_id: int, before: date) -> date | None:
    """The latest day before ``before`` that has records, at most 60 days back."""
    return db.session.scalar(
        select(func.max(DutyRecord.worked_on)).where(
            DutyRecord.person_id == person_id,
            DutyRecord.worked_on < before,
            DutyRecord.worked_on >= before - timedelta(days=60),
            DutyRecord.record_state.in_(COUNTED),
        )
    )


def month_of(person_id: int, first: date, end: date) -> Sequence[AnyRow]:
    """Per day of a person's month: (worked_on, records, minutes, drafts, returned, approved); drafts are no records."""

    def counted(*states: RecordState) -> Any:
        return func.count().filter(DutyRecord.record_state.in_(states))

    return db.session.execute(
        select(
            DutyRecord.worked_on,
            func.count().filter(DutyRecord.record_state != RecordState.DRAFT).label("records"),
            func.coalesce(func.sum(DutyRecord.minutes).filter(DutyRecord.record_state.in_(COUNTED)), 0).label(
                "minutes"
            ),
            counted(RecordState.DRAFT).label("drafts"),
            counted(RecordState.RETURNED).label("returned"),
            counted(RecordState.APPROVED, RecordState.LOCKED).label("approved"),
        )
        .where(DutyRecord.person_id == person_id, DutyRecord.worked_on >= first, DutyRecord.worked_on < end)
        .group_by(DutyRecord.worked_on)
        .order_by(DutyRecord.worked_on)
    ).all()


def history_of(record_id: int, day: date) -> dict[str, Any]:
    """Revisions of a record and its reviews, as (RecordReview, reviewer_name, acted_for), newest first.

    ``acted_for``: the absent head in whose place the reviewer decided, or None.
    """
    revisions = db.session.scalars(
        select(DutyRecordRevision)
        .where(DutyRecordRevision.record_id == record_id, DutyRecordRevision.worked_on == day)
        .order_by(DutyRecordRevision.version_no.desc())
    ).all()
    in_whose_place = acted_for(
        RecordReview.reviewer_person_id,
        section=DutyRecord.section_id,
        unit=DutyRecord.unit_id,
        at=RecordReview.reviewed_at,
    )
    reviews = db.session.execute(
        select(RecordReview, PersonVersion.name.label("reviewer_name"), in_whose_place.label("acted_for"))
        .join(DutyRecord, and_(DutyRecord.id == RecordReview.record_id, DutyRecord.worked_on == RecordReview.worked_on))
        .outerjoin(PersonVersion, name_today(RecordReview.reviewer_person_id))
        .where(RecordReview.record_id == record_id, RecordReview.worked_on == day)
        .order_by(RecordReview.id.desc())
    ).all()
    return {"revisions": revisions, "reviews": reviews}
