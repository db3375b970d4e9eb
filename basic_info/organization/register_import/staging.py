"""Rows into temporary tables by COPY, and from there into identity and version tables, set by set.

All of it happens in the caller's one transaction: a killed import leaves nothing. Semantics are those of
``host.kernel.versions.change``: what is unchanged stays untouched; what changed is superseded, its earlier part
written anew, and the new facts hold from the given day.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import text

from host.kernel.copying import copy_rows
from host.kernel.db import db


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A temporary table. ``columns``: name → SQL type; ``facts``: those that are facts of the version."""

    name: str
    columns: dict[str, str]

    def create(self) -> None:
        columns = ", ".join(f"{name} {kind}" for name, kind in self.columns.items())
        db.session.execute(text(f"CREATE TEMPORARY TABLE {self.name} ({columns}) ON COMMIT DROP"))

    def fill(self, rows: Iterable[Sequence[Any]]) -> int:
        """COPY the rows in; returns how many."""
        count = copy_rows(self.name, tuple(self.columns), rows)
        db.session.execute(text(f"ANALYZE {self.name}"))
        return count


@dataclass(frozen=True, kw_only=True)
class Target:
    """Where a stage goes: the identity table's columns and the version table's facts, each as SQL over ``s``."""

    stage: str
    identity: str
    #: identity column → expression over ``s`` (beside ``code``)
    identity_columns: dict[str, str]
    #: fact column of the version table → expression over ``s``
    facts: dict[str, str]
    #: joins that the expressions need
    joins: str = ""

    @property
    def version(self) -> str:
        return f"{self.identity}_version"

    @property
    def key(self) -> str:
        return f"{self.identity}_id"


@dataclass(frozen=True)
class Outcome:
    """How many rows of a sheet were new, changed or as they were."""

    new: int
    changed: int
    unchanged: int


# Every name in the statements below is a constant of this package; values travel as parameters.


def apply(target: Target, *, on: date, account_id: int | None) -> Outcome:
    """Bring the staged rows into force from ``on``."""
    total = _scalar(f"SELECT count(*) FROM {target.stage}")  # noqa: S608
    columns = ", ".join(("code", *target.identity_columns))
    values = ", ".join(("s.code", *target.identity_columns.values()))
    made = _run(
        f"INSERT INTO {target.identity} ({columns}) SELECT {values} FROM {target.stage} s {target.joins} "  # noqa: S608
        f"WHERE NOT EXISTS (SELECT FROM {target.identity} i WHERE i.code = s.code) ORDER BY s.row_no"
    )
    facts = ", ".join(f"{expression} AS {name}" for name, expression in target.facts.items())
    names = ", ".join(target.facts)
    ready = f"{target.stage}_ready"
    _run(
        f"CREATE TEMPORARY TABLE {ready} ON COMMIT DROP AS "  # noqa: S608
        f"SELECT i.id AS {target.key}, {facts} FROM {target.stage} s "
        f"JOIN {target.identity} i ON i.code = s.code {target.joins}"
    )
    wanted, held = (", ".join(f"{table}.{name}" for name in target.facts) for table in "rv")
    differs = f"({wanted}) IS DISTINCT FROM ({held})"
    _run(
        f"DELETE FROM {ready} r USING {target.version} v WHERE v.{target.key} = r.{target.key} "  # noqa: S608
        f"AND v.superseded_at IS NULL AND v.valid @> CAST(:on AS date) AND upper_inf(v.valid) AND NOT {differs}",
        on=on,
    )
    written = supersede_and_add(
        target.version, target.key, ready, names=names, on=":on", parameters={"on": on, "by": account_id}
    )
    return Outcome(new=made, changed=written - made, unchanged=total - written)


def supersede_and_add(
    version: str, key: str, ready: str, *, names: str, on: str, parameters: dict[str, Any], only: str = "true"
) -> int:
    """The rows of ``ready`` hold from ``on`` (an SQL expression over ``r``); returns how many were written.

    ``only`` (over ``v``) says which versions may give way.
    """
    day = f"CAST({on} AS date)"
    superseded = f"{ready}_old"
    _run(
        f"CREATE TEMPORARY TABLE {superseded} ON COMMIT DROP AS "  # noqa: S608
        f"SELECT v.id, {day} AS day FROM {version} v JOIN {ready} r ON v.{key} = r.{key} "
        f"WHERE v.superseded_at IS NULL AND (upper_inf(v.valid) OR upper(v.valid) > {day}) AND {only}",
        **({} if on != ":on" else {"on": parameters["on"]}),
    )
    _run(f"UPDATE {version} v SET superseded_at = now() FROM {superseded} o WHERE v.id = o.id")  # noqa: S608
    _run(
        f"INSERT INTO {version} ({key}, {names}, valid, recorded_by) "  # noqa: S608
        f"SELECT v.{key}, {', '.join(f'v.{name.strip()}' for name in names.split(','))}, "
        f"daterange(lower(v.valid), o.day), v.recorded_by "
        f"FROM {version} v JOIN {superseded} o ON o.id = v.id WHERE lower_inf(v.valid) OR lower(v.valid) < o.day"
    )
    return _run(
        f"INSERT INTO {version} ({key}, {names}, valid, recorded_by) "  # noqa: S608
        f"SELECT r.{key}, {', '.join(f'r.{name.strip()}' for name in names.split(','))}, daterange({day}, NULL), "
        f"CAST(:by AS bigint) FROM {ready} r",
        **parameters,
    )


def as_json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _run(statement: str, **parameters: Any) -> int:
    result = db.session.execute(text(statement), parameters)
    return int(result.rowcount)  # type: ignore[attr-defined]


def _scalar(statement: str) -> int:
    return int(db.session.scalar(text(statement)) or 0)
