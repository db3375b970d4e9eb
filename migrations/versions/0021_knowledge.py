"""Knowledge: articles by the duty that they serve, with versions, review and marks

Revision ID: 0021
Revises: 0020
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "article",
        sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("unit_id", sa.BigInteger(), sa.ForeignKey("unit.id"), nullable=False),
        sa.Column("section_id", sa.BigInteger(), sa.ForeignKey("section.id"), nullable=False),
        sa.Column("post_duty_id", sa.BigInteger(), sa.ForeignKey("post_duty.id")),
        sa.Column("article_kind", _words("articlekind", "how_to", "template", "case"), nullable=False),
        sa.Column("record_id", sa.BigInteger()),
        sa.Column("worked_on", sa.Date()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True)),
        sa.Column("withdrawn_reason", sa.Text(), nullable=False, server_default=""),
        sa.CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_reason = '')", name="withdrawn_with_a_reason"),
    )
    op.create_index("ix_article_unit_id", "article", ["unit_id"])
    op.create_index("ix_article_post_duty_id", "article", ["post_duty_id"])
    op.create_table(
        "article_version",
        sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("article_id", sa.BigInteger(), sa.ForeignKey("article.id"), nullable=False),
        sa.Column("version_no", sa.SmallInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column(
            "version_state", _words("versionstate", "pending", "published", "returned", "superseded"), nullable=False
        ),
        sa.Column("written_by", sa.BigInteger()),
        sa.Column("written_by_person", sa.BigInteger(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("decided_by", sa.BigInteger()),
        sa.Column("decided_by_person", sa.BigInteger()),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("decision_note", sa.Text(), nullable=False, server_default=""),
        sa.UniqueConstraint("article_id", "version_no"),
        sa.CheckConstraint("decided_by_person IS DISTINCT FROM written_by_person", name="decided_by_another"),
        sa.CheckConstraint("version_state <> 'returned' OR decision_note <> ''", name="returned_with_a_reason"),
        sa.CheckConstraint("title <> '' AND length(title) <= 100 AND length(body) <= 20000", name="texts_are_bounded"),
    )
    for name, state in (("published", "published"), ("pending", "pending")):
        op.create_index(
            f"uq_article_{name}",
            "article_version",
            ["article_id"],
            unique=True,
            postgresql_where=sa.text(f"version_state = '{state}'"),
        )
    op.execute(
        "CREATE INDEX ix_article_version_words ON article_version USING gin (search_grams(title || ' ' || body))"
    )
    op.create_table(
        "article_mark",
        sa.Column("article_id", sa.BigInteger(), sa.ForeignKey("article.id"), primary_key=True, autoincrement=False),
        sa.Column("account_id", sa.BigInteger(), primary_key=True, autoincrement=False),
    )


def downgrade() -> None:
    for table in ("article_mark", "article_version", "article"):
        op.drop_table(table)


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=40)
