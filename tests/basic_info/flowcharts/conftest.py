from __future__ import annotations

from dataclasses import dataclass

import pytest
from sqlalchemy import Connection

from basic_info.organization.models import Section, Unit
from host.kernel.access import Actor, Role
from tests import factories


@dataclass(frozen=True)
class Office:
    """A unit with a section, its clerk and another one who publishes what the first one draws."""

    unit: Unit
    section: Section
    clerk: Actor
    second: Actor


@pytest.fixture
def place(connection: Connection) -> Office:
    unit = factories.a_unit(name="市商务局")
    return Office(
        unit=unit,
        section=factories.a_section(unit=unit, name="市场科"),
        clerk=factories.an_actor(Role.UNIT_CLERK, unit=unit),
        second=factories.an_actor(Role.UNIT_CLERK, unit=unit),
    )
