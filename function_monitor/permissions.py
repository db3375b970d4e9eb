from enum import StrEnum

from host.kernel.access import Role


class Permission(StrEnum):
    """What may be asked of this system, as ``system:thing:verb``; keep it sorted."""

    ALERT_CLOSE = "function_monitor:alert:close"
    ALERT_HANDLE = "function_monitor:alert:handle"
    ALERT_RAISE = "function_monitor:alert:raise"
    ALERT_READ = "function_monitor:alert:read"
    ALERT_VERIFY = "function_monitor:alert:verify"
    CASE_EXTEND = "function_monitor:case:extend"
    CASE_READ = "function_monitor:case:read"
    CASE_SUSPEND = "function_monitor:case:suspend"
    QUARANTINE_RESOLVE = "function_monitor:quarantine:resolve"
    RULE_EDIT = "function_monitor:rule:edit"
    RULE_READ = "function_monitor:rule:read"
    SOURCE_EDIT = "function_monitor:source:edit"


_READ = frozenset({Permission.ALERT_READ, Permission.CASE_READ})
_HEAD = _READ | {Permission.ALERT_HANDLE, Permission.CASE_SUSPEND}
_CHECK = _READ | {Permission.ALERT_RAISE, Permission.ALERT_VERIFY, Permission.RULE_READ}

ROLE_PERMISSIONS: dict[Role, frozenset[str]] = {
    Role.STAFF: frozenset({Permission.ALERT_READ}),  # alerts about oneself
    Role.SECTION_HEAD: _HEAD,
    Role.LEADER_IN_CHARGE: _HEAD,
    Role.UNIT_CLERK: _HEAD | {Permission.CASE_EXTEND},
    Role.UNIT_HEAD: _HEAD | {Permission.CASE_EXTEND},
    Role.OFFICE_CLERK: _CHECK,
    Role.INSPECTOR: _CHECK,
    Role.OFFICE_REVIEWER: _CHECK | {Permission.ALERT_CLOSE, Permission.RULE_EDIT},
    Role.SYSTEM_ADMIN: frozenset({Permission.QUARANTINE_RESOLVE, Permission.SOURCE_EDIT}),
}
