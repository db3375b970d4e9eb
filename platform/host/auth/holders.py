"""Whose accounts hold a role somewhere today: for those who have something to tell them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select

from host.auth.models import RoleGrant
from host.kernel.access import Role


def holders_of(role: Role, *, section: Any = None, unit: Any = None) -> Select[int]:
    """The ids of the accounts that hold ``role`` in the section or unit today, those who act for others included.

    ``section`` and ``unit``: an id, or a column of the statement that this becomes part of.
    """
    place = RoleGrant.section_id == section if section is not None else RoleGrant.unit_id == unit
    return (
        select(RoleGrant.account_id)
        .where(
            RoleGrant.role == role,
            place,
            holds_today(RoleGrant),
        )
        .distinct()
    )


def holds_today(grant: type[RoleGrant] | Any) -> ColumnElement[bool]:
    """Whether the grant (or an alias of it) is in force today."""
    return and_(grant.revoked_at.is_(None), grant.valid.contains(func.current_date()))
