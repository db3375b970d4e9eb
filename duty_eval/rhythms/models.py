from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Identity
from sqlalchemy.orm import Mapped, mapped_column

from basic_info.organization.kinds import Worded
from basic_info.organization.models import Unit
from host.kernel.db import Model
from host.kernel.versions import Version, never_two


class RecordRhythm(Worded):
    """When a day's records are owed: on the day, or when the last working day of its week is over."""

    DAILY = "daily", "按日填报"
    WEEKLY = "weekly", "按周填报"


class UnitRhythm(Version, Model):
    """What a unit chose for itself and for the units below it that chose nothing."""

    __tablename__ = "unit_rhythm"
    __table_args__ = (never_two("unit_id", name="unit_rhythm_in_force_once"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Unit.id), index=True)
    record_rhythm: Mapped[RecordRhythm]
