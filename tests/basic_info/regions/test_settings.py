"""Settings of divisions with a first day: who goes by whose, from when on, and what stays of those before."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy.engine import Connection

from function_monitor.ladder.rules import LADDERS, Ladder
from host.kernel.access import SYSTEM
from host.kernel.db import db
from host.kernel.errors import Refused
from tests.factories import a_region

DAY = date(2026, 3, 2)
CITY, COUNTY = Ladder(head_workdays=4), Ladder(head_workdays=6)


def set_for(code: str, ladder: Ladder, on: date = DAY, reason: str = "通知") -> int:
    region_id = a_region(code).id
    LADDERS.set(region_id, ladder, on=on, today=DAY, reason=reason, actor=SYSTEM)
    return region_id


@pytest.mark.parametrize(("code", "ladder"), [("371302", COUNTY), ("371302001", COUNTY), ("371311", CITY)])
def test_a_division_goes_by_the_nearest_around_it(connection: Connection, code: str, ladder: Ladder) -> None:
    set_for("371300", CITY)
    set_for("371302", COUNTY)
    assert LADDERS.of_region(a_region(code).id, DAY) == LADDERS.of_code(code, DAY) == ladder


def test_where_none_set_anything_the_default_holds(connection: Connection) -> None:
    set_for("371302", COUNTY)
    assert LADDERS.of_region(a_region("371311").id, DAY) == LADDERS.of_code("371311", DAY) == LADDERS.default


def test_a_setting_holds_from_its_first_day_on(connection: Connection) -> None:
    later = DAY + timedelta(days=7)
    region_id = set_for("371300", CITY, on=later)
    assert LADDERS.of_region(region_id, later - timedelta(days=1)) == LADDERS.default
    assert LADDERS.of_region(region_id, later) == CITY


def test_what_was_set_stays_to_be_seen_the_newest_first(connection: Connection) -> None:
    set_for("371300", CITY)
    region_id = set_for("371300", COUNTY, on=DAY + timedelta(days=7))
    history = db.session.scalars(LADDERS.history(region_id)).all()
    assert [one.head_workdays for one in history] == [6, 4]


def test_none_begins_in_the_past(connection: Connection) -> None:
    with pytest.raises(Refused, match="不能早于今天：已经发出的告知不会收回"):
        set_for("371300", CITY, on=DAY - timedelta(days=1))


def test_none_comes_without_a_reason(connection: Connection) -> None:
    with pytest.raises(Refused, match="请说明为什么调整"):
        set_for("371300", CITY, reason=" ")
