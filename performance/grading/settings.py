"""优秀比例设置: what holds for a unit's region on a day; without one the national rule's own values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import func, literal, select
from sqlalchemy.dialects.postgresql import Range

from basic_info.regions.models import Region
from host.kernel.access import Actor
from host.kernel.audit import record_change
from host.kernel.db import db
from host.kernel.errors import Refused
from host.kernel.versions import in_force
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


def grading_for(region_id: int, day: date) -> Grading:
    """What the region's setting says on ``day``, else that of the nearest division around it."""
    around = select(Region.code).where(Region.id == region_id).scalar_subquery()
    city = func.concat(func.left(around, 4), literal("00"))
    row = db.session.scalar(
        select(GradingSetting)
        .join(Region, Region.id == GradingSetting.region_id)
        .where(in_force(GradingSetting, day), around.startswith(Region.code) | (Region.code == city))
        .order_by((Region.code == city), func.length(Region.code).desc())
        .limit(1)
    )
    if row is None:
        return NATIONAL
    return Grading(row.ratio, row.rounding, row.base_includes_ungraded, row.routine_gate)


def set_grading(region_id: int, grading: Grading, *, since: date, reason: str, actor: Actor) -> GradingSetting:
    """The region's setting from ``since`` on; what held before ends there. Raises Refused."""
    if not 0 < grading.ratio <= MOST:
        raise Refused("优秀比例应大于 0、不超过 25%（20% 以上须经主管部门同意）")
    if not reason.strip():
        raise Refused("请填写依据或理由")
    _end_before(region_id, since)
    row = GradingSetting(
        region_id=region_id,
        ratio=grading.ratio,
        rounding=grading.rounding,
        base_includes_ungraded=grading.base_includes_ungraded,
        routine_gate=grading.routine_gate,
        valid=Range(since, None),
        recorded_by=actor.account_id,
        remark=reason.strip(),
    )
    db.session.add(row)
    db.session.flush()
    record_change(
        row,
        action="grading_setting.set",
        actor=actor,
        after={"ratio": row.ratio, "rounding": row.rounding, "routine_gate": row.routine_gate, "since": since},
        reason=reason,
    )
    return row


def _end_before(region_id: int, since: date) -> None:
    """Close what is in force on or after ``since``; a row that would become empty is superseded."""
    rows = db.session.scalars(
        select(GradingSetting)
        .where(
            GradingSetting.region_id == region_id,
            GradingSetting.superseded_at.is_(None),
            GradingSetting.valid.overlaps(Range(since, None)),
        )
        .with_for_update()
    ).all()
    for row in rows:
        began = row.valid.lower
        row.superseded_at = func.now()
        if began is not None and began < since:
            db.session.add(
                GradingSetting(
                    region_id=region_id,
                    ratio=row.ratio,
                    rounding=row.rounding,
                    base_includes_ungraded=row.base_includes_ungraded,
                    routine_gate=row.routine_gate,
                    valid=Range(began, since),
                    recorded_by=row.recorded_by,
                    remark=row.remark,
                )
            )
    db.session.flush()


def assessment_day(year: int, today: date) -> date:
    """The day on which a year's people are counted: its last, or today while the year runs."""
    return min(date(year + 1, 1, 1) - timedelta(days=1), today)
