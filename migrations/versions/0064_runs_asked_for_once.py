"""A run that is asked for once waits or goes on at most once at a time

Revision ID: 0064
Revises: 0061
"""

import sqlalchemy as sa
from alembic import op

revision = "0064"
down_revision = "0063"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("job_run", sa.Column("only_key", sa.Text()))
    op.create_index(
        "ix_job_run_only_key",
        "job_run",
        ["only_key"],
        unique=True,
        postgresql_where=sa.text("state IN ('queued', 'running') AND cancel_requested_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_job_run_only_key", "job_run")
    op.drop_column("job_run", "only_key")
