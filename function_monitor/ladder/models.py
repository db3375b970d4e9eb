from __future__ import annotations

from sqlalchemy import CheckConstraint, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from basic_info.regions.settings import OfDivision
from host.kernel.db import Model
from host.kernel.versions import never_two


class LadderRule(OfDivision, Model):
    """告知规则 of a division and of those inside it that have none of their own, over a time."""

    __tablename__ = "ladder_rule"
    __table_args__ = (
        never_two("region_id", name="ladder_rule_in_force_once"),
        CheckConstraint("head_workdays BETWEEN 1 AND 30", name="head_in_bounds"),
        CheckConstraint("leader_workdays BETWEEN 1 AND 30", name="leader_in_bounds"),
        CheckConstraint("office_workdays BETWEEN 1 AND 30", name="office_in_bounds"),
        CheckConstraint("follow_up_days BETWEEN 1 AND 60", name="follow_up_in_bounds"),
    )

    #: 工作日 without an answer after the person, the head (or the clerk) and the leader were told.
    head_workdays: Mapped[int] = mapped_column(SmallInteger, default=2, server_default="2")
    leader_workdays: Mapped[int] = mapped_column(SmallInteger, default=3, server_default="3")
    office_workdays: Mapped[int] = mapped_column(SmallInteger, default=5, server_default="5")
    #: Calendar days from one follow-up to the next (R132).
    follow_up_days: Mapped[int] = mapped_column(SmallInteger, default=7, server_default="7")
