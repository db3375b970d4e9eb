"""Writes of what duties ask of their records. None of them commits."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert

from basic_info.organization.kinds import PostClass
from duty_eval.requirements.groups import count_duties
from duty_eval.requirements.models import Asking, DutyRequirement, GroupRequirement, RequirementGroup
from host.kernel.access import Actor
from host.kernel.dated import DatedSetting
from host.kernel.db import db
from host.kernel.errors import Refused

REQUIREMENTS = DatedSetting(
    version=DutyRequirement,
    key=DutyRequirement.post_duty_id,
    action="duty_requirement.set",
    too_late="已经填报的内容不按新的要求重新判定",
    keeps_reason=True,
)
GROUP_REQUIREMENTS = DatedSetting(
    version=GroupRequirement,
    key=GroupRequirement.group_id,
    action="group_requirement.set",
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


def set_group_requirements(
    region_id: int,
    of: PostClass | str,
    required: Required,
    *,
    on: date,
    today: date,
    reason: str,
    actor: Actor,
) -> int:
    """From ``on`` the records of all post duties of a class of posts, or of one wording, in the division, which the
    actor governs, must have what ``required`` says, unless a duty's own setting says otherwise.

    Returns how many duties that are today. Raises Refused where nobody has a duty of these words, without a reason, for
    a day that is over.
    """
    of = of if isinstance(of, PostClass) else of.strip()
    count = count_duties(region_id, of, today)
    if not count and not isinstance(of, PostClass):
        raise Refused("本地区没有这样写的岗位职责，请按登记的原文填写，可以在下面查找后选用")
    GROUP_REQUIREMENTS.set(_group(region_id, of), required, on=on, today=today, reason=reason, actor=actor)
    return count


def _group(region_id: int, of: PostClass | str) -> int:
    """The id of the group, made where it is new; two who name a new one at once get the same."""
    group = RequirementGroup
    column = group.post_class if isinstance(of, PostClass) else group.duty_text
    db.session.execute(upsert(group).values({"region_id": region_id, column.key: of}).on_conflict_do_nothing())
    return db.session.execute(select(group.id).where(group.region_id == region_id, column == of)).scalar_one()
