"""Which rules hold where: a division's own, else those of the division around it, else the defaults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Integer, and_, func, select
from sqlalchemy.dialects.postgresql import array

from basic_info.organization.models import Appointment, Unit
from basic_info.regions.models import Region
from basic_info.regions.nearest import nearest as nearest_of
from basic_info.regions.nearest import prefix_of
from duty_eval.entry_rules.models import CapMode, EntryRule, OverlapMode
from host.kernel.db import AnySelect, db
from host.kernel.versions import in_force


@dataclass(frozen=True)
class Rules:
    """The rules that hold for a division on a day (R90, R91); as they stand here, the defaults."""

    free_late_workdays: int = 3
    lock_workday: int = 5
    long_day_minutes: int = 720
    overlap_mode: OverlapMode = OverlapMode.WARN
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
#: No division may ask for a look below this: only days above it cost a question for the rules.
LEAST_LONG_DAY = 600
#: How far back one's own words are compared.
ALIKE_WORKDAYS = 20

_NO_SAMPLE = DEFAULTS.sample_percent
_NAMES = tuple(Rules.__dataclass_fields__)


def rules_of_person(person_id: int, day: date) -> Rules:
    """The rules where the person stands on ``day``. One statement."""
    own = Region.__table__.alias("own")
    found = db.session.scalars(
        select(EntryRule)
        .join(Region, Region.id == EntryRule.region_id)
        .join(own, own.c.code.startswith(prefix_of(Region.code)))
        .join(Unit, Unit.region_id == own.c.id)
        .join(Appointment, Appointment.unit_id == Unit.id)
        .where(
            in_force(EntryRule, day),
            Appointment.person_id == person_id,
            in_force(Appointment, day),
        )
        .order_by(Appointment.is_primary.desc(), func.length(prefix_of(Region.code)).desc())
        .limit(1)
    ).first()
    return DEFAULTS if found is None else _rules(found)


def rules_of_unit(unit_id: int, day: date) -> Rules:
    """The rules where the unit stands on ``day``. Two statements."""
    code = db.session.scalar(select(Region.code).join(Unit, Unit.region_id == Region.id).where(Unit.id == unit_id))
    return nearest(code or "", rules_by_code(day))


def _rules(row: EntryRule) -> Rules:
    return Rules(**{name: getattr(row, name) for name in _NAMES})


def rules_by_code(day: date) -> dict[str, Rules]:
    """The rules that divisions set for themselves, by division code. One statement."""
    rows = db.session.execute(
        select(Region.code, EntryRule).join(EntryRule, EntryRule.region_id == Region.id).where(in_force(EntryRule, day))
    )
    return {code: _rules(rule) for code, rule in rows}


def nearest(code: str, rules: Mapping[str, Rules]) -> Rules:
    """The rules for the division ``code`` among those of ``rules_by_code``."""
    return nearest_of(code, rules, DEFAULTS)


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


def most_sampled() -> Any:
    """The highest share that any division samples today, as a column."""
    highest = select(func.max(EntryRule.sample_percent)).where(_holds_today())
    return func.coalesce(highest.correlate(None).scalar_subquery(), _NO_SAMPLE)


def _holds_today() -> ColumnElement[bool]:
    return and_(EntryRule.valid.contains(func.current_date()), EntryRule.superseded_at.is_(None))


def versions_of(region_id: int) -> AnySelect:
    """What a division set over time, newest first; what was replaced before it held is left out."""
    return (
        select(EntryRule)
        .where(EntryRule.region_id == region_id, EntryRule.superseded_at.is_(None))
        .order_by(func.lower(EntryRule.valid).desc())
    )
