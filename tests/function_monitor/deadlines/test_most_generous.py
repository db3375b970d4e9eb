"""Of several limits of an item the most generous holds, as the clocks count them."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.engine import Connection

from basic_info.power_lists.models import LimitKind, LimitUnit, PowerItem, PowerKind, PowerList, PowerTimeLimit
from function_monitor.deadlines.circumstances import item_limits
from function_monitor.deadlines.counting import Limit
from host.kernel.db import db
from tests.factories import a_unit

TWO_DAYS, TWELVE_HOURS = Limit(2), Limit(12, LimitUnit.WORKHOUR)


@pytest.mark.parametrize(("hours_per_day", "holds"), [(8, TWO_DAYS), (4, TWELVE_HOURS)])
def test_hours_are_compared_with_days_by_the_length_of_a_working_day(
    connection: Connection, hours_per_day: int, holds: Limit
) -> None:
    unit = a_unit()
    powers = PowerList(unit_id=unit.id, version_no=1, year=2026, valid=Range(date(2026, 1, 1), None))
    db.session.add(powers)
    db.session.flush()
    whose = {"power_list_id": powers.id, "unit_id": unit.id}
    item = PowerItem(
        **whose,
        sort_no=1,
        name="许可",
        power_kind=PowerKind.LICENCE,
        limits=[
            PowerTimeLimit(limit_kind=LimitKind.STATUTORY, value=one.value, limit_unit=one.unit)
            for one in (TWO_DAYS, TWELVE_HOURS)
        ],
    )
    db.session.add(item)
    db.session.flush()
    assert item_limits([item.id], hours_per_day)[item.id].legal == holds
