"""What has a flag comes first in review; a share of the records is opened before the rest is passed together

Revision ID: 0022
Revises: 0021
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_FORMER_LOOK = "version_no > 1 OR post_duty_id IS NULL OR coalesce(minutes, 0) > 600 OR is_backdated"
_LOOK = f"{_FORMER_LOOK} OR is_flagged"
#: A closed month and what is decided on stay as they are: nobody waits for them.
_OPEN = (
    "r.record_state = 'submitted' AND NOT month_is_closed(r.section_id, r.worked_on, r.person_id, r.id)"
    " AND r.id = f.record_id AND r.worked_on = f.worked_on"
)
_MARK = """
CREATE FUNCTION mark_flagged() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE duty_record r SET is_flagged = true FROM fresh f WHERE {open} AND NOT r.is_flagged;
  RETURN NULL;
END $$
"""
_UNMARK = """
CREATE FUNCTION unmark_flagged() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE duty_record r SET is_flagged = false FROM gone f
  WHERE r.is_flagged AND r.id = f.record_id AND r.worked_on = f.worked_on
    AND r.record_state IN ('draft', 'submitted', 'returned')
    AND NOT month_is_closed(r.section_id, r.worked_on, r.person_id, r.id)
    AND NOT EXISTS (SELECT FROM record_flag k WHERE k.record_id = r.id AND k.worked_on = r.worked_on);
  RETURN NULL;
END $$
"""


def upgrade() -> None:
    op.add_column("duty_record", sa.Column("is_flagged", sa.Boolean(), server_default="false", nullable=False))
    op.execute("UPDATE duty_record r SET is_flagged = true FROM record_flag f WHERE {open}".replace("{open}", _OPEN))
    _index(_LOOK)
    op.execute(_MARK.replace("{open}", _OPEN))
    op.execute(_UNMARK)
    op.execute(
        "CREATE TRIGGER mark_flagged AFTER INSERT ON record_flag REFERENCING NEW TABLE AS fresh"
        " FOR EACH STATEMENT EXECUTE FUNCTION mark_flagged()"
    )
    op.execute(
        "CREATE TRIGGER unmark_flagged AFTER DELETE ON record_flag REFERENCING OLD TABLE AS gone"
        " FOR EACH STATEMENT EXECUTE FUNCTION unmark_flagged()"
    )
    op.add_column("entry_rule", sa.Column("sample_percent", sa.SmallInteger(), server_default="0", nullable=False))
    op.create_check_constraint(op.f("ck_entry_rule_sample_in_bounds"), "entry_rule", "sample_percent BETWEEN 0 AND 100")
    op.create_table(
        "record_opening",
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("worked_on", sa.Date(), nullable=False),
        sa.Column("reviewer_person_id", sa.BigInteger(), nullable=False),
        sa.Column("version_no", sa.SmallInteger(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["record_id", "worked_on"],
            ["duty_record.id", "duty_record.worked_on"],
            name=op.f("fk_record_opening_record_id_worked_on_duty_record"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["reviewer_person_id"], ["person.id"], name=op.f("fk_record_opening_reviewer_person_id_person")
        ),
        sa.PrimaryKeyConstraint(
            "record_id", "worked_on", "reviewer_person_id", "version_no", name=op.f("pk_record_opening")
        ),
    )


def downgrade() -> None:
    op.drop_table("record_opening")
    op.drop_constraint(op.f("ck_entry_rule_sample_in_bounds"), "entry_rule")
    op.drop_column("entry_rule", "sample_percent")
    op.execute("DROP TRIGGER unmark_flagged ON record_flag")
    op.execute("DROP TRIGGER mark_flagged ON record_flag")
    op.execute("DROP FUNCTION unmark_flagged()")
    op.execute("DROP FUNCTION mark_flagged()")
    _index(_FORMER_LOOK)
    op.drop_column("duty_record", "is_flagged")


def _index(look: str) -> None:
    op.execute("DROP INDEX ix_duty_record_queue")
    op.execute(
        f"CREATE INDEX ix_duty_record_queue ON duty_record (section_id, (CASE WHEN {look} THEN 0 ELSE 1 END),"
        " submitted_at, id) WHERE record_state = 'submitted'"
    )
