"""Reads of plans and samples, cut to who may know of them.

An unannounced plan is known to its makers alone until its first day; a draft always. Every read of a plan, of its
sample and of what was found goes through ``known_to`` or ``makes``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select

from basic_info.organization.models import Appointment, Post, Section, SectionVersion, Unit, UnitVersion
from basic_info.organization.queries import post_titles, region_names, section_names, unit_names
from basic_info.organization.scope import within
from basic_info.regions.models import Region
from basic_info.regions.queries import region_choices
from duty_eval.inspections.models import (
    EvidenceRequest,
    Inspection,
    InspectionDraw,
    InspectionFinding,
    InspectionLine,
    InspectionState,
    InspectionSubject,
)
from duty_eval.inspections.sampling import sections_in_place
from duty_eval.permissions import Permission
from host.kernel.access import Actor, ScopeKind, scope_prefix
from host.kernel.db import AnyRow, AnySelect, db
from host.kernel.errors import NotFound
from host.kernel.pages import today_in_china
from host.kernel.versions import in_force

PAGE = 50
#: Subjects that a plan's page shows; the export holds all.
MOST_SUBJECTS = 500


@dataclass(frozen=True)
class Filters:
    """What the list of plans is narrowed to; unknown words narrow nothing."""

    state: InspectionState | None = None
    year: int | None = None

    @classmethod
    def of(cls, values: Mapping[str, str]) -> Self:
        year = values.get("year", "")
        return cls(
            state=next((one for one in InspectionState if one.value == values.get("state")), None),
            year=int(year) if year.isascii() and year.isdigit() and len(year) == 4 and int(year) > 0 else None,
        )


def in_place(actor: Actor, permission: str) -> ColumnElement[bool]:
    """The plans of a division or unit that ``permission`` reaches as a whole: their makers' and readers' side."""
    starts = [
        scope_prefix(grant.region_code)
        for grant in actor.grants_for(permission)
        if grant.kind is ScopeKind.REGION and grant.region_code
    ]
    regions = select(Region.id).where(or_(false(), *(Region.code.startswith(start) for start in starts)))
    return or_(Inspection.region_id.in_(regions), within(actor, permission, unit=Inspection.unit_id))


def makes(actor: Actor) -> ColumnElement[bool]:
    """The plans that the actor makes, whatever their state."""
    return in_place(actor, Permission.INSPECTION_MAKE)


def is_public(today: date) -> ColumnElement[bool]:
    """Whether others than its makers may know of a plan: an announced one once drawn, any other from its day on."""
    return and_(
        Inspection.inspection_state != InspectionState.DRAFT,
        or_(Inspection.is_announced, Inspection.starts_on <= today),
    )


def in_sample(actor: Actor, permission: str = Permission.INSPECTION_READ) -> ColumnElement[bool]:
    """The subjects that lie within the actor's own reach: the side of those who are inspected."""
    return within(actor, permission, unit=InspectionSubject.unit_id, section=InspectionSubject.section_id)


def known_to(actor: Actor, today: date) -> ColumnElement[bool]:
    """The plans that the actor may know of."""
    touched = (
        select(InspectionSubject.id)
        .where(InspectionSubject.inspection_id == Inspection.id, in_sample(actor))
        .correlate(Inspection)
        .exists()
    )
    return or_(makes(actor), and_(is_public(today), or_(in_place(actor, Permission.INSPECTION_READ), touched)))


def subjects_known_to(actor: Actor, today: date) -> ColumnElement[bool]:
    """The subjects (joined to their Inspection) that the actor may know of."""
    reach = or_(in_place(actor, Permission.INSPECTION_READ), in_sample(actor))
    return or_(makes(actor), and_(is_public(today), reach))


def findings_known_to(actor: Actor) -> Select[int]:
    """Ids of the findings that the actor may read: those of plans known to them in their reach, and of oneself."""
    reach = or_(
        in_place(actor, Permission.INSPECTION_READ),
        within(
            actor,
            Permission.INSPECTION_FINDING_READ,
            unit=InspectionFinding.unit_id,
            section=InspectionFinding.section_id,
            person=InspectionFinding.person_id,
        ),
    )
    return (
        select(InspectionFinding.id)
        .join(Inspection, Inspection.id == InspectionFinding.inspection_id)
        .where(or_(makes(actor), and_(is_public(today_in_china()), reach), _of_own_section(actor)))
    )


