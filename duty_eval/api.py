"""The only door of duty_eval: what the systems above may use."""

from duty_eval.absences.models import AbsenceKind as AbsenceKind
from duty_eval.absences.operations import decide_absence as decide_absence
from duty_eval.absences.operations import request_absence as request_absence
from duty_eval.dashboards.sums import count_sums_again as count_sums_again
from duty_eval.entry_rules.models import CapMode as CapMode
from duty_eval.entry_rules.operations import set_rules as set_rules
from duty_eval.entry_rules.queries import Rules as Rules
from duty_eval.expectations import away_spans as away_spans
from duty_eval.expectations import is_away as is_away
from duty_eval.facts import days_with_records as days_with_records
from duty_eval.facts import last_activity_by_post_duty as last_activity_by_post_duty
from duty_eval.facts import person_facts as person_facts
from duty_eval.facts import reviews_of_person as reviews_of_person
from duty_eval.flags.comparing import compare_day as compare_day
from duty_eval.periods.operations import lock_past_months as lock_past_months
from duty_eval.records.models import DutyRecord as DutyRecord
from duty_eval.records.operations import SuggestionDraft as SuggestionDraft
from duty_eval.records.operations import suggest_records as suggest_records
from duty_eval.routine.forms import last_quarter as last_quarter
from duty_eval.routine.models import RoutineAssessment as RoutineAssessment
from duty_eval.routine.models import RoutineGrade as RoutineGrade
from duty_eval.routine.operations import open_round as open_round
from duty_eval.routine.operations import propose_routine_grade as propose_routine_grade
from duty_eval.routine.operations import submit_summary as submit_summary
from duty_eval.routine.results import RoutineResult as RoutineResult
from duty_eval.routine.results import routine_results as routine_results
