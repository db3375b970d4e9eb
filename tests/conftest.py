"""Fixtures every test may use: a real PostgreSQL, the app, a client, a query counter."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, cast

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from sqlalchemy import Connection, Engine, event, text

from config import Settings
from host.app import create_app
from host.auth.limiting import limiter
from host.kernel.access import Actor
from host.kernel.db import db
from host.kernel.emptying import empty_tables
from host.migrating import migration_engine, upgrade
from host.running.embedded import EmbeddedPostgres
from tests.audited import Watch, watch_requests

SCHEMA = "lvzhi_test"


@pytest.fixture(scope="session")
def settings() -> Iterator[Settings]:
    """Settings of the test platform: ``LVZHI_TEST_DATABASE_URL``, or an embedded server of this run's own."""
    with tempfile.TemporaryDirectory(prefix="lvzhi-test-") as folder:
        base = Settings(var_dir=Path(folder), schema=SCHEMA, secret_key="0" * 64, testing=True, sign_in_failures=5)
        url = os.environ.get("LVZHI_TEST_DATABASE_URL")
        if url:
            yield _fresh(replace(base, database_url=url))
            return
        server = EmbeddedPostgres(Path(folder) / "postgres", durable=False)
        server.enter()
        try:
            yield _fresh(replace(base, database_url=server.url))
        finally:
            server.leave()


def _fresh(settings: Settings) -> Settings:
    """Drop what an earlier run left and migrate from nothing: the tests run on what the migrations make."""
    engine = migration_engine(settings)
    with engine.begin() as connection:
        for schema in (settings.schema, settings.queue_schema):
            connection.execute(text(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE'))
    engine.dispose()
    upgrade(settings)
    return settings


@pytest.fixture(scope="session")
def app(settings: Settings) -> Iterator[Flask]:
    app = create_app(settings, process="test")
    db.session.session_factory.configure(join_transaction_mode="create_savepoint")
    # Counters have connections of their own, which a test's one transaction cannot give.
    limiter.enabled = False
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="session")
def audit_watch(app: Flask) -> Iterator[Watch]:
    """Sees what every request of this run commits."""
    watch, stop = watch_requests(app)
    yield watch
    stop()


@pytest.fixture
def row_67(audit_watch: Watch) -> Iterator[None]:
    """Security row 67: a test fails when a request of its changed something and wrote no audit row beside it."""
    yield
    found, audit_watch.differences = audit_watch.differences, []
    assert found == [], "changed without an audit row in the same transaction"


@pytest.fixture
def connection(app: Flask, row_67: None) -> Iterator[Connection]:
    """One transaction around each test, rolled back whatever the code under test commits.

    Recipe: https://github.com/pallets-eco/flask-sqlalchemy/issues/1171
    """
    with app.app_context():
        engines = cast("dict[str | None, Any]", db.engines)
        engine = engines[None]
        with engine.connect() as connection:
            transaction = connection.begin()
            engines[None] = connection
            try:
                yield connection
            finally:
                db.session.remove()
                engines[None] = engine
                transaction.rollback()


@pytest.fixture
def committed(app: Flask, row_67: None) -> Iterator[Engine]:
    """For tests that must commit (several connections, processes): afterwards every table is emptied."""
    with app.app_context():
        yield db.engine
        db.session.remove()
        with db.engine.begin() as connection:
            empty_tables(connection)


@pytest.fixture
def client(app: Flask, connection: Connection) -> FlaskClient:
    """A browser that nobody signed in with."""
    return app.test_client()


@pytest.fixture
def sign_in_as(app: Flask, connection: Connection) -> Iterator[Callable[[Actor], FlaskClient]]:
    """A client whose requests come from the given actor (no session row: those are tested on their own)."""
    app.config["WTF_CSRF_ENABLED"] = False
    holder: dict[str, Actor] = {}

    def put_actor() -> None:
        if "actor" in holder:
            g.actor = holder["actor"]

    app.before_request_funcs.setdefault(None, []).insert(0, put_actor)

    def sign_in(actor: Actor) -> FlaskClient:
        holder["actor"] = actor
        return app.test_client()

    yield sign_in
    app.before_request_funcs[None].remove(put_actor)
    app.config["WTF_CSRF_ENABLED"] = True


@pytest.fixture
def count_queries(connection: Connection) -> Callable[[], AbstractContextManager[list[str]]]:
    """Statements sent while the context is open, savepoints left out."""

    @contextmanager
    def counting() -> Iterator[list[str]]:
        seen: list[str] = []

        def note(_c: object, _cur: object, statement: str, *_: object) -> None:
            if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
                seen.append(statement)

        event.listen(connection, "before_cursor_execute", note)
        yield seen
        event.remove(connection, "before_cursor_execute", note)

    return counting


@pytest.fixture(scope="session")
def today() -> date:
    """A working Monday that the tests' data lie around."""
    return date(2026, 3, 2)
