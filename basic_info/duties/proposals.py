"""Proposed links: for each thing without a confirmed link the five likest of the layer beside it (R46)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, func, literal, select, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.dialects.postgresql import insert as insert_new

from basic_info.duties.models import DutyLink, FunctionKind, LinkState, PostDuty, SectionDuty, UnitFunction
from basic_info.duties.pairs import Candidates
from basic_info.duties.similarity import likest
from basic_info.duties.thread import LINK_COLUMNS, Layer
from basic_info.flowcharts.models import ChartState, Flowchart, FlowStep
from basic_info.organization.models import Post
from basic_info.power_lists.models import ListState, PowerItem, PowerList
from host.kernel.access import Actor
from host.kernel.audit import record_change
from host.kernel.db import AnyRow, AnySelect, db
from host.kernel.embedding import embedder
from host.kernel.errors import NotPermitted
from host.kernel.pages import today_in_china

BEST = 5
#: Below this two texts share little more than everyday words.
LEAST_SCORE = 0.08
#: who asks → among what: every thing below asks for what it serves, an item or a step for what carries it
_QUESTIONS = (
    (Layer.SECTION_DUTY, Layer.FUNCTION),
    (Layer.POST_DUTY, Layer.SECTION_DUTY),
    (Layer.ITEM, Layer.FUNCTION),
    (Layer.STEP, Layer.SECTION_DUTY),
)
_AT_ONCE = 5_000


@dataclass(frozen=True)
class Thing:
    """A text of a layer; ``section_id`` narrows the question to one section where it is known."""

    id: int
    text: str
    section_id: int | None


def propose_links(unit_id: int, *, actor: Actor) -> int:
    """Replace the open proposals of a unit by new ones; a pair that a person decided stays as it is (R46).

    Only what has no confirmed link yet is asked for. Returns how many proposals there are now.
    """
    db.session.execute(delete(DutyLink).where(DutyLink.unit_id == unit_id, DutyLink.link_state == LinkState.PROPOSED))
    day = today_in_china()
    layers = {layer: things_of(layer, unit_id, day) for layer in {one for pair in _QUESTIONS for one in pair}}
    rows = [
        row
        for asking, asked in _QUESTIONS
        for row in _proposals(
            asking, layers[asking], asked, layers[asked], _decided(asking, asked, unit_id, layers[asking])
        )
    ]
    for start in range(0, len(rows), _AT_ONCE):
        piece = [
            {"unit_id": unit_id, "link_state": LinkState.PROPOSED, **row} for row in rows[start : start + _AT_ONCE]
        ]
        db.session.execute(insert_new(DutyLink).on_conflict_do_nothing(), piece)
    count = count_proposals(unit_id)
    record_change(f"unit:{unit_id}", action="duty_link.proposed", actor=actor, after={"count": count})
    return count


def confirm_proposals(unit_id: int, *, above: float, actor: Actor) -> int:
    """Confirm for each asking thing of a unit its likest proposal, where that scores at least ``above``.

    Returns how many were confirmed. Raises NotPermitted (no account).
    """
    if actor.account_id is None:
        raise NotPermitted("衔接关系须由登录人员确认")
    confirmed = 0
    for asking, asked in _QUESTIONS:
        own, other = LINK_COLUMNS[asking], LINK_COLUMNS[asked]
        likest = (
            select(DutyLink.id)
            .ext(distinct_on(own))
            .where(
                DutyLink.unit_id == unit_id,
                DutyLink.link_state == LinkState.PROPOSED,
                own.is_not(None),
                other.is_not(None),
                DutyLink.score >= above,
            )
            .order_by(own, DutyLink.score.desc(), DutyLink.id)
        )
        changed = db.session.scalars(
            update(DutyLink)
            .where(DutyLink.id.in_(likest), DutyLink.link_state == LinkState.PROPOSED)
            .values(link_state=LinkState.CONFIRMED, decided_by=actor.account_id, decided_at=func.now())
            .returning(DutyLink.id)
            .execution_options(synchronize_session=False)
        ).all()
        confirmed += len(changed)
    after = {"count": confirmed, "above": above}
    record_change(f"unit:{unit_id}", action="duty_link.confirmed_in_batch", actor=actor, after=after)
    return confirmed


def count_proposals(unit_id: int) -> int:
    """How many proposals of a unit wait for a person."""
    return (
        db.session.scalar(
            select(func.count()).where(DutyLink.unit_id == unit_id, DutyLink.link_state == LinkState.PROPOSED)
        )
        or 0
    )


def _proposals(
    asking: Layer, askers: Sequence[Thing], asked: Layer, candidates: Sequence[Thing], decided: Decided
) -> list[dict[str, int | float]]:
    """The five likest candidates of each asker that nobody answered yet; where both know their section, it is one."""
    askers = [asker for asker in askers if asker.id not in decided.answered]
    if not askers or not candidates:
        return []
    places = {candidate.id: place for place, candidate in enumerate(candidates)}
    found = likest(
        [asker.text for asker in askers],
        Candidates(
            [candidate.text for candidate in candidates],
            groups=[candidate.section_id or 0 for candidate in candidates],
            learned=[(places[one], text) for one, text in decided.learned if one in places],
        ),
        count=BEST,
        least=LEAST_SCORE,
        embed=embedder(),
        groups=[asker.section_id or 0 for asker in askers],
        barred=[frozenset(places[one] for one in decided.refused_of(asker.id) if one in places) for asker in askers],
    )
    own, other = LINK_COLUMNS[asking].key, LINK_COLUMNS[asked].key
    return [
        {own: asker.id, other: candidates[place].id, "score": score}
        for asker, likely in zip(askers, found, strict=True)
        for place, score in likely
    ]


@dataclass(frozen=True)
class Decided:
    """What people decided between two layers of a unit.

    ``answered``: askers with a confirmed link; ``refused``: asker → what it is not to be joined with; ``learned``:
    what confirmed pairs teach, as (id of the asked thing, text that was joined with it).
    """

    answered: set[int]
    refused: dict[int, set[int]]
    learned: list[tuple[int, str]]

    def refused_of(self, asker_id: int) -> set[int]:
        return self.refused.get(asker_id, set())


def _decided(asking: Layer, asked: Layer, unit_id: int, askers: Sequence[Thing]) -> Decided:
    own, other = LINK_COLUMNS[asking], LINK_COLUMNS[asked]
    rows: Sequence[AnyRow] = db.session.execute(
        select(own, other, DutyLink.link_state).where(
            DutyLink.unit_id == unit_id,
            DutyLink.link_state.in_((LinkState.CONFIRMED, LinkState.REJECTED)),
            own.is_not(None),
            other.is_not(None),
        )
    ).all()
    texts = {asker.id: asker.text for asker in askers}
    found = Decided(set(), {}, [])
    for asker_id, asked_id, state in rows:
        if state is LinkState.REJECTED:
            found.refused.setdefault(asker_id, set()).add(asked_id)
            continue
        found.answered.add(asker_id)
        if asker_id in texts:
            found.learned.append((asked_id, texts[asker_id]))
    return found


def things_of(layer: Layer, unit_id: int, day: date) -> list[Thing]:
    """What of a layer of a unit is true on ``day``; one statement. Clauses have no such list."""
    rows = db.session.execute(_texts(layer, unit_id, day)).all()
    return [Thing(row.id, row.text, row.section_id) for row in rows]


def _texts(layer: Layer, unit_id: int, day: date) -> AnySelect:
    """What of a layer is true on ``day``: (id, text, section_id)."""
    nowhere = literal(None).label("section_id")
    if layer is Layer.FUNCTION:
        # 完成交办的其他任务 is like everything and carries nothing in particular.
        real = UnitFunction.function_kind != FunctionKind.CATCH_ALL
        return select(UnitFunction.id, UnitFunction.text, nowhere).where(
            UnitFunction.unit_id == unit_id, UnitFunction.valid.contains(day), real
        )
    if layer is Layer.ITEM:
        words = func.concat_ws(" ", PowerItem.name, PowerItem.subitem_name, PowerItem.department_duty)
        return (
            select(PowerItem.id, words.label("text"), nowhere)
            .join(PowerList, PowerList.id == PowerItem.power_list_id)
            .where(PowerItem.unit_id == unit_id, PowerList.list_state == ListState.IN_FORCE)
        )
    if layer is Layer.STEP:
        words = func.concat_ws(" ", Flowchart.name, FlowStep.name)
        return (
            select(FlowStep.id, words.label("text"), Post.section_id)
            .join(Flowchart, Flowchart.id == FlowStep.flowchart_id)
            .outerjoin(Post, Post.id == FlowStep.post_id)
            .where(Flowchart.unit_id == unit_id, Flowchart.chart_state == ChartState.PUBLISHED)
        )
    table = SectionDuty if layer is Layer.SECTION_DUTY else PostDuty
    return select(table.id, table.text, table.section_id).where(table.unit_id == unit_id, table.valid.contains(day))
