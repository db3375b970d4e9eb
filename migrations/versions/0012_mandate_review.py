"""Corrections of mandates, amendments on their base, links to be looked at again, subject words

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_CONFIDENCE = sa.Enum("high", "medium", "low", name="confidence", native_enum=False, create_constraint=True, length=40)
_HELD = "mandate_state IN ('confirmed', 'superseded')"


def upgrade() -> None:
    op.add_column(
        "document", sa.Column("subject_words", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False)
    )
    _widen_mandate()
    _make_fields()
    for table in ("mandate_clause", "mandate_quota", "mandate_leader"):
        _widen_reading(table)
    # What was read so far is what counts so far.
    op.execute("UPDATE mandate_clause SET extracted_value = jsonb_build_object('text', text) || extracted_value")
    op.execute("UPDATE mandate_quota SET extracted_value = jsonb_build_object('kind', kind, 'count', count)")
    op.execute(
        "UPDATE mandate_leader SET extracted_value ="
        " jsonb_build_object('title', title, 'rank', rank, 'count', count, 'holds_quota', holds_quota)"
    )
    _make_reviews()


def _widen_mandate() -> None:
    op.add_column(
        "mandate", sa.Column("corrected_by", postgresql.ARRAY(sa.BigInteger()), server_default="{}", nullable=False)
    )
    op.add_column("mandate", sa.Column("revision", sa.BigInteger(), server_default="1", nullable=False))
    op.add_column("mandate", sa.Column("return_reason", sa.Text(), nullable=True))
    op.add_column("mandate", sa.Column("base_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_mandate_base_id_mandate"), "mandate", "mandate", ["base_id"], ["id"])
    op.create_check_constraint(
        op.f("ck_mandate_confirmed_by_nobody_who_corrected"), "mandate", "confirmed_by <> ALL (corrected_by)"
    )
    op.create_index(
        "uq_mandate_open_once",
        "mandate",
        ["unit_id"],
        unique=True,
        postgresql_where=sa.text("mandate_state = 'pending_review'"),
    )
    _in_force_once(_HELD)


def _in_force_once(where: str) -> None:
    op.drop_constraint("mandate_in_force_once", "mandate")
    op.create_exclude_constraint(
        "mandate_in_force_once",
        "mandate",
        (sa.column("unit_id"), "="),
        (sa.column("valid"), "&&"),
        where=sa.text(where),
        using="gist",
    )


def _make_fields() -> None:
    op.create_table(
        "mandate_field",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("mandate_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "field_kind",
            sa.Enum(
                "title", "doc_no", "unit_name", "rank", "effective_on", "plate",
                name="fieldkind", native_enum=False, create_constraint=True, length=40,
            ),
            nullable=False,
        ),
        sa.Column("extracted_value", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("corrected_value", postgresql.JSONB(), nullable=True),
        sa.Column("source_snippet", sa.Text(), server_default="", nullable=False),
        sa.Column("confidence", _CONFIDENCE, server_default="high", nullable=False),
        *_state_columns(),
        sa.ForeignKeyConstraint(["mandate_id"], ["mandate.id"], name=op.f("fk_mandate_field_mandate_id_mandate")),
        sa.ForeignKeyConstraint(
            ["origin_document_id"], ["document.id"], name=op.f("fk_mandate_field_origin_document_id_document")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mandate_field")),
    )  # fmt: skip
    op.create_index(op.f("ix_mandate_field_mandate_id"), "mandate_field", ["mandate_id"], unique=False)


def _state_columns() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("corrected_by", sa.BigInteger(), nullable=True),
        sa.Column("is_removed", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("lock_version", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("origin_document_id", sa.BigInteger(), nullable=True),
    )


def _widen_reading(table: str) -> None:
    for column in _state_columns():
        op.add_column(table, column)
    op.create_foreign_key(
        op.f(f"fk_{table}_origin_document_id_document"), table, "document", ["origin_document_id"], ["id"]
    )
    if table == "mandate_clause":
        op.alter_column(table, "confidence", server_default="high")
        return
    op.add_column(table, sa.Column("extracted_value", postgresql.JSONB(), server_default="{}", nullable=False))
    op.add_column(table, sa.Column("corrected_value", postgresql.JSONB(), nullable=True))
    op.add_column(table, sa.Column("confidence", _CONFIDENCE, server_default="high", nullable=False))


def _make_reviews() -> None:
    names = {"unit": "unit_id", "mandate": "mandate_id", "duty_link": "link_id"}
    ends = {"unit_function": "function_id", "section_duty": "section_duty_id"}
    op.create_table(
        "link_review",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in names.values()),
        *(sa.Column(name, sa.BigInteger(), nullable=True) for name in ends.values()),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column(
            "review_state",
            sa.Enum(
                "open", "kept", "dropped", name="reviewstate", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "(review_state = 'open') = (decided_by IS NULL)", name=op.f("ck_link_review_decided_by_a_person")
        ),
        *(
            sa.ForeignKeyConstraint([name], [f"{table}.id"], name=op.f(f"fk_link_review_{name}_{table}"))
            for table, name in (names | ends).items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_review")),
        sa.UniqueConstraint("link_id", name=op.f("uq_link_review_link_id")),
    )
    op.create_index(op.f("ix_link_review_mandate_id"), "link_review", ["mandate_id"], unique=False)
    op.create_index(
        op.f("ix_link_review_unit_id_review_state"), "link_review", ["unit_id", "review_state"], unique=False
    )


def downgrade() -> None:
    op.drop_table("link_review")
    for table in ("mandate_leader", "mandate_quota"):
        for column in ("confidence", "corrected_value", "extracted_value"):
            op.drop_column(table, column)
    for table in ("mandate_leader", "mandate_quota", "mandate_clause"):
        for column in ("origin_document_id", "lock_version", "is_removed", "corrected_by"):
            op.drop_column(table, column)
    op.alter_column("mandate_clause", "confidence", server_default=None)
    op.drop_table("mandate_field")
    _in_force_once("mandate_state = 'confirmed'")
    op.drop_index("uq_mandate_open_once", table_name="mandate")
    for column in ("base_id", "return_reason", "revision", "corrected_by"):
        op.drop_column("mandate", column)
    op.drop_column("document", "subject_words")
