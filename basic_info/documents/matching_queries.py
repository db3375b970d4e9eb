"""Reads for matching by hand: the names that a document uses and what of the register they may mean (R54)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from basic_info.flowcharts.models import FlowStep
from basic_info.mandates.models import ClauseKind, MandateClause
from basic_info.organization.models import Post, PostVersion, Section, SectionVersion
from basic_info.power_lists.models import PowerItem, PowerItemSection
from host.kernel.db import db
from host.kernel.versions import in_force

Choices = list[tuple[int, str]]


@dataclass(frozen=True)
class MatchRow:
    """A name in a document: its key, where it occurs, and what it was matched to (None waits for a person)."""

    key: str
    name: str
    note: str
    target_id: int | None


def section_choices(unit_id: int, day: date) -> Choices:
    """The unit's sections on ``day`` in their order."""
    rows = db.session.execute(
        select(Section.id, SectionVersion.name)
        .join(SectionVersion, SectionVersion.section_id == Section.id)
        .where(Section.unit_id == unit_id, in_force(SectionVersion, day))
        .order_by(SectionVersion.sort_no, Section.id)
    ).all()
    return [(row.id, row.name) for row in rows]


def post_choices(unit_id: int, day: date) -> Choices:
    """The unit's posts on ``day``, each with its section."""
    rows = db.session.execute(
        select(Post.id, func.concat_ws(" · ", SectionVersion.name, PostVersion.title).label("words"))
        .join(PostVersion, PostVersion.post_id == Post.id)
        .join(Section, Section.id == Post.section_id)
        .join(SectionVersion, SectionVersion.section_id == Section.id)
        .where(Section.unit_id == unit_id, in_force(PostVersion, day), in_force(SectionVersion, day))
        .order_by(SectionVersion.sort_no, Section.id, Post.id)
    ).all()
    return [(row.id, row.words) for row in rows]


def sections_named_by(mandate_id: int) -> list[MatchRow]:
    """The sections that a mandate names, in its order."""
    rows = db.session.scalars(
        select(MandateClause)
        .where(
            MandateClause.mandate_id == mandate_id,
            MandateClause.clause_kind == ClauseKind.SECTION,
            MandateClause.extracted_value.has_key("name"),
        )
        .order_by(MandateClause.sort_no)
    ).all()
    return [
        MatchRow(str(row.id), row.extracted_value["name"], f"第 {row.sort_no} 条款", row.section_id) for row in rows
    ]


def handling_names_of(list_id: int) -> list[MatchRow]:
    """The handling names (承办机构) of a power list, those without a section first."""
    section = func.min(PowerItemSection.section_id)
    rows = db.session.execute(
        select(PowerItemSection.name, section.label("section_id"), func.count().label("items"))
        .join(PowerItem, PowerItem.id == PowerItemSection.power_item_id)
        .where(PowerItem.power_list_id == list_id)
        .group_by(PowerItemSection.name)
        .order_by(section.is_not(None), PowerItemSection.name)
    ).all()
    return [MatchRow(row.name, row.name, f"{row.items} 项", row.section_id) for row in rows]


def lanes_of(chart_id: int) -> list[MatchRow]:
    """The lanes (泳道) of a flowchart in the order of their steps."""
    rows = db.session.execute(
        select(FlowStep.lane_name, func.min(FlowStep.post_id).label("post_id"), func.count().label("steps"))
        .where(FlowStep.flowchart_id == chart_id, FlowStep.lane_name != "")
        .group_by(FlowStep.lane_name)
        .order_by(func.min(FlowStep.sort_no))
    ).all()
    return [MatchRow(row.lane_name, row.lane_name, f"{row.steps} 个环节", row.post_id) for row in rows]
