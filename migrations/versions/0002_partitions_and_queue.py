"""Fixed partitions of the growing tables, and the queue in its own schema

Revision ID: 0002
Revises: 0001
"""

from alembic import op
from procrastinate.schema import SchemaManager
from sqlalchemy import text

from host.kernel.partitions import HASHED, MONTHLY, create_fixed

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    connection = op.get_bind()
    for table in (*MONTHLY, *HASHED):
        create_fixed(connection, table)
    path = connection.scalar(text("SHOW search_path"))
    queue = _queue_schema(path)
    connection.execute(text(f'SET LOCAL search_path TO "{queue}", public'))
    # Percent signs and colons of the queue's SQL are its own: it goes to the driver as it is.
    connection.connection.cursor().execute(SchemaManager.get_schema())
    connection.execute(text(f"SET LOCAL search_path TO {path}"))


def downgrade() -> None:
    connection = op.get_bind()
    queue = _queue_schema(connection.scalar(text("SHOW search_path")))
    connection.execute(text(f'DROP SCHEMA "{queue}" CASCADE'))
    connection.execute(text(f'CREATE SCHEMA "{queue}"'))


def _queue_schema(path: str) -> str:
    """The second schema of the search path is the queue's."""
    return path.split(",")[1].strip().strip('"')
