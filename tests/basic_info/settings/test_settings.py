"""The city's settings of the duty library: set by who governs the whole city, audited, and kept within bounds."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, select

from basic_info.settings.operations import set_library
from basic_info.settings.queries import DEFAULT, LibrarySettings, library_settings
from host.kernel.access import Actor, Role
from host.kernel.audit import AuditEntry
from host.kernel.db import db
from host.kernel.errors import Refused
from tests import factories

SignIn = Callable[[Actor], FlaskClient]
URL = "/basic-info/settings"


@pytest.fixture
def reviewer(connection: Connection) -> Actor:
    factories.a_unit(name="市商务局")
    return factories.an_actor(Role.OFFICE_REVIEWER, region="371300")


def entries() -> int:
    return len(db.session.scalars(select(AuditEntry).where(AuditEntry.action == "library_setting.set")).all())


def test_without_a_row_the_defaults_hold(connection: Connection) -> None:
    assert library_settings() == DEFAULT


def test_a_change_holds_and_is_audited(reviewer: Actor) -> None:
    wanted = LibrarySettings(overlap_least=Decimal("0.75"))
    set_library(wanted, actor=reviewer)
    assert library_settings() == wanted
    assert entries() == 1


def test_setting_the_same_again_writes_nothing(reviewer: Actor) -> None:
    set_library(DEFAULT, actor=reviewer)
    assert entries() == 0


@pytest.mark.parametrize("least", ["0.1", "1.01"])
def test_a_likeness_out_of_bounds_is_refused(least: str, reviewer: Actor) -> None:
    with pytest.raises(Refused, match="30% 到 100%"):
        set_library(LibrarySettings(overlap_least=Decimal(least)), actor=reviewer)


def test_the_page_sets_them_all(reviewer: Actor, sign_in_as: SignIn) -> None:
    client = sign_in_as(reviewer)
    assert 'value="50"' in client.get(URL).text
    client.post(URL, data={"overlap_percent": "70", "hours_per_day": "7"})
    assert library_settings() == LibrarySettings(Decimal("0.7"), hours_per_day=7)


def test_a_day_of_no_hours_is_refused(reviewer: Actor) -> None:
    with pytest.raises(Refused, match="1 到 24"):
        set_library(LibrarySettings(hours_per_day=0), actor=reviewer)


def test_a_wrong_number_comes_back_with_its_message(reviewer: Actor, sign_in_as: SignIn) -> None:
    answer = sign_in_as(reviewer).post(URL, data={"overlap_percent": "7"})
    assert answer.status_code == 422
    assert "相似度应在 30 到 100 之间" in answer.text


def test_a_county_reads_but_does_not_set_what_holds_for_the_city(reviewer: Actor, sign_in_as: SignIn) -> None:
    factories.a_region("371302", name="兰山区")
    county = sign_in_as(factories.an_actor(Role.OFFICE_REVIEWER, region="371302"))
    assert "由管理全市的编办复核人员修改" in county.get(URL).text
    assert county.post(URL, data={"overlap_percent": "70"}).status_code == 403
