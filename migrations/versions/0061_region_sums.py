# ruff: noqa: S608  # statements of fixed words
"""Sums of records by division, so that a city's dashboard reads hundreds of rows instead of all units'

Revision ID: 0061
Revises: 0060
"""

import sqlalchemy as sa
from alembic import op

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None

_SUMS = ("record_count", "approved_count", "outside_count", "minutes")
#: table → (that of the units, the key of its span).
_OF_UNITS = {"region_day_sum": ("unit_day_sum", "worked_on"), "region_month_sum": ("unit_month_sum", "month")}


def _moved(table: str) -> str:
    """A unit's sums leave the division in which it lay for the one in which it lies."""
    source, key = _OF_UNITS[table]
    sums = ", ".join(_SUMS)
    more = ", ".join(f"{name} = {table}.{name} + EXCLUDED.{name}" for name in _SUMS)
    less = ", ".join(f"{name} = {table}.{name} - own.{name}" for name in _SUMS)
    return (
        f"INSERT INTO {table} (region_id, {key}, {sums}) SELECT NEW.region_id, {key}, {sums} FROM {source}"
        f" WHERE unit_id = NEW.id ON CONFLICT (region_id, {key}) DO UPDATE SET {more};"
        f" UPDATE {table} SET {less} FROM {source} own WHERE own.unit_id = NEW.id"
        f" AND {table}.region_id = OLD.region_id AND {table}.{key} = own.{key};"
    )


def upgrade() -> None:
    # No unit moves between the first sum and the trigger that follows it.
    op.execute("LOCK TABLE unit IN SHARE ROW EXCLUSIVE MODE")
    for table, (source, key) in _OF_UNITS.items():
        op.create_table(
            table,
            sa.Column("region_id", sa.BigInteger(), sa.ForeignKey("region.id"), primary_key=True, autoincrement=False),
            sa.Column(key, sa.Date(), primary_key=True),
            sa.Column("record_count", sa.Integer(), nullable=False),
            sa.Column("approved_count", sa.Integer(), nullable=False),
            sa.Column("outside_count", sa.Integer(), nullable=False),
            sa.Column("minutes", sa.BigInteger(), nullable=False),
        )
        # Who adds up waits: what is there now is what is summed here.
        op.execute(f"LOCK TABLE {source} IN SHARE ROW EXCLUSIVE MODE")
        op.execute(
            f"INSERT INTO {table} (region_id, {key}, {', '.join(_SUMS)})"
            f" SELECT unit.region_id, {key}, {', '.join(f'sum({name})' for name in _SUMS)}"
            f" FROM {source} JOIN unit ON unit.id = unit_id GROUP BY unit.region_id, {key}"
        )
    # The lock is that of who adds up: no sum is added to the division that a unit is just leaving.
    op.execute(
        "CREATE FUNCTION move_sums_of_unit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " PERFORM pg_advisory_xact_lock(hashtextextended('unit_day_sum', 7));"
        f" {' '.join(_moved(table) for table in _OF_UNITS)} RETURN NULL; END $$"
    )
    op.execute(
        "CREATE TRIGGER sums_follow AFTER UPDATE OF region_id ON unit FOR EACH ROW"
        " WHEN (OLD.region_id IS DISTINCT FROM NEW.region_id) EXECUTE FUNCTION move_sums_of_unit()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER sums_follow ON unit")
    op.execute("DROP FUNCTION move_sums_of_unit()")
    for table in _OF_UNITS:
        op.drop_table(table)
