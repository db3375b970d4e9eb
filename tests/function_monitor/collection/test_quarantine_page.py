"""The page of quarantined rows: narrowed to a reason or a file, resolved many at once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, select

from function_monitor.collection.ingesting import RawRow, ingest
from function_monitor.collection.models import BusinessSystem, QuarantineRow, QuarantineState
from host.kernel.access import Actor, Role
from host.kernel.db import db
from tests.factories import an_actor
from tests.function_monitor.rows import Office, a_system

SignIn = Callable[[Actor], FlaskClient]
PAGE = "/function-monitor/quarantine"


@pytest.fixture
def system(connection: Connection) -> BusinessSystem:
    Office()
    system = a_system()
    ingest([RawRow({"case_no": "无单位"}), RawRow({"case_no": "也无单位"})], system)
    db.session.commit()
    return system


@pytest.fixture
def browser(system: BusinessSystem, sign_in_as: SignIn) -> FlaskClient:
    return sign_in_as(an_actor(Role.SYSTEM_ADMIN, region="371300"))


def rows() -> list[QuarantineRow]:
    return list(db.session.scalars(select(QuarantineRow).order_by(QuarantineRow.id)))


def resolve(browser: FlaskClient, act: str) -> str:
    chosen = [str(row.id) for row in rows()]
    return browser.post(f"{PAGE}/chosen", data={"chosen": chosen, "act": act}, follow_redirects=True).text


def test_many_rows_are_left_out_at_once(browser: FlaskClient) -> None:
    text = resolve(browser, "dismiss")

    states = {row.quarantine_state for row in rows()}
    assert (states, "已将 2 行标为不予采集" in text) == ({QuarantineState.DISMISSED}, True)


def test_rows_that_still_cannot_be_taken_are_counted(browser: FlaskClient) -> None:
    assert "已采集 0 行，2 行仍不能采集" in resolve(browser, "retry")


def test_rows_resolved_twice_are_resolved_once(browser: FlaskClient) -> None:
    resolve(browser, "dismiss")

    assert "已将 0 行" in resolve(browser, "dismiss")


def test_nothing_chosen_is_said_in_words(browser: FlaskClient) -> None:
    page = browser.post(f"{PAGE}/chosen", data={"act": "retry"})

    assert (page.status_code, "请先勾选" in page.text) == (422, True)


def test_the_list_says_how_many_rows_each_reason_has(browser: FlaskClient) -> None:
    reason = rows()[0].reason

    assert f"{reason}（2 行）" in browser.get(PAGE).text


@pytest.mark.parametrize(("query", "shown"), [("reason=没有这种原因", False), ("file=999", False), ("file=x", True)])
def test_the_list_is_narrowed(query: str, shown: bool, browser: FlaskClient) -> None:
    assert ("也无单位" in browser.get(f"{PAGE}?{query}").text) is shown


def test_rows_of_another_division_stay_as_they_are(system: BusinessSystem, sign_in_as: SignIn) -> None:
    resolve(sign_in_as(an_actor(Role.SYSTEM_ADMIN, region="371302")), "dismiss")

    assert {row.quarantine_state for row in rows()} == {QuarantineState.WAITING}
