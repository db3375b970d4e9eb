"""What makes a section one of heightened risk: sources of duty_eval's own, and those that upper systems hand in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select

from duty_eval.inspections.models import InspectionResult
from duty_eval.records.models import DutyRecord
from duty_eval.records.rollups import COUNTED

#: Days of records that are looked at.
LOOKS_BACK_DAYS = 30
#: Of a section's records so many were entered late: one in five.
LATE_ONE_IN = 5


@dataclass(frozen=True)
class RiskSource:
    """``sections(day)``: a select of the ids of the sections of heightened risk on ``day``."""

    name: str
    label: str
    sections: Callable[[date], Any]


_sources: dict[str, RiskSource] = {}


def register_risk(name: str, label: str, sections: Callable[[date], Any]) -> None:
    """Offer a source of risk to the plans of inspections."""
    _sources[name] = RiskSource(name, label, sections)


def risk_sources() -> Sequence[RiskSource]:
    return tuple(_sources.values())


def risky_sections(names: Sequence[str], day: date) -> list[Any]:
    """The selects of the sources of these names; a name that is no longer offered is left out."""
    return [_sources[name].sections(day) for name in names if name in _sources]


def _with_late_records(day: date) -> Any:
    return (
        select(DutyRecord.section_id)
        .where(
            DutyRecord.worked_on > day - timedelta(days=LOOKS_BACK_DAYS),
            DutyRecord.worked_on <= day,
            DutyRecord.record_state.in_(COUNTED),
        )
        .group_by(DutyRecord.section_id)
        .having(func.count().filter(DutyRecord.is_backdated) * LATE_ONE_IN >= func.count())
    )


def _with_problems_before(day: date) -> Any:
    return select(InspectionResult.section_id).where(
        InspectionResult.subject_id.is_not(None),
        InspectionResult.problem_count > 0,
        InspectionResult.closed_on > day - timedelta(days=365),
    )


register_risk("problems_before", "近一年检查发现过问题", _with_problems_before)
register_risk("late_records", f"近 {LOOKS_BACK_DAYS} 天补填的纪实占五分之一以上", _with_late_records)
