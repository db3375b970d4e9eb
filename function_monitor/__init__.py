"""职能运行监管: collects cases, compares what was done with what ought to be, and follows alerts up."""

from function_monitor import models as models
from function_monitor.blueprint import bp
from function_monitor.collection.api_views import api
from function_monitor.permissions import ROLE_PERMISSIONS, Permission
from host.kernel.system import Schedule, System

system = System(
    name="function_monitor",
    title="职能运行监管",
    icon="activity",
    blueprint=bp,
    permissions=Permission,
    role_permissions=ROLE_PERMISSIONS,
    apis=(api,),
    schedules=(
        Schedule(
            name="function_monitor.collect", title="采集业务数据", cron="*/5 * * * *", job="function_monitor.collect"
        ),
    ),
)
