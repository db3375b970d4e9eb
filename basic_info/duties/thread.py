"""The golden thread as SQL: what stands above and below a thing, over confirmed links only (R2, R46)."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Select, Text, case, cast, func, literal, null, select, union_all
from sqlalchemy.orm import aliased

from basic_info.duties.models import DutyLink, LinkState, PostDuty, SectionDuty, UnitFunction
from basic_info.flowcharts.models import ChartState, Flowchart, FlowStep
from basic_info.mandates.models import Mandate, MandateClause
from basic_info.organization.models import PostVersion, SectionVersion
from basic_info.power_lists.models import PowerItem, PowerKind
from host.kernel.db import AnySelect, db
from host.kernel.errors import NotFound


class Layer(enum.Enum):
    """The layers from the document down to the post; values are table names, as links and URLs use them."""

    CLAUSE = "mandate_clause"
    ITEM = "power_item"
    STEP = "flow_step"
    FUNCTION = "unit_function"
    SECTION_DUTY = "section_duty"
    POST_DUTY = "post_duty"

    @property
    def label(self) -> str:
        return {
            "mandate_clause": "三定条款",
            "power_item": "权责事项",
            "flow_step": "流程环节",
            "unit_function": "单位职能",
            "section_duty": "科室职责",
            "post_duty": "岗位职责",
        }[self.value]


#: the column of ``DutyLink`` that holds a thing of each layer
LINK_COLUMNS = {
    Layer.CLAUSE: DutyLink.clause_id,
    Layer.ITEM: DutyLink.item_id,
    Layer.STEP: DutyLink.step_id,
    Layer.FUNCTION: DutyLink.function_id,
    Layer.SECTION_DUTY: DutyLink.section_duty_id,
    Layer.POST_DUTY: DutyLink.post_duty_id,
}
#: upper → lower, as ``DutyLink`` allows them
PAIRS = (
    (Layer.CLAUSE, Layer.FUNCTION),
    (Layer.ITEM, Layer.FUNCTION),
    (Layer.FUNCTION, Layer.SECTION_DUTY),
    (Layer.STEP, Layer.SECTION_DUTY),
    (Layer.SECTION_DUTY, Layer.POST_DUTY),
)


@dataclass(frozen=True, order=True)
class Knot:
    """One thing on the thread: its layer, id, words and where it belongs."""

    layer: Layer
    id: int
    text: str
    place: str
    unit_id: int


def edges() -> Any:
    """All confirmed links as (upper_layer, upper_id, lower_layer, lower_id)."""
    parts = [
        select(
            literal(upper.value, Text).label("upper_layer"),
            LINK_COLUMNS[upper].label("upper_id"),
            literal(lower.value, Text).label("lower_layer"),
            LINK_COLUMNS[lower].label("lower_id"),
        ).where(
            LINK_COLUMNS[upper].is_not(None),
            LINK_COLUMNS[lower].is_not(None),
            DutyLink.link_state == LinkState.CONFIRMED,
        )
        for upper, lower in PAIRS
    ]
    return union_all(*parts, *_given()).subquery("edge")


def _given() -> tuple[AnySelect, ...]:
    """Edges that no person draws: a clause states a section's duty, an item is done by the steps of its chart."""
    states = select(
        literal(Layer.CLAUSE.value, Text),
        SectionDuty.clause_id,
        literal(Layer.SECTION_DUTY.value, Text),
        SectionDuty.id,
    ).where(SectionDuty.clause_id.is_not(None))
    does = (
        select(literal(Layer.ITEM.value, Text), Flowchart.power_item_id, literal(Layer.STEP.value, Text), FlowStep.id)
        .join(FlowStep, FlowStep.flowchart_id == Flowchart.id)
        .where(Flowchart.power_item_id.is_not(None), Flowchart.chart_state == ChartState.PUBLISHED)
    )
    return states, does


def reach(layer: Layer, thing_id: int, *, down: bool) -> Any:
    """A CTE (layer, id, depth) of all that lies below (or above) one thing, itself included at depth 0."""
    edge = edges()
    name = "below" if down else "above"
    start = select(
        literal(layer.value, Text).label("layer"), literal(thing_id, BigInteger).label("id"), literal(0).label("depth")
    ).cte(name, recursive=True)
    here, there = ("upper", "lower") if down else ("lower", "upper")
    onward = select(edge.c[f"{there}_layer"], edge.c[f"{there}_id"], start.c.depth + 1).where(
        edge.c[f"{here}_layer"] == start.c.layer, edge.c[f"{here}_id"] == start.c.id, start.c.depth < 5
    )
    return start.union(onward)


def post_duties_under(layer: Layer, thing_id: int) -> Select[int]:
    """Ids of the post duties that carry the thing, for other systems to join their records and alerts to."""
    if layer is Layer.POST_DUTY:
        return select(PostDuty.id).where(PostDuty.id == thing_id)
    below = reach(layer, thing_id, down=True)
    return select(below.c.id).where(below.c.layer == Layer.POST_DUTY.value)