def _of_own_section(actor: Actor) -> ColumnElement[bool]:
    """What a closed check found about the section where the actor works, people aside: it counts in their score."""
    own = select(Appointment.section_id).where(
        Appointment.person_id == (actor.person_id or 0), Appointment.is_primary, in_force(Appointment, today_in_china())
    )
    return and_(
        Inspection.inspection_state == InspectionState.CLOSED,
        InspectionFinding.person_id.is_(None),
        InspectionFinding.section_id.in_(own),
    )


def requests_known_to(actor: Actor) -> Select[int]:
    """Ids of the requests for evidence that the actor made, or may read or answer."""
    reach = within(actor, Permission.INSPECTION_READ, unit=EvidenceRequest.unit_id, section=EvidenceRequest.section_id)
    asked = select(EvidenceRequest.id).join(Inspection, Inspection.id == EvidenceRequest.inspection_id)
    return asked.where(or_(makes(actor), in_place(actor, Permission.INSPECTION_READ), reach))


def plans(actor: Actor, filters: Filters | None = None) -> AnySelect:
    """(Inspection, place, subjects) that the actor may know of, the latest first; ``subjects`` within their reach."""
    today, filters = today_in_china(), filters or Filters()
    units, regions = unit_names(today), region_names(today)
    subjects = (
        select(func.count())
        .select_from(InspectionSubject)
        .where(
            InspectionSubject.inspection_id == Inspection.id,
            InspectionSubject.removed_at.is_(None),
            subjects_known_to(actor, today),
        )
        .correlate(Inspection)
        .scalar_subquery()
    )
    rows = (
        select(Inspection, func.coalesce(regions.c.name, units.c.name).label("place"), subjects.label("subjects"))
        .outerjoin(units, units.c.unit_id == Inspection.unit_id)
        .outerjoin(regions, regions.c.region_id == Inspection.region_id)
        .where(known_to(actor, today))
        .order_by(Inspection.id.desc())
    )
    if filters.state is not None:
        rows = rows.where(Inspection.inspection_state == filters.state)
    if filters.year is not None:
        rows = rows.where(func.extract("year", Inspection.starts_on) == filters.year)
    return rows


