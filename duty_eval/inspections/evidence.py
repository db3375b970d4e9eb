"""Photos, files and links of findings and answers, kept as those of records are."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import or_, select

from duty_eval.evidence.operations import Evidence
from duty_eval.inspections.models import EvidenceAnswer, EvidenceRequest, InspectionEvidence, InspectionFinding
from duty_eval.inspections.queries import findings_known_to, requests_known_to
from duty_eval.permissions import Permission
from host.kernel.access import Actor
from host.kernel.audit import subject_of
from host.kernel.db import AnyRow, db
from host.kernel.files.kinds import EVIDENCE
from host.kernel.files.models import StoredFile
from host.kernel.files.operations import store_upload
from host.kernel.files.subjects import register_subject


def keep_evidence(
    evidence: Evidence, *, finding_id: int | None = None, answer_id: int | None = None, actor: Actor
) -> None:
    """Keep what came with a finding or an answer, in its transaction: all of it or none.

    Raises WrongKind, BrokenFile (422), FileTooBig (413), StoreUnreachable (503), NoRoom (507).
    """
    of = {"finding_id": finding_id, "answer_id": answer_id, "added_by": actor.account_id}
    for upload in evidence.files:
        row = InspectionEvidence(**of)
        db.session.add(row)
        db.session.flush()  # the file belongs to it by its id
        row.file_id = store_upload(upload, subject=subject_of(row), allowed=EVIDENCE, actor=actor).id
    if evidence.link:
        db.session.add(InspectionEvidence(link=evidence.link, **of))
    db.session.flush()


def evidence_of_findings(finding_ids: Sequence[int]) -> dict[int, list[AnyRow]]:
    """finding_id → (InspectionEvidence, its file or None for a link), as they came; one statement."""
    found: dict[int, list[AnyRow]] = {}
    rows = (
        select(InspectionEvidence, StoredFile)
        .outerjoin(StoredFile, StoredFile.id == InspectionEvidence.file_id)
        .where(InspectionEvidence.finding_id.in_(finding_ids))
        .order_by(InspectionEvidence.id)
    )
    for row in db.session.execute(rows):
        found.setdefault(row[0].finding_id or 0, []).append(row)
    return found


def evidence_of_answers(answer_ids: Sequence[int]) -> dict[int, list[AnyRow]]:
    """answer_id → the same."""
    found: dict[int, list[AnyRow]] = {}
    rows = (
        select(InspectionEvidence, StoredFile)
        .outerjoin(StoredFile, StoredFile.id == InspectionEvidence.file_id)
        .where(InspectionEvidence.answer_id.in_(answer_ids))
        .order_by(InspectionEvidence.id)
    )
    for row in db.session.execute(rows):
        found.setdefault(row[0].answer_id or 0, []).append(row)
    return found


def _may_open(evidence_id: int, actor: Actor) -> bool:
    """Those who may read what it belongs to."""
    known = (
        select(InspectionEvidence.id)
        .outerjoin(InspectionFinding, InspectionFinding.id == InspectionEvidence.finding_id)
        .outerjoin(EvidenceAnswer, EvidenceAnswer.id == InspectionEvidence.answer_id)
        .outerjoin(EvidenceRequest, EvidenceRequest.id == EvidenceAnswer.request_id)
        .where(
            InspectionEvidence.id == evidence_id,
            or_(
                InspectionFinding.id.in_(findings_known_to(actor)),
                EvidenceRequest.id.in_(requests_known_to(actor)),
            ),
        )
    )
    return actor.may(Permission.INSPECTION_FINDING_READ) and db.session.scalar(known) is not None


register_subject("inspection_evidence", _may_open)
