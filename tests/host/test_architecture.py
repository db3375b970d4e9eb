"""What must hold of the whole, whatever is added."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy import Column, text

from config import Settings
from host.kernel.access import declared_access
from host.kernel.db import Model
from host.kernel.partitions import HASHED, MONTHLY
from host.migrating import migration_config, migration_engine, prepare_schema

ROOT = Path(__file__).parents[2]
#: Open to everybody; each new one is a decision.
PUBLIC = {
    *("health.alive", "health.ready", "health.metrics", "auth.sign_in", "auth.sign_in_form"),
    # What the office opened to citizens; answers 404 until it did.
    *("basic_info.catalogue", "basic_info.catalogue_unit", "basic_info.catalogue_item", "basic_info.catalogue_chart"),
    "duty_eval.offline_page",
    "offline.manifest",
    "offline.worker",
}


def test_the_folder_platform_is_not_a_package() -> None:
    assert not (ROOT / "platform/__init__.py").exists()
    assert list((ROOT / "platform").glob("*.py")) == []


def test_row_14_every_route_names_what_it_asks_of_who_comes(app: Flask) -> None:
    undeclared = {
        name for name, view in app.view_functions.items() if name != "static" and declared_access(view) is None
    }

    assert undeclared == set()


def test_only_the_named_routes_are_open_to_everybody(app: Flask) -> None:
    found = {name for name, view in app.view_functions.items() if (a := declared_access(view)) and a.kind == "public"}

    assert found == PUBLIC


def test_every_permission_named_by_a_route_is_declared_by_its_system(app: Flask) -> None:
    known = {str(p) for system in app.extensions["systems"] for p in system.permissions}
    known |= {str(p) for permissions in app.extensions["permission_map"].values() for p in permissions}
    asked = {a.permission for view in app.view_functions.values() if (a := declared_access(view)) and a.permission}

    assert asked <= known


def test_every_menu_entry_leads_somewhere(app: Flask) -> None:
    endpoints = {item.endpoint for system in app.extensions["systems"] for item in system.menu}

    assert endpoints <= set(app.view_functions)


# A constraint that is NOT VALID comes back from SQLAlchemy's reflection with an option that it then cannot place.
@pytest.mark.filterwarnings("ignore:Can't validate argument 'dialect_options'")
def test_migrations_go_down_and_up_again_and_match_the_models(settings: Settings) -> None:
    own = replace(settings, schema="lvzhi_migrations")
    engine = migration_engine(own)
    with engine.begin() as connection:
        for schema in (own.schema, own.queue_schema):
            connection.execute(text(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE'))
        prepare_schema(connection, own)
    for move, revision in (("upgrade", "head"), ("downgrade", "base"), ("upgrade", "head")):
        with engine.begin() as connection:
            getattr(command, move)(migration_config(connection), revision)
    with engine.begin() as connection:
        partitions = tuple(f"{name}_" for name in (*MONTHLY, *HASHED))
        context = MigrationContext.configure(
            connection,
            opts={
                "include_object": lambda _o, name, kind, reflected, _t: (
                    kind != "table"
                    or not reflected
                    or (name in Model.metadata.tables and not name.startswith(partitions))
                )
            },
        )
        differences = [found for found in compare_metadata(context, Model.metadata) if not _is_echo(found)]
        for schema in (own.schema, own.queue_schema):
            connection.execute(text(f'DROP SCHEMA "{schema}" CASCADE'))
    engine.dispose()

    assert differences == []


def _is_echo(found: tuple[Any, ...]) -> bool:
    """What only looks different: indexes over expressions come back in other words, and a foreign key to a
    partitioned table once more for each of its partitions.
    """
    if found[0] in {"add_index", "remove_index"}:
        return found[1].name in _expression_indexes()
    partitions = tuple(f"{name}_" for name in MONTHLY)
    return found[0] == "remove_fk" and str(found[1].elements[0].target_fullname).startswith(partitions)


def _expression_indexes() -> set[str | None]:
    indexes = (index for table in Model.metadata.sorted_tables for index in table.indexes)
    return {str(index.name) for index in indexes if any(not isinstance(e, Column) for e in index.expressions)}


def test_nothing_that_must_never_be_built_has_a_column_or_a_route(app: Flask) -> None:
    """R164: no check-in, no points or ranking of people, no counting of sign-ins or online time, no location."""
    forbidden = ("check_in", "checkin", "punch", "latitude", "longitude", "geo_", "location", "online_minutes",
                 "sign_in_count", "login_count", "rank_no", "points_total", "leaderboard", "face_")  # fmt: skip
    columns = {f"{t.name}.{c.name}" for t in Model.metadata.sorted_tables for c in t.columns}
    routes = {rule.rule for rule in app.url_map.iter_rules()}

    assert [name for name in columns | routes if any(word in name for word in forbidden)] == []