def plan_row(actor: Actor, plan_id: int) -> AnyRow:
    """One row of ``plans`` with what the actor may do there: ``may_make``, ``may_close``. Raises NotFound."""
    row = db.session.execute(
        plans(actor)
        .where(Inspection.id == plan_id)
        .add_columns(
            func.coalesce(makes(actor), false()).label("may_make"),
            func.coalesce(in_place(actor, Permission.INSPECTION_CLOSE), false()).label("may_close"),
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    return row


def plan_to_make(actor: Actor, plan_id: int) -> Inspection:
    """A plan of the actor's making, locked; raises NotFound."""
    return _one(select(Inspection).where(Inspection.id == plan_id, makes(actor)))


def plan_to_fill(actor: Actor, plan_id: int) -> Inspection:
    """The same, held so that many may fill it in at once while nobody closes it."""
    return _one(select(Inspection).where(Inspection.id == plan_id, makes(actor)), is_shared=True)


def plan_to_close(actor: Actor, plan_id: int) -> Inspection:
    """A plan that the actor may close, locked; raises NotFound."""
    reach = in_place(actor, Permission.INSPECTION_CLOSE)
    return _one(select(Inspection).where(Inspection.id == plan_id, reach, is_public(today_in_china())))


def _one(rows: Select[Inspection], *, is_shared: bool = False) -> Inspection:
    found = db.session.scalars(
        rows.with_for_update(read=is_shared).execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def lines_of_inspection(plan_id: int) -> Sequence[InspectionLine]:
    return db.session.scalars(
        select(InspectionLine)
        .where(InspectionLine.inspection_id == plan_id)
        .order_by(InspectionLine.sort_no, InspectionLine.id)
    ).all()


def draw_of(plan_id: int) -> InspectionDraw | None:
    return db.session.get(InspectionDraw, plan_id)


def subjects(actor: Actor, plan_id: int) -> AnySelect:
    """(InspectionSubject, unit_name, section_name, post_title) of a plan that the actor may know of, by their place."""
    today = today_in_china()
    posts = post_titles(today)
    return (
        select(
            InspectionSubject,
            UnitVersion.name.label("unit_name"),
            SectionVersion.name.label("section_name"),
            posts.c.title.label("post_title"),
        )
        .join(Inspection, Inspection.id == InspectionSubject.inspection_id)
        .join(UnitVersion, and_(UnitVersion.unit_id == InspectionSubject.unit_id, in_force(UnitVersion, today)))
        .join(
            SectionVersion,
            and_(SectionVersion.section_id == InspectionSubject.section_id, in_force(SectionVersion, today)),
        )
        .outerjoin(posts, posts.c.post_id == InspectionSubject.post_id)
        .where(InspectionSubject.inspection_id == plan_id, subjects_known_to(actor, today))
        .order_by(
            InspectionSubject.removed_at.is_not(None), UnitVersion.name_key, InspectionSubject.unit_id,
            SectionVersion.sort_no, InspectionSubject.id,
        )
    )  # fmt: skip


def subjects_of_inspection(plan_id: int) -> Sequence[InspectionSubject]:
    """Every subject of a plan as it was drawn and added, for loaders; pages ask ``subjects``."""
    rows = select(InspectionSubject).where(InspectionSubject.inspection_id == plan_id)
    return db.session.scalars(rows.order_by(InspectionSubject.id)).all()


def subject_to_change(plan: Inspection, subject_id: int) -> InspectionSubject:
    """A subject of a plan that is held locked; raises NotFound."""
    found = db.session.get(InspectionSubject, subject_id, with_for_update=True)
    if found is None or found.inspection_id != plan.id:
        raise NotFound
    return found


def could_be_added(plan: Inspection, words: str) -> Sequence[AnyRow]:
    """(key, label) of sections or posts of the plan's place whose names hold ``words``, for the one who adds."""
    today = today_in_china()
    units, sections = unit_names(today), section_names(today)
    posts = post_titles(today)
    label = func.concat_ws(" ", units.c.name, sections.c.name)
    key: Any = func.concat(Section.id, ":")
    rows: AnySelect = (
        select(key.label("key"), label.label("label"))
        .select_from(Section)
        .join(units, units.c.unit_id == Section.unit_id)
        .join(sections, sections.c.section_id == Section.id)
    )
    if plan.subject_kind.value == "post":
        label = func.concat_ws(" ", units.c.name, sections.c.name, posts.c.title)
        rows = rows.join(Post, Post.section_id == Section.id).join(posts, posts.c.post_id == Post.id)
        rows = rows.with_only_columns(func.concat(Section.id, ":", Post.id).label("key"), label.label("label"))
    return db.session.execute(
        rows.where(sections_in_place(plan), label.contains(words, autoescape=True))
        .order_by(units.c.name_key, Section.id)
        .limit(20)
    ).all()


def places_to_make(actor: Actor) -> list[tuple[str, str]]:
    """(``region:371300`` or ``unit:7``, name) of where the actor may make plans."""
    today = today_in_china()
    grants = actor.grants_for(Permission.INSPECTION_MAKE)
    starts = tuple(scope_prefix(one.region_code) for one in grants if one.kind is ScopeKind.REGION and one.region_code)
    found = [
        (f"region:{row.code}", row.name)
        for row in region_choices(today)
        if starts and len(row.code) == len("371300") and row.code.startswith(starts)
    ]
    held = [one.unit_id for one in grants if one.kind is ScopeKind.UNIT and one.unit_id]
    units = select(Unit.id, UnitVersion.name).join(UnitVersion, UnitVersion.unit_id == Unit.id)
    for row in db.session.execute(units.where(Unit.id.in_(held), in_force(UnitVersion, today))):
        found.append((f"unit:{row.id}", row.name))
    return found
