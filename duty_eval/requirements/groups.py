"""Reads of what is asked of a class of posts, or of one duty, in all units of a division."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import aliased

from basic_info.duties.models import PostDuty
from basic_info.organization.kinds import PostClass
from basic_info.organization.models import PostVersion, Unit
from basic_info.regions.models import Region, RegionVersion
from basic_info.regions.nearest import prefix_of
from duty_eval.requirements.models import LONGEST_DUTY, GroupRequirement, RequirementGroup
from host.kernel.db import AnyRow, AnySelect, db
from host.kernel.versions import in_force

#: Wordings that a search shows.
MOST_FOUND = 30


def count_duties(region_id: int, of: PostClass | str, day: date) -> int:
    """How many post duties of the division and of those inside it the group has on ``day``. One statement."""
    duties = select(func.count()).select_from(PostDuty).where(_inside(region_id), PostDuty.valid.contains(day))
    if isinstance(of, PostClass):
        post = and_(PostVersion.post_id == PostDuty.post_id, in_force(PostVersion, day))
        duties = duties.join(PostVersion, post).where(PostVersion.post_class == of)
    else:
        duties = duties.where(PostDuty.text == of)
    return db.session.scalar(duties) or 0


def wordings(region_id: int, words: str, day: date) -> Sequence[AnyRow]:
    """(text, posts, units) of the division's post duties that have ``words`` in them, those of most posts first."""
    return db.session.execute(
        select(
            PostDuty.text,
            func.count(PostDuty.post_id.distinct()).label("posts"),
            func.count(PostDuty.unit_id.distinct()).label("units"),
        )
        .where(
            _inside(region_id),
            PostDuty.valid.contains(day),
            PostDuty.text.icontains(words, autoescape=True),
            func.length(PostDuty.text) <= LONGEST_DUTY,
        )
        .group_by(PostDuty.text)
        .order_by(func.count(PostDuty.post_id.distinct()).desc(), PostDuty.text)
        .limit(MOST_FOUND)
    ).all()


def group_settings(region_id: int, day: date) -> AnySelect:
    """(GroupRequirement, RequirementGroup, region_name) that hold or are to come for the division, its own first."""
    own = aliased(Region)
    around = _settings(day).join(own, own.code.startswith(prefix_of(Region.code))).where(own.id == region_id)
    return around.order_by(*_ORDER)


def settings_over(duties: AnySelect, day: date) -> AnySelect:
    """The same, of those that are about any of the ``duties``, a select of post duties with their posts."""
    here = aliased(Region)
    about = (
        duties.join(Unit, Unit.id == PostDuty.unit_id)
        .join(here, here.id == Unit.region_id)
        .where(
            here.code.startswith(prefix_of(Region.code)),
            or_(RequirementGroup.duty_text == PostDuty.text, RequirementGroup.post_class == PostVersion.post_class),
        )
        .with_only_columns(PostDuty.id)
        .order_by(None)
        .correlate(RequirementGroup, Region)
        .exists()
    )
    return _settings(day).where(about).order_by(*_ORDER)


def _settings(day: date) -> AnySelect:
    end = func.upper(GroupRequirement.valid)
    return (
        select(GroupRequirement, RequirementGroup, RegionVersion.name.label("region_name"))
        .join(RequirementGroup, RequirementGroup.id == GroupRequirement.group_id)
        .join(Region, Region.id == RequirementGroup.region_id)
        .join(RegionVersion, and_(RegionVersion.region_id == Region.id, in_force(RegionVersion, day)))
        .where(GroupRequirement.superseded_at.is_(None), or_(end.is_(None), end > day))
    )


#: As they go before each other: a wording before a class, the nearer division before the wider one.
_ORDER = (
    RequirementGroup.duty_text.is_(None),
    func.length(prefix_of(Region.code)).desc(),
    RequirementGroup.duty_text,
    RequirementGroup.post_class,
    func.lower(GroupRequirement.valid),
)


def _inside(region_id: int) -> ColumnElement[bool]:
    top = aliased(Region)
    regions = select(Region.id).join(top, Region.code.startswith(prefix_of(top.code))).where(top.id == region_id)
    return PostDuty.unit_id.in_(select(Unit.id).where(Unit.region_id.in_(regions)))
