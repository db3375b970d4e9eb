"""Every mapped class of basic_info, so that metadata is complete whichever part is loaded first."""

from basic_info.breakdown import models as breakdown
from basic_info.catalogue import models as catalogue
from basic_info.coverage import models as coverage
from basic_info.documents import models as documents
from basic_info.duties import models as duties
from basic_info.flowcharts import models as flowcharts
from basic_info.mandates import handed_models as handed
from basic_info.mandates import models as mandates
from basic_info.organization import models as organization
from basic_info.power_lists import models as power_lists
from basic_info.regions import models as regions
from basic_info.settings import models as settings

__all__ = [
    "breakdown",
    "catalogue",
    "coverage",
    "documents",
    "duties",
    "flowcharts",
    "handed",
    "mandates",
    "organization",
    "power_lists",
    "regions",
    "settings",
]
