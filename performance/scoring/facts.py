"""Frozen facts of a period: one row a person, whole numbers only, in the order of the persons' ids.

Counts come from duty_eval in one statement; the working days that were expected of a person (R88) from the
calendar, the day on which they came and the times they were away by the register.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Date, func, select
from sqlalchemy.dialects.postgresql import Range

from basic_info.organization.models import Appointment
from basic_info.organization.scope import units_in_region
from duty_eval.api import away_spans, person_facts
from host.kernel.calendar.workdays import Workdays, load_workdays
from host.kernel.db import db
from host.kernel.partitions import first_of_month
from performance.schemes.models import DataSource
from performance.scoring.measures import MEASURES

Column = NDArray[np.int64]

#: Columns of ``person_facts`` that scores may look at.
COUNTED = (
    "record_count",
    "approved_count",
    "days_logged",
    "duties_worked",
    "duties_total",
    "quality_sum",
    "quality_count",
    "tasks_due",
    "tasks_done_in_time",
    "check_weight",
    "check_ok",
    "check_problems",
)


@dataclass(frozen=True)
class Facts:
    """``columns`` by name, each with one number a person; ``person_ids`` ascending."""

    person_ids: Column
    unit_ids: Column
    section_ids: Column
    columns: dict[str, Column]

    def pair(self, source: DataSource) -> tuple[Column, Column]:
        """The numerators and denominators of a measure."""
        measure = MEASURES[source]
        numerators = self.columns[measure.numerator]
        if measure.denominator is None:
            return numerators, np.ones_like(numerators)
        return numerators, self.columns[measure.denominator]

    def digest(self) -> str:
        """SHA-256 over all numbers, the same on every machine."""
        hashed = hashlib.sha256()
        named = [("person", self.person_ids), ("unit", self.unit_ids), ("section", self.section_ids)]
        for name, column in [*named, *sorted(self.columns.items())]:
            hashed.update(f"{name}:{column.size};".encode())
            hashed.update(column.astype("<i8").tobytes())
        return hashed.hexdigest()


def load_facts(region_code: str, first: date, last: date) -> Facts:
    """The facts of everybody in the region who holds a primary appointment at the end of the period.

    ``first`` is a month's first day; ``last`` ends a month or is today: facts are kept by month.
    """
    counts = person_facts(first, first_of_month(last, plus=1)).subquery("counts")
    came = _came_on(first, last)
    rows = db.session.execute(
        select(
            counts.c.person_id,
            counts.c.unit_id,
            counts.c.section_id,
            (came.c.came_on - first).label("came_after"),
            *(counts.c[name] for name in COUNTED),
        )
        .join(came, came.c.person_id == counts.c.person_id)
        .where(counts.c.unit_id.in_(units_in_region(region_code)))
        .order_by(counts.c.person_id)
    ).all()
    table = np.array([tuple(map(int, row)) for row in rows], dtype=np.int64).reshape(len(rows), 4 + len(COUNTED))
    columns = {name: table[:, 4 + place] for place, name in enumerate(COUNTED)}
    columns["tasks_late"] = columns["tasks_due"] - columns["tasks_done_in_time"]
    columns["expected_days"] = _expected_days(table[:, 0], table[:, 3], first, last)
    return Facts(table[:, 0], table[:, 1], table[:, 2], columns)


def _came_on(first: date, last: date) -> Any:
    """The day of the period from which each person held a primary appointment (person_id, came_on)."""
    return (
        select(
            Appointment.person_id,
            func.greatest(func.min(func.lower(Appointment.valid, type_=Date)), first, type_=Date).label("came_on"),
        )
        .where(
            Appointment.is_primary,
            Appointment.superseded_at.is_(None),
            Appointment.valid.overlaps(Range(first, last + timedelta(days=1))),
        )
        .group_by(Appointment.person_id)
        .subquery("came")
    )


def _expected_days(person_ids: Column, came_after: Column, first: date, last: date) -> Column:
    """Working days from the day each person came, less those they were away (R88)."""
    calendar = load_workdays()
    starts, places = np.unique(came_after, return_inverse=True)
    counts = [calendar.count_between(first + timedelta(days=int(start)), last) for start in starts]
    expected = np.array(counts, dtype=np.int64)[places] if counts else np.zeros(0, dtype=np.int64)
    place_of = {int(person): place for place, person in enumerate(person_ids)}
    for person_id, begin, end in db.session.execute(away_spans(first, last)):
        if person_id in place_of:
            place = place_of[person_id]
            came = first + timedelta(days=int(came_after[place]))
            expected[place] -= _worked_between(calendar, max(begin, came), end)
    return np.maximum(expected, 0)


def _worked_between(calendar: Workdays, begin: date, last: date) -> int:
    return calendar.count_between(begin, last) if begin <= last else 0
