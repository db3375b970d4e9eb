"""Where an actor's grants reach, as SQL: the cut that every query of the register and of records carries."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, false, func, or_, select

from basic_info.organization.models import Unit
from basic_info.regions.models import Region
from host.kernel.access import Actor, ScopeKind, scope_prefix

Column = ColumnElement[Any] | Any


def within(
    actor: Actor,
    permission: str,
    *,
    unit: Column,
    section: Column | None = None,
    person: Column | None = None,
) -> ColumnElement[bool]:
    """The rows that ``permission`` reaches for ``actor``. ``unit``, ``section``, ``person`` are the row's id columns.

    A grant of a section reaches rows only where the query has a section column, one of oneself only where it has
    a person column: what cannot be told apart is denied.
    """
    reached: list[ColumnElement[bool]] = []
    for grant in actor.grants_for(permission):
        if grant.kind is ScopeKind.REGION:
            reached.append(unit.in_(units_in_region(grant.region_code or "-")))
        elif grant.kind is ScopeKind.UNIT:
            reached.append(unit.in_(units_under(grant.unit_id or 0)))
        elif grant.kind is ScopeKind.SECTION and section is not None:
            reached.append(section == grant.section_id)
        elif grant.kind is ScopeKind.SELF and person is not None and actor.person_id is not None:
            reached.append(person == actor.person_id)
    return or_(false(), *reached)


def units_under(unit_id: int) -> Any:
    """Ids of the unit and of all below it."""
    # An empty path would be the start of every path: it must reach nothing instead.
    top = select(func.nullif(Unit.path, "")).where(Unit.id == unit_id).scalar_subquery()
    return select(Unit.id).where(Unit.path.startswith(top))


def units_in_region(code: str) -> Any:
    """Ids of the units of a division and of the divisions inside it."""
    inside = select(Region.id).where(Region.code.startswith(scope_prefix(code), autoescape=True))
    return select(Unit.id).where(Unit.region_id.in_(inside))
