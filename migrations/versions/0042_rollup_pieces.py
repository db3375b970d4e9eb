"""Roll-ups keep the pieces of work: quantities, a record without one counted as one piece

Revision ID: 0042
Revises: 0041
"""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

_FILL = """
UPDATE record_rollup s SET pieces = c.pieces FROM (
  SELECT person_id, date_trunc('month', worked_on)::date AS month, section_id, coalesce(post_duty_id, 0) AS duty_id,
         sum(coalesce(quantity, 1)) AS pieces
  FROM duty_record WHERE record_state IN ('submitted', 'approved', 'locked') GROUP BY 1, 2, 3, 4
) c
WHERE s.person_id = c.person_id AND s.month = c.month AND s.section_id = c.section_id
  AND coalesce(s.post_duty_id, 0) = c.duty_id
"""


def upgrade() -> None:
    op.add_column("record_rollup", sa.Column("pieces", sa.Numeric(14, 2), nullable=False, server_default="0"))
    # Closed months get their sum too: what the records of them say does not change.
    op.execute("ALTER TABLE record_rollup DISABLE TRIGGER guard")
    op.execute(_FILL)
    op.execute("ALTER TABLE record_rollup ENABLE TRIGGER guard")
    op.alter_column("record_rollup", "pieces", server_default=None)


def downgrade() -> None:
    op.drop_column("record_rollup", "pieces")
