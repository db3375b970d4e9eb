from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Identity
from sqlalchemy.orm import Mapped, mapped_column

from basic_info.duties.models import PostDuty
from basic_info.organization.kinds import Worded
from host.kernel.db import Model
from host.kernel.versions import Version, never_two


class Asking(Worded):
    """What a duty asks of its records; DIVISION: what the division's entry rules say."""

    DIVISION = "division", "按本地区填报规则"
    NO = "no", "不要求"
    YES = "yes", "要求"


class DutyRequirement(Version, Model):
    """What the records of one post duty must have, over a time; without one the division's rules hold."""

    __tablename__ = "duty_requirement"
    __table_args__ = (never_two("post_duty_id", name="duty_requirement_in_force_once"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    post_duty_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(PostDuty.id), index=True)
    #: Whether what was done must be said in words.
    words: Mapped[Asking]
    #: Whether a file, a link or a case number is asked for; never more than asked (R164: no photo is ever a duty).
    evidence: Mapped[Asking]
