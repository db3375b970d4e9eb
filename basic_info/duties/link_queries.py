"""The page of proposed links: who asks, what is proposed, how alike the two are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import aliased

from basic_info.duties.models import DutyLink, LinkState, PostDuty, SectionDuty, UnitFunction
from basic_info.duties.pairs import shared_pairs
from basic_info.duties.thread import Layer
from basic_info.flowcharts.models import FlowStep
from basic_info.power_lists.models import PowerItem
from host.kernel.db import AnySelect, db
from host.kernel.words import Piece, highlighted

PAGE = 60
#: Thresholds that people usually confirm at, from the surest down.
THRESHOLDS = (0.9, 0.8, 0.7, 0.6, 0.5, 0.4)


@dataclass(frozen=True)
class Proposal:
    """One proposed pair: ``asker`` is to be joined with ``asked``. ``state`` tells whether somebody decided."""

    id: int
    asker: Layer
    asker_id: int
    asker_text: str
    asked: Layer
    asked_id: int
    asked_text: str
    score: float
    state: LinkState

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """What is asked, the words that both have marked."""
        return highlighted(self.asked_text, shared_pairs(self.asker_text, self.asked_text))


@dataclass(frozen=True)
class Question:
    """One thing and the links proposed for it, the likest first."""

    asker: Layer
    id: int
    text: str
    proposals: tuple[Proposal, ...]


@dataclass(frozen=True)
class ProposalsPage:
    questions: tuple[Question, ...]
    next_key: int | None


def proposals_page(unit_id: int, *, after: int) -> ProposalsPage:
    """Open proposals in the order in which they were made: those of one thing stand together and on one page."""
    rows = db.session.execute(open_proposals(unit_id).where(DutyLink.id > after).limit(PAGE + 1)).all()
    found = [proposal_of(row) for row in rows]
    if len(found) > PAGE:
        # The last thing may have more on the next page: it goes there as a whole, unless it fills this one.
        whole = [one for one in found if _asker(one) != _asker(found[-1])]
        found = whole or found[:PAGE]
    next_key = max(one.id for one in found) if len(rows) > PAGE else None
    return ProposalsPage(tuple(_questions(found)), next_key)


def _asker(proposal: Proposal) -> tuple[str, int]:
    return proposal.asker.value, proposal.asker_id


def _questions(found: Sequence[Proposal]) -> list[Question]:
    return [
        Question(first.asker, first.asker_id, first.asker_text, (first, *rest))
        for _, (first, *rest) in ((key, list(same)) for key, same in groupby(found, key=_asker))
    ]


def open_proposals(unit_id: int) -> AnySelect:
    """The links proposed for a unit and not decided, with the words of both ends."""
    return links_with_words().where(DutyLink.unit_id == unit_id, DutyLink.link_state == LinkState.PROPOSED)


def links_with_words() -> AnySelect:
    """Links as ``proposal_of`` reads them, in the order in which they were made."""
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
        .order_by(DutyLink.id)
    )


def proposal_of(row: Any) -> Proposal:
    """A row of ``links_with_words`` as the page shows it."""
    link: DutyLink = row.DutyLink
    function = (Layer.FUNCTION, link.function_id or 0, row.function)
    section_duty = (Layer.SECTION_DUTY, link.section_duty_id or 0, row.section_duty)
    ends: tuple[Any, ...]
    if link.post_duty_id:
        ends = (Layer.POST_DUTY, link.post_duty_id, row.post_duty, *section_duty)
    elif link.step_id:
        ends = (Layer.STEP, link.step_id, row.step, *section_duty)
    elif link.item_id:
        ends = (Layer.ITEM, link.item_id, row.item, *function)
    else:
        ends = (*section_duty, *function)
    return Proposal(link.id, *ends, link.score or 0.0, link.link_state)


def confirmable(unit_id: int) -> list[tuple[float, int]]:
    """(threshold, how many things have a proposal at or above it), thresholds that confirm nothing left out."""
    others = (DutyLink.post_duty_id, DutyLink.step_id, DutyLink.item_id)
    # A section duty asks only where nothing else does; elsewhere it is what is asked for.
    section_duty = case((func.num_nonnulls(*others) == 0, DutyLink.section_duty_id))
    likest = (
        select(func.max(DutyLink.score).label("score"))
        .where(DutyLink.unit_id == unit_id, DutyLink.link_state == LinkState.PROPOSED)
        .group_by(*others, section_duty)
        .subquery()
    )
    counts = db.session.execute(
        select(*(func.count().filter(likest.c.score >= threshold) for threshold in THRESHOLDS)).select_from(likest)
    ).one()
    found: list[tuple[float, int]] = []
    for threshold, count in zip(THRESHOLDS, counts, strict=True):
        if count and (not found or count > found[-1][1]):
            found.append((threshold, count))
    return found
