"""Every mapped class of the system, so that metadata is complete whichever part is loaded first."""

from performance.grading import models as grading
from performance.schemes import models as schemes
from performance.scoring import models as scoring

__all__ = ["grading", "schemes", "scoring"]
