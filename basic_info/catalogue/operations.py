"""Opening and closing of units' lists to the public."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from basic_info.catalogue.errors import NothingToOpen
from basic_info.catalogue.models import CatalogueOpening
from basic_info.power_lists.models import ListState, PowerList
from host.kernel.access import Actor
from host.kernel.audit import record_change
from host.kernel.db import db
from host.kernel.errors import NotPermitted


def open_catalogue(unit_id: int, *, actor: Actor) -> None:
    """Show the unit's list in force to everybody from now on; open already: nothing happens.

    Raises NothingToOpen (no list in force), NotPermitted (no account).
    """
    account_id = _account_of(actor)
    in_force = select(PowerList.id).where(PowerList.unit_id == unit_id, PowerList.list_state == ListState.IN_FORCE)
    if db.session.scalar(in_force) is None:
        raise NothingToOpen
    opened = db.session.scalar(
        insert(CatalogueOpening)
        .values(unit_id=unit_id, opened_by=account_id)
        .on_conflict_do_nothing(index_elements=["unit_id"], index_where=CatalogueOpening.closed_at.is_(None))
        .returning(CatalogueOpening.id)
    )
    if opened is not None:
        record_change(f"unit:{unit_id}", action="catalogue.opened", actor=actor)


def close_catalogue(unit_id: int, *, actor: Actor) -> None:
    """Show it no longer; closed already: nothing happens. Raises NotPermitted (no account)."""
    account_id = _account_of(actor)
    found = db.session.scalars(
        select(CatalogueOpening)
        .where(CatalogueOpening.unit_id == unit_id, CatalogueOpening.closed_at.is_(None))
        .with_for_update()
    ).one_or_none()
    if found is None:
        return
    found.closed_at, found.closed_by = datetime.now(UTC), account_id
    db.session.flush()
    record_change(f"unit:{unit_id}", action="catalogue.closed", actor=actor)


def _account_of(actor: Actor) -> int:
    if actor.account_id is None:
        raise NotPermitted("公开目录须由登录人员开放或关闭")
    return actor.account_id
