"""A review has a reviewer; corrected leave may be longer; imported leave names its file; a division may keep units daily

Revision ID: 0053
Revises: 0052
"""

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None

_OWN = "ck_record_review_not_ones_own"
_INSIDE = "OR NOT NEW.span <@ corrected.span THEN"
_SHARING = "OR NOT NEW.span && corrected.span THEN"
_OLD_CHANGED = """    changed := datemultirange(corrected.span);
    IF NEW.absence_kind = corrected.absence_kind AND NEW.is_half = corrected.is_half THEN
      changed := changed - datemultirange(NEW.span);
    END IF;"""
_NEW_CHANGED = """    changed := datemultirange(corrected.span) + datemultirange(NEW.span);
    IF NEW.absence_kind = corrected.absence_kind AND NEW.is_half = corrected.is_half
       AND NEW.half_part IS NOT DISTINCT FROM corrected.half_part THEN
      changed := changed - datemultirange(NEW.span * corrected.span);
    END IF;"""
#: What is in the guard's own words is put into other words; the rest of it stays as it is.
_REPLACE = """
DO $do$ BEGIN
  EXECUTE replace(replace(pg_get_functiondef('guard_absence()'::regprocedure), $a${0}$a$, $a${1}$a$),
    $a${2}$a$, $a${3}$a$);
END $do$
"""


def upgrade() -> None:
    op.drop_constraint(op.f(_OWN), "record_review")
    # Reviews that were loaded without a reviewer before stay as they are; there is nobody to name for them now.
    op.execute(
        f"ALTER TABLE record_review ADD CONSTRAINT {_OWN}"
        " CHECK (reviewer_person_id IS NOT NULL AND reviewer_person_id <> person_id) NOT VALID"
    )
    op.execute(
        "DO $do$ BEGIN IF NOT EXISTS (SELECT FROM record_review WHERE reviewer_person_id IS NULL) THEN"
        f" ALTER TABLE record_review VALIDATE CONSTRAINT {_OWN}; END IF; END $do$"
    )
    op.execute(_REPLACE.format(_INSIDE, _SHARING, _OLD_CHANGED, _NEW_CHANGED))
    op.add_column("absence", sa.Column("import_file", sa.Text(), server_default="", nullable=False))
    # All of them: one that waits for the end of the transaction would stand against every further change of the table.
    op.execute("ALTER TABLE absence DISABLE TRIGGER USER")
    op.execute(
        "UPDATE absence a SET import_file = left(e.after->>'file', 120) FROM audit_entry e"
        " WHERE a.is_imported AND e.action = 'absence.imported' AND e.subject = 'absence:' || a.id"
        " AND e.after->>'file' IS NOT NULL"
    )
    op.execute("ALTER TABLE absence ENABLE TRIGGER USER")
    op.add_column("entry_rule", sa.Column("allows_weekly", sa.Boolean(), server_default="true", nullable=False))


def downgrade() -> None:
    op.drop_column("entry_rule", "allows_weekly")
    op.drop_column("absence", "import_file")
    op.execute(_REPLACE.format(_SHARING, _INSIDE, _NEW_CHANGED, _OLD_CHANGED))
    op.drop_constraint(op.f(_OWN), "record_review")
    op.create_check_constraint(
        op.f(_OWN), "record_review", "reviewer_person_id IS NULL OR reviewer_person_id <> person_id"
    )
