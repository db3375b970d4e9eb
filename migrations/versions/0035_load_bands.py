"""From which saturation on a section's load is called low or high is each division's to set

Revision ID: 0035
Revises: 0034
"""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("entry_rule", sa.Column("load_low_percent", sa.SmallInteger(), server_default="60", nullable=False))
    op.add_column("entry_rule", sa.Column("load_high_percent", sa.SmallInteger(), server_default="110", nullable=False))
    op.create_check_constraint(
        op.f("ck_entry_rule_load_in_bounds"),
        "entry_rule",
        "load_low_percent BETWEEN 10 AND 100 AND load_high_percent BETWEEN 100 AND 300",
    )


def downgrade() -> None:
    op.drop_column("entry_rule", "load_high_percent")
    op.drop_column("entry_rule", "load_low_percent")
