"""The only door to this system: what loaders, benches and reports may call."""

from performance.grading.quotas import allot
from performance.grading.settings import Grading, set_grading
from performance.schemes.operations import default_scheme, publish_scheme
from performance.scoring.models import PersonScore, RunState, ScoreRun
from performance.scoring.operations import request_run, score_now

__all__ = [
    "Grading",
    "PersonScore",
    "RunState",
    "ScoreRun",
    "allot",
    "default_scheme",
    "publish_scheme",
    "request_run",
    "score_now",
    "set_grading",
]
