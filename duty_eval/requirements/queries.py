"""What a duty asks of its records on a day, and who says so."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, case, false, func, literal, or_, select
from sqlalchemy.orm import aliased

from basic_info.duties.models import PostDuty
from basic_info.organization.kinds import PostClass
from basic_info.organization.models import PostVersion, SectionVersion, Unit
from basic_info.organization.scope import within
from basic_info.regions.models import Region, RegionVersion
from basic_info.regions.nearest import prefix_of
from duty_eval.entry_rules.models import EntryRule
from duty_eval.permissions import Permission
from duty_eval.requirements.models import Asking, DutyRequirement, GroupRequirement, RequirementGroup
from host.kernel.access import Actor
from host.kernel.db import AnyRow, AnySelect, db
from host.kernel.versions import in_force

What = Literal["words", "evidence"]
#: What is asked, and the division's rule that says so where nothing nearer does.
_RULES = {"words": "asks_words", "evidence": "asks_evidence"}


def asks(what: What, day: Any) -> ColumnElement[bool]:
    """Whether the post duty of the row asks for it on ``day``, a date or a column: a column."""
    return why_asked(what, day) != ""


def why_asked(what: What, day: Any) -> ColumnElement[str]:
    """Who asks it of the post duty of the row on ``day``, in words for whom it is asked of; "": nobody. A column.

    The duty's own setting goes first, then one of the duty's words in all units, then one of the class of posts, each
    of the nearest division that says something, last the division's entry rules.
    """
    levels = _of_duty(what, day), _of_groups(what, day), _of_division(what, day)
    return func.coalesce(*(one.correlate(PostDuty).scalar_subquery() for one in levels), literal(""))


def _of_duty(what: What, day: Any) -> AnySelect:
    own = getattr(DutyRequirement, what)
    said = func.concat("本岗位的这项职责单独要求：", DutyRequirement.remark)
    return select(case((own == Asking.YES, said), (own == Asking.NO, ""), else_=None)).where(
        DutyRequirement.post_duty_id == PostDuty.id, in_force(DutyRequirement, day)
    )


def _of_groups(what: What, day: Any) -> AnySelect:
    asking = getattr(GroupRequirement, what)
    here = aliased(Region)
    of_class = [(RequirementGroup.post_class == kind, f"对{kind.label}岗位") for kind in PostClass]
    which = case(*of_class, else_="对各单位的这项职责")
    said = func.concat(_name_of(Region.id, day), which, "统一要求：", GroupRequirement.remark)
    of_post = (
        select(PostVersion.post_class)
        .where(PostVersion.post_id == PostDuty.post_id, in_force(PostVersion, day))
        .correlate(PostDuty)
        .scalar_subquery()
    )
    return (
        select(case((asking == Asking.YES, said), else_=""))
        .select_from(GroupRequirement)
        .join(RequirementGroup, RequirementGroup.id == GroupRequirement.group_id)
        .join(Region, Region.id == RequirementGroup.region_id)
        .join(here, here.code.startswith(prefix_of(Region.code)))
        .join(Unit, Unit.region_id == here.id)
        .where(
            Unit.id == PostDuty.unit_id,
            in_force(GroupRequirement, day),
            asking != Asking.DIVISION,
            or_(RequirementGroup.duty_text == PostDuty.text, RequirementGroup.post_class == of_post),
        )
        .order_by(RequirementGroup.duty_text.is_(None), func.length(prefix_of(Region.code)).desc())
        .limit(1)
    )


def _of_division(what: What, day: Any) -> AnySelect:
    here = aliased(Region)
    said = func.concat(_name_of(Region.id, day), "的填报规则")
    return (
        select(case((getattr(EntryRule, _RULES[what]), said), else_=""))
        .select_from(EntryRule)
        .join(Region, Region.id == EntryRule.region_id)
        .join(here, here.code.startswith(prefix_of(Region.code)))
        .join(Unit, Unit.region_id == here.id)
        .where(Unit.id == PostDuty.unit_id, in_force(EntryRule, day))
        # The longest code is the nearest division's.
        .order_by(func.length(prefix_of(Region.code)).desc())
        .limit(1)
    )


def _name_of(region_id: Any, day: Any) -> ColumnElement[str]:
    named = select(RegionVersion.name).where(RegionVersion.region_id == region_id, in_force(RegionVersion, day))
    return named.correlate(Region).scalar_subquery()


def asking_words(duty_ids: Collection[int], day: date) -> dict[int, str]:
    """Those of the duties whose records must have words on ``day``, with the duty's text. One statement, or none."""
    if not duty_ids:
        return {}
    rows = db.session.execute(select(PostDuty.id, PostDuty.text).where(PostDuty.id.in_(duty_ids), asks("words", day)))
    return {row.id: row.text for row in rows}


def duties_in_reach(actor: Actor, day: date) -> AnySelect:
    """(id, post_id, text, post_title, section_name) of the duties that the actor sets it for."""
    return (
        select(
            PostDuty.id,
            PostDuty.post_id,
            PostDuty.text,
            PostVersion.title.label("post_title"),
            SectionVersion.name.label("section_name"),
        )
        .join(PostVersion, and_(PostVersion.post_id == PostDuty.post_id, in_force(PostVersion, day)))
        .join(SectionVersion, and_(SectionVersion.section_id == PostDuty.section_id, in_force(SectionVersion, day)))
        .where(_reached(actor), PostDuty.valid.contains(day))
        .order_by(SectionVersion.name, PostVersion.title, PostDuty.post_id, PostDuty.sort_no, PostDuty.id)
    )


def chosen_duties(actor: Actor, day: date, *, duty_id: int = 0, post_id: int = 0) -> Sequence[int]:
    """The duty, or all duties of the post, as far as they lie within the actor's reach."""
    duties = duties_in_reach(actor, day).with_only_columns(PostDuty.id)
    which = PostDuty.id == duty_id if duty_id else PostDuty.post_id == post_id if post_id else false()
    return db.session.scalars(duties.where(which)).all()


def settings(actor: Actor, day: date) -> AnySelect:
    """(DutyRequirement, duty_text, post_title, section_name) that hold or are to come, by section, post and duty."""
    return (
        duties_in_reach(actor, day)
        .with_only_columns(
            DutyRequirement,
            PostDuty.text.label("duty_text"),
            PostVersion.title.label("post_title"),
            SectionVersion.name.label("section_name"),
        )
        .join(DutyRequirement, DutyRequirement.post_duty_id == PostDuty.id)
        .where(
            DutyRequirement.superseded_at.is_(None),
            or_(func.upper(DutyRequirement.valid).is_(None), func.upper(DutyRequirement.valid) > day),
        )
        .order_by(func.lower(DutyRequirement.valid))
    )


def settings_shown(actor: Actor, day: date, *, most: int) -> Sequence[AnyRow]:
    return db.session.execute(settings(actor, day).limit(most)).all()


def _reached(actor: Actor) -> ColumnElement[bool]:
    return within(actor, Permission.DUTY_REQUIREMENT_SET, unit=PostDuty.unit_id, section=PostDuty.section_id)
