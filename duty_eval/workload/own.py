"""A person's own posts: how they share the time, what was expected of each, what was done. For nobody else (R164)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import and_, select

from basic_info.duties.models import PostDuty
from basic_info.organization.models import Post
from basic_info.organization.queries import post_titles, section_names
from duty_eval.post_days import post_days
from duty_eval.records.models import RecordRollup
from duty_eval.workload.queries import work_by
from duty_eval.workload.saturation import HOURS_OF_A_DAY, LEAST_COVERED, saturation
from host.kernel.db import AnyRow, db


@dataclass(frozen=True)
class OwnPost:
    """A post over a span. ``share``: percent on the last day, None: held no more; ``days``: expected days × share."""

    post_id: int
    name: str
    share: int | None
    days: Decimal
    #: the sums of the own records under duties of the post
    work: AnyRow | None

    @property
    def hours(self) -> Decimal:
        """应有工时: expected days × 8 hours × share."""
        return self.days * HOURS_OF_A_DAY

    @property
    def standard_minutes(self) -> Decimal:
        return (self.work.standard if self.work else None) or Decimal(0)

    @property
    def standard_hours(self) -> Decimal:
        return (self.standard_minutes / 60).quantize(Decimal("0.1"))

    @property
    def saturation(self) -> Decimal | None:
        """None where fewer than LEAST_COVERED of the records have standard hours (R138)."""
        if self.work is None or Decimal(self.work.covered or 0) < LEAST_COVERED * self.work.records:
            return None
        return saturation(self.standard_minutes, self.days)


def own_posts(person_id: int, first: date, last: date) -> list[OwnPost]:
    """The posts that a person held from a month's first day to ``last``, in the order in which they began."""
    found = post_days([person_id], first, last)
    own = and_(RecordRollup.person_id == person_id, RecordRollup.month >= first, RecordRollup.month <= last)
    work = {row.post_id: row for row in db.session.execute(work_by(PostDuty.post_id, where=own))}
    names = _names([one.post_id for one in found], last)
    return [OwnPost(one.post_id, names[one.post_id], one.share, one.days, work.get(one.post_id)) for one in found]


def _names(post_ids: list[int], day: date) -> dict[int, str]:
    section, post = section_names(day), post_titles(day)
    rows = db.session.execute(
        select(Post.id, section.c.name, post.c.title)
        .outerjoin(post, post.c.post_id == Post.id)
        .outerjoin(section, section.c.section_id == Post.section_id)
        .where(Post.id.in_(post_ids))
    )
    return {row.id: f"{row.name or ''} {row.title or '（已撤销的岗位）'}".strip() for row in rows}
