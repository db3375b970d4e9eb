"""Reads of the search: index hits layer by layer, then their words and places in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import CTE, Text, literal, literal_column, select, union_all

from basic_info.duties.models import PostDuty, SectionDuty, UnitFunction
from basic_info.duties.queries import readable_units
from basic_info.duties.thread import Knot, Layer, with_words
from basic_info.flowcharts.models import ChartState, Flowchart, FlowStep
from basic_info.mandates.models import Mandate, MandateClause, MandateState
from basic_info.organization.models import UnitVersion
from basic_info.power_lists.models import ListState, PowerItem, PowerList
from host.kernel.access import Actor
from host.kernel.db import AnySelect, db
from host.kernel.versions import in_force
from host.kernel.words import Piece, has_words, highlighted

#: So many hits are shown where one layer is looked through; more ask for another word.
MOST_OF_A_LAYER = 100
#: So many of each layer beside the others; the rest is a click away.
FIRST_OF_A_LAYER = 15


@dataclass(frozen=True)
class Hit:
    """One thing found: which layer, its words in pieces, where it belongs."""

    layer: Layer
    id: int
    pieces: tuple[Piece, ...]
    unit_name: str
    place: str


@dataclass(frozen=True)
class Group:
    """The hits of one layer; ``is_cut``: there are more than were fetched."""

    layer: Layer
    hits: tuple[Hit, ...]
    is_cut: bool


def search_library(
    actor: Actor,
    terms: tuple[str, ...],
    *,
    day: date,
    layers: Sequence[Layer] = tuple(Layer),
    unit_id: int | None = None,
) -> list[Group]:
    """What holds on ``day`` and has all ``terms`` in its words, by layer, short texts first; two statements.

    One layer is searched for up to MOST_OF_A_LAYER hits, several for FIRST_OF_A_LAYER of each.

    Only units whose duties the actor may read. A layer without hits is left out.
    """
    if not terms:
        return []
    most = MOST_OF_A_LAYER if len(layers) == 1 else FIRST_OF_A_LAYER
    # Found out once for all layers.
    reach = readable_units(actor).cte("reach")
    parts = [_hits_of(layer, reach, terms, day=day, unit_id=unit_id, most=most) for layer in layers]
    knots = with_words(union_all(*parts).cte("hit"))
    names = _names({knot.unit_id for knot in knots}, day)
    return [group for layer in layers if (group := _group(layer, knots, terms, names, most)).hits]


def _group(layer: Layer, knots: list[Knot], terms: tuple[str, ...], names: dict[int, str], most: int) -> Group:
    found = sorted((knot for knot in knots if knot.layer is layer), key=lambda knot: (len(knot.text), knot.id))
    hits = tuple(
        Hit(layer, knot.id, highlighted(knot.text, terms), names.get(knot.unit_id, ""), knot.place)
        for knot in found[:most]
    )
    return Group(layer, hits, is_cut=len(found) > most)


def _hits_of(
    layer: Layer, reach: CTE, terms: tuple[str, ...], *, day: date, unit_id: int | None, most: int
) -> AnySelect:
    """(layer, id) of a layer's hits."""
    statement, words, unit = _source(layer, day)
    conditions = [has_words(words, terms), unit.in_(select(reach.c.id))]
    if unit_id is not None:
        conditions.append(unit == unit_id)
    hits = statement.where(*conditions).limit(most + 1).subquery()
    return select(literal(layer.value, Text).label("layer"), hits.c.id)


def _source(layer: Layer, day: date) -> tuple[AnySelect, Any, Any]:
    """What is searched of a layer: a select of ids in force, the words as indexed, its unit."""
    if layer is Layer.CLAUSE:
        confirmed = (Mandate.mandate_state == MandateState.CONFIRMED) & Mandate.valid.contains(day)
        clauses = select(MandateClause.id).join(Mandate, (Mandate.id == MandateClause.mandate_id) & confirmed)
        return clauses, MandateClause.text, Mandate.unit_id
    if layer is Layer.ITEM:
        in_list = (PowerList.list_state == ListState.IN_FORCE) & PowerList.valid.contains(day)
        items = select(PowerItem.id).join(PowerList, (PowerList.id == PowerItem.power_list_id) & in_list)
        return items, item_words(), PowerItem.unit_id
    if layer is Layer.STEP:
        published = Flowchart.chart_state == ChartState.PUBLISHED
        steps = select(FlowStep.id).join(Flowchart, (Flowchart.id == FlowStep.flowchart_id) & published)
        return steps, FlowStep.name, Flowchart.unit_id
    table: Any = {Layer.FUNCTION: UnitFunction, Layer.SECTION_DUTY: SectionDuty, Layer.POST_DUTY: PostDuty}[layer]
    return select(table.id).where(table.valid.contains(day)), table.text, table.unit_id


def item_words() -> Any:
    """The words of a power item as its index has them."""
    return PowerItem.name + literal_column("' '", Text) + PowerItem.subitem_name


def _names(unit_ids: set[int], day: date) -> dict[int, str]:
    rows = db.session.execute(
        select(UnitVersion.unit_id, UnitVersion.name).where(
            UnitVersion.unit_id.in_(unit_ids), in_force(UnitVersion, day)
        )
    )
    return {unit_id: name for unit_id, name in rows}
