"""Where a unit's duties come from: 三定 or 变更, and the document that says so (R44)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, literal, select, union_all
from sqlalchemy.orm import aliased

from basic_info.documents.models import Document
from basic_info.duties.models import DutyLink, SectionDuty
from basic_info.duties.thread import Layer
from basic_info.mandates.models import HELD, Mandate, MandateClause, MandateStyle
from host.kernel.db import db


def origins_on(unit_id: int, day: date) -> dict[tuple[Layer, int], str]:
    """The origin of each function and section duty that the version of ``day`` states, in words; one statement."""
    stated = union_all(
        select(
            literal(Layer.FUNCTION.value).label("layer"), DutyLink.function_id.label("id"), DutyLink.clause_id
        ).where(DutyLink.unit_id == unit_id, DutyLink.clause_id.is_not(None)),
        select(literal(Layer.SECTION_DUTY.value), SectionDuty.id, SectionDuty.clause_id).where(
            SectionDuty.unit_id == unit_id, SectionDuty.clause_id.is_not(None)
        ),
    ).subquery("stated")
    version, paper = aliased(Mandate), aliased(Mandate)
    rows = db.session.execute(
        select(stated.c.layer, stated.c.id, paper.style, func.coalesce(Document.doc_no, Document.title).label("name"))
        .join(MandateClause, MandateClause.id == stated.c.clause_id)
        .join(version, version.id == MandateClause.mandate_id)
        .join(Document, Document.id == func.coalesce(MandateClause.origin_document_id, version.document_id))
        .join(paper, paper.document_id == Document.id)
        .where(version.mandate_state.in_(HELD), version.valid.contains(day))
    ).all()
    return {
        (Layer(row.layer), row.id): f"{'变更' if row.style is MandateStyle.AMENDMENT else '三定'} {row.name}"
        for row in rows
    }
