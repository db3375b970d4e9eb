"""What a duty asks of its records: its own setting of the day, else the nearest division's rule, else nothing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, Literal

from sqlalchemy import Boolean, ColumnElement, and_, case, cast, false, func, literal, or_, select
from sqlalchemy.orm import aliased

from basic_info.duties.models import PostDuty
from basic_info.organization.models import PostVersion, SectionVersion, Unit
from basic_info.organization.scope import within
from basic_info.regions.models import Region
from basic_info.regions.nearest import prefix_of
from duty_eval.entry_rules.models import EntryRule
from duty_eval.permissions import Permission
from duty_eval.requirements.models import Asking, DutyRequirement
from host.kernel.access import Actor
from host.kernel.db import AnyRow, AnySelect, db
from host.kernel.versions import in_force

#: What is asked, and the division's rule that says so where the duty does not.
_RULES = {"words": "asks_words", "evidence": "asks_evidence"}


def asks(what: Literal["words", "evidence"], day: Any) -> ColumnElement[bool]:
    """Whether the post duty of the row asks for it on ``day``, a date or a column: a column."""
    own = getattr(DutyRequirement, what)
    of_duty = (
        select(case((own == Asking.YES, True), (own == Asking.NO, False), else_=None))
        .where(DutyRequirement.post_duty_id == PostDuty.id, in_force(DutyRequirement, day))
        .correlate(PostDuty)
        .scalar_subquery()
    )
    here = aliased(Region)
    of_division = (
        select(getattr(EntryRule, _RULES[what]))
        .join(Region, Region.id == EntryRule.region_id)
        .join(here, here.code.startswith(prefix_of(Region.code)))
        .join(Unit, Unit.region_id == here.id)
        .where(Unit.id == PostDuty.unit_id, in_force(EntryRule, day))
        # The longest code is the nearest division's.
        .order_by(func.length(prefix_of(Region.code)).desc())
        .limit(1)
        .correlate(PostDuty)
        .scalar_subquery()
    )
    return cast(func.coalesce(of_duty, of_division, literal(False)), Boolean)


def asking_words(duty_ids: Collection[int], day: date) -> dict[int, str]:
    """Those of the duties whose records must have words on ``day``, with the duty's text. One statement, or none."""
    if not duty_ids:
        return {}
    rows = db.session.execute(select(PostDuty.id, PostDuty.text).where(PostDuty.id.in_(duty_ids), asks("words", day)))
    return {row.id: row.text for row in rows}


def duties_in_reach(actor: Actor, day: date) -> AnySelect:
    """(id, post_id, text, post_title, section_name, words, evidence) of the duties that the actor sets it for."""
    return (
        select(
            PostDuty.id,
            PostDuty.post_id,
            PostDuty.text,
            PostVersion.title.label("post_title"),
            SectionVersion.name.label("section_name"),
            asks("words", day).label("words"),
            asks("evidence", day).label("evidence"),
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
