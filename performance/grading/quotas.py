"""优秀名额: how many people a unit assesses, how many places that gives, how groups share them (R98–R100)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import Select, and_, case, func, select, type_coerce
from sqlalchemy.dialects.postgresql import insert

from basic_info.organization.kinds import Identity
from basic_info.organization.models import Appointment, PersonVersion, Unit
from host.kernel.access import Actor
from host.kernel.audit import record_change
from host.kernel.db import db
from performance.grading.errors import QuotaInUse
from performance.grading.models import AnnualAssessment, AnnualGrade, ExcellentQuota, Regime
from performance.grading.settings import Grading, assessment_day, grading_for
from performance.notices import tell_places_counted
from performance.rounding import Rounding, rounded, shared_out

CIVIL = (Identity.CIVIL_SERVANT, Identity.CIVIL_MANAGED)
#: 编外人员 are not assessed by either rule.
OUTSIDE = (Identity.EXTERNAL,)


def places(base: int, ratio: Decimal, rounding: Rounding) -> int:
    """The whole places that a share of ``base`` people gives (R100)."""
    return min(rounded(Fraction(base) * Fraction(ratio), rounding), base)


def places_by_group(bases: list[int], ratio: Decimal, rounding: Rounding) -> list[int]:
    """The unit's places over its groups by largest remainder: the groups together never exceed the unit (R100)."""
    return shared_out(places(sum(bases), ratio, rounding), [Fraction(base) for base in bases])


def assessed_people(unit_id: int, day: date) -> Select[Any]:
    """(person_id, section_id, regime) of those whom the unit itself assesses on ``day``; subordinate units do not
    count in."""
    words = case((PersonVersion.identity.in_(CIVIL), Regime.CIVIL_SERVANT.value), else_=Regime.INSTITUTION.value)
    regime = type_coerce(words, ExcellentQuota.regime.type)
    return (
        select(Appointment.person_id, Appointment.section_id, regime.label("regime"))
        .join(
            PersonVersion,
            and_(
                PersonVersion.person_id == Appointment.person_id,
                PersonVersion.valid.contains(day),
                PersonVersion.superseded_at.is_(None),
            ),
        )
        .where(
            Appointment.unit_id == unit_id,
            Appointment.is_primary,
            Appointment.valid.contains(day),
            Appointment.superseded_at.is_(None),
            PersonVersion.identity.not_in(OUTSIDE),
        )
    )


def allot(unit: Unit, *, year: int, today: date, actor: Actor) -> list[ExcellentQuota]:
    """Count the unit's people and lay down its places, one row a regime; counting anew keeps what is taken.

    Raises QuotaInUse where more 优秀 stand proposed than the new count gives.
    """
    day = assessment_day(year, today)
    grading = grading_for(unit.region_id, day)
    bases = _bases(unit.id, year, day, grading)
    allotted = places_by_group([bases[regime] for regime in Regime], grading.ratio, grading.rounding)
    quotas = [
        _lay_down(unit, year, regime, bases[regime], count, grading, day)
        for regime, count in zip(Regime, allotted, strict=True)
    ]
    record_change(
        unit,
        action="excellent_quota.allotted",
        actor=actor,
        after={"year": year, **{quota.regime.value: quota.allotted for quota in quotas}},
    )
    tell_places_counted(unit, year=year, places=sum(quota.allotted for quota in quotas), actor=actor)
    return quotas


def quotas_of(unit_id: int, year: int) -> list[ExcellentQuota]:
    """The unit's groups that have people, civil servants first."""
    rows = db.session.scalars(
        select(ExcellentQuota)
        .where(ExcellentQuota.unit_id == unit_id, ExcellentQuota.year == year, ExcellentQuota.base_count > 0)
        .order_by(ExcellentQuota.regime)
        .execution_options(populate_existing=True)
    )
    return list(rows)


def _bases(unit_id: int, year: int, day: date, grading: Grading) -> dict[Regime, int]:
    people = assessed_people(unit_id, day).subquery()
    counted = select(people.c.regime, func.count()).group_by(people.c.regime)
    if not grading.base_includes_ungraded:
        ungraded = select(AnnualAssessment.person_id).where(
            AnnualAssessment.year == year, AnnualAssessment.no_grade_reason.is_not(None)
        )
        counted = counted.where(people.c.person_id.not_in(ungraded))
    found = {regime: count for regime, count in db.session.execute(counted)}
    return {regime: found.get(regime, 0) for regime in Regime}


def _lay_down(
    unit: Unit, year: int, regime: Regime, base: int, allotted: int, grading: Grading, day: date
) -> ExcellentQuota:
    """Write the row, or count an existing one anew while nobody else can propose."""
    db.session.execute(
        insert(ExcellentQuota)
        .values(
            unit_id=unit.id, year=year, regime=regime, base_count=0, ratio=grading.ratio,
            rounding=grading.rounding, theoretical=0, allotted=0, used=0, counted_on=day,
        )
        .on_conflict_do_nothing()
    )  # fmt: skip
    quota = hold_quota(unit.id, year, regime)
    assert quota is not None
    if quota.used > allotted:
        raise QuotaInUse
    quota.base_count, quota.allotted, quota.counted_on = base, allotted, day
    quota.ratio, quota.rounding = grading.ratio, grading.rounding
    quota.theoretical = (Decimal(base) * grading.ratio).quantize(Decimal("0.0001"))
    db.session.flush()
    return quota


def hold_quota(unit_id: int, year: int, regime: Regime) -> ExcellentQuota | None:
    """The row of a group, locked: proposals for its places come one after the other."""
    return db.session.scalar(
        select(ExcellentQuota)
        .where(ExcellentQuota.unit_id == unit_id, ExcellentQuota.year == year, ExcellentQuota.regime == regime)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def count_used(unit_id: int, year: int, regime: Regime) -> int:
    """优秀 that stand proposed, counted from the proposals themselves: what ``used`` must equal."""
    return (
        db.session.scalar(
            select(func.count()).where(
                AnnualAssessment.unit_id == unit_id,
                AnnualAssessment.year == year,
                AnnualAssessment.regime == regime,
                AnnualAssessment.proposed_grade == AnnualGrade.EXCELLENT,
            )
        )
        or 0
    )
