"""Every view of the system: importing this module puts them on the blueprint."""

from performance.forms import views as forms
from performance.grading import views as grading
from performance.schemes import views as schemes
from performance.scoring import views as scoring

__all__ = ["forms", "grading", "schemes", "scoring"]
