"""The page of proposed links: who asks, what is proposed, how alike the two are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from basic_info.duties.models import DutyLink, LinkState, PostDuty, SectionDuty, UnitFunction
from basic_info.duties.thread import Layer
from basic_info.flowcharts.models import FlowStep
from basic_info.power_lists.models import PowerItem
from host.kernel.db import AnySelect, db

PAGE = 60


@dataclass(frozen=True)
class Proposal:
    """One proposed pair with the words of both ends."""

    id: int
    lower: Layer
    lower_text: str
    upper: Layer
    upper_text: str
    score: float


@dataclass(frozen=True)
class ProposalsPage:
    rows: tuple[Proposal, ...]
    next_key: int | None


def proposals_page(unit_id: int, *, after: int) -> ProposalsPage:
    """Open proposals in the order in which they were made, so that the five of one thing stand together."""
    rows = db.session.execute(open_proposals(unit_id).where(DutyLink.id > after).limit(PAGE + 1)).all()
    found = tuple(proposal_of(row) for row in rows[:PAGE])
    return ProposalsPage(found, found[-1].id if len(rows) > PAGE else None)


def open_proposals(unit_id: int) -> AnySelect:
    """The links proposed for a unit and not decided, with the words of both ends."""
    item, step = aliased(PowerItem), aliased(FlowStep)
    return (
        select(
            DutyLink,
            UnitFunction.text.label("function"),
            SectionDuty.text.label("section_duty"),
            PostDuty.text.label("post_duty"),
            func.concat_ws(" · ", item.name, func.nullif(item.subitem_name, "")).label("item"),
            step.name.label("step"),
        )
        .outerjoin(UnitFunction, UnitFunction.id == DutyLink.function_id)
        .outerjoin(SectionDuty, SectionDuty.id == DutyLink.section_duty_id)
        .outerjoin(PostDuty, PostDuty.id == DutyLink.post_duty_id)
        .outerjoin(item, item.id == DutyLink.item_id)
        .outerjoin(step, step.id == DutyLink.step_id)
        .where(DutyLink.unit_id == unit_id, DutyLink.link_state == LinkState.PROPOSED)
        .order_by(DutyLink.id)
    )


def proposal_of(row: Any) -> Proposal:
    """A row of ``open_proposals`` as the page shows it."""
    link: DutyLink = row.DutyLink
    if link.post_duty_id:
        ends = (Layer.POST_DUTY, row.post_duty, Layer.SECTION_DUTY, row.section_duty)
    elif link.step_id:
        ends = (Layer.SECTION_DUTY, row.section_duty, Layer.STEP, row.step)
    elif link.item_id:
        ends = (Layer.FUNCTION, row.function, Layer.ITEM, row.item)
    else:
        ends = (Layer.SECTION_DUTY, row.section_duty, Layer.FUNCTION, row.function)
    return Proposal(link.id, *ends, link.score or 0.0)
