"""A reply's number may be the base's and a difference; no number is below none

Revision ID: 0054
Revises: 0053
"""

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None

_TABLES = ("mandate_quota", "mandate_leader")


def upgrade() -> None:
    for table in _TABLES:
        op.add_column(table, sa.Column("delta", sa.Integer(), nullable=True))
        op.create_check_constraint(op.f(f"ck_{table}_count_not_negative"), table, "count >= 0")


def downgrade() -> None:
    for table in _TABLES:
        op.drop_constraint(op.f(f"ck_{table}_count_not_negative"), table)
        op.drop_column(table, "delta")
