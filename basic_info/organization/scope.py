"""Where an actor's grants reach, as SQL: the cut that every query of the register and of records carries."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, or_, select
from sqlalchemy.orm import aliased

from basic_info.organization.models import Unit
from basic_info.regions.models import Region
from basic_info.regions.nearest import prefix_of
from host.auth.holders import holds_today
from host.auth.models import Account, RoleGrant
from host.kernel.access import Actor, Role, ScopeKind, scope_prefix
from host.kernel.db import db

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


def reached_by(
    account: Column,
    roles: Collection[Role],
    *,
    unit: Column,
    section: Column | None = None,
    person: Column | None = None,
) -> ColumnElement[bool]:
    """Whether the account, of a row or an id, holds one of ``roles`` today where the row lies: ``within`` for others.

    For who has something to tell: nobody is sent to a page that would not open for them.
    """
    # Names of their own: the statement around may be about accounts, grants and units itself.
    grant, holder = aliased(RoleGrant), aliased(Account)
    own, above, division = aliased(Unit), aliased(Unit), aliased(Region)
    under = select(own.id).join(above, own.path.startswith(func.nullif(above.path, "")))
    inside = select(own.id).join(division, division.id == own.region_id)
    in_region = inside.where(own.id == unit, division.code.startswith(prefix_of(grant.region_code)))
    in_unit = under.where(own.id == unit, above.id == grant.unit_id)
    places = [
        and_(grant.scope_kind == ScopeKind.REGION, in_region.correlate_except(own, division).exists()),
        and_(grant.scope_kind == ScopeKind.UNIT, in_unit.correlate_except(own, above).exists()),
    ]
    if section is not None:
        places.append(and_(grant.scope_kind == ScopeKind.SECTION, grant.section_id == section))
    if person is not None:
        places.append(and_(grant.scope_kind == ScopeKind.SELF, holder.person_id == person))
    held = select(grant.id).join(holder, holder.id == grant.account_id)
    return (
        held.where(grant.account_id == account, grant.role.in_(roles), holds_today(grant), or_(*places))
        .correlate_except(grant, holder)
        .exists()
    )


def reaches_every_unit(actor: Actor, permission: str) -> bool:
    """Whether ``permission`` reaches the whole city: what is one for all is set only by who governs all."""
    beyond = select(Unit.id).where(~within(actor, permission, unit=Unit.id)).exists()
    return actor.may(permission) and not db.session.scalar(select(beyond))


def units_under(unit_id: int) -> Any:
    """Ids of the unit and of all below it."""
    # An empty path would be the start of every path: it must reach nothing instead.
    top = select(func.nullif(Unit.path, "")).where(Unit.id == unit_id).scalar_subquery()
    return select(Unit.id).where(Unit.path.startswith(top))


def units_in_region(code: str) -> Any:
    """Ids of the units of a division and of the divisions inside it."""
    inside = select(Region.id).where(Region.code.startswith(scope_prefix(code), autoescape=True))
    return select(Unit.id).where(Unit.region_id.in_(inside))
