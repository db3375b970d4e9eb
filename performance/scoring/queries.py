"""Reads of runs and scores, cut to what the actor may see. People come in the order of their names, never of scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, exists, func, or_, select, tuple_
from sqlalchemy.orm import aliased

from basic_info.organization.models import Appointment, PersonVersion, SectionVersion, UnitVersion
from basic_info.organization.scope import within
from basic_info.regions.models import Region
from host.kernel.access import Actor
from host.kernel.db import AnySelect, db
from host.kernel.errors import NotFound
from performance.permissions import Permission
from performance.schemes.models import IndicatorScheme
from performance.schemes.queries import regions_within
from performance.scoring.errors import RunNotDone
from performance.scoring.models import GradeBand, PersonScore, RunState, ScoreRun

PAGE = 50
#: Of fewer people than this no mean is shown (design, never built).
FEWEST = 3
#: The permission under which duty_eval shows a person's records.
RECORD_READ = "duty_eval:duty_record:read"


def visible_runs(actor: Actor) -> Select[ScoreRun, str]:
    """(ScoreRun, scheme name), the newest first: runs of the actor's regions and those with people of theirs."""
    reached = exists().where(
        PersonScore.run_id == ScoreRun.id, within(actor, Permission.RUN_READ, unit=PersonScore.unit_id)
    )
    return (
        select(ScoreRun, IndicatorScheme.name.label("scheme_name"))
        .join(IndicatorScheme, IndicatorScheme.id == ScoreRun.scheme_id)
        .join(Region, Region.id == ScoreRun.region_id)
        .where(or_(regions_within(actor, Permission.RUN_READ), reached))
        .order_by(ScoreRun.id.desc())
    )


def page_of_runs(actor: Actor, before: int | None) -> tuple[Sequence[Row[ScoreRun, str]], int | None]:
    """The newest runs below id ``before``, and the ``before`` of the next page."""
    runs = visible_runs(actor)
    if before is not None:
        runs = runs.where(ScoreRun.id < before)
    found = db.session.execute(runs.limit(PAGE + 1)).all()
    return found[:PAGE], found[PAGE - 1].ScoreRun.id if len(found) > PAGE else None


def run_underway(scheme_id: int, first: date, last: date) -> int | None:
    """The id of a run of that very scheme and period that has not ended yet."""
    return db.session.scalar(
        select(ScoreRun.id)
        .where(
            ScoreRun.scheme_id == scheme_id,
            ScoreRun.first_day == first,
            ScoreRun.last_day == last,
            ScoreRun.run_state == RunState.WAITING,
        )
        .order_by(ScoreRun.id.desc())
        .limit(1)
    )


def people_to_score(actor: Actor) -> int:
    """How many people hold a post today where the actor may score: said before a run is started."""
    return (
        db.session.scalar(
            select(func.count()).where(
                Appointment.is_primary,
                Appointment.superseded_at.is_(None),
                Appointment.valid.contains(func.current_date()),
                within(actor, Permission.RUN_START, unit=Appointment.unit_id),
            )
        )
        or 0
    )


def run_of(actor: Actor, run_id: int, *, done: bool = False) -> tuple[ScoreRun, str]:
    """One run with its scheme's name. Raises NotFound, and RunNotDone where it must be ``done``."""
    row = db.session.execute(visible_runs(actor).where(ScoreRun.id == run_id)).first()
    if row is None:
        raise NotFound
    if done and row.ScoreRun.run_state is not RunState.DONE:
        raise RunNotDone
    return row.ScoreRun, row.scheme_name


def in_reach(actor: Actor, score: Any = PersonScore) -> ColumnElement[bool]:
    """The scores that the actor may read."""
    return within(actor, Permission.SCORE_READ, unit=score.unit_id, section=score.section_id, person=score.person_id)


def distribution(actor: Actor, run_id: int) -> dict[GradeBand | None, int]:
    """How many people of the actor's reach lie in each band (R120); None: without a score."""
    score = PersonScore.score
    band = case(
        (score >= 90, GradeBand.EXCELLENT.value),
        (score >= 80, GradeBand.GOOD.value),
        (score >= 60, GradeBand.PASS.value),
        (score < 60, GradeBand.FAIL.value),
    )
    rows = db.session.execute(
        select(band, func.count()).where(PersonScore.run_id == run_id, in_reach(actor)).group_by(band)
    )
    found = {value: count for value, count in rows}
    spread: dict[GradeBand | None, int] = {kind: found.get(kind.value, 0) for kind in GradeBand}
    return spread | {None: found.get(None, 0)}


@dataclass(frozen=True)
class Place:
    """A unit or section with how many people of it were scored; ``mean`` None where they are too few."""

    id: int
    name: str
    key: str
    people: int
    mean: Decimal | None
    changed: int = 0


