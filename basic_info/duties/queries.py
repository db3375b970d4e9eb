"""Reads of duties: what a post carries, what a unit's functions are."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Select, select

from basic_info.duties.models import PostDuty, SectionDuty, UnitFunction
from basic_info.organization.models import Appointment, Unit
from basic_info.organization.scope import within
from basic_info.permissions import Permission
from host.kernel.access import Actor


def duties_of_person(person_id: int, day: date) -> Select[PostDuty]:
    """The post duties of the posts that the person holds on ``day``, in the posts' own order."""
    return (
        select(PostDuty)
        .join(Appointment, Appointment.post_id == PostDuty.post_id)
        .where(
            Appointment.person_id == person_id,
            Appointment.valid.contains(day),
            Appointment.superseded_at.is_(None),
            PostDuty.valid.contains(day),
        )
        .order_by(Appointment.is_primary.desc(), PostDuty.sort_no, PostDuty.id)
    )


def functions_of_unit(unit_id: int, day: date) -> Select[UnitFunction]:
    return (
        select(UnitFunction)
        .where(UnitFunction.unit_id == unit_id, UnitFunction.valid.contains(day))
        .order_by(UnitFunction.sort_no)
    )


def section_duties_of_unit(unit_id: int, day: date) -> Select[SectionDuty]:
    return (
        select(SectionDuty)
        .where(SectionDuty.unit_id == unit_id, SectionDuty.valid.contains(day))
        .order_by(SectionDuty.section_id, SectionDuty.sort_no)
    )


def readable_units(actor: Actor) -> Select[int]:
    """Ids of the units whose duties the actor may read."""
    return select(Unit.id).where(within(actor, Permission.DUTY_READ, unit=Unit.id))
