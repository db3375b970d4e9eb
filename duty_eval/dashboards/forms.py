"""The address of a dashboard: up to which day, over which span."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from duty_eval.dashboards.sums import Span
from duty_eval.records.forms import day_of
from host.kernel.pages import today_in_china
from host.kernel.partitions import first_of_month

#: What a span is called, and how many months before the day's own it begins, by the month's number in its year.
SPANS = {"month": "本月", "quarter": "本季度", "year": "本年"}


@dataclass(frozen=True)
class Shown:
    """A span up to a day."""

    day: date
    kind: str
    span: Span

    @property
    def end_of_month(self) -> date:
        """The end of the day's month, or today: workload is kept by month."""
        return min(first_of_month(self.day, plus=1) - timedelta(days=1), today_in_china())

    @property
    def address(self) -> dict[str, Any]:
        """What a link keeps of it."""
        return {"day": self.day.isoformat(), "span": self.kind}

    @property
    def days(self) -> dict[str, Any]:
        """The same as filters of a list of records."""
        return _days(self.span)

    @property
    def address_before(self) -> dict[str, Any]:
        """The same days a year ago, as ``address``."""
        return {"day": self.span.a_year_before.last.isoformat(), "span": self.kind}

    @property
    def days_before(self) -> dict[str, Any]:
        """The same days a year ago, as ``days``."""
        return _days(self.span.a_year_before)


def _days(span: Span) -> dict[str, Any]:
    return {"from": span.first.isoformat(), "to": span.last.isoformat()}


def shown(values: Mapping[str, str], today: date) -> Shown:
    """The span of the address: from the first of the month, quarter or year to ``day``, today unless said otherwise."""
    day = min(day_of(values, "day", today), today)
    kind = values.get("span", "")
    if kind not in SPANS:
        kind = "month"
    months = {"month": 0, "quarter": (day.month - 1) % 3, "year": day.month - 1}[kind]
    return Shown(day, kind, Span(first_of_month(day, plus=-months), day))
