from __future__ import annotations

from datetime import date, timedelta

from duty_eval.rhythms.models import RecordRhythm, UnitRhythm
from host.kernel.access import Actor
from host.kernel.errors import Refused
from host.kernel.versions import change


def choose_rhythm(
    unit_id: int, rhythm: RecordRhythm, *, on: date, today: date, reason: str, actor: Actor
) -> UnitRhythm:
    """From ``on`` the unit writes in this rhythm. Raises Refused: a day that is over, no Monday, no reason.

    A week has one rhythm: a change within it would owe its first days twice, or not at all.
    """
    if on < today:
        raise Refused("起始日期不能早于今天：已经过去的日子不按新的周期重新判定")
    if on.weekday():
        monday = on + timedelta(days=7 - on.weekday())
        raise Refused(f"请选择星期一，例如 {monday.month}月{monday.day}日：一周之内不变换填报周期")
    if not reason.strip():
        raise Refused("请说明为什么调整")
    return change(
        unit_id,
        version=UnitRhythm,
        key=UnitRhythm.unit_id,
        facts={"record_rhythm": rhythm},
        on=on,
        actor=actor,
        action="unit_rhythm.chosen",
        reason=reason.strip(),
    )
