"""Which rules hold where: a division's own, else those of the division around it, else the defaults."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Integer, Select, and_, case, func, select
from sqlalchemy.dialects.postgresql import Range, array
from sqlalchemy.orm import aliased

from basic_info.organization.models import Appointment, Unit
from basic_info.regions.models import Region
from basic_info.regions.nearest import prefix_of
from basic_info.regions.settings import DivisionSetting
from duty_eval.entry_rules.models import CapMode, EntryRule, OverlapMode
from host.kernel.db import db
from host.kernel.versions import in_force


@dataclass(frozen=True)
class Rules:
    """The rules that hold for a division on a day (R90, R91); as they stand here, the defaults."""

    free_late_workdays: int = 3
    lock_workday: int = 5
    long_day_minutes: int = 720
    allows_weekly: bool = True
    overlap_mode: OverlapMode = OverlapMode.WARN
    asks_words: bool = False
    asks_evidence: bool = False
    quantity_times: Decimal = Decimal(3)
    alike_percent: int = 90
    compares_text: bool = True
    sample_percent: int = 0
    publicity_workdays: int = 5
    routine_cap: CapMode = CapMode.ENFORCE
    reminds: bool = True
    load_low_percent: int = 60
    load_high_percent: int = 110


DEFAULTS = Rules()
RULES = DivisionSetting(
    version=EntryRule,
    key=EntryRule.region_id,
    action="entry_rule.set",
    too_late="已经填报的内容不按新规则重新判定",
    default=DEFAULTS,
)
#: No division may ask for a look below this: only days above it cost a question for the rules.
LEAST_LONG_DAY = 600
#: How far back one's own words are compared.
ALIKE_WORKDAYS = 20

_NO_SAMPLE = DEFAULTS.sample_percent


def rules_of_person(person_id: int, day: date) -> Rules:
    """The rules where the person stands on ``day``, first of all by the primary appointment. One statement."""
    held = (
        select(Unit.region_id)
        .join(Appointment, Appointment.unit_id == Unit.id)
        .where(Appointment.person_id == person_id, in_force(Appointment, day))
        .order_by(Appointment.is_primary.desc(), Appointment.id)
        .limit(1)
    )
    return RULES.of_region(held.scalar_subquery(), day)


def rules_of_unit(unit_id: int, day: date) -> Rules:
    """The rules where the unit stands on ``day``. One statement."""
    return RULES.of_region(select(Unit.region_id).where(Unit.id == unit_id).scalar_subquery(), day)


def sample_percent_of(unit: Any) -> Any:
    """The share of records sampled in the unit of the row today, by its nearest division's rule: a column."""
    own = Region.__table__.alias("own")
    # The longest code is the nearest division's: the highest of (length, share) without a sort for every row.
    of_nearest = func.max(array([func.length(prefix_of(Region.code)), EntryRule.sample_percent]), type_=ARRAY(Integer))[
        2
    ]
    share = (
        select(of_nearest)
        .join(Region, Region.id == EntryRule.region_id)
        .join(own, own.c.code.startswith(prefix_of(Region.code)))
        .join(Unit, Unit.region_id == own.c.id)
        .where(Unit.id == unit, _holds_today())
    )
    return func.coalesce(share.correlate_except(EntryRule, Region, own, Unit).scalar_subquery(), _NO_SAMPLE)


def divisions_kept_daily(day: date) -> Select[int]:
    """The ids of the divisions whose nearest rule of ``day`` lets no unit write weekly."""
    own = aliased(Region)
    # The longest code is the nearest division's.
    of_nearest: Any = func.max(
        array([func.length(prefix_of(Region.code)), case((EntryRule.allows_weekly, 1), else_=0)]), type_=ARRAY(Integer)
    )
    return (
        select(own.id)
        .select_from(EntryRule)
        .join(Region, Region.id == EntryRule.region_id)
        .join(own, own.code.startswith(prefix_of(Region.code)))
        .where(in_force(EntryRule, day))
        .group_by(own.id)
        .having(of_nearest[2] == 0)
    )


def weekly_days(unit_id: int, since: date) -> tuple[Callable[[date], bool], list[date]]:
    """Whether the rules where the unit stands let it write weekly on a day from ``since`` on, and the days on which
    that may change. One statement.
    """
    own = aliased(Region)
    rules = db.session.execute(
        select(EntryRule.valid, EntryRule.allows_weekly)
        .join(Region, Region.id == EntryRule.region_id)
        .join(own, own.code.startswith(prefix_of(Region.code)))
        .join(Unit, Unit.region_id == own.id)
        .where(Unit.id == unit_id, EntryRule.superseded_at.is_(None), EntryRule.valid.overlaps(Range(since, None)))
        .order_by(func.length(prefix_of(Region.code)).desc())
    ).all()

    def allows(day: date) -> bool:
        return next((rule.allows_weekly for rule in rules if day in rule.valid), DEFAULTS.allows_weekly)

    edges = {edge for rule in rules for edge in (rule.valid.lower, rule.valid.upper)}
    return allows, sorted(edge for edge in edges if edge is not None and edge > since)


def most_sampled() -> Any:
    """The highest share that any division samples today, as a column."""
    highest = select(func.max(EntryRule.sample_percent)).where(_holds_today())
    return func.coalesce(highest.correlate(None).scalar_subquery(), _NO_SAMPLE)


def _holds_today() -> ColumnElement[bool]:
    return and_(EntryRule.valid.contains(func.current_date()), EntryRule.superseded_at.is_(None))
