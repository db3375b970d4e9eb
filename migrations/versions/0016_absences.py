"""Leave, trips and lending out

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "absence",
        sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("person_id", sa.BigInteger(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("section_id", sa.BigInteger(), sa.ForeignKey("section.id"), nullable=False),
        sa.Column("absence_kind", sa.Enum("annual", "personal", "sick", "family", "study", "lent_out", "trip", "other",
                                          name="absencekind", native_enum=False, create_constraint=True, length=40),
                  nullable=False),
        sa.Column("span", postgresql.DATERANGE(), nullable=False),
        sa.Column("is_half", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("note", sa.Text(), nullable=False, server_default=""),
        sa.Column("absence_state", sa.Enum("requested", "confirmed", "rejected", "cancelled", name="absencestate",
                                           native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column("entered_by", sa.BigInteger()),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("decided_by", sa.BigInteger()),
        sa.Column("decided_by_person", sa.BigInteger(), sa.ForeignKey("person.id")),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("decision_note", sa.Text(), nullable=False, server_default=""),
        postgresql.ExcludeConstraint(
            ("person_id", "="), ("span", "&&"), where=sa.text("absence_state IN ('requested', 'confirmed')"),
            name="absence_once_a_day", using="gist",
        ),
        sa.CheckConstraint("NOT isempty(span) AND NOT lower_inf(span) AND NOT upper_inf(span)", name="span_has_two_ends"),
        sa.CheckConstraint("NOT is_half OR upper(span) - lower(span) = 1", name="half_is_of_one_day"),
        sa.CheckConstraint("absence_state NOT IN ('confirmed', 'rejected') OR decided_at IS NOT NULL",
                           name="decided_has_a_time"),
        sa.CheckConstraint("decided_by_person IS NULL OR decided_by_person <> person_id", name="not_ones_own"),
        sa.CheckConstraint("absence_state <> 'rejected' OR decision_note <> ''", name="rejected_with_a_reason"),
    )  # fmt: skip
    op.create_index("ix_absence_section_id_absence_state", "absence", ["section_id", "absence_state"])


def downgrade() -> None:
    op.drop_table("absence")
