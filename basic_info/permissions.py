from enum import StrEnum

from host.kernel.access import Role


class Permission(StrEnum):
    """What may be asked of this system, as ``system:thing:verb``; keep it sorted."""

    APPOINTMENT_EDIT = "basic_info:appointment:edit"
    BREAKDOWN_CONFIRM = "basic_info:breakdown:confirm"
    CATALOGUE_OPEN = "basic_info:catalogue:open"
    COVERAGE_CHECK = "basic_info:coverage:check"
    COVERAGE_JUDGE = "basic_info:coverage:judge"
    DUTY_EDIT = "basic_info:duty:edit"
    DUTY_READ = "basic_info:duty:read"
    FLOWCHART_IMPORT = "basic_info:flowchart:import"
    FLOWCHART_PUBLISH = "basic_info:flowchart:publish"
    MANDATE_CONFIRM = "basic_info:mandate:confirm"
    MANDATE_IMPORT = "basic_info:mandate:import"
    PERSON_READ = "basic_info:person:read"
    PERSON_UNMASK = "basic_info:person:unmask"
    POWER_LIST_CONFIRM = "basic_info:power_list:confirm"
    POWER_LIST_IMPORT = "basic_info:power_list:import"
    REGISTER_IMPORT = "basic_info:register:import"
    SETTING_EDIT = "basic_info:setting:edit"
    UNIT_EDIT = "basic_info:unit:edit"
    UNIT_READ = "basic_info:unit:read"


_READ = frozenset({Permission.UNIT_READ, Permission.DUTY_READ})
_UNIT = _READ | {Permission.PERSON_READ}
_OFFICE = _UNIT | {
    Permission.APPOINTMENT_EDIT,
    Permission.COVERAGE_CHECK,
    Permission.COVERAGE_JUDGE,
    Permission.DUTY_EDIT,
    Permission.FLOWCHART_IMPORT,
    Permission.FLOWCHART_PUBLISH,
    Permission.MANDATE_IMPORT,
    Permission.PERSON_UNMASK,
    Permission.POWER_LIST_IMPORT,
    Permission.REGISTER_IMPORT,
    Permission.UNIT_EDIT,
}

ROLE_PERMISSIONS: dict[Role, frozenset[str]] = {
    Role.STAFF: _READ,
    Role.SECTION_HEAD: _UNIT,
    Role.LEADER_IN_CHARGE: _UNIT,
    Role.UNIT_CLERK: _UNIT | {Permission.DUTY_EDIT, Permission.FLOWCHART_IMPORT, Permission.FLOWCHART_PUBLISH},
    Role.UNIT_HEAD: _UNIT | {Permission.BREAKDOWN_CONFIRM},
    Role.OFFICE_CLERK: _OFFICE,
    Role.OFFICE_REVIEWER: _UNIT
    | {
        Permission.BREAKDOWN_CONFIRM,
        Permission.CATALOGUE_OPEN,
        Permission.COVERAGE_CHECK,
        Permission.COVERAGE_JUDGE,
        Permission.FLOWCHART_PUBLISH,
        Permission.MANDATE_CONFIRM,
        Permission.POWER_LIST_CONFIRM,
        Permission.SETTING_EDIT,
    },
    Role.ASSESSOR: _UNIT,
    Role.INSPECTOR: _UNIT,
}