def function_of_post_duty() -> Any:
    """A subquery (post_duty_id, function_id): which functions each post duty serves, over confirmed links."""
    upper, lower = aliased(DutyLink), aliased(DutyLink)
    return (
        select(lower.post_duty_id, upper.function_id)
        .join(upper, upper.section_duty_id == lower.section_duty_id)
        .where(
            lower.post_duty_id.is_not(None),
            upper.function_id.is_not(None),
            lower.link_state == LinkState.CONFIRMED,
            upper.link_state == LinkState.CONFIRMED,
        )
        .distinct()
        .subquery("function_of_post_duty")
    )


def unit_of(layer: Layer, thing_id: int) -> int:
    """The unit that a thing belongs to. Raises NotFound."""
    statements = {
        Layer.CLAUSE: select(Mandate.unit_id)
        .join(MandateClause, MandateClause.mandate_id == Mandate.id)
        .where(MandateClause.id == thing_id),
        Layer.ITEM: select(PowerItem.unit_id).where(PowerItem.id == thing_id),
        Layer.STEP: select(Flowchart.unit_id)
        .join(FlowStep, FlowStep.flowchart_id == Flowchart.id)
        .where(FlowStep.id == thing_id),
        Layer.FUNCTION: select(UnitFunction.unit_id).where(UnitFunction.id == thing_id),
        Layer.SECTION_DUTY: select(SectionDuty.unit_id).where(SectionDuty.id == thing_id),
        Layer.POST_DUTY: select(PostDuty.unit_id).where(PostDuty.id == thing_id),
    }
    found = db.session.scalar(statements[layer])
    if found is None:
        raise NotFound
    return found


def thread_of(layer: Layer, thing_id: int) -> tuple[list[Knot], list[Knot]]:
    """What stands above the thing and what carries it below, with words; one statement each way.

    The thing itself comes first in the second list; an empty second list: there is no such thing.
    """
    below = with_words(reach(layer, thing_id, down=True))
    above = [
        knot for knot in with_words(reach(layer, thing_id, down=False)) if (knot.layer, knot.id) != (layer, thing_id)
    ]
    return above, sorted(below, key=lambda knot: knot.layer is not layer or knot.id != thing_id)


def with_words(reached: Any) -> list[Knot]:
    """The knots of a CTE with their texts, in the order of layers, one statement for all layers."""
    parts = [
        _words(reached, Layer.CLAUSE, MandateClause, MandateClause.text, null(), Mandate.unit_id)
        .join(Mandate, Mandate.id == MandateClause.mandate_id),
        _words(reached, Layer.ITEM, PowerItem, _item_words(), _item_kind(), PowerItem.unit_id),
        _words(reached, Layer.STEP, FlowStep, FlowStep.name,
               func.concat_ws(" · ", Flowchart.name, func.coalesce(PostVersion.title, FlowStep.lane_name)),
               Flowchart.unit_id)
        .join(Flowchart, Flowchart.id == FlowStep.flowchart_id)
        .outerjoin(PostVersion, _now(PostVersion, PostVersion.post_id == FlowStep.post_id)),
        _words(reached, Layer.FUNCTION, UnitFunction, UnitFunction.text, null(), UnitFunction.unit_id),
        _words(reached, Layer.SECTION_DUTY, SectionDuty, SectionDuty.text, SectionVersion.name, SectionDuty.unit_id)
        .outerjoin(SectionVersion, _now(SectionVersion, SectionVersion.section_id == SectionDuty.section_id)),
        _words(reached, Layer.POST_DUTY, PostDuty, PostDuty.text,
               func.concat_ws(" · ", SectionVersion.name, PostVersion.title), PostDuty.unit_id)
        .outerjoin(SectionVersion, _now(SectionVersion, SectionVersion.section_id == PostDuty.section_id))
        .outerjoin(PostVersion, _now(PostVersion, PostVersion.post_id == PostDuty.post_id)),
    ]  # fmt: skip
    order = {layer.value: number for number, layer in enumerate(Layer)}
    rows = db.session.execute(union_all(*parts)).all()
    knots = [Knot(Layer(row.layer), row.id, row.text, row.place or "", row.unit_id) for row in rows]
    return sorted(knots, key=lambda knot: (order[knot.layer.value], knot.id))


def _item_words() -> Any:
    return func.concat_ws(" · ", PowerItem.name, func.nullif(PowerItem.subitem_name, ""))


def _item_kind() -> Any:
    return case({kind.value: kind.label for kind in PowerKind}, value=cast(PowerItem.power_kind, Text))


def _words(reached: Any, layer: Layer, table: Any, words: Any, place: Any, unit_id: Any) -> Select[Any]:
    return (
        select(
            literal(layer.value, Text).label("layer"),
            table.id.label("id"),
            words.label("text"),
            cast(place, Text).label("place"),
            unit_id.label("unit_id"),
        )
        .select_from(reached)
        .join(table, (table.id == reached.c.id) & (reached.c.layer == layer.value))
    )


def _now(version: Any, same: Any) -> Any:
    return same & version.valid.contains(func.current_date()) & version.superseded_at.is_(None)
