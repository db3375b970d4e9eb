"""Flowcharts: saves of drafts, effective days, step details, called versions and compiled state graphs

Revision ID: 0008
Revises: 0007
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

STEP_KINDS = ("apply", "accept", "supplement", "special_start", "special_end", "decide", "notify", "other")


def upgrade() -> None:
    _add_columns()
    op.execute(
        "UPDATE flowchart SET valid = daterange((coalesce(published_at, imported_at) AT TIME ZONE 'Asia/Shanghai')::date, NULL)"
        " WHERE chart_state = 'published'"
    )
    op.create_exclude_constraint(
        op.f("flowchart_in_force_once"), "flowchart", ("unit_id", "="), ("name", "="), ("valid", "&&"),
        where=sa.text("valid IS NOT NULL"), using="gist",
    )  # fmt: skip
    op.create_table(
        "flowchart_revision",
        sa.Column("flowchart_id", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("saved_by", sa.BigInteger(), nullable=True),
        sa.Column("saved_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["flowchart_id"], ["flowchart.id"], name=op.f("fk_flowchart_revision_flowchart_id_flowchart")
        ),
        sa.PrimaryKeyConstraint("flowchart_id", "revision", name=op.f("pk_flowchart_revision")),
    )
    op.create_table(
        "flow_call",
        sa.Column("flowchart_id", sa.BigInteger(), nullable=False),
        sa.Column("element_id", sa.Text(), nullable=False),
        sa.Column("called_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["called_id"], ["flowchart.id"], name=op.f("fk_flow_call_called_id_flowchart")),
        sa.ForeignKeyConstraint(["flowchart_id"], ["flowchart.id"], name=op.f("fk_flow_call_flowchart_id_flowchart")),
        sa.PrimaryKeyConstraint("flowchart_id", "element_id", name=op.f("pk_flow_call")),
    )
    op.create_index(op.f("ix_flow_call_called_id"), "flow_call", ["called_id"], unique=False)
    op.create_table(
        "flow_graph",
        sa.Column("flowchart_id", sa.BigInteger(), nullable=False),
        sa.Column("graph", sa.LargeBinary(), nullable=False),
        sa.Column("states", sa.Integer(), nullable=False),
        sa.Column("edges", sa.Integer(), nullable=False),
        sa.Column("compiled_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["flowchart_id"], ["flowchart.id"], name=op.f("fk_flow_graph_flowchart_id_flowchart")),
        sa.PrimaryKeyConstraint("flowchart_id", name=op.f("pk_flow_graph")),
    )


def _add_columns() -> None:
    for column in (
        sa.Column("valid", postgresql.DATERANGE(), nullable=True),
        sa.Column("revision", sa.Integer(), server_default="1", nullable=False),
        sa.Column("edited_by", sa.BigInteger(), nullable=True),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("supplement_suspends", sa.Boolean(), server_default="false", nullable=False),
    ):
        op.add_column("flowchart", column)
    kinds = sa.Enum(*STEP_KINDS, name="stepkind", native_enum=False, create_constraint=True, length=40)
    units = sa.Enum("workday", "day", name="promisedunit", native_enum=False, create_constraint=False, length=40)
    step_columns: tuple[sa.Column[Any], ...] = (
        sa.Column("step_kind", kinds, server_default="other", nullable=False),
        sa.Column("promised_value", sa.Integer(), nullable=True),
        sa.Column("promised_unit", units, nullable=True),
        sa.Column("inputs", sa.Text(), server_default="", nullable=False),
        sa.Column("outputs", sa.Text(), server_default="", nullable=False),
        sa.Column("basis", sa.Text(), server_default="", nullable=False),
        sa.Column("risk_point", sa.Text(), server_default="", nullable=False),
        sa.Column("suspensions", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
    )
    for step_column in step_columns:
        op.add_column("flow_step", step_column)


def downgrade() -> None:
    op.drop_table("flow_graph")
    op.drop_table("flow_call")
    op.drop_table("flowchart_revision")
    for name in (
        "suspensions",
        "risk_point",
        "basis",
        "outputs",
        "inputs",
        "promised_unit",
        "promised_value",
        "step_kind",
    ):
        op.drop_column("flow_step", name)
    op.drop_constraint("flowchart_in_force_once", "flowchart")
    for name in ("supplement_suspends", "edited_at", "edited_by", "revision", "valid"):
        op.drop_column("flowchart", name)
