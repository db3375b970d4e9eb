"""The formula, kept apart from where its numbers come from (R138)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from functools import cached_property

HOURS_OF_A_DAY = 8
#: So much of the records must have standard hours before a saturation is shown.
LEAST_COVERED = Decimal("0.80")
#: A section of fewer people is not compared: it would be a table of persons (R138, R164).
FEWEST_PEOPLE = 3


class Band(Enum):
    LOW = "不饱和"
    NORMAL = "正常"
    HIGH = "超负荷"


@dataclass(frozen=True)
class Bands:
    """Shares (1 = 100 %) below and above which a load is called out of the ordinary; a division may set its own."""

    low: Decimal = Decimal("0.60")
    high: Decimal = Decimal("1.10")


DEFAULT_BANDS = Bands()


@dataclass(frozen=True)
class Load:
    """What a section, all who hold one post, or the sections of a unit did in a span, and who was there for it.

    ``standard_minutes``: Σ standard minutes × quantity; ``attendance_days``: person-days by the shares of the posts;
    ``covered``: records whose duty has standard hours; ``post_id``: of a post, not of the section; of a unit or a
    division ``section_id`` is 0.
    """

    section_id: int
    name: str
    people: int
    attendance_days: Decimal
    records: int
    covered: int
    standard_minutes: Decimal
    logged_minutes: int
    bands: Bands = DEFAULT_BANDS
    post_id: int | None = None

    @cached_property
    def hours(self) -> Decimal:
        return (self.standard_minutes / 60).quantize(Decimal("0.1"))

    @property
    def coverage(self) -> Decimal | None:
        """The share of records with standard hours, 0–1; None without records."""
        return Decimal(self.covered) / self.records if self.records else None

    @property
    def is_shown(self) -> bool:
        """Whether its numbers may be seen at all: those of one or two people would be a person's (R138, R164)."""
        return self.people >= FEWEST_PEOPLE

    @property
    def is_compared(self) -> bool:
        return self.is_shown and self.coverage is not None and self.coverage >= LEAST_COVERED

    @cached_property
    def saturation(self) -> Decimal | None:
        """标准工时 ÷ (出勤人日 × 8 小时); None where it is not to be shown (R138)."""
        return saturation(self.standard_minutes, self.attendance_days) if self.is_compared else None

    @cached_property
    def band(self) -> Band | None:
        return band_of(self.saturation, self.bands) if self.saturation is not None else None


def saturation(standard_minutes: Decimal, attendance_days: Decimal | int) -> Decimal | None:
    """120 × 0.5 h + 30 × 2 h in 20 days = 75 %; None when nobody was there."""
    if attendance_days <= 0:
        return None
    return (standard_minutes / (attendance_days * HOURS_OF_A_DAY * 60)).quantize(Decimal("0.0001"))


def band_of(share: Decimal, bands: Bands = DEFAULT_BANDS) -> Band:
    if share < bands.low:
        return Band.LOW
    return Band.HIGH if share > bands.high else Band.NORMAL


def ranks(loads: Sequence[Load]) -> dict[int, tuple[int, int]]:
    """section → (place by standard hours, place by people), 1 the largest; ties share a place (R137, R139)."""
    by_hours = sorted((load.standard_minutes for load in loads), reverse=True)
    by_people = sorted((load.people for load in loads), reverse=True)
    return {
        load.section_id: (by_hours.index(load.standard_minutes) + 1, by_people.index(load.people) + 1) for load in loads
    }


def misplaced(loads: Sequence[Load]) -> set[int]:
    """错位: sections whose places by work and by people lie two quartiles or more apart (R139)."""
    if len(loads) < 4:
        return set()
    quartile = len(loads) / 4
    return {section for section, (work, people) in ranks(loads).items() if abs(work - people) >= 2 * quartile}
