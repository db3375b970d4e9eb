"""Forms that break section duties down into matters, measures and volumes

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "breakdown",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("version_no", sa.BigInteger(), nullable=False),
        sa.Column("breakdown_state", sa.String(40), nullable=False),
        sa.Column("valid", postgresql.DATERANGE(), nullable=False),
        sa.Column("imported_by", sa.BigInteger(), nullable=True),
        sa.Column("imported_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("put_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "breakdown_state IN ('draft', 'in_force', 'superseded')", name=op.f("ck_breakdown_breakdownstate")
        ),
        sa.CheckConstraint(
            "breakdown_state = 'draft' OR put_by IS NOT NULL", name=op.f("ck_breakdown_put_in_force_by_a_person")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_breakdown_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_breakdown")),
        sa.UniqueConstraint("unit_id", "version_no", name=op.f("uq_breakdown_unit_id_version_no")),
        postgresql.ExcludeConstraint(
            (sa.column("unit_id"), "="),
            (sa.column("valid"), "&&"),
            where=sa.text("breakdown_state = 'in_force'"),
            using="gist",
            name="breakdown_in_force_once",
        ),
    )
    op.create_index(op.f("ix_breakdown_unit_id"), "breakdown", ["unit_id"])
    op.create_table(
        "duty_matter",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("breakdown_id", sa.BigInteger(), nullable=False),
        sa.Column("sort_no", sa.BigInteger(), nullable=False),
        sa.Column("section_name", sa.Text(), nullable=False),
        sa.Column("section_id", sa.BigInteger(), nullable=True),
        sa.Column("section_duty_id", sa.BigInteger(), nullable=True),
        sa.Column("work_source", sa.String(40), nullable=False),
        sa.Column("section_function", sa.Text(), nullable=False),
        sa.Column("matter", sa.Text(), nullable=False),
        sa.Column("measure_1", sa.Text(), server_default="", nullable=False),
        sa.Column("measure_2", sa.Text(), server_default="", nullable=False),
        sa.Column("measure_unit", sa.Text(), server_default="项", nullable=False),
        sa.Column("volumes", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.CheckConstraint(
            "work_source IN ('mandate', 'assigned', 'power_item', 'other')", name=op.f("ck_duty_matter_worksource")
        ),
        sa.ForeignKeyConstraint(["breakdown_id"], ["breakdown.id"], name=op.f("fk_duty_matter_breakdown_id_breakdown")),
        sa.ForeignKeyConstraint(["section_id"], ["section.id"], name=op.f("fk_duty_matter_section_id_section")),
        sa.ForeignKeyConstraint(
            ["section_duty_id"], ["section_duty.id"], name=op.f("fk_duty_matter_section_duty_id_section_duty")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_matter")),
    )
    op.create_index(op.f("ix_duty_matter_breakdown_id_sort_no"), "duty_matter", ["breakdown_id", "sort_no"])
    op.create_index(op.f("ix_duty_matter_section_id"), "duty_matter", ["section_id"])
    op.create_index(op.f("ix_duty_matter_section_duty_id"), "duty_matter", ["section_duty_id"])


def downgrade() -> None:
    op.drop_table("duty_matter")
    op.drop_table("breakdown")
