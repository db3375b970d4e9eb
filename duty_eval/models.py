"""Every mapped class of duty_eval, so that metadata is complete whichever part is loaded first."""

from duty_eval.absences import models as absences
from duty_eval.assignments import models as assignments
from duty_eval.dashboards import models as dashboards
from duty_eval.entry_rules import models as entry_rules
from duty_eval.evidence import models as evidence
from duty_eval.flags import models as flags
from duty_eval.handovers import models as handovers
from duty_eval.inspections import models as inspections
from duty_eval.knowledge import models as knowledge
from duty_eval.periods import models as periods
from duty_eval.publicity import models as publicity
from duty_eval.record_templates import models as record_templates
from duty_eval.records import models as records
from duty_eval.requirements import models as requirements
from duty_eval.review import models as review
from duty_eval.rhythms import models as rhythms
from duty_eval.routine import models as routine
from duty_eval.sanctions import models as sanctions
from duty_eval.workload import models as workload

__all__ = [
    "absences",
    "assignments",
    "dashboards",
    "entry_rules",
    "evidence",
    "flags",
    "handovers",
    "inspections",
    "knowledge",
    "periods",
    "publicity",
    "record_templates",
    "records",
    "requirements",
    "review",
    "rhythms",
    "routine",
    "sanctions",
    "workload",
]
