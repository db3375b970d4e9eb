"""A reply that is applied again on top of a document that came in before it becomes a further version

Revision ID: 0065
Revises: 0063
"""

import sqlalchemy as sa
from alembic import op

revision = "0065"
down_revision = "0064"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("mandate", sa.Column("rebased_from_id", sa.BigInteger(), nullable=True))
    op.create_unique_constraint(op.f("uq_mandate_rebased_from_id"), "mandate", ["rebased_from_id"])
    op.create_foreign_key(op.f("fk_mandate_rebased_from_id_mandate"), "mandate", "mandate", ["rebased_from_id"], ["id"])


def downgrade() -> None:
    op.drop_column("mandate", "rebased_from_id")
