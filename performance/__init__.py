"""绩效考核: indicator schemes, scores, grades and forms."""

from host.kernel.system import System
from performance import models as models
from performance.blueprint import bp
from performance.permissions import ROLE_PERMISSIONS, Permission

system = System(
    name="performance",
    title="绩效考核",
    icon="chart-bar",
    blueprint=bp,
    permissions=Permission,
    role_permissions=ROLE_PERMISSIONS,
)
