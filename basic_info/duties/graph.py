"""职责图: a unit's thread as one picture, from the clauses of its mandate to the people at their posts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import IntEnum

from sqlalchemy import and_, func, or_, select

from basic_info.duties.models import DutyLink, FunctionKind, LinkState, PostDuty, SectionDuty, UnitFunction
from basic_info.mandates.models import Mandate, MandateClause
from basic_info.organization.models import Appointment, PersonVersion, Post, PostVersion, Section, SectionVersion
from basic_info.organization.queries import readable_people
from host.kernel.access import Actor
from host.kernel.db import AnyRow, db
from host.kernel.versions import in_force

#: More than this nobody can read; people go first, then posts.
MOST_NODES = 300


class Column(IntEnum):
    """The columns of the picture, from left to right."""

    CLAUSE = 0
    FUNCTION = 1
    SECTION = 2
    POST = 3
    PERSON = 4


@dataclass(frozen=True)
class Node:
    """One box. ``is_torn``: the thread ends here though it ought to go on."""

    column: Column
    id: int
    title: str
    is_torn: bool = False


@dataclass(frozen=True)
class Edge:
    """``weight``: how many duties run along it."""

    upper: tuple[Column, int]
    lower: tuple[Column, int]
    weight: int


@dataclass(frozen=True)
class DutyGraph:
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    #: Columns that were left out because there is too much of them.
    left_out: tuple[Column, ...]


def duty_graph(unit_id: int, day: date, actor: Actor) -> DutyGraph:
    """The picture of a unit on ``day``; people only where the actor may see them by name. Six statements."""
    rows = _rows(unit_id, day, actor)
    edges = _edges(unit_id, day, rows)
    columns = list(Column)
    left_out: list[Column] = []
    for column in (Column.PERSON, Column.POST):
        if sum(len(rows[one]) for one in columns) > MOST_NODES:
            columns.remove(column)
            left_out.append(column)
    shown = tuple(edge for edge in edges if edge.upper[0] in columns and edge.lower[0] in columns)
    carried = {edge.upper for edge in edges}
    ends = {Column.CLAUSE, Column.PERSON}
    # Keyed, because a person with two posts comes twice.
    nodes = {
        (column, row.id): Node(
            column, row.id, row.title or "", is_torn=column not in ends and (column, row.id) not in carried
        )
        for column in columns
        for row in rows[column]
    }
    return DutyGraph(tuple(nodes.values()), shown, tuple(left_out))


def _rows(unit_id: int, day: date, actor: Actor) -> dict[Column, list[AnyRow]]:
    real = (UnitFunction.unit_id == unit_id, UnitFunction.valid.contains(day))
    kinds = (UnitFunction.function_kind != FunctionKind.CATCH_ALL,)
    functions = select(UnitFunction.id, UnitFunction.text.label("title")).where(*real, *kinds)
    clauses = (
        select(
            MandateClause.id,
            func.concat_ws(" ", func.nullif(MandateClause.mark, ""), MandateClause.text).label("title"),
        )
        .join(DutyLink, and_(DutyLink.clause_id == MandateClause.id, DutyLink.link_state == LinkState.CONFIRMED))
        .join(UnitFunction, UnitFunction.id == DutyLink.function_id)
        # A clause that every version has is one of each; the picture shows those of the version of the day.
        .join(Mandate, and_(Mandate.id == MandateClause.mandate_id, Mandate.valid.contains(day)))
        .where(*real, *kinds)
        .distinct()
    )
    sections = (
        select(Section.id, SectionVersion.name.label("title"))
        .join(SectionVersion, and_(SectionVersion.section_id == Section.id, in_force(SectionVersion, day)))
        .where(Section.unit_id == unit_id)
    )
    posts = (
        select(Post.id, PostVersion.title)
        .join(PostVersion, and_(PostVersion.post_id == Post.id, in_force(PostVersion, day)))
        .join(Section, Section.id == Post.section_id)
        .where(Section.unit_id == unit_id)
    )
    people = (
        select(Appointment.person_id.label("id"), PersonVersion.name.label("title"), Appointment.post_id)
        .join(PersonVersion, and_(PersonVersion.person_id == Appointment.person_id, in_force(PersonVersion, day)))
        .where(Appointment.unit_id == unit_id, in_force(Appointment, day), readable_people(actor))
    )
    return {
        Column.CLAUSE: list(db.session.execute(clauses.order_by(MandateClause.id))),
        Column.FUNCTION: list(db.session.execute(functions.order_by(UnitFunction.sort_no, UnitFunction.id))),
        Column.SECTION: list(db.session.execute(sections.order_by(SectionVersion.sort_no, Section.id))),
        Column.POST: list(db.session.execute(posts.order_by(Post.section_id, Post.id))),
        Column.PERSON: list(db.session.execute(people.order_by(Appointment.post_id, Appointment.id))),
    }


def _edges(unit_id: int, day: date, rows: dict[Column, list[AnyRow]]) -> list[Edge]:
    """Duties between the boxes, summed up; only between boxes that are there."""
    known = {(column, row.id) for column, found in rows.items() for row in found}
    links = db.session.execute(
        select(
            DutyLink.clause_id,
            DutyLink.function_id,
            SectionDuty.section_id,
            PostDuty.post_id,
            func.count().label("duties"),
        )
        .outerjoin(SectionDuty, SectionDuty.id == DutyLink.section_duty_id)
        .outerjoin(PostDuty, and_(PostDuty.id == DutyLink.post_duty_id, PostDuty.valid.contains(day)))
        .where(
            DutyLink.unit_id == unit_id,
            DutyLink.link_state == LinkState.CONFIRMED,
            DutyLink.item_id.is_(None),
            DutyLink.step_id.is_(None),
            or_(DutyLink.section_duty_id.is_(None), SectionDuty.valid.contains(day)),
        )
        .group_by(DutyLink.clause_id, DutyLink.function_id, SectionDuty.section_id, PostDuty.post_id)
    )
    edges = []
    for row in links:
        ends = [
            (column, thing)
            for column, thing in zip(
                Column, (row.clause_id, row.function_id, row.section_id, row.post_id), strict=False
            )
            if thing is not None
        ]
        if len(ends) == 2 and set(ends) <= known:
            edges.append(Edge(ends[0], ends[1], row.duties))
    holders = [Edge((Column.POST, row.post_id), (Column.PERSON, row.id), 1) for row in rows[Column.PERSON]]
    return edges + [edge for edge in holders if edge.upper in known]
