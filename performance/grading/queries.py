"""Reads of grades: units with their places, the people of a section with what is proposed. By name, never by score."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, select, tuple_

from basic_info.organization.models import PersonVersion, SectionVersion, Unit, UnitVersion
from basic_info.organization.scope import within
from basic_info.regions.models import Region, RegionVersion
from host.kernel.access import Actor
from host.kernel.db import AnySelect, db
from host.kernel.errors import NotFound
from host.kernel.versions import in_force
from performance.grading.models import AnnualAssessment, ExcellentQuota, GradingSetting, Regime
from performance.grading.quotas import assessed_people
from performance.permissions import Permission
from performance.schemes.queries import regions_within
from performance.scoring.models import PersonScore, RunState, ScoreRun

PAGE = 50


def unit_of(actor: Actor, unit_id: int, permission: str) -> tuple[Unit, str]:
    """A unit in the actor's reach with its name. Raises NotFound."""
    row = db.session.execute(
        select(Unit, UnitVersion.name)
        .join(UnitVersion, and_(UnitVersion.unit_id == Unit.id, _now(UnitVersion)))
        .where(Unit.id == unit_id, within(actor, permission, unit=Unit.id))
    ).first()
    if row is None:
        raise NotFound
    return row.Unit, row.name


def units_after(
    actor: Actor, year: int, after: tuple[str, int] | None
) -> tuple[list[tuple[int, str, str, int | None, int | None]], bool]:
    """(unit id, name, name key, places, taken) of the next units by name, and whether more follow."""
    units = units_with_places(actor, year).limit(PAGE + 1)
    if after is not None:
        units = units.where(tuple_(UnitVersion.name_key, UnitVersion.unit_id) > tuple_(*after))
    rows = [(row[0], row[1], row[2], row[3], row[4]) for row in db.session.execute(units)]
    return rows[:PAGE], len(rows) > PAGE


def units_with_places(actor: Actor, year: int) -> AnySelect:
    """(unit_id, name, name_key, allotted, used) of the units in reach, by name."""
    sums = (
        select(
            ExcellentQuota.unit_id,
            func.sum(ExcellentQuota.allotted).label("allotted"),
            func.sum(ExcellentQuota.used).label("used"),
        )
        .where(ExcellentQuota.year == year)
        .group_by(ExcellentQuota.unit_id)
        .subquery()
    )
    return (
        select(UnitVersion.unit_id, UnitVersion.name, UnitVersion.name_key, sums.c.allotted, sums.c.used)
        .outerjoin(sums, sums.c.unit_id == UnitVersion.unit_id)
        .where(_now(UnitVersion), within(actor, Permission.GRADE_READ, unit=UnitVersion.unit_id))
        .order_by(UnitVersion.name_key, UnitVersion.unit_id)
    )


def sections_of(unit_id: int, day: date) -> Sequence[Row[int, str, int]]:
    """(section_id, name, people assessed) of a unit's sections in their own order."""
    people = assessed_people(unit_id, day).subquery()
    return db.session.execute(
        select(people.c.section_id, SectionVersion.name, func.count().label("people"))
        .join(SectionVersion, and_(SectionVersion.section_id == people.c.section_id, _now(SectionVersion)))
        .group_by(people.c.section_id, SectionVersion.name, SectionVersion.sort_no)
        .order_by(SectionVersion.sort_no, people.c.section_id)
    ).all()


def people_of(
    unit_id: int, section_id: int, year: int, day: date
) -> Sequence[Row[int, str, Regime, AnnualAssessment | None]]:
    """(person_id, name, regime, AnnualAssessment or None) of a section, by name."""
    return db.session.execute(people_select(unit_id, year, day, section_id=section_id)).all()


def person_of(unit_id: int, person_id: int, year: int, day: date) -> Row[int, str, Regime, AnnualAssessment | None]:
    """One person whom the unit assesses. Raises NotFound."""
    row = db.session.execute(people_select(unit_id, year, day, person_id=person_id)).first()
    if row is None:
        raise NotFound
    return row


def people_select(unit_id: int, year: int, day: date, **only: int) -> Any:
    """(person_id, name, regime, AnnualAssessment or None) by name.

    ``only``: the column of the people and the one value wanted there.
    """
    people = assessed_people(unit_id, day).subquery()
    return (
        select(people.c.person_id, PersonVersion.name, people.c.regime, AnnualAssessment)
        .join(PersonVersion, and_(PersonVersion.person_id == people.c.person_id, _now(PersonVersion)))
        .outerjoin(
            AnnualAssessment,
            and_(AnnualAssessment.person_id == people.c.person_id, AnnualAssessment.year == year),
        )
        .where(*(people.c[column] == value for column, value in only.items()))
        .order_by(PersonVersion.name_key, people.c.person_id)
    )


def assessment_of(actor: Actor, assessment_id: int, permission: str) -> AnnualAssessment:
    """One assessment in the actor's reach. Raises NotFound."""
    found = db.session.scalar(
        select(AnnualAssessment).where(
            AnnualAssessment.id == assessment_id, within(actor, permission, unit=AnnualAssessment.unit_id)
        )
    )
    if found is None:
        raise NotFound
    return found


def own_grades(person_id: int) -> Sequence[AnnualAssessment]:
    """The person's grades that are final, the latest year first."""
    return db.session.scalars(
        select(AnnualAssessment)
        .where(AnnualAssessment.person_id == person_id, AnnualAssessment.final_grade.is_not(None))
        .order_by(AnnualAssessment.year.desc())
    ).all()


def newest_score_run(person_id: int, year: int) -> int | None:
    """The id of the newest run that ends in the year and has a score of the person."""
    return db.session.scalar(
        select(func.max(PersonScore.run_id))
        .join(ScoreRun, ScoreRun.id == PersonScore.run_id)
        .where(
            PersonScore.person_id == person_id,
            ScoreRun.run_state == RunState.DONE,
            func.extract("year", ScoreRun.last_day) == year,
        )
    )


def settings_of(actor: Actor, day: date) -> Sequence[Row[GradingSetting, str]]:
    """The rows of ``settings_in_force``."""
    return db.session.execute(settings_in_force(actor, day)).all()


def settings_in_force(actor: Actor, day: date) -> Select[GradingSetting, str]:
    """(GradingSetting, region name) in force on ``day`` in the actor's regions."""
    return (
        select(GradingSetting, RegionVersion.name)
        .join(Region, Region.id == GradingSetting.region_id)
        .join(RegionVersion, and_(RegionVersion.region_id == Region.id, _now(RegionVersion)))
        .where(in_force(GradingSetting, day), regions_within(actor, Permission.GRADING_EDIT))
        .order_by(Region.code)
    )


def regions_of(actor: Actor, permission: str) -> Sequence[Row[int, str]]:
    """(region id, name) of the city and its counties that the permission reaches."""
    return db.session.execute(
        select(Region.id, RegionVersion.name)
        .join(RegionVersion, and_(RegionVersion.region_id == Region.id, _now(RegionVersion)))
        .where(regions_within(actor, permission), func.length(Region.code) == 6)
        .order_by(Region.code)
    ).all()


def _now(version: Any) -> ColumnElement[bool]:
    return and_(version.valid.contains(func.current_date()), version.superseded_at.is_(None))
