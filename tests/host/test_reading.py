"""A page that only read ends with COMMIT, so that statements stay prepared on its connection."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, text

from host.kernel.access import Actor
from host.kernel.db import db
from host.web.reading import _end, _note
from tests.factories import a_region, an_actor

SignIn = Callable[[Actor], FlaskClient]


def ended(app: Flask, *, method: str = "GET", status: int = 200, error: Exception | None = None) -> bool:
    """Whether a request that read something, answered so, has ended its transaction."""
    with app.test_request_context("/", method=method):
        db.session.execute(text("SELECT 1"))
        _note(app.response_class(status=status))
        _end(error)
        return not db.session().in_transaction()


def test_a_page_that_was_read_leaves_no_transaction_open(connection: Connection, sign_in_as: SignIn) -> None:
    client = sign_in_as(an_actor())
    assert client.get("/").status_code == 200
    assert not db.session().in_transaction()


@pytest.mark.parametrize(
    "how", [{"method": "POST"}, {"status": 404}, {"error": ValueError()}], ids=["changed", "refused", "failed"]
)
def test_what_did_not_only_read_is_left_to_be_rolled_back(app: Flask, connection: Connection, how: dict) -> None:  # type: ignore[type-arg]
    assert (ended(app), ended(app, **how)) == (True, False)


def test_a_row_that_nobody_committed_is_not_written_by_a_page(app: Flask, connection: Connection) -> None:
    region = a_region()
    db.session.commit()
    with app.test_request_context("/"):
        region.code = "371399"
        _note(app.response_class(status=200))
        _end(None)
        assert db.session().in_transaction()
        db.session.rollback()
