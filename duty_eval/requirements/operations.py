"""Writes of what duties ask of their records. None of them commits."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from duty_eval.requirements.models import Asking, DutyRequirement
from host.kernel.access import Actor
from host.kernel.dated import DatedSetting
from host.kernel.errors import Refused

REQUIREMENTS = DatedSetting(
    version=DutyRequirement,
    key=DutyRequirement.post_duty_id,
    action="duty_requirement.set",
    too_late="已经填报的内容不按新的要求重新判定",
    keeps_reason=True,
)


@dataclass(frozen=True)
class Required:
    """What is asked of the records of a duty."""

    words: Asking = Asking.DIVISION
    evidence: Asking = Asking.DIVISION


def set_requirements(
    duty_ids: Collection[int], required: Required, *, on: date, today: date, reason: str, actor: Actor
) -> int:
    """From ``on`` the records of these duties, which lie within the actor's reach, must have what ``required`` says.

    Returns how many duties there were. Raises Refused without any, without a reason, for a day that is over.
    """
    if not duty_ids:
        raise Refused("请选择岗位职责")
    for duty_id in sorted(duty_ids):
        REQUIREMENTS.set(duty_id, required, on=on, today=today, reason=reason, actor=actor)
    return len(duty_ids)