def units_after(actor: Actor, run_id: int, after: tuple[str, int] | None) -> tuple[list[Place], bool]:
    """The next units of the run by name, and whether more follow."""
    found = _page_of_units(actor, after, _scored(run_id))
    ids = [row.unit_id for row in found[:PAGE]]
    sums = {
        row.unit_id: row
        for row in db.session.execute(
            _sums(PersonScore.unit_id).where(PersonScore.run_id == run_id, PersonScore.unit_id.in_(ids))
        )
    }
    places = [
        Place(row.unit_id, row.name, row.name_key, sums[row.unit_id].people, mean_of(sums[row.unit_id]))
        for row in found[:PAGE]
    ]
    return places, len(found) > PAGE


def _page_of_units(
    actor: Actor, after: tuple[str, int] | None, has_scores: ColumnElement[bool]
) -> Sequence[Row[int, str, str]]:
    units = (
        select(UnitVersion.unit_id, UnitVersion.name, UnitVersion.name_key)
        .where(
            has_scores,
            _now(UnitVersion),
            within(actor, Permission.RUN_READ, unit=UnitVersion.unit_id),
        )
        .order_by(UnitVersion.name_key, UnitVersion.unit_id)
        .limit(PAGE + 1)
    )
    if after is not None:
        units = units.where(tuple_(UnitVersion.name_key, UnitVersion.unit_id) > tuple_(*after))
    return db.session.execute(units).all()


def _scored(run_id: int) -> ColumnElement[bool]:
    return exists().where(PersonScore.run_id == run_id, PersonScore.unit_id == UnitVersion.unit_id)


def sections_of(actor: Actor, run_id: int, unit_id: int) -> list[Place]:
    """The unit's sections with people of the run, in the unit's own order."""
    rows = db.session.execute(section_sums(actor, run_id, unit_id)).all()
    return [Place(row.section_id, row.name, "", row.people, mean_of(row)) for row in rows]


def section_sums(actor: Actor, run_id: int, unit_id: int) -> AnySelect:
    """(section_id, name, sort_no, people, mean) of the unit's sections; show the mean by ``mean_of`` only."""
    return (
        _sums(PersonScore.section_id, SectionVersion.name, SectionVersion.sort_no)
        .join(
            SectionVersion,
            and_(SectionVersion.section_id == PersonScore.section_id, _now(SectionVersion)),
        )
        .where(PersonScore.run_id == run_id, PersonScore.unit_id == unit_id)
        .where(within(actor, Permission.RUN_READ, unit=PersonScore.unit_id))
        .order_by(SectionVersion.sort_no, PersonScore.section_id)
    )


def unit_sums(actor: Actor, run_id: int) -> AnySelect:
    """(unit_id, name, name_key, people, mean) of all units of the run, by name; as ``section_sums``."""
    return (
        _sums(PersonScore.unit_id, UnitVersion.name, UnitVersion.name_key)
        .join(UnitVersion, and_(UnitVersion.unit_id == PersonScore.unit_id, _now(UnitVersion)))
        .where(PersonScore.run_id == run_id, within(actor, Permission.RUN_READ, unit=PersonScore.unit_id))
        .order_by(UnitVersion.name_key, PersonScore.unit_id)
    )


def people_of(actor: Actor, run_id: int, section_id: int) -> Sequence[Row[int, str, Decimal | None, int]]:
    """The rows of ``scores_in_section``."""
    return db.session.execute(scores_in_section(actor, run_id, section_id)).all()


def scores_in_section(actor: Actor, run_id: int, section_id: int) -> Select[int, str, Decimal | None, int]:
    """(person_id, name, score, unit_id) of one section, by name."""
    return (
        select(PersonScore.person_id, PersonVersion.name, PersonScore.score, PersonScore.unit_id)
        .join(PersonVersion, and_(PersonVersion.person_id == PersonScore.person_id, _now(PersonVersion)))
        .where(PersonScore.run_id == run_id, PersonScore.section_id == section_id, in_reach(actor))
        .order_by(PersonVersion.name_key, PersonScore.person_id)
    )


def score_of(actor: Actor, run_id: int, person_id: int) -> Row[PersonScore, ScoreRun, str, str, str, bool]:
    """(PersonScore, ScoreRun, name, unit_name, section_name, may_see_records) of one person. Raises NotFound."""
    sees = within(
        actor,
        RECORD_READ,
        unit=PersonScore.unit_id,
        section=PersonScore.section_id,
        person=PersonScore.person_id,
    )
    row = db.session.execute(
        select(
            PersonScore,
            ScoreRun,
            PersonVersion.name,
            UnitVersion.name.label("unit_name"),
            SectionVersion.name.label("section_name"),
            or_(sees, PersonScore.person_id == (actor.person_id or 0)).label("may_see_records"),
        )
        .join(ScoreRun, ScoreRun.id == PersonScore.run_id)
        .join(PersonVersion, and_(PersonVersion.person_id == PersonScore.person_id, _now(PersonVersion)))
        .outerjoin(UnitVersion, and_(UnitVersion.unit_id == PersonScore.unit_id, _now(UnitVersion)))
        .outerjoin(SectionVersion, and_(SectionVersion.section_id == PersonScore.section_id, _now(SectionVersion)))
        .where(PersonScore.run_id == run_id, PersonScore.person_id == person_id, in_reach(actor))
    ).first()
    if row is None:
        raise NotFound
    return row


