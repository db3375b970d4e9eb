from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from basic_info.duties.models import PostDuty
from basic_info.organization.kinds import PostClass, Worded
from basic_info.regions.models import Region
from host.kernel.db import Model
from host.kernel.versions import Version, never_two

#: Characters of a duty's words by which it can be named for all units: what an index can hold.
LONGEST_DUTY = 500


class Asking(Worded):
    """What a duty asks of its records; DIVISION: nothing is said here, and the next wider setting holds."""

    DIVISION = "division", "不单独设定"
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


class RequirementGroup(Model):
    """Post duties of a division that something is asked of together: those of a class of posts, or of one wording."""

    __tablename__ = "requirement_group"
    __table_args__ = (
        CheckConstraint("num_nonnulls(post_class, duty_text) = 1", name="of_one_sort"),
        CheckConstraint("duty_text <> ''", name="duty_is_named"),
        Index(None, "region_id", "post_class", unique=True, postgresql_where="post_class IS NOT NULL"),
        Index(None, "region_id", "duty_text", unique=True, postgresql_where="duty_text IS NOT NULL"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    region_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(Region.id))
    post_class: Mapped[PostClass | None]
    #: The words of the duty as they are registered, whichever post has it.
    duty_text: Mapped[str | None] = mapped_column(String(LONGEST_DUTY))

    @property
    def words(self) -> str:
        return f"{self.post_class.label}岗位" if self.post_class else f"“{self.duty_text}”"


class GroupRequirement(Version, Model):
    """What the records of such duties must have, over a time; a duty's own setting goes before."""

    __tablename__ = "group_requirement"
    __table_args__ = (never_two("group_id", name="group_requirement_in_force_once"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    group_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(RequirementGroup.id), index=True)
    words: Mapped[Asking]
    evidence: Mapped[Asking]
