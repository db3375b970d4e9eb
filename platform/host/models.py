"""Every mapped class of the host, so that metadata is complete whichever part is loaded first."""

from host.auth import models as auth
from host.kernel import audit, idempotency, installation
from host.kernel.calendar import models as calendar
from host.kernel.clock import models as clock
from host.kernel.files import models as files
from host.kernel.jobs import models as jobs
from host.kernel.notifications import models as notifications
from host.kernel.outgoing import models as outgoing

__all__ = [
    "audit",
    "auth",
    "calendar",
    "clock",
    "files",
    "idempotency",
    "installation",
    "jobs",
    "notifications",
    "outgoing",
]
