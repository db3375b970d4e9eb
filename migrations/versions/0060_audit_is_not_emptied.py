"""The audit log is not emptied either, as a whole or by a month (R158)

Revision ID: 0060
Revises: 0059
"""

from alembic import op
from sqlalchemy import text

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None


def _tables() -> list[str]:
    """The log and its months: a trigger of a whole statement is not handed down to partitions."""
    return list(op.get_bind().scalars(text("SELECT relid::regclass::text FROM pg_partition_tree('audit_entry')")))


def upgrade() -> None:
    for table in _tables():
        op.execute(
            f"CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION keep_audit_entries()"
        )


def downgrade() -> None:
    for table in _tables():
        op.execute(f"DROP TRIGGER guard_truncate ON {table}")
