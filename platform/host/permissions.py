"""Permissions of the host itself."""

from enum import StrEnum

from host.kernel.access import Role


class Permission(StrEnum):
    """What may be asked of the host, as ``host:thing:verb``; keep it sorted."""

    ACCOUNT_MANAGE = "host:account:manage"
    ACCOUNT_READ = "host:account:read"
    AUDIT_READ = "host:audit:read"
    CALENDAR_EDIT = "host:calendar:edit"
    CALENDAR_READ = "host:calendar:read"
    FILE_READ = "host:file:read"
    JOB_MANAGE_ALL = "host:job:manage_all"
    JOB_READ = "host:job:read"
    JOB_READ_ALL = "host:job:read_all"
    OUTGOING_MANAGE = "host:outgoing:manage"
    ROLE_GRANT = "host:role:grant"
    SCHEDULE_EDIT = "host:schedule:edit"
    #: at all; each list asks for its own permission besides
    TABLE_EXPORT = "host:table:export"


_EVERYBODY = frozenset({Permission.CALENDAR_READ, Permission.FILE_READ, Permission.JOB_READ, Permission.TABLE_EXPORT})

HOST_ROLE_PERMISSIONS: dict[Role, frozenset[str]] = {
    **{role: frozenset(_EVERYBODY) for role in Role},
    Role.OFFICE_CLERK: _EVERYBODY | {Permission.CALENDAR_EDIT},
    Role.SYSTEM_ADMIN: _EVERYBODY
    | {
        Permission.ACCOUNT_MANAGE,
        Permission.ACCOUNT_READ,
        Permission.JOB_MANAGE_ALL,
        Permission.JOB_READ_ALL,
        Permission.OUTGOING_MANAGE,
        Permission.SCHEDULE_EDIT,
    },
    Role.SECURITY_ADMIN: _EVERYBODY | {Permission.ACCOUNT_READ, Permission.ROLE_GRANT},
    Role.AUDIT_ADMIN: _EVERYBODY | {Permission.AUDIT_READ},
}
