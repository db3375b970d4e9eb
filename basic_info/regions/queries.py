"""Reads of administrative divisions (行政区划)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from basic_info.regions.models import Region, RegionVersion
from host.kernel.access import Actor, ScopeKind, scope_prefix
from host.kernel.db import AnyRow, db
from host.kernel.errors import NotFound
from host.kernel.versions import in_force


def region_choices(day: date) -> Sequence[AnyRow]:
    """(id, code, name) of all divisions on ``day`` by code: the city, its counties, their townships."""
    return db.session.execute(
        select(Region.id, Region.code, RegionVersion.name)
        .join(RegionVersion, RegionVersion.region_id == Region.id)
        .where(in_force(RegionVersion, day))
        .order_by(Region.code)
    ).all()


def regions_to_set(actor: Actor, permission: str, day: date) -> list[AnyRow]:
    """Those of ``region_choices`` for which the actor may set something of their own."""
    starts = tuple(
        scope_prefix(grant.region_code)
        for grant in actor.grants_for(permission)
        if grant.kind is ScopeKind.REGION and grant.region_code
    )
    return [row for row in region_choices(day) if starts and row.code.startswith(starts)]


def region_to_set(regions: Sequence[AnyRow], code: str) -> AnyRow:
    """The division that was asked for, else the first one. Raises NotFound."""
    found = next((row for row in regions if row.code == code), None) if code else next(iter(regions), None)
    if found is None:
        raise NotFound
    return found


def divisions(day: date) -> dict[int | None, list[AnyRow]]:
    """(id, code, RegionVersion) of the divisions on ``day``, by the id of the one above (None: the top)."""
    rows = db.session.execute(
        select(Region.id, Region.code, RegionVersion)
        .join(RegionVersion, RegionVersion.region_id == Region.id)
        .where(in_force(RegionVersion, day))
        .order_by(Region.code)
    ).all()
    below: dict[int | None, list[AnyRow]] = {}
    for row in rows:
        below.setdefault(row.RegionVersion.parent_id, []).append(row)
    return below
