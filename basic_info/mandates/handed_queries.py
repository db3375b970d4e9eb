"""Reads of orders that are another unit's: what waits for a unit, what its own replies gave to others."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import aliased

from basic_info.documents.models import Document
from basic_info.duties.queries import readable_units
from basic_info.mandates.effects import EffectKind
from basic_info.mandates.handed_models import HandedOrder, HandState
from basic_info.mandates.models import Mandate
from basic_info.mandates.previewing import Preview
from basic_info.organization.models import Unit, UnitVersion
from basic_info.organization.scope import within
from basic_info.permissions import Permission
from host.kernel.access import Actor
from host.kernel.db import AnyRow, AnySelect, db
from host.kernel.pages import today_in_china
from host.kernel.versions import in_force

#: How many units a search shows.
MOST_FOUND = 20
_BETWEEN_UNITS = re.compile(r"划转|划入|划出|划给|划归|移交|调剂|转隶|收回")


@dataclass(frozen=True)
class FoundUnits:
    """The units that a word may mean; ``exact`` is the one whose name or code it is."""

    exact: int | None
    rows: Sequence[AnyRow]


def handed_orders(where: ColumnElement[bool], actor: Actor) -> AnySelect:
    """Orders with both units, the paper and what became of them, open ones first; cut to what the actor may read."""
    giver, taker, draft, day = aliased(UnitVersion), aliased(UnitVersion), aliased(Mandate), today_in_china()
    return (
        select(
            HandedOrder,
            giver.name.label("from_name"),
            taker.name.label("unit_name"),
            Document.title.label("title"),
            Document.doc_no.label("doc_no"),
            Mandate.mandate_state.label("reply_state"),
            Mandate.valid.label("valid"),
            HandedOrder.from_unit_id.in_(readable_units(actor)).label("reply_is_readable"),
            HandedOrder.unit_id.in_(readable_units(actor)).label("unit_is_readable"),
            draft.version_no.label("draft_no"),
            draft.mandate_state.label("draft_state"),
        )
        .join(Mandate, Mandate.id == HandedOrder.mandate_id)
        .join(Document, Document.id == Mandate.document_id)
        .outerjoin(draft, draft.id == HandedOrder.draft_id)
        .outerjoin(giver, (giver.unit_id == HandedOrder.from_unit_id) & in_force(giver, day))
        .outerjoin(taker, (taker.unit_id == HandedOrder.unit_id) & in_force(taker, day))
        .where(
            where,
            or_(HandedOrder.unit_id.in_(readable_units(actor)), HandedOrder.from_unit_id.in_(readable_units(actor))),
        )
        .order_by(case((HandedOrder.hand_state == HandState.OPEN, 0), else_=1), HandedOrder.id)
    )


def waiting_for(unit_id: int) -> int:
    """How many orders of others' replies wait to become a change of the unit."""
    found = select(func.count()).select_from(HandedOrder).where(HandedOrder.unit_id == unit_id, is_waiting())
    return db.session.scalar(found) or 0


def is_waiting() -> ColumnElement[bool]:
    """Nobody settled it or began a version from it."""
    return (HandedOrder.hand_state == HandState.OPEN) & HandedOrder.draft_id.is_(None)


def sentences_between_units(change: Preview, named: Sequence[str]) -> list[str]:
    """What of a reply may be another unit's too: orders for others, duties and numbers that leave or come from them."""
    said = (one for one in dict.fromkeys(_said(change)) if one and not one.endswith((":", "：")))
    return [one for one in said if one not in named]


def _said(change: Preview) -> Iterator[str]:
    yield from change.for_others
    yield from change.unheard
    for one in change.effects:
        if one.is_outside or (one.kind in (EffectKind.QUOTA, EffectKind.LEADER) and _BETWEEN_UNITS.search(one.words)):
            yield one.words


def find_units(word: str, actor: Actor, *, but: int = 0) -> FoundUnits:
    """Units within the actor's reach by name, short name or code, the exact one first; at most MOST_FOUND."""
    plain = word.strip()
    if not plain:
        return FoundUnits(None, ())
    is_it = or_(Unit.code == plain, UnitVersion.name == plain)
    like = or_(
        is_it,
        UnitVersion.name.contains(plain, autoescape=True),
        UnitVersion.short_name.contains(plain, autoescape=True),
    )
    rows = db.session.execute(
        select(Unit.id, Unit.code, UnitVersion.name, is_it.label("is_it"))
        .join(UnitVersion, (UnitVersion.unit_id == Unit.id) & in_force(UnitVersion, today_in_china()))
        .where(like, Unit.id != but, within(actor, Permission.MANDATE_IMPORT, unit=Unit.id))
        .order_by(is_it.desc(), UnitVersion.name_key, Unit.id)
        .limit(MOST_FOUND)
    ).all()
    exact = [row.id for row in rows if row.is_it]
    # A part of a name that only one unit has means that unit.
    alone = [row.id for row in rows] if len(rows) == 1 else []
    return FoundUnits(next(iter([*exact[:1], *alone]), None) if len(exact) < 2 else None, rows)
