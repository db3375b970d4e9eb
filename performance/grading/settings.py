"""优秀比例设置: what holds for a unit's region on a day; without one the national rule's own values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from basic_info.regions.settings import DivisionSetting
from host.kernel.access import Actor
from host.kernel.errors import Refused
from performance.grading.models import GradingSetting, RoutineGate
from performance.rounding import Rounding

#: 25 %: with the consent of the department in charge (R98, R99).
MOST = Decimal("0.25")


@dataclass(frozen=True)
class Grading:
    """The share of 优秀, how it is rounded, whether those without a grade count (R98–R100), what it requires (R94)."""

    ratio: Decimal
    rounding: Rounding
    base_includes_ungraded: bool
    routine_gate: RoutineGate = RoutineGate.ANY_GOOD


NATIONAL = Grading(ratio=Decimal("0.20"), rounding=Rounding.FLOOR, base_includes_ungraded=True)
#: May begin in the past: a year is graded when it is over. Its page shows on what each setting rests.
GRADINGS = DivisionSetting(
    version=GradingSetting,
    key=GradingSetting.region_id,
    action="grading_setting.set",
    keeps_reason=True,
    default=NATIONAL,
)


def grading_for(region_id: int, day: date) -> Grading:
    """What the region's setting says on ``day``, else that of the nearest division around it."""
    return GRADINGS.of_region(region_id, day)


def set_grading(region_id: int, grading: Grading, *, since: date, reason: str, actor: Actor) -> GradingSetting:
    """The region's setting from ``since`` on; what held before ends there. Raises Refused."""
    if not 0 < grading.ratio <= MOST:
        raise Refused("优秀比例应大于 0、不超过 25%（20% 以上须经主管部门同意）")
    return GRADINGS.set(region_id, grading, on=since, today=None, reason=reason, actor=actor)


def assessment_day(year: int, today: date) -> date:
    """The day on which a year's people are counted: its last, or today while the year runs."""
    return min(date(year + 1, 1, 1) - timedelta(days=1), today)
