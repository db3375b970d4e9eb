"""What could be drawn for a plan, in strata by the kind of unit and by risk; and whether a draw proves true."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, false, null, or_, select

from basic_info.organization.kinds import UnitState
from basic_info.organization.models import Appointment, Post, PostVersion, Section, SectionVersion, UnitVersion
from basic_info.organization.scope import units_in_region
from basic_info.regions.models import Region
from duty_eval.inspections.drawing import Stratum, draw, frame_hash, from_json, strata_of
from duty_eval.inspections.models import (
    Inspection,
    InspectionDraw,
    InspectionSubject,
    SubjectKind,
    SubjectOrigin,
)
from duty_eval.inspections.risks import risky_sections
from host.kernel.db import AnySelect, db
from host.kernel.versions import in_force


def sections_in_place(plan: Inspection) -> ColumnElement[bool]:
    """The sections that the plan may look at: of all units of its division, or of its unit alone."""
    if plan.unit_id is not None:
        return Section.unit_id == plan.unit_id
    code = db.session.scalars(select(Region.code).where(Region.id == plan.region_id)).one()
    return Section.unit_id.in_(units_in_region(code))


def frame_of(plan: Inspection, day: date) -> list[Stratum]:
    """The strata of what has people on ``day``; one statement besides the division's code."""
    risky = or_(false(), *(Section.id.in_(some) for some in risky_sections(plan.risks, day)))
    is_post = plan.subject_kind is SubjectKind.POST
    held = Appointment.post_id == Post.id if is_post else Appointment.section_id == Section.id
    people = select(Appointment.id).where(held, in_force(Appointment, day)).correlate(Post, Section).exists()
    rows = (
        select(Post.id if is_post else Section.id, UnitVersion.unit_kind, risky.label("is_risky"))
        .select_from(Section)
        .join(SectionVersion, and_(SectionVersion.section_id == Section.id, in_force(SectionVersion, day)))
        .join(UnitVersion, and_(UnitVersion.unit_id == Section.unit_id, in_force(UnitVersion, day)))
        .where(
            sections_in_place(plan),
            UnitVersion.unit_state.in_([UnitState.ACTIVE, UnitState.PENDING_ABOLITION]),
            people,
        )
    )
    if is_post:
        rows = rows.join(Post, Post.section_id == Section.id).join(
            PostVersion, and_(PostVersion.post_id == Post.id, in_force(PostVersion, day))
        )
    return strata_of((row[0], row[1], row[2]) for row in db.session.execute(rows))


def places_of(kind: SubjectKind, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """id → the columns of a subject that say where it is; one statement."""
    if kind is SubjectKind.POST:
        posts = select(Post.id, Section.unit_id, Section.id, Post.id)
        rows: AnySelect = posts.join(Section, Section.id == Post.section_id).where(Post.id.in_(ids))
    else:
        rows = select(Section.id, Section.unit_id, Section.id, null()).where(Section.id.in_(ids))
    names = ("unit_id", "section_id", "post_id")
    return {row[0]: dict(zip(names, row[1:], strict=True)) for row in db.session.execute(rows)}


def proves_true(plan: Inspection, kept: InspectionDraw) -> bool:
    """Whether the draw, made again from its frame and seed, gives exactly the subjects that are kept as drawn."""
    strata = from_json(kept.frame)
    again = {number for _, number in draw(strata, plan.draw_rule, plan.draw_amount, seed=kept.seed)}
    what = InspectionSubject.post_id if plan.subject_kind is SubjectKind.POST else InspectionSubject.section_id
    drawn = db.session.scalars(
        select(what).where(
            InspectionSubject.inspection_id == plan.id, InspectionSubject.subject_origin == SubjectOrigin.DRAWN
        )
    )
    return frame_hash(strata) == kept.frame_hash and set(drawn) == again
