"""Who leads may let another act for them for some days

Revision ID: 0024
Revises: 0023
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_END_WITH = """
CREATE FUNCTION end_delegated_grants() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE role_grant SET revoked_at = NEW.revoked_at WHERE delegated_from_id = NEW.id AND revoked_at IS NULL;
  RETURN NULL;
END $$
"""


def upgrade() -> None:
    op.add_column("role_grant", sa.Column("delegated_from_id", sa.BigInteger(), nullable=True))
    op.add_column("role_grant", sa.Column("reason", sa.Text(), server_default="", nullable=False))
    op.create_foreign_key(
        op.f("fk_role_grant_delegated_from_id_role_grant"), "role_grant", "role_grant", ["delegated_from_id"], ["id"]
    )
    op.create_check_constraint(
        op.f("ck_role_grant_delegated_has_an_end"),
        "role_grant",
        "delegated_from_id IS NULL OR (NOT upper_inf(valid) AND reason <> '')",
    )
    op.create_exclude_constraint(
        "one_acts_at_a_time",
        "role_grant",
        (sa.column("delegated_from_id"), "="),
        (sa.column("valid", postgresql.DATERANGE()), "&&"),
        where=sa.text("delegated_from_id IS NOT NULL AND revoked_at IS NULL"),
        using="gist",
    )
    op.execute(_END_WITH)
    op.execute(
        "CREATE TRIGGER end_delegated_grants AFTER UPDATE OF revoked_at ON role_grant FOR EACH ROW"
        " WHEN (OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL AND NEW.delegated_from_id IS NULL)"
        " EXECUTE FUNCTION end_delegated_grants()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER end_delegated_grants ON role_grant")
    op.execute("DROP FUNCTION end_delegated_grants()")
    op.drop_constraint("one_acts_at_a_time", "role_grant")
    op.drop_constraint(op.f("ck_role_grant_delegated_has_an_end"), "role_grant")
    op.drop_constraint(op.f("fk_role_grant_delegated_from_id_role_grant"), "role_grant")
    op.drop_column("role_grant", "reason")
    op.drop_column("role_grant", "delegated_from_id")
