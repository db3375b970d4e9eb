"""What a closed inspection says of a record in place of its review: it no longer counts as approved (R92).

The record and its sums stay as they are, locked months too; whoever counts approved records for a score leaves these
out. A later version of the record is another record's word and is not touched by what was found about the former.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, and_, func, select

from duty_eval.inspections.models import FindingVerdict, Inspection, InspectionFinding, InspectionState
from duty_eval.records.models import DutyRecord
from duty_eval.records.rollups import APPROVED
from host.kernel.db import AnySelect


def is_corrected() -> ColumnElement[bool]:
    """Whether the verdict on the record of the query was corrected."""
    return (
        select(InspectionFinding.id)
        .join(Inspection, Inspection.id == InspectionFinding.inspection_id)
        .where(_corrects(), Inspection.inspection_state == InspectionState.CLOSED)
        .correlate(DutyRecord)
        .exists()
    )


def corrected_by_person(first: date, end: date) -> AnySelect:
    """(person_id, corrected): approved records of the days from ``first`` to before ``end`` that do not count.

    From the findings, which are few, to their records.
    """
    return (
        select(DutyRecord.person_id, func.count(DutyRecord.id.distinct()).label("corrected"))
        .join(InspectionFinding, _corrects())
        .join(Inspection, Inspection.id == InspectionFinding.inspection_id)
        .where(
            Inspection.inspection_state == InspectionState.CLOSED,
            DutyRecord.record_state.in_(APPROVED),
            InspectionFinding.worked_on >= first,
            InspectionFinding.worked_on < end,
        )
        .group_by(DutyRecord.person_id)
    )


def _corrects() -> ColumnElement[bool]:
    finding = InspectionFinding
    return and_(
        finding.record_id == DutyRecord.id,
        finding.worked_on == DutyRecord.worked_on,
        finding.record_version == DutyRecord.version_no,
        finding.finding_verdict == FindingVerdict.PROBLEM,
        finding.withdrawn_at.is_(None),
    )
