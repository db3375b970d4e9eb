"""The audit log is only ever added to, by whatever route a write comes (R158)

Revision ID: 0059
Revises: 0058
"""

from alembic import op

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "CREATE TRIGGER guard BEFORE UPDATE OR DELETE ON audit_entry FOR EACH ROW EXECUTE FUNCTION keep_forever()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER guard ON audit_entry")
