"""Who is under a sanction, and who may know."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sqlalchemy import ColumnElement, and_, or_, select

from basic_info.organization.models import Appointment, Person, PersonVersion, SectionVersion, UnitVersion
from basic_info.organization.scope import within
from duty_eval.permissions import Permission
from duty_eval.records.queries import name_today
from duty_eval.sanctions.models import Sanction, SanctionEffect
from host.kernel.access import Actor
from host.kernel.db import AnyRow, AnySelect, db
from host.kernel.errors import NotFound
from host.kernel.pages import today_in_china
from host.kernel.versions import in_force


def blocking(people: Collection[int], first: date, last: date) -> dict[int, Sanction]:
    """Person → the weightiest sanction that touches the days from ``first`` to ``last``. One statement."""
    rows = db.session.scalars(
        select(Sanction)
        .where(Sanction.person_id.in_(people), _touches(first, last))
        # What allows no grade weighs more than what forbids 好.
        .order_by(Sanction.effect == SanctionEffect.NO_GRADE, Sanction.id)
    )
    return {row.person_id: row for row in rows}


def _touches(first: date, last: date) -> ColumnElement[bool]:
    return and_(
        Sanction.withdrawn_at.is_(None),
        Sanction.effective_on <= last,
        or_(Sanction.ends_on.is_(None), Sanction.ends_on >= first),
    )


def sanctions(actor: Actor) -> AnySelect:
    """(Sanction, person_name, section_name, unit_name) of the people within reach, the latest first."""
    today = today_in_china()
    return (
        select(
            Sanction,
            PersonVersion.name.label("person_name"),
            SectionVersion.name.label("section_name"),
            UnitVersion.name.label("unit_name"),
        )
        .join(PersonVersion, name_today(Sanction.person_id))
        .join(
            Appointment,
            and_(Appointment.person_id == Sanction.person_id, Appointment.is_primary, in_force(Appointment, today)),
        )
        .join(
            SectionVersion, and_(SectionVersion.section_id == Appointment.section_id, in_force(SectionVersion, today))
        )
        .join(UnitVersion, and_(UnitVersion.unit_id == Appointment.unit_id, in_force(UnitVersion, today)))
        .where(_reach(actor), Sanction.person_id != (actor.person_id or 0))
        .order_by(Sanction.effective_on.desc(), Sanction.id.desc())
    )


def sanction_of(actor: Actor, sanction_id: int) -> Sanction:
    """One sanction within reach, locked; raises NotFound."""
    row = db.session.execute(
        sanctions(actor).where(Sanction.id == sanction_id).with_for_update(of=Sanction)
    ).one_or_none()
    if row is None:
        raise NotFound
    found: Sanction = row.Sanction
    return found


def people_called(actor: Actor, words: str) -> list[AnyRow]:
    """(person_id, name, code, section_name, unit_name) of those within reach with that name or code, eleven at most."""
    today = today_in_china()
    return list(
        db.session.execute(
            select(
                Person.id.label("person_id"),
                PersonVersion.name.label("name"),
                Person.code.label("code"),
                SectionVersion.name.label("section_name"),
                UnitVersion.name.label("unit_name"),
            )
            .join(PersonVersion, name_today(Person.id))
            .join(
                Appointment,
                and_(Appointment.person_id == Person.id, Appointment.is_primary, in_force(Appointment, today)),
            )
            .join(
                SectionVersion,
                and_(SectionVersion.section_id == Appointment.section_id, in_force(SectionVersion, today)),
            )
            .join(UnitVersion, and_(UnitVersion.unit_id == Appointment.unit_id, in_force(UnitVersion, today)))
            .where(_reach(actor), or_(PersonVersion.name == words, Person.code == words))
            .order_by(UnitVersion.name_key, Person.id)
            .limit(11)
        )
    )


def _reach(actor: Actor) -> ColumnElement[bool]:
    return within(actor, Permission.SANCTION_KEEP, unit=Appointment.unit_id)
