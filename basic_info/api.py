"""The door of basic_info for the other systems, besides joining its models.

What the systems above tell it of gaps in coverage, and what they do about them. And flowcharts as they are checked:
``replay_of`` gives the replay of a published version, ``step_labels`` the label of each step in it, ``judge`` says in
plain words where a case departs (R61).
"""

from basic_info.coverage.follow_ups import FollowUp, register_follow_ups
from basic_info.coverage.gaps import GAPS, Gap, gap_rows, register_item_activity
from basic_info.flowcharts.compiled import replay_of, step_labels
from basic_info.flowcharts.engine import (
    Conformance,
    Deviation,
    DeviationKind,
    Entry,
    Frontier,
    Judgement,
    Replay,
    StateGraph,
    judge,
)
from basic_info.settings.queries import library_settings

__all__ = [
    "GAPS",
    "Conformance",
    "Deviation",
    "DeviationKind",
    "Entry",
    "FollowUp",
    "Frontier",
    "Gap",
    "Judgement",
    "Replay",
    "StateGraph",
    "gap_rows",
    "judge",
    "library_settings",
    "register_follow_ups",
    "register_item_activity",
    "replay_of",
    "step_labels",
]
from basic_info.power_lists.lines import same_item as same_item
