"""The title of a cited law and its articles have columns of their own

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("title", "article"):
        op.add_column("legal_basis", sa.Column(name, sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    for name in ("article", "title"):
        op.drop_column("legal_basis", name)
