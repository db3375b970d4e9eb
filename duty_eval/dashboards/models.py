"""Sums of a unit's and a division's records by day and by month, and the changes that are not in them yet.

A trigger on ``duty_record`` writes what a statement changed as rows of ``UnitSumChange``: two writers never touch
one row, so the evening peak waits for nobody. A job adds them to the sums every minute; whoever reads adds the rest
himself (``sums``), so that a number is right at every instant (R87: draft and returned records do not count).
The sums of a division are those of the units right in it; a trigger on ``unit`` takes them along when one is moved.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from basic_info.organization.models import Unit
from basic_info.regions.models import Region
from host.kernel.db import Model


class Sums:
    """What is counted: records, of them approved, of them outside duties, and their minutes."""

    record_count: Mapped[int] = mapped_column(Integer)
    approved_count: Mapped[int] = mapped_column(Integer)
    outside_count: Mapped[int] = mapped_column(Integer)
    minutes: Mapped[int] = mapped_column(BigInteger)


SUMS = ("record_count", "approved_count", "outside_count", "minutes")


class UnitSumChange(Sums, Model):
    """What one statement changed of a unit's day; numbers may be negative. Written by the trigger alone."""

    __tablename__ = "unit_sum_change"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    unit_id: Mapped[int] = mapped_column(BigInteger)
    worked_on: Mapped[date]


class UnitDaySum(Sums, Model):
    """A unit's sums of one day."""

    __tablename__ = "unit_day_sum"
    __table_args__ = (Index(None, "worked_on"),)

    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Unit.id), primary_key=True)
    worked_on: Mapped[date] = mapped_column(primary_key=True)


class UnitMonthSum(Sums, Model):
    """A unit's sums of one month; ``month`` is its first day."""

    __tablename__ = "unit_month_sum"
    __table_args__ = (Index(None, "month"),)

    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Unit.id), primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)


class RegionDaySum(Sums, Model):
    """One day's sums of the units right in a division."""

    __tablename__ = "region_day_sum"

    region_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Region.id), primary_key=True)
    worked_on: Mapped[date] = mapped_column(primary_key=True)


class RegionMonthSum(Sums, Model):
    """One month's sums of the units right in a division; ``month`` is its first day."""

    __tablename__ = "region_month_sum"

    region_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Region.id), primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
