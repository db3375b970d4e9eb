"""Which units write weekly: their own choice, else that of the nearest unit above, else daily."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ARRAY, Integer, Select, case, func, select
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.orm import aliased

from basic_info.organization.models import Appointment, Unit, UnitVersion
from basic_info.organization.scope import within
from duty_eval.entry_rules.queries import divisions_kept_daily, weekly_days
from duty_eval.permissions import Permission
from duty_eval.rhythms.models import RecordRhythm, UnitRhythm
from host.kernel.access import Actor
from host.kernel.db import AnyRow, db
from host.kernel.errors import NotFound
from host.kernel.versions import in_force

#: Units that one page offers.
MOST_UNITS = 200


def weekly_units(day: date) -> Select[int]:
    """The ids of the units that write weekly on ``day``: chosen, and let by the rules of the week's Monday.

    By those of the Monday, because a week has one rhythm.
    """
    own, above = aliased(Unit), aliased(Unit)
    is_weekly = case((UnitRhythm.record_rhythm == RecordRhythm.WEEKLY, 1), else_=0)
    # The longest path is the nearest unit's: the highest of (length, choice) is its choice.
    of_nearest: Any = func.max(array([func.length(above.path), is_weekly]), type_=ARRAY(Integer))
    return (
        select(own.id)
        .select_from(UnitRhythm)
        .join(above, above.id == UnitRhythm.unit_id)
        .join(own, own.path.startswith(above.path))
        .where(in_force(UnitRhythm, day), own.region_id.not_in(divisions_kept_daily(_monday(day))))
        .group_by(own.id)
        .having(of_nearest[2] == 1)
    )


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def last_weeks_end(unit_id: int, today: date) -> date | None:
    """The Monday from which the unit may not write weekly any more, as rules are set today; None: it may.

    That of the present week where it is so already, whatever day it began. One statement.
    """
    allows, changes = weekly_days(unit_id, _monday(today))
    for day in (today, *(day for day in changes if day > today)):
        if not allows(day):
            is_so_already = day == today and not allows(_monday(today))
            return _monday(today) if is_so_already else day + timedelta(days=-day.weekday() % 7)
    return None


def has_chosen_weekly(unit_id: int, day: date) -> bool:
    """Whether the unit's own choice, or that of the nearest unit above, is to write weekly, allowed or not."""
    own, above = aliased(Unit), aliased(Unit)
    nearest = (
        select(UnitRhythm.record_rhythm)
        .join(above, above.id == UnitRhythm.unit_id)
        .join(own, own.path.startswith(above.path))
        .where(own.id == unit_id, in_force(UnitRhythm, day))
        .order_by(func.length(above.path).desc())
        .limit(1)
    )
    return db.session.scalar(nearest) is RecordRhythm.WEEKLY


def writes_weekly(person_id: int, day: date) -> bool:
    """Whether the person's unit of that day writes weekly. One statement."""
    unit = select(Appointment.unit_id).where(
        Appointment.person_id == person_id, Appointment.is_primary, in_force(Appointment, day)
    )
    return bool(db.session.scalar(select(unit.scalar_subquery().in_(weekly_units(day)))))


def choosable(actor: Actor, day: date) -> Sequence[AnyRow]:
    """(unit_id, name, is_weekly) of the units that the actor may choose for, those above first."""
    return db.session.execute(
        select(Unit.id.label("unit_id"), UnitVersion.name, Unit.id.in_(weekly_units(day)).label("is_weekly"))
        .join(UnitVersion, UnitVersion.unit_id == Unit.id)
        .where(in_force(UnitVersion, day), within(actor, Permission.RECORD_RHYTHM_CHOOSE, unit=Unit.id))
        .order_by(func.length(Unit.path), UnitVersion.name_key, Unit.id)
        .limit(MOST_UNITS)
    ).all()


def unit_within(actor: Actor, unit_id: int) -> int:
    """The unit's id; raises NotFound where the actor does not choose for it."""
    found = db.session.scalar(
        select(Unit.id).where(Unit.id == unit_id, within(actor, Permission.RECORD_RHYTHM_CHOOSE, unit=Unit.id))
    )
    if found is None:
        raise NotFound
    return found
