from __future__ import annotations

import enum

from sqlalchemy import BigInteger, ForeignKey, Identity, String
from sqlalchemy.orm import Mapped, mapped_column

from host.kernel.db import Model
from host.kernel.versions import Version, never_two


class Tier(enum.Enum):
    CITY = "city"
    COUNTY = "county"
    TOWNSHIP = "township"

    @property
    def label(self) -> str:
        return {"city": "市", "county": "县（市、区）", "township": "乡（镇、街道）"}[self.value]


class Region(Model):
    """行政区划: an administrative division by its GB/T 2260 code (R8)."""

    __tablename__ = "region"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    code: Mapped[str] = mapped_column(String(12), unique=True)


class RegionVersion(Version, Model):
    """What a division was called and where it belonged, over a time."""

    __tablename__ = "region_version"
    __table_args__ = (never_two("region_id", name="region_in_force_once"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    region_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Region.id), index=True)
    name: Mapped[str]
    tier: Mapped[Tier]
    parent_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(Region.id))
    is_statistical: Mapped[bool] = mapped_column(default=False, server_default="false")
