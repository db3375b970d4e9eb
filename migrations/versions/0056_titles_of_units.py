"""What a reply changed is called by the mandate's own title again, not by the reply's

Revision ID: 0056
Revises: 0055
"""

from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None

#: Versions made of a reply took its title (关于…的批复) before; the paper behind them still has it. Mended once and here,
#: not at reading: comparisons, exports and the next reply's base all read the field. A title that a person gave stays;
#: of a version that held the old row stays too, taken out, as its words may not change.
MEND = """
WITH RECURSIVE title AS (
  SELECT m.id AS mandate_id, m.base_id, f.id AS field_id, f.field_kind, f.confidence,
    coalesce(f.corrected_value, f.extracted_value) AS value, f.corrected_value IS NOT NULL AS is_corrected,
    f.source_snippet, coalesce(f.origin_document_id, m.document_id) AS document_id, d.title::text AS reply
  FROM mandate m
  JOIN document d ON d.id = m.document_id
  JOIN mandate_field f ON f.mandate_id = m.id AND f.field_kind = 'title' AND NOT f.is_removed
), mended AS (
  SELECT mandate_id, field_id, field_kind, confidence, value, source_snippet, document_id,
    ARRAY[]::text[] AS replies, false AS is_wrong
  FROM title WHERE base_id IS NULL
  UNION ALL
  SELECT t.mandate_id, t.field_id, t.field_kind,
    CASE WHEN w.is_wrong THEN b.confidence ELSE t.confidence END,
    CASE WHEN w.is_wrong THEN b.value ELSE t.value END,
    CASE WHEN w.is_wrong THEN b.source_snippet ELSE t.source_snippet END,
    CASE WHEN w.is_wrong THEN b.document_id ELSE t.document_id END,
    b.replies || t.reply, w.is_wrong
  FROM title t
  JOIN mended b ON b.mandate_id = t.base_id
  CROSS JOIN LATERAL (
    SELECT NOT t.is_corrected AND coalesce(t.value ->> 'value', '') = ANY (b.replies || t.reply) AS is_wrong
  ) w
), wrong AS (
  SELECT e.*, m.mandate_state IN ('confirmed', 'superseded') AS is_held
  FROM mended e JOIN mandate m ON m.id = e.mandate_id WHERE e.is_wrong
), taken_out AS (
  UPDATE mandate_field f SET is_removed = true FROM wrong w WHERE f.id = w.field_id AND w.is_held
), gone AS (
  DELETE FROM mandate_field f USING wrong w WHERE f.id = w.field_id AND NOT w.is_held
)
INSERT INTO mandate_field (mandate_id, field_kind, confidence, extracted_value, source_snippet, origin_document_id)
SELECT mandate_id, field_kind, confidence, value, source_snippet, document_id FROM wrong
"""


def upgrade() -> None:
    op.execute(MEND)


def downgrade() -> None:
    """The titles stay mended: which of them were wrong nobody needs to know again."""
