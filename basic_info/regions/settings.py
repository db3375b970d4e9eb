"""What divisions set for themselves from a day on; one that set nothing goes by the nearest division around it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Generic, TypeVar

from sqlalchemy import BigInteger, ForeignKey, Identity, ScalarSelect, func, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Mapped, aliased, mapped_column

from basic_info.regions.models import Region
from basic_info.regions.nearest import nearest, prefix_of
from host.kernel.dated import DatedSetting, filled
from host.kernel.db import db
from host.kernel.versions import Version, in_force

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

F = TypeVar("F", bound="DataclassInstance")


class OfDivision(Version):
    """Mixin of a table of such settings. Its constraint is ``never_two("region_id", name="…_in_force_once")``."""

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    region_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Region.id))


D = TypeVar("D", bound=OfDivision)


@dataclass(frozen=True, kw_only=True)
class DivisionSetting(DatedSetting[D], Generic[D, F]):
    """``default``: what holds where no division set anything; its fields are the columns that are set."""

    default: F

    def by_code(self, day: date) -> dict[str, F]:
        """What divisions set for themselves, as of ``day``, by their codes: see ``nearest``. One statement."""
        rows = db.session.execute(
            select(Region.code, self.version).join(Region, Region.id == self.key).where(in_force(self.version, day))
        )
        return {code: filled(self.default, version) for code, version in rows}

    def by_code_on(self, days: Collection[date]) -> dict[date, dict[str, F]]:
        """``by_code`` of each of some days. One statement."""
        rows = db.session.execute(
            select(Region.code, self.version)
            .join(Region, Region.id == self.key)
            .where(
                self.version.superseded_at.is_(None),
                self.version.valid.overlaps(Range(min(days), max(days), bounds="[]")),
            )
        ).all()
        return {
            day: {code: filled(self.default, version) for code, version in rows if day in version.valid} for day in days
        }

    def nearest(self, code: str, by_code: Mapping[str, F]) -> F:
        """What the division ``code`` goes by, of those of ``by_code``."""
        return nearest(code, by_code, self.default)

    def of_code(self, code: str, day: date) -> F:
        """What the division ``code`` goes by on ``day``. One statement."""
        return self.nearest(code, self.by_code(day))

    def of_region(self, region_id: int | ScalarSelect[int | None], day: date) -> F:
        """What the division goes by on ``day``, read with what says which division it is. One statement."""
        own = aliased(Region)
        found = db.session.scalars(
            select(self.version)
            .join(Region, Region.id == self.key)
            .join(own, own.code.startswith(prefix_of(Region.code)))
            .where(own.id == region_id, in_force(self.version, day))
            .order_by(func.length(prefix_of(Region.code)).desc())
            .limit(1)
        ).first()
        return self.default if found is None else filled(self.default, found)
