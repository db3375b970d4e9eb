"""Power lists: one line per item over versions, adjustments with their document, limits in months

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

WITH_LIMITS = ("power_time_limit", "flow_step", "step_clock")
ADJUSTED = "based_on_id IS NOT NULL AND list_state = 'draft'"
CHECKS = {
    "adjustment_put_by_a_person": (
        "based_on_id IS NULL OR list_state NOT IN ('in_force', 'superseded') OR put_by IS NOT NULL"
    ),
    "adjustment_put_by_a_second_person": "based_on_id IS NULL OR put_by <> imported_by",
    "adjustment_has_its_document": "based_on_id IS NULL OR (doc_no <> '' AND reason <> '')",
}
CHANGES = ("added", "cancelled", "transferred", "received", "merged", "changed")


def upgrade() -> None:
    for table in WITH_LIMITS:
        _allow(table, "limitunit", "limit_unit", ("workday", "day", "month"))
    _allow("power_list", "liststate", "list_state", ("draft", "in_force", "superseded", "withdrawn"))
    for column in (
        sa.Column("based_on_id", sa.BigInteger(), nullable=True),
        sa.Column("doc_no", sa.Text(), server_default="", nullable=False),
        sa.Column("doc_date", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("put_by", sa.BigInteger(), nullable=True),
        sa.Column("put_at", sa.DateTime(timezone=True), nullable=True),
    ):
        op.add_column("power_list", column)
    op.create_foreign_key(
        op.f("fk_power_list_based_on_id_power_list"), "power_list", "power_list", ["based_on_id"], ["id"]
    )
    for name, condition in CHECKS.items():
        op.create_check_constraint(op.f(f"ck_power_list_{name}"), "power_list", condition)
    op.create_index(
        "uq_power_list_one_adjustment_open", "power_list", ["unit_id"], unique=True, postgresql_where=sa.text(ADJUSTED)
    )
    op.add_column("power_item", sa.Column("origin_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_power_item_origin_id_power_item"), "power_item", "power_item", ["origin_id"], ["id"])
    op.create_index(op.f("ix_power_item_origin_id"), "power_item", ["origin_id"], unique=False)
    _create_changes()


def _create_changes() -> None:
    change = sa.Enum(*CHANGES, name="itemchange", native_enum=False, create_constraint=True, length=40)
    op.create_table(
        "power_item_change",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("power_list_id", sa.BigInteger(), nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.Column("change", change, nullable=False),
        sa.Column("other_unit_id", sa.BigInteger(), nullable=True),
        sa.Column("into_line_id", sa.BigInteger(), nullable=True),
        sa.Column("before", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("after", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("recorded_by", sa.BigInteger(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["power_list_id"], ["power_list.id"], name=op.f("fk_power_item_change_power_list_id_power_list")
        ),
        sa.ForeignKeyConstraint(["line_id"], ["power_item.id"], name=op.f("fk_power_item_change_line_id_power_item")),
        sa.ForeignKeyConstraint(["other_unit_id"], ["unit.id"], name=op.f("fk_power_item_change_other_unit_id_unit")),
        sa.ForeignKeyConstraint(
            ["into_line_id"], ["power_item.id"], name=op.f("fk_power_item_change_into_line_id_power_item")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_power_item_change")),
    )
    op.create_index(op.f("ix_power_item_change_power_list_id"), "power_item_change", ["power_list_id"])
    op.create_index(op.f("ix_power_item_change_line_id"), "power_item_change", ["line_id"])


def downgrade() -> None:
    op.drop_table("power_item_change")
    op.drop_index(op.f("ix_power_item_origin_id"), table_name="power_item")
    op.drop_constraint(op.f("fk_power_item_origin_id_power_item"), "power_item")
    op.drop_column("power_item", "origin_id")
    op.drop_index("uq_power_list_one_adjustment_open", table_name="power_list")
    for name in CHECKS:
        op.drop_constraint(op.f(f"ck_power_list_{name}"), "power_list")
    op.drop_constraint(op.f("fk_power_list_based_on_id_power_list"), "power_list")
    for name in ("put_at", "put_by", "reason", "doc_date", "doc_no", "based_on_id"):
        op.drop_column("power_list", name)
    # Without the new words there is no withdrawn list and no month: the nearest that the old ones say.
    op.execute("UPDATE power_list SET list_state = 'superseded' WHERE list_state = 'withdrawn'")
    _allow("power_list", "liststate", "list_state", ("draft", "in_force", "superseded"))
    for table in WITH_LIMITS:
        op.execute(
            sa.text(
                f"UPDATE {table} SET limit_unit = 'day', {_VALUE[table]} = {_VALUE[table]} * 30"  # noqa: S608
                " WHERE limit_unit = 'month'"
            )  # fmt: skip
        )
        _allow(table, "limitunit", "limit_unit", ("workday", "day"))


_VALUE = {"power_time_limit": "value", "flow_step": "limit_value", "step_clock": "limit_value"}


def _allow(table: str, name: str, column: str, words: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{word}'" for word in words)
    op.drop_constraint(op.f(f"ck_{table}_{name}"), table)
    op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, f"{column} IN ({listed})")
