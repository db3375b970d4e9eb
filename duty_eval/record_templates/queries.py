"""Reads of templates: what a head keeps, what a person is offered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, and_, select

from basic_info.duties.models import PostDuty
from basic_info.organization.models import Appointment, PostVersion, SectionVersion
from basic_info.organization.scope import within
from duty_eval.permissions import Permission
from duty_eval.record_templates.models import RecordTemplate
from host.kernel.access import Actor
from host.kernel.db import AnyRow, AnySelect, db
from host.kernel.versions import in_force


def kept(actor: Actor, day: date) -> AnySelect:
    """(RecordTemplate, duty_text, measure_unit, post_title, section_name) in reach, by post and duty."""
    return (
        select(
            RecordTemplate,
            PostDuty.text.label("duty_text"),
            PostDuty.measure_unit,
            PostVersion.title.label("post_title"),
            SectionVersion.name.label("section_name"),
        )
        .join(PostDuty, PostDuty.id == RecordTemplate.post_duty_id)
        .join(PostVersion, and_(PostVersion.post_id == PostDuty.post_id, in_force(PostVersion, day)))
        .join(SectionVersion, and_(SectionVersion.section_id == PostDuty.section_id, in_force(SectionVersion, day)))
        .where(RecordTemplate.ended_at.is_(None), _reached(actor))
        .order_by(SectionVersion.name, PostVersion.title, PostDuty.sort_no, RecordTemplate.id)
    )


def duties_in_reach(actor: Actor, day: date) -> AnySelect:
    """(id, text, post_title) of the duties whose templates the actor keeps."""
    return (
        select(PostDuty.id, PostDuty.text, PostVersion.title.label("post_title"))
        .join(PostVersion, and_(PostVersion.post_id == PostDuty.post_id, in_force(PostVersion, day)))
        .where(_reached(actor), PostDuty.valid.contains(day))
        .order_by(PostVersion.title, PostDuty.sort_no)
    )


def _reached(actor: Actor) -> ColumnElement[bool]:
    return within(actor, Permission.RECORD_TEMPLATE_KEEP, unit=PostDuty.unit_id, section=PostDuty.section_id)


def offered(person_id: int, day: date, *, most: int) -> Sequence[AnyRow]:
    """(RecordTemplate, duty_text, measure_unit) of the posts that the person holds on the day."""
    return db.session.execute(
        select(RecordTemplate, PostDuty.text.label("duty_text"), PostDuty.measure_unit)
        .join(PostDuty, PostDuty.id == RecordTemplate.post_duty_id)
        .join(Appointment, and_(Appointment.post_id == PostDuty.post_id, in_force(Appointment, day)))
        .where(Appointment.person_id == person_id, PostDuty.valid.contains(day), RecordTemplate.ended_at.is_(None))
        .order_by(Appointment.is_primary.desc(), PostDuty.sort_no, RecordTemplate.id)
        .limit(most)
    ).all()
