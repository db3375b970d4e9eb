"""Every mapped class of the system, so that metadata is complete whichever part is loaded first."""

from function_monitor.alerts import models as alerts
from function_monitor.cases import models as cases
from function_monitor.collection import models as collection
from function_monitor.deadlines import models as deadlines
from function_monitor.ladder import models as ladder

__all__ = ["alerts", "cases", "collection", "deadlines", "ladder"]
