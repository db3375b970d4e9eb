"""基础信息: what the register says ought to be: units, people, mandates, power lists, flowcharts and duties."""

from basic_info import models as models
from basic_info.blueprint import bp
from basic_info.permissions import ROLE_PERMISSIONS, Permission
from host.kernel.system import System

system = System(
    name="basic_info",
    title="基础信息",
    icon="building",
    blueprint=bp,
    permissions=Permission,
    role_permissions=ROLE_PERMISSIONS,
)
