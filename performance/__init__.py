"""绩效考核: indicator schemes, scores, grades and forms."""

from host.kernel.system import MenuItem, System
from performance import models as models
from performance import reports as reports
from performance import views as views
from performance.blueprint import bp
from performance.permissions import ROLE_PERMISSIONS, Permission
from performance.scoring.tracing import todo, trace

system = System(
    name="performance",
    title="绩效考核",
    icon="chart-bar",
    blueprint=bp,
    permissions=Permission,
    role_permissions=ROLE_PERMISSIONS,
    menu=(
        MenuItem(title="我的得分", endpoint="performance.my_scores", permission=Permission.SCORE_READ, is_own=True),
        MenuItem(title="计分", endpoint="performance.list_runs", permission=Permission.RUN_READ),
        MenuItem(title="年度考核等次", endpoint="performance.list_grading_units", permission=Permission.GRADE_READ),
        MenuItem(title="指标体系", endpoint="performance.list_schemes", permission=Permission.SCHEME_READ),
    ),
    trace=trace,
    todo=todo,
)
