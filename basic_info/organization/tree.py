"""Where units hang: ``Unit.path`` and ``Unit.region_id``, by which access is cut."""

from __future__ import annotations

from sqlalchemy import text

from basic_info.organization.models import Unit
from host.kernel.db import db

# Of each unit the version that says where it hangs: the one in force today, else the next one, else its last.
_HANG = """
WITH RECURSIVE placed AS (
    SELECT DISTINCT ON (unit_id) unit_id, parent_id, region_id FROM unit_version WHERE superseded_at IS NULL
    ORDER BY unit_id, valid @> CURRENT_DATE DESC, lower(valid) DESC NULLS LAST
), tree AS (
    SELECT unit_id, '/' || unit_id || '/' AS path, region_id FROM placed WHERE parent_id IS NULL
    UNION ALL
    SELECT placed.unit_id, tree.path || placed.unit_id || '/', placed.region_id
    FROM placed JOIN tree ON placed.parent_id = tree.unit_id
)
UPDATE unit SET path = tree.path, region_id = tree.region_id FROM tree
WHERE unit.id = tree.unit_id AND (unit.path, unit.region_id) IS DISTINCT FROM (tree.path, tree.region_id)
"""


def hang_units() -> int:
    """Bring path and region of every unit to where it hangs today; how many moved.

    One statement for the city: moves are rare, and so a moved unit takes all below it along.
    """
    db.session.flush()  # the statement reads the tables, not the session
    result = db.session.execute(text(_HANG))
    for row in db.session:
        if isinstance(row, Unit):
            db.session.expire(row, ["path", "region_id"])
    return int(result.rowcount)  # type: ignore[attr-defined]


def hold_tree() -> None:
    """Let nobody else move units until this transaction ends: two moves at a time could close a circle."""
    db.session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || '.unit_tree', 0))"))
