"""The timeline of a unit: its versions one after the other, whatever order they were confirmed in (R44)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import Range

from basic_info.mandates.amending import is_section, section_key
from basic_info.mandates.errors import NeedsRebase
from basic_info.mandates.models import (
    HELD,
    Mandate,
    MandateClause,
    MandateLeader,
    MandateQuota,
    MandateState,
    MandateStyle,
)
from basic_info.mandates.parts import Parts, Row, copied_parts, keep_parts
from basic_info.mandates.wording import same_words
from host.kernel.db import db

T = TypeVar("T", MandateClause, MandateQuota, MandateLeader)


def versions_held(unit_id: int) -> Sequence[Mandate]:
    """The versions that hold or held for at least a day, from the first on."""
    return db.session.scalars(
        select(Mandate)
        .where(Mandate.unit_id == unit_id, Mandate.mandate_state.in_(HELD), ~func.isempty(Mandate.valid))
        .order_by(func.lower(Mandate.valid))
    ).all()


def version_on(unit_id: int, day: date) -> Mandate | None:
    """The version of a unit that holds on ``day``."""
    return db.session.scalar(
        select(Mandate).where(Mandate.unit_id == unit_id, Mandate.mandate_state.in_(HELD), Mandate.valid.contains(day))
    )


def take_place(mandate: Mandate, since: date) -> None:
    """Give the version its days on the timeline: from ``since`` to the next version that is there already.

    The one before ends that day. A version with a later one behind it is history at once. Raises NeedsRebase: a
    whole 三定规定 cannot go in before amendments of the one that it would replace.
    """
    held = versions_held(mandate.unit_id)
    before = next((one for one in held if since in one.valid), None)
    later = [one for one in held if one.valid.lower is not None and one.valid.lower > since]
    if later and later[0].style is MandateStyle.AMENDMENT and mandate.style is not MandateStyle.AMENDMENT:
        raise NeedsRebase
    if before is not None:
        before.mandate_state = MandateState.SUPERSEDED
        before.valid = Range(before.valid.lower, since)
        db.session.flush()  # two versions may not meet, not even for a statement
    mandate.mandate_state = MandateState.SUPERSEDED if later else MandateState.CONFIRMED
    mandate.valid = Range(since, later[0].valid.lower if later else None)
    if mandate.style is MandateStyle.AMENDMENT:
        _carry_on(mandate, later)


def _carry_on(mandate: Mandate, later: Sequence[Mandate]) -> None:
    """An amendment that comes late holds in the amendments after it too, where they say nothing else."""
    change = _own_parts(mandate)
    for one in later:
        if one.style is not MandateStyle.AMENDMENT:
            return
        keep_parts(one.id, _given_way(one, change, _own_parts(one)))


def _own_parts(mandate: Mandate) -> Parts:
    """The rows that an amendment itself states."""
    parts = copied_parts(mandate)
    return Parts(
        clauses=[row for row in parts.clauses if row["origin_document_id"] == mandate.document_id and is_section(row)],
        quotas=[row for row in parts.quotas if row["origin_document_id"] == mandate.document_id],
        leaders=[row for row in parts.leaders if row["origin_document_id"] == mandate.document_id],
    )


def _given_way(later: Mandate, change: Parts, own: Parts) -> Parts:
    """The rows of ``change`` that the later version takes over; those of the base that they replace are taken out."""
    said = {section_key(row) for row in own.clauses} | {same_words(row["kind"]) for row in own.quotas}
    said |= {_leader_key(row["title"], row["rank"]) for row in own.leaders}
    taken = Parts(
        clauses=[row for row in change.clauses if section_key(row) not in said],
        quotas=[row for row in change.quotas if same_words(row["kind"]) not in said],
        leaders=[row for row in change.leaders if _leader_key(row["title"], row["rank"]) not in said],
    )
    replaced = {section_key(row) for row in taken.clauses}
    bodies = {row["section_id"] for row in taken.clauses} - {None}
    for clause in _rows(MandateClause, later):
        if clause.is_section and (section_key(_as_row(clause)) in replaced or clause.section_id in bodies):
            clause.is_removed = True
    kinds = {same_words(row["kind"]) for row in taken.quotas}
    for quota in _rows(MandateQuota, later):
        quota.is_removed = quota.is_removed or same_words(quota.kind) in kinds
    posts = {_leader_key(row["title"], row["rank"]) for row in taken.leaders}
    for leader in _rows(MandateLeader, later):
        leader.is_removed = leader.is_removed or _leader_key(leader.title, leader.rank) in posts
    db.session.flush()  # before the new rows stand beside them
    return taken


def _leader_key(title: str, rank: str | None) -> str:
    return f"{same_words(title)} {rank or ''}"


def _as_row(clause: MandateClause) -> Row:
    return {"clause_kind": clause.clause_kind, "extracted_value": clause.value}


def _rows(table: type[T], mandate: Mandate) -> Sequence[T]:
    return db.session.scalars(select(table).where(table.mandate_id == mandate.id, table.is_removed.is_(False))).all()
