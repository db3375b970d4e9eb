from enum import StrEnum

from host.kernel.access import Role


class Permission(StrEnum):
    """What may be asked of this system, as ``system:thing:verb``; keep it sorted."""

    FORM_PRINT = "performance:form:print"
    GRADE_DECIDE = "performance:grade:decide"
    GRADE_PROPOSE = "performance:grade:propose"
    GRADE_READ = "performance:grade:read"
    GRADING_EDIT = "performance:grading:edit"
    RUN_READ = "performance:run:read"
    RUN_START = "performance:run:start"
    SCHEME_EDIT = "performance:scheme:edit"
    SCHEME_READ = "performance:scheme:read"
    SCORE_READ = "performance:score:read"


ROLE_PERMISSIONS: dict[Role, frozenset[str]] = {
    Role.STAFF: frozenset({Permission.FORM_PRINT, Permission.SCORE_READ}),
    Role.UNIT_HEAD: frozenset(
        {
            Permission.FORM_PRINT,
            Permission.GRADE_PROPOSE,
            Permission.GRADE_READ,
            Permission.RUN_READ,
            Permission.SCORE_READ,
        }
    ),
    Role.ASSESSOR: frozenset(Permission),
}
