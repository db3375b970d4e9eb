"""Search over the words of the duty library, by pairs of characters

Revision ID: 0003
Revises: 0002
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

WORDS = {
    "mandate_clause": "text",
    "power_item": "name || ' ' || subitem_name",
    "flow_step": "name",
    "unit_function": "text",
    "section_duty": "text",
    "post_duty": "text",
}

# Plain functions of pg_catalog only: an index may be rebuilt under any search_path.
SEARCH_WORDS = r"""
CREATE FUNCTION search_words(words text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS
$$ SELECT lower(regexp_replace(normalize(words, NFKC), '\s+', '', 'g')) $$
"""
# Pairs that start at odd places, then those at even places: two passes of a regular expression are ten times as fast as a
# loop over the characters.
SEARCH_GRAMS = r"""
CREATE FUNCTION search_grams(words text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS
$$ SELECT string_to_array(regexp_replace(plain, '(..)', '\1 ', 'g') || ' ' || regexp_replace(substr(plain, 2), '(..)', '\1 ', 'g'), ' ')
   FROM (SELECT lower(regexp_replace(normalize(words, NFKC), '\s+', '', 'g')) AS plain) AS one $$
"""


def upgrade() -> None:
    op.execute(SEARCH_WORDS)
    op.execute(SEARCH_GRAMS)
    for table, words in WORDS.items():
        op.execute(f"CREATE INDEX ix_{table}_words ON {table} USING gin (search_grams({words}))")


def downgrade() -> None:
    for table in WORDS:
        op.execute(f"DROP INDEX ix_{table}_words")
    op.execute("DROP FUNCTION search_grams(text)")
    op.execute("DROP FUNCTION search_words(text)")
