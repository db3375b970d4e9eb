"""A flowchart is published by somebody who neither took it in nor saved its drawing, as mandates and lists are

Revision ID: 0066
Revises: 0064
"""

import sqlalchemy as sa
from alembic import op

revision = "0066"
down_revision = "0065"
branch_labels = None
depends_on = None

#: Until now a setting of the city said whether the rule holds. What was published before stays as it is.
_PUBLISHER = """
CREATE OR REPLACE FUNCTION guard_chart_publisher() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF {when}(
    NEW.published_by IS NULL
    OR coalesce(NEW.published_by = NEW.imported_by, false)
    OR coalesce(NEW.published_by = NEW.edited_by, false)
    OR EXISTS (SELECT FROM flowchart_revision r WHERE r.flowchart_id = NEW.id AND r.saved_by = NEW.published_by)
  ) THEN
    RAISE EXCEPTION 'flowchart % is published by who drew it', NEW.id USING ERRCODE = 'LV030';
  END IF;
  RETURN NEW;
END $$
"""


def upgrade() -> None:
    op.execute(_PUBLISHER.format(when=""))
    op.drop_column("library_setting", "charts_need_second")


def downgrade() -> None:
    op.add_column(
        "library_setting", sa.Column("charts_need_second", sa.Boolean(), server_default="true", nullable=False)
    )
    op.alter_column("library_setting", "charts_need_second", server_default=None)
    op.execute(_PUBLISHER.format(when="coalesce((SELECT charts_need_second FROM library_setting), false) AND "))
