from enum import StrEnum

from host.kernel.access import Role


class Permission(StrEnum):
    """What may be asked of this system, as ``system:thing:verb``; keep it sorted."""

    HOME_READ = "function_monitor:home:read"


ROLE_PERMISSIONS: dict[Role, frozenset[str]] = {}