def scores_of_person(actor: Actor, person_id: int) -> Sequence[Row[PersonScore, ScoreRun, str]]:
    """The latest of ``all_scores_of``."""
    return db.session.execute(all_scores_of(actor, person_id).limit(PAGE)).all()


def all_scores_of(actor: Actor, person_id: int) -> Select[PersonScore, ScoreRun, str]:
    """(PersonScore, ScoreRun, scheme_name) of a person, the newest first."""
    return (
        select(PersonScore, ScoreRun, IndicatorScheme.name.label("scheme_name"))
        .join(ScoreRun, ScoreRun.id == PersonScore.run_id)
        .join(IndicatorScheme, IndicatorScheme.id == ScoreRun.scheme_id)
        .where(PersonScore.person_id == person_id, in_reach(actor))
        .order_by(PersonScore.run_id.desc())
    )


def score_before(score: PersonScore) -> tuple[PersonScore, ScoreRun] | None:
    """The person's score of the run before, with that run."""
    row = db.session.execute(
        select(PersonScore, ScoreRun)
        .join(ScoreRun, ScoreRun.id == PersonScore.run_id)
        .where(PersonScore.person_id == score.person_id, PersonScore.run_id < score.run_id)
        .order_by(PersonScore.run_id.desc())
        .limit(1)
    ).first()
    return (row.PersonScore, row.ScoreRun) if row else None


@dataclass(frozen=True)
class Comparison:
    """How many people of the actor's reach have the same score in both runs, another, or a score in only one."""

    same: int
    changed: int
    only_first: int
    only_second: int


def compare(actor: Actor, first_id: int, second_id: int) -> Comparison:
    """Two runs held against each other by person."""
    one, two = _of_run(actor, first_id), _of_run(actor, second_id)
    differs = one.c.total.is_distinct_from(two.c.total)
    both = and_(one.c.person_id.is_not(None), two.c.person_id.is_not(None))
    row = db.session.execute(
        select(
            func.count().filter(both, ~differs).label("same"),
            func.count().filter(both, differs).label("changed"),
            func.count().filter(two.c.person_id.is_(None)).label("only_first"),
            func.count().filter(one.c.person_id.is_(None)).label("only_second"),
        ).select_from(one.join(two, one.c.person_id == two.c.person_id, full=True))
    ).one()
    return Comparison(row.same, row.changed, row.only_first, row.only_second)


def changed_units(
    actor: Actor, first_id: int, second_id: int, after: tuple[str, int] | None
) -> tuple[list[Place], bool]:
    """The next units with people whose scores differ between the runs, by name, and whether more follow."""
    earlier = aliased(PersonScore)
    differing = (
        select(PersonScore.unit_id, func.count().label("changed"))
        .join(earlier, and_(earlier.person_id == PersonScore.person_id, earlier.run_id == first_id))
        .where(PersonScore.run_id == second_id, earlier.total.is_distinct_from(PersonScore.total))
        .group_by(PersonScore.unit_id)
        .subquery()
    )
    has = UnitVersion.unit_id.in_(select(differing.c.unit_id))
    found = _page_of_units(actor, after, has)
    ids = [row.unit_id for row in found[:PAGE]]
    rows = db.session.execute(select(differing.c.unit_id, differing.c.changed).where(differing.c.unit_id.in_(ids)))
    counts = {row.unit_id: row.changed for row in rows}
    places = [Place(row.unit_id, row.name, row.name_key, 0, None, counts[row.unit_id]) for row in found[:PAGE]]
    return places, len(found) > PAGE


def _of_run(actor: Actor, run_id: int) -> Any:
    return (
        select(PersonScore.person_id, PersonScore.total).where(PersonScore.run_id == run_id, in_reach(actor)).subquery()
    )


def _sums(*by: Any) -> Select[Any]:
    return select(*by, func.count().label("people"), func.avg(PersonScore.score).label("mean")).group_by(*by)


def mean_of(row: Row[Any]) -> Decimal | None:
    """The mean of a row of sums; None where people are too few for one to be shown."""
    if row.people < FEWEST or row.mean is None:
        return None
    mean: Decimal = row.mean.quantize(Decimal("0.01"))
    return mean


def _now(version: Any) -> ColumnElement[bool]:
    return and_(version.valid.contains(func.current_date()), version.superseded_at.is_(None))
