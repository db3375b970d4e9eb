"""The audit log is only ever added to, by whatever route a write comes (R158)

Revision ID: 0059
Revises: 0058
"""

from alembic import op

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None


# Not keep_forever, whose refusals are told as those of a version in force: nobody is led to try this by a page.
_KEEP_ENTRIES = """
CREATE FUNCTION keep_audit_entries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'audit_entry stays as it was' USING ERRCODE = 'insufficient_privilege'; END $$
"""


def upgrade() -> None:
    op.execute(_KEEP_ENTRIES)
    op.execute(
        "CREATE TRIGGER guard BEFORE UPDATE OR DELETE ON audit_entry FOR EACH ROW EXECUTE FUNCTION keep_audit_entries()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER guard ON audit_entry")
    op.execute("DROP FUNCTION keep_audit_entries()")
