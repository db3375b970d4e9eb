"""Reads of the library: what a unit has, cut to what the actor may see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from sqlalchemy import Select, select
from sqlalchemy.orm import load_only, selectinload

from basic_info.documents.models import Document
from basic_info.duties.models import LinkReview
from basic_info.duties.queries import readable_units
from basic_info.flowcharts.models import Flowchart
from basic_info.mandates.models import Mandate
from basic_info.organization.scope import within
from basic_info.permissions import Permission
from basic_info.power_lists.models import PowerItem, PowerList
from host.kernel.access import Actor
from host.kernel.db import db
from host.kernel.errors import NotFound
from host.kernel.files.subjects import register_subject

T = TypeVar("T", Mandate, PowerList, Flowchart, PowerItem, Document, LinkReview)


def mandates_of(unit_id: int) -> Sequence[Mandate]:
    statement = select(Mandate).where(Mandate.unit_id == unit_id).options(selectinload(Mandate.document))
    return db.session.scalars(statement.order_by(Mandate.version_no.desc())).all()


def power_lists_of(unit_id: int) -> Sequence[PowerList]:
    statement = select(PowerList).where(PowerList.unit_id == unit_id)
    return db.session.scalars(statement.order_by(PowerList.version_no.desc())).all()


def flowcharts_of(unit_id: int) -> Sequence[Flowchart]:
    """Without the drawings, which a list does not show."""
    columns = load_only(
        Flowchart.id, Flowchart.name, Flowchart.version_no, Flowchart.chart_state, Flowchart.published_at
    )
    statement = select(Flowchart).options(columns).where(Flowchart.unit_id == unit_id)
    return db.session.scalars(statement.order_by(Flowchart.name, Flowchart.version_no.desc())).all()


def readable(statement: Select[T], table: type[T], thing_id: int, actor: Actor) -> T:
    """The row if its unit's duties are the actor's to read. Raises NotFound."""
    return _one(statement.where(table.id == thing_id, table.unit_id.in_(readable_units(actor))))


def in_reach(table: type[T], thing_id: int, permission: Permission, actor: Actor) -> T:
    """The row if ``permission`` reaches its unit for the actor. Raises NotFound."""
    return _one(select(table).where(table.id == thing_id, within(actor, permission, unit=table.unit_id)))


def _one(statement: Select[T]) -> T:
    found = db.session.scalar(statement)
    if found is None:
        raise NotFound
    return found


def _may_open(document_id: int, actor: Actor) -> bool:
    known = select(Document.id).where(Document.id == document_id, Document.unit_id.in_(readable_units(actor)))
    return actor.may(Permission.DUTY_READ) and db.session.scalar(known) is not None


register_subject("document", _may_open)
