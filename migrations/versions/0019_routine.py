"""Routine assessment: rounds of a unit and the form of each person

Revision ID: 0019
Revises: 0018
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

GRADES = ("good", "fairly_good", "ordinary", "weak")


def upgrade() -> None:
    op.create_table(
        "routine_round",
        sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("unit_id", sa.BigInteger(), sa.ForeignKey("unit.id"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("cap_mode", _words("capmode", "enforce", "warn", "off"), nullable=False),
        sa.Column("base_count", sa.Integer(), nullable=False),
        sa.Column("good_places", sa.Integer(), nullable=False),
        sa.Column("good_used", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("opened_by", sa.BigInteger()),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
        sa.UniqueConstraint("unit_id", "first_day", "last_day"),
        sa.CheckConstraint("first_day <= last_day", name="span_runs_forward"),
        sa.CheckConstraint("good_used >= 0 AND good_places >= 0", name="places_are_not_negative"),
        sa.CheckConstraint("cap_mode <> 'enforce' OR good_used <= good_places", name="never_more_good_than_places"),
    )
    op.create_table(
        "routine_assessment",
        sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("round_id", sa.BigInteger(), sa.ForeignKey("routine_round.id"), nullable=False),
        sa.Column("person_id", sa.BigInteger(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("section_id", sa.BigInteger(), sa.ForeignKey("section.id"), nullable=False),
        sa.Column(
            "routine_state",
            _words("routinestate", "summary", "submitted", "proposed", "decided", "answered", "objected"),
            nullable=False,
        ),
        sa.Column("facts", postgresql.JSONB(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False, server_default=""),
        sa.Column("submitted_at", sa.DateTime(timezone=True)),
        sa.Column("proposed_grade", _words("proposed_routine_grade", *GRADES)),
        sa.Column("comment", sa.Text(), nullable=False, server_default=""),
        sa.Column("proposed_by", sa.BigInteger()),
        sa.Column("proposed_by_person", sa.BigInteger()),
        sa.Column("final_grade", _words("final_routine_grade", *GRADES)),
        sa.Column("not_assessed", _words("notassessed", "long_leave", "sanction", "newcomer")),
        sa.Column("decided_by", sa.BigInteger()),
        sa.Column("decided_by_person", sa.BigInteger()),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("objection", sa.Text(), nullable=False, server_default=""),
        sa.Column("noted_at", sa.DateTime(timezone=True)),
        sa.Column("answer", sa.Text(), nullable=False, server_default=""),
        sa.Column("answered_by", sa.BigInteger()),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        sa.UniqueConstraint("round_id", "person_id"),
        sa.CheckConstraint("proposed_by_person IS DISTINCT FROM person_id", name="proposed_by_another"),
        sa.CheckConstraint("decided_by_person IS DISTINCT FROM person_id", name="decided_by_another"),
        sa.CheckConstraint("num_nonnulls(final_grade, not_assessed) <= 1", name="grade_or_none"),
        sa.CheckConstraint("final_grade IS NULL OR proposed_grade IS NOT NULL", name="decided_after_it_was_proposed"),
        sa.CheckConstraint(
            "objection = '' OR routine_state IN ('objected', 'answered')", name="objection_has_its_state"
        ),
        sa.CheckConstraint(
            "answered_by IS NULL OR answered_by IS DISTINCT FROM decided_by", name="answered_by_another"
        ),
        sa.CheckConstraint("length(summary) <= 2000 AND length(comment) <= 500", name="texts_are_bounded"),
    )
    op.create_index("ix_routine_assessment_person_id", "routine_assessment", ["person_id"])
    op.create_index(
        "ix_routine_assessment_section_id_routine_state", "routine_assessment", ["section_id", "routine_state"]
    )


def downgrade() -> None:
    op.drop_table("routine_assessment")
    op.drop_table("routine_round")


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=40)
