from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from duty_eval.entry_rules.queries import rules_of_unit
from duty_eval.rhythms.models import RecordRhythm, UnitRhythm
from host.kernel.access import Actor
from host.kernel.dated import DatedSetting
from host.kernel.errors import Refused
from host.kernel.pages import day as day_words

RHYTHMS = DatedSetting(
    version=UnitRhythm,
    key=UnitRhythm.unit_id,
    action="unit_rhythm.chosen",
    too_late="已经过去的日子不按新的周期重新判定",
)


@dataclass(frozen=True)
class Choice:
    """What a unit chooses."""

    record_rhythm: RecordRhythm


def choose_rhythm(
    unit_id: int, rhythm: RecordRhythm, *, on: date, today: date, reason: str, actor: Actor
) -> UnitRhythm:
    """From ``on`` the unit writes in this rhythm. Raises Refused: a day that is over, no Monday, no reason, weekly
    where the division's rules of that day do not let it.

    A week has one rhythm: a change within it would owe its first days twice, or not at all.
    """
    if on >= today and on.weekday():
        monday = on + timedelta(days=7 - on.weekday())
        raise Refused(f"请选择星期一，例如 {day_words(monday, short=True)}：一周之内不变换填报周期")
    if rhythm is RecordRhythm.WEEKLY and not rules_of_unit(unit_id, on).allows_weekly:
        raise Refused(f"本地区的填报规则规定，{day_words(on, short=True)}起不实行按周填报，请选择按日填报")
    return RHYTHMS.set(unit_id, Choice(rhythm), on=on, today=today, reason=reason, actor=actor)
