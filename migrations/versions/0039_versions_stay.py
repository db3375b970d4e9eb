"""Mandates, power lists and flowcharts that held at some time stay as they were, by whatever route a write comes

Revision ID: 0039
Revises: 0038
"""

from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

_REFUSED = "RAISE EXCEPTION 'a version that held stays as it was: %', {} USING ERRCODE = 'LV020'"
#: Arguments: the column of the state, the open states, the columns that may still change.
_VERSION = f"""
CREATE FUNCTION keep_version() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  may_change text[] := TG_ARGV[2]::text[];
BEGIN
  IF TG_OP = 'DELETE' THEN
    {_REFUSED.format("TG_TABLE_NAME")};
  END IF;
  IF to_jsonb(NEW) ->> TG_ARGV[0] = ANY (TG_ARGV[1]::text[]) OR to_jsonb(NEW) - may_change <> to_jsonb(OLD) - may_change
  THEN
    {_REFUSED.format("TG_TABLE_NAME")};
  END IF;
  RETURN NEW;
END $$
"""
#: Arguments: the table of versions, the column of its state, the open states, the query for the versions of ``changed``.
#: FOR SHARE: who puts a version in force and who changes a part of it wait for each other.
_PARTS = f"""
CREATE FUNCTION keep_version_parts() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  fixed boolean;
BEGIN
  EXECUTE format(
    'SELECT coalesce(bool_or(state <> ALL ($1)), false) FROM'
    ' (SELECT v.%I::text AS state FROM %I v WHERE v.id IN (%s) FOR SHARE) held',
    TG_ARGV[1], TG_ARGV[0], TG_ARGV[3]
  ) INTO fixed USING TG_ARGV[2]::text[];
  IF fixed THEN
    {_REFUSED.format("TG_TABLE_NAME")};
  END IF;
  RETURN NULL;
END $$
"""  # noqa: S608 - a constant
#: An amendment that comes late takes rows of later versions out and adds its own (R44); words stay as they were.
_MANDATE_PART = f"""
CREATE FUNCTION keep_mandate_part() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  may_change text[] := ARRAY['is_removed', 'lock_version'];
BEGIN
  IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - may_change = to_jsonb(OLD) - may_change THEN
    RETURN NEW;
  END IF;
  PERFORM FROM mandate m WHERE m.id = OLD.mandate_id AND m.mandate_state IN ('confirmed', 'superseded') FOR SHARE;
  IF FOUND THEN
    {_REFUSED.format("TG_TABLE_NAME")};
  END IF;
  RETURN coalesce(NEW, OLD);
END $$
"""
_FOREVER = f"""
CREATE FUNCTION keep_forever() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN {_REFUSED.format("TG_TABLE_NAME")}; END $$
"""
#: table, state, open states, columns that may still change
_VERSIONS = (
    ("flowchart", "chart_state", ("draft",), ("chart_state", "valid")),
    ("power_list", "list_state", ("draft",), ("list_state", "valid")),
    ("mandate", "mandate_state", ("pending_review", "returned"), ("mandate_state", "valid")),
)
#: table, table of versions, query for the versions; the sections of handling names are matched at any time (R54)
_OF_CHART = "SELECT flowchart_id FROM changed"
_OF_ITEM = "SELECT i.power_list_id FROM changed c JOIN power_item i ON i.id = c.power_item_id"
_PARTS_OF = (
    ("flow_step", "flowchart", _OF_CHART),
    ("flow_call", "flowchart", _OF_CHART),
    ("power_item", "power_list", "SELECT power_list_id FROM changed"),
    ("legal_basis", "power_list", _OF_ITEM),
    ("power_time_limit", "power_list", _OF_ITEM),
)
_MANDATE_PARTS = ("mandate_field", "mandate_clause", "mandate_quota", "mandate_leader")
_KEPT = ("flow_graph", "flowchart_revision")
#: name, event, what the rows are: a row that is moved is looked at where it was and where it goes
_EVENTS = (
    ("keep_inserted", "INSERT", "NEW"),
    ("keep_updated", "UPDATE", "OLD"),
    ("keep_moved", "UPDATE", "NEW"),
    ("keep_deleted", "DELETE", "OLD"),
)


def upgrade() -> None:
    for function in (_VERSION, _PARTS, _MANDATE_PART, _FOREVER):
        op.execute(function)
    for table, state, open_states, may_change in _VERSIONS:
        arguments = f"'{state}', '{_array(open_states)}', '{_array(may_change)}'"
        op.execute(
            f"CREATE TRIGGER keep_version BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW"
            f" WHEN (OLD.{state} NOT IN {_listed(open_states)}) EXECUTE FUNCTION keep_version({arguments})"
        )
    states = {table: (state, open_states) for table, state, open_states, _ in _VERSIONS}
    for table, versions, query in _PARTS_OF:
        state, open_states = states[versions]
        for name, event, rows in _EVENTS:
            op.execute(
                f"CREATE TRIGGER {name} AFTER {event} ON {table} REFERENCING {rows} TABLE AS changed"
                " FOR EACH STATEMENT EXECUTE FUNCTION"
                f" keep_version_parts('{versions}', '{state}', '{_array(open_states)}', '{query}')"
            )
    for table in _MANDATE_PARTS:
        op.execute(
            f"CREATE TRIGGER keep_part BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW"
            " EXECUTE FUNCTION keep_mandate_part()"
        )
    for table in _KEPT:
        op.execute(
            f"CREATE TRIGGER keep_forever BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW"
            " EXECUTE FUNCTION keep_forever()"
        )


def downgrade() -> None:
    for table in _KEPT:
        op.execute(f"DROP TRIGGER keep_forever ON {table}")
    for table in _MANDATE_PARTS:
        op.execute(f"DROP TRIGGER keep_part ON {table}")
    for table, *_ in _PARTS_OF:
        for name, *_ in _EVENTS:
            op.execute(f"DROP TRIGGER {name} ON {table}")
    for table, *_ in _VERSIONS:
        op.execute(f"DROP TRIGGER keep_version ON {table}")
    for name in ("keep_forever", "keep_mandate_part", "keep_version_parts", "keep_version"):
        op.execute(f"DROP FUNCTION {name}()")


def _array(words: tuple[str, ...]) -> str:
    return "{" + ",".join(words) + "}"


def _listed(words: tuple[str, ...]) -> str:
    return "(" + ", ".join(f"'{word}'" for word in words) + ")"
