"""After how many days an alert goes up: a division's own rule, else that of the one around it, else the default."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy import select

from basic_info.regions.models import Region
from function_monitor.alerts.models import NoticeKind
from function_monitor.ladder.models import LadderRule
from host.kernel.access import Actor
from host.kernel.db import AnySelect, db
from host.kernel.errors import Refused
from host.kernel.versions import change, in_force


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


DEFAULT = Ladder()
_NAMES = tuple(Ladder.__dataclass_fields__)


def ladders_by_code(day: date) -> dict[str, Ladder]:
    """The ladders that divisions set for themselves, by division code. One statement."""
    rows = db.session.execute(
        select(Region.code, LadderRule)
        .join(LadderRule, LadderRule.region_id == Region.id)
        .where(in_force(LadderRule, day))
    )
    return {code: Ladder(**{name: getattr(rule, name) for name in _NAMES}) for code, rule in rows}


def ladders_of(region_id: int) -> AnySelect:
    """What a division set over time, newest first; what was replaced before it held is left out."""
    return (
        select(LadderRule)
        .where(LadderRule.region_id == region_id, LadderRule.superseded_at.is_(None))
        .order_by(LadderRule.id.desc())
    )


def set_ladder(region_id: int, ladder: Ladder, *, on: date, today: date, reason: str, actor: Actor) -> LadderRule:
    """From ``on`` the division goes by ``ladder``. Raises Refused for a day that is over, or without a reason."""
    if on < today:
        raise Refused("起始日期不能早于今天：已经发出的告知不会收回")
    if not reason.strip():
        raise Refused("请说明为什么调整")
    return change(
        region_id,
        version=LadderRule,
        key=LadderRule.region_id,
        facts=asdict(ladder),
        on=on,
        actor=actor,
        action="ladder_rule.set",
        reason=reason.strip(),
    )
