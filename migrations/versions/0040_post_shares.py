"""The share of a full post that each post held takes; those of a person never exceed a full one on any day

Revision ID: 0040
Revises: 0039
"""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

#: Two writers of one person meet on the person's row, and each then counts what the other has written. The sum is the
#: greatest on a day on which some post begins.
_GUARD = """
CREATE FUNCTION guard_post_shares() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM person p WHERE p.id = NEW.person_id FOR NO KEY UPDATE;
  IF EXISTS (
    SELECT FROM appointment d WHERE d.person_id = NEW.person_id AND d.superseded_at IS NULL AND (
      SELECT sum(a.share_percent) FROM appointment a
      WHERE a.person_id = NEW.person_id AND a.superseded_at IS NULL
        AND a.valid @> coalesce(lower(d.valid), '-infinity'::date)
    ) > 100
  ) THEN
    RAISE EXCEPTION 'person % holds posts beyond a full one', NEW.person_id USING ERRCODE = 'LV014';
  END IF;
  RETURN NULL;
END $$
"""


def upgrade() -> None:
    op.add_column("appointment", sa.Column("share_percent", sa.SmallInteger(), nullable=True))
    op.create_check_constraint(op.f("ck_appointment_share_in_bounds"), "appointment", "share_percent BETWEEN 0 AND 100")
    op.execute(_GUARD)
    # Deferred: shares that are moved from one post to another are over a full one in between.
    op.execute(
        "CREATE CONSTRAINT TRIGGER guard_post_shares"
        " AFTER INSERT OR UPDATE OF person_id, valid, superseded_at, share_percent ON appointment"
        " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW"
        " WHEN (NEW.share_percent IS NOT NULL AND NEW.superseded_at IS NULL) EXECUTE FUNCTION guard_post_shares()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER guard_post_shares ON appointment")
    op.execute("DROP FUNCTION guard_post_shares()")
    op.drop_constraint(op.f("ck_appointment_share_in_bounds"), "appointment")
    op.drop_column("appointment", "share_percent")
