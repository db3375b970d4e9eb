from enum import StrEnum

from host.kernel.access import Role


class Permission(StrEnum):
    """What may be asked of this system, as ``system:thing:verb``; keep it sorted."""

    #: leave and trips of a section's people
    ABSENCE_DECIDE = "duty_eval:absence:decide"
    #: leave that a unit granted elsewhere, from its workbook
    ABSENCE_IMPORT = "duty_eval:absence:import"
    #: sums of a section, a unit, a division
    DASHBOARD_READ = "duty_eval:dashboard:read"
    DUTY_RECORD_LOG = "duty_eval:duty_record:log"
    #: records of others who cannot write them themselves
    DUTY_RECORD_LOG_FOR = "duty_eval:duty_record:log_for"
    DUTY_RECORD_READ = "duty_eval:duty_record:read"
    #: records of a section's people
    DUTY_RECORD_REVIEW = "duty_eval:duty_record:review"
    #: records of those who lead a section
    DUTY_RECORD_REVIEW_HEADS = "duty_eval:duty_record:review_heads"
    #: what the records of a duty must have
    DUTY_REQUIREMENT_SET = "duty_eval:duty_requirement:set"
    #: what is checked at entry, by division
    ENTRY_RULE_SET = "duty_eval:entry_rule:set"
    #: evidence that an inspection asks of a section
    INSPECTION_ANSWER = "duty_eval:inspection:answer"
    #: by another than who made the plan
    INSPECTION_CLOSE = "duty_eval:inspection:close"
    #: what was found, of oneself too
    INSPECTION_FINDING_READ = "duty_eval:inspection:finding_read"
    #: plans, their samples and what is found
    INSPECTION_MAKE = "duty_eval:inspection:make"
    INSPECTION_READ = "duty_eval:inspection:read"
    PERIOD_LOCK = "duty_eval:period:lock"
    #: one person's closed month, or one record of it
    PERIOD_REOPEN = "duty_eval:period:reopen"
    #: a closed month for a whole place
    PERIOD_UNLOCK = "duty_eval:period:unlock"
    #: whether a unit writes daily or weekly
    RECORD_RHYTHM_CHOOSE = "duty_eval:record_rhythm:choose"
    #: ready words for the duties of posts
    RECORD_TEMPLATE_KEEP = "duty_eval:record_template:keep"
    #: let another act for oneself, or for a head below
    REVIEW_DELEGATE = "duty_eval:review:delegate"
    #: the review desk itself
    REVIEW_OPEN = "duty_eval:review:open"
    #: objections to a routine assessment, by another than who decided
    ROUTINE_ANSWER = "duty_eval:routine:answer"
    #: rounds of routine assessment: open them, make grades final
    ROUTINE_DECIDE = "duty_eval:routine:decide"
    #: rounds of routine assessment with everybody in them
    ROUTINE_READ = "duty_eval:routine:read"
    #: a closed round of routine assessment
    ROUTINE_REOPEN = "duty_eval:routine:reopen"
    #: sanctions and investigations of people
    SANCTION_KEEP = "duty_eval:sanction:keep"
    #: how long one piece of a duty's work takes
    STANDARD_CONFIRM = "duty_eval:standard:confirm"
    TASK_ASSIGN = "duty_eval:task:assign"
    #: have the workload counted now, not only at night
    WORKLOAD_COUNT = "duty_eval:workload:count"
    WORKLOAD_READ = "duty_eval:workload:read"


_OWN = frozenset({Permission.DUTY_RECORD_LOG, Permission.DUTY_RECORD_READ, Permission.INSPECTION_FINDING_READ})

_RUNS_ROUTINE = frozenset({Permission.ROUTINE_ANSWER, Permission.ROUTINE_DECIDE, Permission.ROUTINE_READ})

_ABOVE_HEADS = frozenset(
    {
        Permission.ABSENCE_DECIDE,
        Permission.DASHBOARD_READ,
        Permission.DUTY_RECORD_READ,
        Permission.DUTY_RECORD_REVIEW_HEADS,
        Permission.INSPECTION_FINDING_READ,
        Permission.INSPECTION_READ,
        Permission.REVIEW_DELEGATE,
        Permission.REVIEW_OPEN,
        Permission.WORKLOAD_READ,
    }
)

