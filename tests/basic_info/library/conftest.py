from __future__ import annotations

from dataclasses import dataclass

import pytest
from sqlalchemy import Connection

from basic_info.organization.models import Section, Unit
from host.kernel.access import Actor, Role
from tests import factories


@dataclass(frozen=True)
class Office:
    """A unit with two sections, a clerk who imports and a reviewer who confirms."""

    unit: Unit
    office: Section
    market: Section
    clerk: Actor
    reviewer: Actor


@pytest.fixture
def place(connection: Connection) -> Office:
    unit = factories.a_unit(name="市商务局")
    return Office(
        unit=unit,
        office=factories.a_section(unit=unit, name="办公室"),
        market=factories.a_section(unit=unit, name="市场科", plates=["行政审批服务科"]),
        clerk=factories.an_actor(Role.OFFICE_CLERK, region="371300"),
        reviewer=factories.an_actor(Role.OFFICE_REVIEWER, region="371300"),
    )
