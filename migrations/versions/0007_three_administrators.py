"""Three administrators apart, and no grant to oneself, in the database itself

Revision ID: 0007
Revises: 0006
"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "ALTER TABLE role_grant ADD CONSTRAINT three_administrators_apart EXCLUDE USING gist"
        " (account_id WITH =, (CASE WHEN role IN ('system_admin', 'security_admin', 'audit_admin')"
        " THEN role ELSE 'business'::varchar END) WITH <>, valid WITH &&) WHERE (revoked_at IS NULL)"
    )
    op.create_check_constraint(op.f("ck_role_grant_not_to_oneself"), "role_grant", "granted_by <> account_id")


def downgrade() -> None:
    op.drop_constraint(op.f("ck_role_grant_not_to_oneself"), "role_grant", type_="check")
    op.drop_constraint(op.f("three_administrators_apart"), "role_grant")
