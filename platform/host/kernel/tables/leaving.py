"""What every table that leaves the platform passes: the password for many people, and the audit log."""

from __future__ import annotations

from collections.abc import Sequence

from host.kernel.access import Actor, require_fresh
from host.kernel.audit import record_change
from host.kernel.tables.exports import MOST_PEOPLE_UNASKED, Table, Values


def let_out(title: str, tables: Sequence[Table], *, kind: str, values: Values, actor: Actor) -> None:
    """Write down who takes ``tables`` out as ``title``, with which filters (``values``) and how many rows.

    Raises NotConfirmed where they name more than MOST_PEOPLE_UNASKED people and the password was not given anew
    (security row 12). ``rows`` is None where one table has more than one answer carries.
    """
    if sum(table.count for table in tables if table.export.names_people) > MOST_PEOPLE_UNASKED:
        require_fresh(actor)
    sheets = {"sheets": [table.export.title for table in tables]} if len(tables) > 1 else {}
    rows = None if any(table.is_large for table in tables) else sum(table.count for table in tables)
    record_change(
        f"account:{actor.account_id or 0}",
        action="table.exported",
        actor=actor,
        after={"list": title, "kind": kind, "filters": dict(values), "rows": rows, **sheets},
    )
