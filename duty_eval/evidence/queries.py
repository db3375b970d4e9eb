"""Reads of evidence: what belongs to a record, and who may open it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Row, and_, select

from duty_eval.evidence.models import RecordEvidence
from duty_eval.permissions import Permission
from duty_eval.records.models import DutyRecord
from duty_eval.records.queries import readable
from host.kernel.access import Actor
from host.kernel.db import db
from host.kernel.files.models import StoredFile
from host.kernel.files.subjects import register_subject


def evidence_of(record_id: int, worked_on: date) -> Sequence[Row[RecordEvidence, StoredFile | None]]:
    """(RecordEvidence, its file or None for a link) of a record, in the order in which they came."""
    return db.session.execute(
        select(RecordEvidence, StoredFile)
        .outerjoin(StoredFile, StoredFile.id == RecordEvidence.file_id)
        .where(RecordEvidence.record_id == record_id, RecordEvidence.worked_on == worked_on)
        .order_by(RecordEvidence.id)
    ).all()


def _may_open(evidence_id: int, actor: Actor) -> bool:
    """Those who may read the record: the person themselves, and whose scope it lies in."""
    record = and_(DutyRecord.id == RecordEvidence.record_id, DutyRecord.worked_on == RecordEvidence.worked_on)
    known = select(RecordEvidence.id).join(DutyRecord, record).where(RecordEvidence.id == evidence_id, readable(actor))
    return actor.may(Permission.DUTY_RECORD_READ) and db.session.scalar(known) is not None


register_subject("record_evidence", _may_open)
