"""职能运行监管: collects cases, compares what was done with what ought to be, and follows alerts up."""

from basic_info.api import register_follow_ups, register_item_activity
from duty_eval.api import register_risk
from function_monitor import models as models
from function_monitor import reports as reports
from function_monitor.alerts import raising_views
from function_monitor.alerts import views as alert_views
from function_monitor.alerts.queries import badge, sections_with_alerts
from function_monitor.alerts.raising import follow_ups
from function_monitor.blueprint import bp
from function_monitor.cases import views as case_views
from function_monitor.cases.queries import cases_by_item
from function_monitor.collection import views as collection_views
from function_monitor.collection.api_views import api
from function_monitor.deadlines import views as deadline_views
from function_monitor.ladder import views as ladder_views
from function_monitor.permissions import ROLE_PERMISSIONS, Permission
from function_monitor.tracing import todo, trace
from host.kernel.system import MenuItem, Schedule, System

_views = (alert_views, case_views, collection_views, deadline_views, ladder_views, raising_views)

register_item_activity(cases_by_item)
register_follow_ups(follow_ups)
register_risk("open_alerts", "有未办结的红色、黄色预警", sections_with_alerts)

system = System(
    name="function_monitor",
    title="职能运行监管",
    icon="activity",
    blueprint=bp,
    permissions=Permission,
    role_permissions=ROLE_PERMISSIONS,
    apis=(api,),
    menu=(
        MenuItem(
            title="预警处置", endpoint="function_monitor.alert_desk", permission=Permission.ALERT_READ, badge=badge
        ),
        MenuItem(title="办件", endpoint="function_monitor.list_cases", permission=Permission.CASE_READ),
        MenuItem(title="预警规则", endpoint="function_monitor.list_rules", permission=Permission.RULE_READ),
        MenuItem(title="预警告知", endpoint="function_monitor.show_ladder", permission=Permission.RULE_EDIT),
        MenuItem(title="数据采集", endpoint="function_monitor.list_sources", permission=Permission.SOURCE_EDIT),
    ),
    schedules=(
        Schedule(
            name="function_monitor.collect", title="采集业务数据", cron="*/5 * * * *", job="function_monitor.collect"
        ),
        Schedule(
            name="function_monitor.evaluate", title="评估预警规则", cron="30 6 * * *", job="function_monitor.evaluate"
        ),
        Schedule(
            name="function_monitor.climb", title="预警逐级告知和催办", cron="30 8 * * *", job="function_monitor.climb"
        ),
    ),
    trace=trace,
    todo=todo,
)
