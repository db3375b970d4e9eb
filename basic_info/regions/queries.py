"""Reads of administrative divisions (行政区划)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from basic_info.regions.models import Region, RegionVersion
from host.kernel.db import AnyRow, db
from host.kernel.versions import in_force


def region_choices(day: date) -> Sequence[AnyRow]:
    """(id, code, name) of all divisions on ``day`` by code: the city, its counties, their townships."""
    return db.session.execute(
        select(Region.id, Region.code, RegionVersion.name)
        .join(RegionVersion, RegionVersion.region_id == Region.id)
        .where(in_force(RegionVersion, day))
        .order_by(Region.code)
    ).all()


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
