"""The only door of function_monitor: what the systems above, and the loader of demo data, may use."""

from function_monitor.alerts.evaluating import evaluate_all as evaluate_all
from function_monitor.alerts.evaluating import rules_in_order as rules_in_order
from function_monitor.alerts.evaluating import seed_rules as seed_rules
from function_monitor.alerts.models import Alert as Alert
from function_monitor.alerts.models import AlertLevel as AlertLevel
from function_monitor.alerts.models import AlertState as AlertState
from function_monitor.alerts.operations import acknowledge as acknowledge
from function_monitor.alerts.operations import call_false as call_false
from function_monitor.alerts.operations import close as close
from function_monitor.alerts.operations import edit_rule as edit_rule
from function_monitor.alerts.operations import rectify as rectify
from function_monitor.alerts.operations import reopen as reopen
from function_monitor.alerts.operations import verify as verify
from function_monitor.collection.collecting import collect_source as collect_source
from function_monitor.collection.operations import create_source as create_source
from function_monitor.collection.operations import create_system as create_system
from function_monitor.collection.operations import drop_root as drop_root
from function_monitor.collection.operations import issue_key as issue_key
