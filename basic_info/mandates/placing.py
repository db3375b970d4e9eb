"""Duties that change hands have a section to go to: the register's, not a name alone (R44)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlalchemy import select

from basic_info.mandates.clause_rows import tasks_of
from basic_info.mandates.errors import DutiesWithoutPlace
from basic_info.mandates.models import ClauseKind, Mandate, MandateClause
from basic_info.mandates.wording import same_words
from host.kernel.db import db


def require_place(mandate: Mandate) -> None:
    """Raises DutiesWithoutPlace where a section's duties would end because nobody matched the body that gets them."""
    if mandate.base_id is None:
        return
    matched, unmatched = _parted(_bodies(mandate.id))
    carried = {words for clause in matched for words in _said(clause)}
    before = {words for clause in _parted(_bodies(mandate.base_id))[0] for words in _said(clause)}
    for clause in unmatched:
        homeless = set(_said(clause)) & before - carried
        if homeless:
            raise DutiesWithoutPlace(
                f"“{clause.value['name']}”还没有对应到登记的科室，划入它的 {len(homeless)} 项职责会没有去处；"
                "请先登记该科室，再用本页的“对应内设机构”选定，然后确认"
            )


def _bodies(mandate_id: int) -> Iterator[MandateClause]:
    rows = db.session.scalars(
        select(MandateClause).where(
            MandateClause.mandate_id == mandate_id,
            MandateClause.clause_kind == ClauseKind.SECTION,
            MandateClause.is_removed.is_(False),
        )
    )
    return (one for one in rows if one.is_section)


def _parted(bodies: Iterable[MandateClause]) -> tuple[list[MandateClause], list[MandateClause]]:
    """Those that are sections of the register, and the others."""
    all_of_them = list(bodies)
    return [one for one in all_of_them if one.section_id], [one for one in all_of_them if not one.section_id]


def _said(clause: MandateClause) -> Iterator[str]:
    return map(same_words, tasks_of(clause.value))
