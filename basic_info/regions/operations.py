"""Writing administrative divisions (行政区划)."""

from __future__ import annotations

import csv
from importlib.resources import files

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range

from basic_info.regions.models import Region, RegionVersion, Tier
from host.kernel.access import Actor
from host.kernel.audit import record_change
from host.kernel.db import db

SEED = "linyi.csv"


def seed_regions(*, actor: Actor) -> int:
    """Enter the divisions of the shipped list (R8) that the register lacks; how many they were.

    What is there already stays as it is, whatever its name is now.
    """
    rows = _shipped()
    ids: dict[str, int] = {code: id_ for code, id_ in db.session.execute(select(Region.code, Region.id))}
    missing = [row for row in rows if row["code"] not in ids]
    new = [Region(code=row["code"]) for row in missing]
    db.session.add_all(new)
    db.session.flush()  # the versions need the ids
    ids |= {region.code: region.id for region in new}
    db.session.add_all(_version(row, ids) for row in missing)
    db.session.flush()
    if missing:
        codes = [row["code"] for row in missing]
        record_change("region:seed", action="region.seeded", actor=actor, after={"codes": codes})
    return len(missing)


def _shipped() -> list[dict[str, str]]:
    seed = files("basic_info.regions").joinpath("seed", SEED)
    return list(csv.DictReader(seed.read_text(encoding="utf-8").splitlines()))


def _version(row: dict[str, str], ids: dict[str, int]) -> RegionVersion:
    # The list does not say since when: these divisions hold for any day.
    return RegionVersion(
        region_id=ids[row["code"]],
        name=row["name"],
        tier=Tier(row["tier"]),
        parent_id=ids[row["parent_code"]] if row["parent_code"] else None,
        is_statistical=row["is_statistical"] == "true",
        valid=Range(None, None),
    )
