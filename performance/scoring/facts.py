"""Frozen facts of a period: one row a person, whole numbers only, in the order of the persons' ids.

Counts come from duty_eval in one statement; the working days that were expected of a person (R88) from the
calendar, the days on which they held a post, the shares of their posts and the times they were away.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select

from basic_info.organization.scope import units_in_region
from duty_eval.api import off_spans, part_timers, person_facts, post_days, whole_days
from host.kernel.calendar.workdays import load_workdays
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
    rows = db.session.execute(
        select(counts.c.person_id, counts.c.unit_id, counts.c.section_id, *(counts.c[name] for name in COUNTED))
        .where(counts.c.unit_id.in_(units_in_region(region_code)))
        .order_by(counts.c.person_id)
    ).all()
    table = np.array([tuple(map(int, row)) for row in rows], dtype=np.int64).reshape(len(rows), 3 + len(COUNTED))
    columns = {name: table[:, 3 + place] for place, name in enumerate(COUNTED)}
    columns["tasks_late"] = columns["tasks_due"] - columns["tasks_done_in_time"]
    columns["expected_days"] = _expected_days(table[:, 0], first, last)
    return Facts(table[:, 0], table[:, 1], table[:, 2], columns)


def _expected_days(person_ids: Column, first: date, last: date) -> Column:
    """Working days at a post less those away (R88); part-time work counts by its share, cut to whole days."""
    calendar = load_workdays()
    expected = np.full(person_ids.shape, calendar.count_between(first, last), dtype=np.int64)
    place_of = {int(person): place for place, person in enumerate(person_ids)}
    for person_id, begin, end in db.session.execute(off_spans(first, last)):
        if person_id in place_of:
            expected[place_of[person_id]] -= calendar.count_between(begin, end)
    shared = whole_days(post_days(part_timers(first, last), first, last))
    for person_id, (_, days) in shared.items():
        if person_id in place_of:
            expected[place_of[person_id]] = days
    return expected
