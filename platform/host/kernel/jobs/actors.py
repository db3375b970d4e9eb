"""On whose behalf a job works: the account that asked for it, with the grants it has when the job begins."""

from __future__ import annotations

from typing import Any

from flask import current_app
from sqlalchemy import Row, func, select

from host.kernel.access import SYSTEM, Actor, Grant, Role, ScopeKind
from host.kernel.db import Model, db
from host.kernel.errors import NotPermitted


def actor_of(account_id: int | None) -> Actor:
    """The account's actor as of now; None is the platform itself. Raises NotPermitted for a disabled account."""
    if account_id is None:
        return SYSTEM
    # The kernel knows accounts by their table only: it imports nothing of host.auth.
    account = Model.metadata.tables["account"].c
    row = db.session.execute(
        select(account.display_name, account.person_id).where(account.id == account_id, account.is_disabled.is_(False))
    ).first()
    if row is None:
        raise NotPermitted("发起任务的账号已停用")
    return Actor(
        account_id=account_id,
        display_name=row.display_name,
        person_id=row.person_id,
        grants=_grants_of(account_id),
        permission_map=current_app.extensions["permission_map"],
    )


def names_of(account_ids: set[int]) -> dict[int, str]:
    """Display names by account id, for lists."""
    account = Model.metadata.tables["account"].c
    rows = db.session.execute(select(account.id, account.display_name).where(account.id.in_(account_ids)))
    return {row.id: row.display_name for row in rows}


def _grants_of(account_id: int) -> tuple[Grant, ...]:
    grant = Model.metadata.tables["role_grant"].c
    rows = db.session.execute(
        select(grant.role, grant.scope_kind, grant.region_code, grant.unit_id, grant.section_id)
        .where(
            grant.account_id == account_id,
            grant.revoked_at.is_(None),
            grant.valid.contains(func.current_date()),
        )
        .order_by(grant.id)
    )
    return tuple(_grant(row) for row in rows)


def _grant(row: Row[*tuple[Any, ...]]) -> Grant:
    return Grant(
        role=Role(row.role),
        kind=ScopeKind(row.scope_kind),
        region_code=row.region_code,
        unit_id=row.unit_id,
        section_id=row.section_id,
    )
