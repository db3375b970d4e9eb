from typing import Any

import pytest
from sqlalchemy import func, select

from basic_info.regions.models import Region, RegionVersion, Tier
from basic_info.regions.operations import seed_regions
from host.kernel.access import SYSTEM
from host.kernel.db import db

pytestmark = pytest.mark.usefixtures("connection")


def _count(tier: Tier) -> Any:
    return db.session.scalar(select(func.count()).where(RegionVersion.tier == tier))


def test_the_city_its_counties_and_its_townships_are_entered() -> None:
    seed_regions(actor=SYSTEM)

    assert (_count(Tier.CITY), _count(Tier.COUNTY), _count(Tier.TOWNSHIP)) == (1, 13, 156)


def test_seeding_twice_enters_nothing_more() -> None:
    first = seed_regions(actor=SYSTEM)

    assert first == 170
    assert seed_regions(actor=SYSTEM) == 0
    assert db.session.scalar(select(func.count(Region.id))) == 170


def test_only_the_development_zone_is_statistical() -> None:
    seed_regions(actor=SYSTEM)

    names = db.session.scalars(select(RegionVersion.name).where(RegionVersion.is_statistical)).all()
    assert names == ["临沂高新技术产业开发区"]
