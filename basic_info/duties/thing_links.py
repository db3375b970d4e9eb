"""Reads for links drawn by hand: the confirmed links of one thing, and what it could be joined with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from basic_info.duties.models import DutyLink, LinkState
from basic_info.duties.proposals import things_of
from basic_info.duties.similarity import likeness
from basic_info.duties.thread import LINK_COLUMNS, PAIRS, Knot, Layer
from host.kernel.db import db


@dataclass(frozen=True)
class Candidate:
    """A thing of a neighbouring layer and how alike its words are, 0–1."""

    layer: Layer
    id: int
    text: str
    score: float


def links_of(thing: Knot, thread: Sequence[Knot]) -> list[tuple[DutyLink, Knot]]:
    """The confirmed links of the thing with what stands at their other end; one statement.

    ``thread`` holds the words: what thread_of gave for the thing.
    """
    known = {(knot.layer, knot.id): knot for knot in thread}
    rows = db.session.scalars(
        select(DutyLink)
        .where(LINK_COLUMNS[thing.layer] == thing.id, DutyLink.link_state == LinkState.CONFIRMED)
        .order_by(DutyLink.id)
    ).all()
    ends = ((row, known.get(_other_end(row, thing.layer))) for row in rows)
    return [(row, knot) for row, knot in ends if knot is not None]


def candidates_for(thing: Knot, linked: Sequence[Knot], day: date) -> list[Candidate]:
    """What of the neighbouring layers of its unit the thing could be joined with, the likest first.

    Clauses are left out: what they state is given by the document itself.
    """
    taken = {(knot.layer, knot.id) for knot in linked}
    found: list[Candidate] = []
    for layer in _neighbours(thing.layer):
        others = [one for one in things_of(layer, thing.unit_id, day) if (layer, one.id) not in taken]
        if others:
            scores = likeness([thing.text], [one.text for one in others])[0]
            found += [
                Candidate(layer, one.id, one.text, float(score)) for one, score in zip(others, scores, strict=True)
            ]
    return sorted(found, key=lambda one: -one.score)


def is_upper(layer: Layer, other: Layer) -> bool:
    """Whether ``layer`` stands above ``other`` as its neighbour."""
    return (layer, other) in PAIRS


def _other_end(row: DutyLink, layer: Layer) -> tuple[Layer, int]:
    ends = ((one, getattr(row, column.key)) for one, column in LINK_COLUMNS.items() if one is not layer)
    return next((one, thing_id) for one, thing_id in ends if thing_id is not None)


def _neighbours(layer: Layer) -> list[Layer]:
    both = [upper for upper, lower in PAIRS if lower is layer] + [lower for upper, lower in PAIRS if upper is layer]
    return [one for one in both if one is not Layer.CLAUSE]
