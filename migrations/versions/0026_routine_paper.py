"""When a grade of a routine assessment was proposed, for the form on paper

Revision ID: 0026
Revises: 0025
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("routine_assessment", sa.Column("proposed_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    op.drop_column("routine_assessment", "proposed_at")
