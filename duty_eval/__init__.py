"""履职考评: what people did for their duties, and its review."""

from duty_eval import models as models
from duty_eval.blueprint import bp
from duty_eval.permissions import ROLE_PERMISSIONS, Permission
from host.kernel.system import System

system = System(
    name="duty_eval",
    title="履职考评",
    icon="clipboard-check",
    blueprint=bp,
    permissions=Permission,
    role_permissions=ROLE_PERMISSIONS,
)
