from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import aliased

from basic_info.organization.models import Appointment, PersonVersion
from basic_info.organization.scope import within
from duty_eval.handovers.models import Handover
from duty_eval.permissions import Permission
from host.kernel.access import Actor
from host.kernel.db import AnyRow, AnySelect, db
from host.kernel.errors import NotFound
from host.kernel.versions import in_force

PAGE = 50
#: People of the unit who are offered as the next holder.
MOST_PEOPLE = 500


def _named() -> tuple[Any, Any, AnySelect]:
    giver, taker = aliased(PersonVersion), aliased(PersonVersion)
    rows = (
        select(Handover, giver.name.label("from_name"), taker.name.label("to_name"))
        .join(giver, and_(giver.person_id == Handover.from_person_id, _holds_today(giver)))
        .join(taker, and_(taker.person_id == Handover.to_person_id, _holds_today(taker)))
    )
    return giver, taker, rows


def _holds_today(version: Any) -> ColumnElement[bool]:
    return and_(version.valid.contains(func.current_date()), version.superseded_at.is_(None))


def readable(actor: Actor) -> ColumnElement[bool]:
    """One's own, and those of the places whose tasks one gives out."""
    own = or_(Handover.from_person_id == actor.person_id, Handover.to_person_id == actor.person_id)
    return or_(own, may_govern(actor))


def may_govern(actor: Actor) -> ColumnElement[bool]:
    return within(actor, Permission.TASK_ASSIGN, unit=Handover.unit_id, section=Handover.section_id)


def listed(actor: Actor) -> AnySelect:
    """(Handover, from_name, to_name), the newest first."""
    return _named()[2].where(readable(actor)).order_by(Handover.id.desc())


def page_of(actor: Actor, *, before: int | None) -> tuple[Sequence[AnyRow], int | None]:
    """A page of ``listed`` and the key of the next."""
    rows = listed(actor) if before is None else listed(actor).where(Handover.id < before)
    found = db.session.execute(rows.limit(PAGE + 1)).all()
    return found[:PAGE], found[PAGE - 1].Handover.id if len(found) > PAGE else None


def shown(actor: Actor, handover_id: int) -> AnyRow:
    """(Handover, from_name, to_name); raises NotFound."""
    row = db.session.execute(_named()[2].where(readable(actor), Handover.id == handover_id)).one_or_none()
    if row is None:
        raise NotFound
    return row


def to_change(actor: Actor, handover_id: int) -> Handover:
    """Locked; raises NotFound."""
    found = db.session.scalars(
        select(Handover).where(readable(actor), Handover.id == handover_id).with_for_update()
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def holders(actor: Actor, post_id: int, day: date) -> Sequence[AnyRow]:
    """(Appointment, name) of a post's holders for whom the actor may open a hand-over: oneself, or one's people."""
    may = or_(
        Appointment.person_id == (actor.person_id or 0),
        within(actor, Permission.TASK_ASSIGN, unit=Appointment.unit_id, section=Appointment.section_id),
    )
    return db.session.execute(
        select(Appointment, PersonVersion.name)
        .join(PersonVersion, PersonVersion.person_id == Appointment.person_id)
        .where(Appointment.post_id == post_id, in_force(Appointment, day), in_force(PersonVersion, day), may)
        .order_by(PersonVersion.name_key, Appointment.person_id)
    ).all()


def colleagues(unit_id: int, day: date) -> Select[int, str]:
    """(person_id, name) of the unit's people."""
    return (
        select(PersonVersion.person_id, PersonVersion.name)
        .join(Appointment, Appointment.person_id == PersonVersion.person_id)
        .where(
            Appointment.unit_id == unit_id,
            Appointment.is_primary,
            in_force(Appointment, day),
            in_force(PersonVersion, day),
        )
        .order_by(PersonVersion.name_key, PersonVersion.person_id)
        .limit(MOST_PEOPLE)
    )
