"""Reads of the form."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy import and_, select

from basic_info.breakdown.models import Breakdown, BreakdownState, DutyMatter
from basic_info.breakdown.sheet import plain_amount
from basic_info.duties.models import SectionDuty
from basic_info.organization.models import SectionVersion
from host.kernel.db import db
from host.kernel.versions import in_force


def breakdowns_of(unit_id: int) -> Sequence[Breakdown]:
    """All versions of a unit's form, the newest first."""
    return db.session.scalars(
        select(Breakdown).where(Breakdown.unit_id == unit_id).order_by(Breakdown.version_no.desc())
    ).all()


def shown_breakdown(unit_id: int, version_no: int | None) -> Breakdown | None:
    """The version asked for; else the one in force, else the newest; None where the unit has none."""
    forms = breakdowns_of(unit_id)
    if version_no is not None:
        return next((form for form in forms if form.version_no == version_no), None)
    holding = next((form for form in forms if form.breakdown_state is BreakdownState.IN_FORCE), None)
    return holding or (forms[0] if forms else None)


def matters_of(breakdown_id: int) -> Sequence[DutyMatter]:
    """The lines of a form in its order."""
    return db.session.scalars(
        select(DutyMatter).where(DutyMatter.breakdown_id == breakdown_id).order_by(DutyMatter.sort_no)
    ).all()


def volume_of(matter: DutyMatter, year: int) -> str | None:
    """How many in a year, as people write it; None: the form says nothing of that year."""
    amount = matter.volumes.get(str(year))
    # Forms taken in before kept two decimals.
    return None if amount is None else plain_amount(Decimal(amount))


def years_of(matters: Sequence[DutyMatter]) -> list[int]:
    """The years that the lines have volumes of, ascending."""
    return sorted({int(year) for matter in matters for year in matter.volumes})


def duties_to_fill(unit_id: int, day: date) -> list[tuple[str, str]]:
    """(section, duty) of everything the unit's sections do, for a form to be filled in."""
    rows = db.session.execute(
        select(SectionVersion.name, SectionDuty.text)
        .join(SectionVersion, and_(SectionVersion.section_id == SectionDuty.section_id, in_force(SectionVersion, day)))
        .where(SectionDuty.unit_id == unit_id, SectionDuty.valid.contains(day))
        .order_by(SectionVersion.sort_no, SectionDuty.section_id, SectionDuty.sort_no)
    )
    return [(name, text) for name, text in rows]
