"""Checking the coverage of all units and keeping what was found."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Integer, Subquery, case, cast, func, literal, select
from sqlalchemy.dialects.postgresql import JSONB, insert

from basic_info.coverage.gaps import gap_counts
from basic_info.coverage.models import CoverageRun
from basic_info.coverage.overlaps import find_overlaps
from basic_info.duties.models import DutyLink, FunctionKind, LinkState, UnitFunction
from basic_info.organization.models import UnitVersion
from basic_info.settings.queries import library_settings
from host.kernel.access import Actor
from host.kernel.audit import record_change
from host.kernel.db import db
from host.kernel.versions import in_force


def check_coverage(day: date, *, actor: Actor) -> int:
    """Check every unit as of ``day``, in one statement however many units; a second check of a day replaces the first.

    Functions of different units are compared first. Returns how many units were checked.
    """
    overlaps = find_overlaps(day, least=library_settings().overlap_least)
    counts = gap_counts(day).subquery("counts")
    gaps = (
        select(counts.c.unit_id, func.jsonb_object_agg(counts.c.gap, counts.c.count).label("gaps"))
        .group_by(counts.c.unit_id)
        .subquery("gaps")
    )
    functions = _functions(day)
    found = (
        select(
            UnitVersion.unit_id,
            literal(day),
            func.coalesce(functions.c.function_count, 0),
            func.coalesce(functions.c.carried_count, 0),
            func.coalesce(gaps.c.gaps, cast(literal("{}"), JSONB)),
        )
        .outerjoin(gaps, gaps.c.unit_id == UnitVersion.unit_id)
        .outerjoin(functions, functions.c.unit_id == UnitVersion.unit_id)
        .where(in_force(UnitVersion, day))
    )
    names = ["unit_id", "checked_on", "function_count", "carried_count", "gaps"]
    fresh = insert(CoverageRun).from_select(names, found, include_defaults=False)
    kept = fresh.on_conflict_do_update(
        index_elements=["unit_id", "checked_on"],
        set_={name: fresh.excluded[name] for name in names[2:]} | {"created_at": func.now()},
    )
    checked = len(db.session.scalars(kept.returning(CoverageRun.id)).all())
    record_change(
        "coverage_run:0",
        action="coverage.checked",
        actor=actor,
        after={"day": day, "units": checked, "overlaps": overlaps},
    )
    return checked


def _functions(day: date) -> Subquery:
    """(unit_id, function_count, carried_count) of the units that have functions."""
    carried = (
        select(DutyLink.function_id)
        .where(DutyLink.link_state == LinkState.CONFIRMED, DutyLink.section_duty_id.is_not(None))
        .distinct()
        .subquery("carried")
    )
    return (
        select(
            UnitFunction.unit_id,
            cast(func.count(), Integer).label("function_count"),
            cast(func.sum(case((carried.c.function_id.is_not(None), 1), else_=0)), Integer).label("carried_count"),
        )
        .outerjoin(carried, carried.c.function_id == UnitFunction.id)
        .where(UnitFunction.valid.contains(day), UnitFunction.function_kind != FunctionKind.CATCH_ALL)
        .group_by(UnitFunction.unit_id)
        .subquery("functions")
    )
