"""Evidence of duty records; files that have a time until they are cleaned up

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("stored_file", sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        op.f("ix_stored_file_expires_at"),
        "stored_file",
        ["expires_at"],
        postgresql_where=sa.text("expires_at IS NOT NULL"),
    )
    op.create_table(
        "record_evidence",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("worked_on", sa.Date(), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=True),
        sa.Column("link", sa.String(length=500), nullable=True),
        sa.Column("version_no", sa.SmallInteger(), server_default="1", nullable=False),
        sa.Column("added_by", sa.BigInteger(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("file_id IS NULL OR link IS NULL", name=op.f("ck_record_evidence_file_or_link")),
        sa.ForeignKeyConstraint(
            ["record_id", "worked_on"],
            ["duty_record.id", "duty_record.worked_on"],
            name=op.f("fk_record_evidence_record_id_worked_on_duty_record"),
        ),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_record_evidence_file_id_stored_file")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_evidence")),
    )
    op.create_index(op.f("ix_record_evidence_record_id_worked_on"), "record_evidence", ["record_id", "worked_on"])
    op.create_index(op.f("ix_record_evidence_file_id"), "record_evidence", ["file_id"])


def downgrade() -> None:
    op.drop_table("record_evidence")
    op.drop_index(op.f("ix_stored_file_expires_at"), table_name="stored_file")
    op.drop_column("stored_file", "expires_at")