ROLE_PERMISSIONS: dict[Role, frozenset[str]] = {
    Role.STAFF: _OWN,
    Role.SECTION_HEAD: frozenset(
        {
            Permission.ABSENCE_DECIDE,
            Permission.DASHBOARD_READ,
            Permission.DUTY_RECORD_LOG_FOR,
            Permission.DUTY_RECORD_READ,
            Permission.DUTY_RECORD_REVIEW,
            Permission.DUTY_REQUIREMENT_SET,
            Permission.INSPECTION_ANSWER,
            Permission.INSPECTION_FINDING_READ,
            Permission.INSPECTION_READ,
            Permission.RECORD_TEMPLATE_KEEP,
            Permission.REVIEW_DELEGATE,
            Permission.REVIEW_OPEN,
            Permission.TASK_ASSIGN,
            # of the own section: what is of a whole unit does not reach so far
            Permission.WORKLOAD_READ,
        }
    ),
    Role.LEADER_IN_CHARGE: _ABOVE_HEADS | _RUNS_ROUTINE | {Permission.PERIOD_REOPEN},
    Role.UNIT_HEAD: _ABOVE_HEADS
    | _RUNS_ROUTINE
    | {
        Permission.INSPECTION_ANSWER,
        Permission.INSPECTION_CLOSE,
        Permission.INSPECTION_MAKE,
        Permission.PERIOD_LOCK,
        Permission.PERIOD_REOPEN,
        Permission.RECORD_RHYTHM_CHOOSE,
        Permission.SANCTION_KEEP,
        Permission.STANDARD_CONFIRM,
        Permission.WORKLOAD_COUNT,
    },
    Role.UNIT_CLERK: frozenset(
        {
            Permission.ABSENCE_IMPORT,
            Permission.DUTY_RECORD_LOG_FOR,
            Permission.DUTY_REQUIREMENT_SET,
            Permission.INSPECTION_ANSWER,
            Permission.INSPECTION_MAKE,
            Permission.INSPECTION_FINDING_READ,
            Permission.INSPECTION_READ,
            Permission.PERIOD_LOCK,
            Permission.RECORD_RHYTHM_CHOOSE,
        }
    ),
    Role.OFFICE_CLERK: frozenset(
        {
            Permission.DASHBOARD_READ,
            Permission.ENTRY_RULE_SET,
            Permission.INSPECTION_MAKE,
            Permission.INSPECTION_FINDING_READ,
            Permission.INSPECTION_READ,
            Permission.PERIOD_LOCK,
            Permission.PERIOD_UNLOCK,
            Permission.RECORD_TEMPLATE_KEEP,
            Permission.WORKLOAD_COUNT,
            Permission.WORKLOAD_READ,
        }
    ),
    Role.OFFICE_REVIEWER: frozenset(
        {
            Permission.DASHBOARD_READ,
            Permission.INSPECTION_CLOSE,
            Permission.INSPECTION_FINDING_READ,
            Permission.INSPECTION_READ,
            Permission.STANDARD_CONFIRM,
            Permission.WORKLOAD_COUNT,
            Permission.WORKLOAD_READ,
        }
    ),
    Role.INSPECTOR: frozenset(
        {
            Permission.DASHBOARD_READ,
            Permission.DUTY_RECORD_READ,
            Permission.INSPECTION_CLOSE,
            Permission.INSPECTION_MAKE,
            Permission.INSPECTION_FINDING_READ,
            Permission.INSPECTION_READ,
            Permission.WORKLOAD_READ,
        }
    ),
    # A unit may have one leader only: objections against that one's grades are answered by the assessing office.
    Role.ASSESSOR: frozenset(
        {
            Permission.DASHBOARD_READ,
            Permission.DUTY_RECORD_READ,
            Permission.INSPECTION_FINDING_READ,
            Permission.INSPECTION_READ,
            Permission.ROUTINE_ANSWER,
            Permission.ROUTINE_READ,
            Permission.ROUTINE_REOPEN,
            Permission.SANCTION_KEEP,
        }
    ),
}
