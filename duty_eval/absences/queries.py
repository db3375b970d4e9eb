"""Reads of absences: one's own, those that wait for the actor, those granted within reach."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select
from sqlalchemy.dialects.postgresql import DATERANGE, Range
from sqlalchemy.orm import aliased

from basic_info.organization.models import PersonVersion, Section, SectionVersion
from basic_info.organization.scope import within
from duty_eval.absences.models import Absence, AbsenceState
from duty_eval.permissions import Permission
from duty_eval.records.models import DutyRecord
from duty_eval.records.queries import name_today
from duty_eval.records.rollups import COUNTED
from duty_eval.review.queries import in_charge_of
from host.kernel.access import Actor
from host.kernel.db import AnyRow, AnySelect, db
from host.kernel.errors import NotFound
from host.kernel.pages import today_in_china
from host.kernel.versions import in_force

PAGE = 50


def own_absences(person_id: int) -> Select[Absence]:
    """The latest first."""
    return select(Absence).where(Absence.person_id == person_id).order_by(func.lower(Absence.span).desc(), Absence.id)


def own_absence(actor: Actor, absence_id: int) -> Absence:
    """One of the actor's own, locked; raises NotFound."""
    found = db.session.scalars(
        select(Absence).where(Absence.id == absence_id, Absence.person_id == (actor.person_id or 0)).with_for_update()
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def decidable(actor: Actor) -> ColumnElement[bool]:
    """The absences that the actor may decide on: never one's own; heads' go to those above them (R89)."""
    return in_charge_of(
        actor,
        Permission.ABSENCE_DECIDE,
        person=Absence.person_id,
        unit=Section.unit_id,
        section=Absence.section_id,
    )


def to_decide(actor: Actor) -> AnySelect:
    """(Absence, person_name, section_name) that wait for the actor, the soonest first."""
    return _listed(actor).where(Absence.absence_state == AbsenceState.REQUESTED).order_by(None).order_by(
        func.lower(Absence.span), Absence.id
    )  # fmt: skip


def count_to_decide(actor: Actor) -> int:
    """How many wait; one statement."""
    if not actor.may(Permission.ABSENCE_DECIDE):
        return 0
    waiting = (
        select(func.count())
        .select_from(Absence)
        .join(Section, Section.id == Absence.section_id)
        .where(decidable(actor), Absence.absence_state == AbsenceState.REQUESTED)
    )
    return db.session.scalar(waiting) or 0


def absence_to_decide(actor: Actor, absence_id: int) -> Absence:
    """One that the actor may decide on, locked; raises NotFound."""
    found = db.session.scalars(
        select(Absence)
        .join(Section, Section.id == Absence.section_id)
        .where(Absence.id == absence_id, decidable(actor))
        .with_for_update(of=Absence)
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def away_now(actor: Actor, first: date) -> AnySelect:
    """(Absence, person_name, section_name) of what is confirmed within reach and ends on ``first`` or later."""
    return _listed(actor).where(Absence.absence_state == AbsenceState.CONFIRMED, func.upper(Absence.span) > first)


def granted(actor: Actor, first: date, end: date) -> AnySelect:
    """(Absence, person_name, section_name) of what was granted within reach with days from ``first`` to before ``end``.

    And what was corrected or taken back since; the latest days first, a correction above what it replaces.
    """
    was_granted = or_(Absence.absence_state == AbsenceState.CONFIRMED, Absence.corrected_at.is_not(None))
    return (
        _listed(actor)
        .where(was_granted, Absence.span.overlaps(Range(first, end)))
        .order_by(None)
        .order_by(func.lower(Absence.span).desc(), Absence.id.desc())
    )


def granted_absence(actor: Actor, absence_id: int) -> AnyRow:
    """(Absence, person_name, section_name) of one within reach; raises NotFound."""
    found = db.session.execute(_listed(actor).where(Absence.id == absence_id)).one_or_none()
    if found is None:
        raise NotFound
    return found


def earlier_versions(absence: Absence) -> Sequence[Absence]:
    """What the absence was before it was corrected, the latest first. One statement."""
    if absence.corrects_id is None:
        return ()
    ids = select(Absence.id, Absence.corrects_id).where(Absence.id == absence.corrects_id).cte("ids", recursive=True)
    older = aliased(Absence)
    ids = ids.union_all(select(older.id, older.corrects_id).join(ids, ids.c.corrects_id == older.id))
    rows = select(Absence).where(Absence.id.in_(select(ids.c.id))).order_by(Absence.id.desc())
    return db.session.scalars(rows).all()


def records_on(absence: Absence, *, besides: Absence) -> Sequence[AnyRow]:
    """(id, worked_on) of the person's records on days of the one absence that are no days of the other."""
    day = DutyRecord.worked_on
    first, last = literal(absence.first), literal(absence.last)
    return db.session.execute(
        select(DutyRecord.id, day)
        .where(
            DutyRecord.person_id == absence.person_id,
            day.between(first, last),
            ~day.between(literal(besides.first), literal(besides.last)),
            DutyRecord.record_state.in_(COUNTED),
        )
        .order_by(day, DutyRecord.id)
    ).all()


def locked_month(person_id: int, first: date, last: date) -> date | None:
    """The first closed month of the person between the two days, reopened ones left out; as the database judges."""
    days = literal(Range(first, last, bounds="[]"), DATERANGE)
    return db.session.scalar(select(func.absence_locked_month(person_id, days)))


def _listed(actor: Actor) -> AnySelect:
    return (
        select(Absence, PersonVersion.name.label("person_name"), SectionVersion.name.label("section_name"))
        .join(Section, Section.id == Absence.section_id)
        .join(SectionVersion, and_(SectionVersion.section_id == Section.id, in_force(SectionVersion, today_in_china())))
        .join(PersonVersion, name_today(Absence.person_id))
        .where(decidable(actor))
        .order_by(func.lower(Absence.span), Absence.id)
    )


def own_section(actor: Actor, section_id: int, day: date) -> str:
    """The name of a section whose ordinary records the actor reviews; raises NotFound for any other."""
    reach = within(actor, Permission.DUTY_RECORD_REVIEW, unit=Section.unit_id, section=Section.id)
    name = db.session.scalar(
        select(SectionVersion.name)
        .join(Section, Section.id == SectionVersion.section_id)
        .where(Section.id == section_id, in_force(SectionVersion, day), reach)
    )
    if name is None:
        raise NotFound
    return name
