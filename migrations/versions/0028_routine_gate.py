"""What of the year's routine assessments 优秀 requires, by division

Revision ID: 0028
Revises: 0027
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    gates = sa.Enum(
        "any_good", "mostly_good", "off", name="routinegate", native_enum=False, create_constraint=True, length=40
    )
    op.add_column("grading_setting", sa.Column("routine_gate", gates, nullable=False, server_default="any_good"))


def downgrade() -> None:
    op.drop_column("grading_setting", "routine_gate")
