"""The first grants of an installation, made by name on the command line."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection

from host.auth.granting import grant_named_role
from host.kernel.access import SYSTEM
from host.kernel.errors import Refused
from tests.factories import a_region, an_account


@pytest.mark.parametrize(
    ("role", "region", "told"),
    [
        ("king", "371300", "没有角色"),
        ("auditor", None, "没有角色"),
        ("system_admin", None, "--region"),
        ("system_admin", "999999", "没有行政区划"),
    ],
)
def test_a_role_or_division_that_there_is_not_is_refused(
    role: str, region: str | None, told: str, connection: Connection
) -> None:
    a_region()
    with pytest.raises(Refused, match=told):
        grant_named_role(an_account(), role, region_code=region, actor=SYSTEM)


def test_a_role_is_granted_over_a_division_that_there_is(connection: Connection) -> None:
    a_region()
    grant = grant_named_role(an_account(), "system_admin", region_code="371300", actor=SYSTEM)
    assert grant.region_code == "371300"
