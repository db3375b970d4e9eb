"""What holds in the duty library."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from basic_info.settings.models import LibrarySetting
from host.kernel.db import db


@dataclass(frozen=True)
class LibrarySettings:
    """``overlap_least``: cosine 0–1 from which two functions may be the same;
    ``hours_per_day``: working hours that fill a working day on the clocks.
    """

    overlap_least: Decimal = Decimal("0.5")
    hours_per_day: int = 8


DEFAULT = LibrarySettings()


def library_settings() -> LibrarySettings:
    """As they are set, else the defaults; one statement."""
    row = db.session.get(LibrarySetting, 1)
    return LibrarySettings(row.overlap_least, row.hours_per_day) if row else DEFAULT
