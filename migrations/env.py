"""Runs migrations on the connection that ``host.migrating`` hands over."""

from alembic import context

import host.app  # noqa: F401  # registers every model
from host.kernel.db import Model
from host.kernel.partitions import HASHED, MONTHLY

_PARTITIONS = tuple(f"{name}_" for name in (*MONTHLY, *HASHED))


def is_ours(_object: object, name: str | None, kind: str, reflected: bool, _to: object) -> bool:
    """Leave out the queue's own tables and partitions, which are made as months come."""
    if kind != "table" or not reflected or name is None:
        return True
    return name in Model.metadata.tables and not (name.startswith(_PARTITIONS) and name not in Model.metadata.tables)


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Model.metadata,
    include_object=is_ours,
    compare_server_default=False,
    transactional_ddl=True,
)
context.run_migrations()
