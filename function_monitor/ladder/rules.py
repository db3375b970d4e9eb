"""After how many days an alert goes up: a division's own rule, else that of the one around it, else the default."""

from __future__ import annotations

from dataclasses import dataclass

from basic_info.regions.settings import DivisionSetting
from function_monitor.alerts.models import NoticeKind
from function_monitor.ladder.models import LadderRule


@dataclass(frozen=True)
class Ladder:
    """Working days without an answer before each next step, and calendar days between follow-ups (R129, R132)."""

    head_workdays: int = 2
    leader_workdays: int = 3
    office_workdays: int = 5
    follow_up_days: int = 7

    def workdays_before(self, kind: NoticeKind) -> int:
        """How long the step before ``kind`` has been told when ``kind`` is."""
        return {
            NoticeKind.HEAD: self.head_workdays,
            NoticeKind.LEADER: self.leader_workdays,
            NoticeKind.OFFICE: self.office_workdays,
        }.get(kind, 0)


LADDERS = DivisionSetting(
    version=LadderRule,
    key=LadderRule.region_id,
    action="ladder_rule.set",
    too_late="已经发出的告知不会收回",
    default=Ladder(),
)
