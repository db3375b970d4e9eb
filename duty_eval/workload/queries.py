"""Where the numbers of saturation come from: the roll-ups, the register, the calendar."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, func, select

from basic_info.duties.models import PostDuty, SectionDuty
from basic_info.duties.similarity import likeness
from basic_info.organization.models import Appointment, Post, PostVersion, Section, SectionVersion
from basic_info.organization.queries import section_names
from basic_info.organization.scope import within
from duty_eval.entry_rules.queries import rules_of_unit
from duty_eval.permissions import Permission
from duty_eval.post_days import people_of_units, post_days
from duty_eval.records.models import DutyRecord, RecordRollup
from duty_eval.records.rollups import APPROVED
from duty_eval.workload.models import FormerStandard
from duty_eval.workload.saturation import Bands, Load
from host.kernel.access import Actor
from host.kernel.db import AnyRow, AnySelect, db
from host.kernel.versions import in_force

#: Two sections speak of the same work from here on.
ALIKE = 0.25
#: So far apart must their saturation be to suggest a look.
APART = Decimal("0.40")
#: Fewer approved records say nothing of how long a duty takes.
FEWEST_RECORDS = 20


def loads_of_unit(unit_id: int, first: date, last: date) -> list[Load]:
    """The load of each section in force, from a month's first day to ``last`` (the end of a month, or today)."""
    names = db.session.execute(
        select(SectionVersion.section_id, SectionVersion.name)
        .join(Appointment, Appointment.section_id == SectionVersion.section_id)
        .where(Appointment.unit_id == unit_id, in_force(SectionVersion, last), in_force(Appointment, last))
        .group_by(SectionVersion.section_id, SectionVersion.name, SectionVersion.sort_no)
        .order_by(SectionVersion.sort_no, SectionVersion.section_id)
    ).all()
    rows = db.session.execute(work_by(RecordRollup.section_id, where=_of_unit(unit_id, first, last)))
    work = {row.section_id: row for row in rows}
    days, people = attendance([unit_id], first, last)
    bands = bands_of_unit(unit_id, last)
    return [_load(row, row.section_id, work, days, people, bands) for row in names]


def loads_of_posts(unit_id: int, first: date, last: date) -> list[Load]:
    """The load of the posts of a unit over the same span; work outside duties is of no post.

    Only of sections in which FEWEST_PEOPLE or more hold each post: where one is held by fewer, the numbers of the
    section less those of the other posts would be a person's (R138, R164).
    """
    section = section_names(last)
    title = func.concat(section.c.name, " ", PostVersion.title).label("name")
    names = db.session.execute(
        select(Post.id.label("post_id"), Post.section_id, title)
        .join(PostVersion, PostVersion.post_id == Post.id)
        .join(section, section.c.section_id == Post.section_id)
        .join(Section, Section.id == Post.section_id)
        .where(Section.unit_id == unit_id, in_force(PostVersion, last))
        .order_by(Post.section_id, Post.id)
    ).all()
    rows = db.session.execute(work_by(PostDuty.post_id, where=_of_unit(unit_id, first, last)))
    work = {row.post_id: row for row in rows}
    days, people = attendance([unit_id], first, last, by="post_id")
    bands = bands_of_unit(unit_id, last)
    loads = [_load(row, row.post_id, work, days, people, bands, post_id=row.post_id) for row in names]
    touched = [load for load in loads if load.people or load.records or load.attendance_days]
    few = {load.section_id for load in touched if not load.is_shown}
    return [load for load in touched if load.section_id not in few]


def bands_of_unit(unit_id: int, day: date) -> Bands:
    """The bands that the unit's division, or the nearest above it, set for ``day``."""
    rules = rules_of_unit(unit_id, day)
    return Bands(Decimal(rules.load_low_percent) / 100, Decimal(rules.load_high_percent) / 100)


def _load(
    name: AnyRow,
    key: int,
    work: dict[int, AnyRow],
    days: dict[int, Decimal],
    people: dict[int, int],
    bands: Bands,
    *,
    post_id: int | None = None,
) -> Load:
    done = work.get(key)
    return Load(
        section_id=name.section_id,
        name=name.name,
        people=people.get(key, 0),
        attendance_days=days.get(key, Decimal(0)),
        records=int(done.records) if done else 0,
        covered=int(done.covered or 0) if done else 0,
        standard_minutes=done.standard or Decimal(0) if done else Decimal(0),
        logged_minutes=int(done.minutes) if done else 0,
        bands=bands,
        post_id=post_id,
    )


def _of_unit(unit_id: int, first: date, last: date) -> ColumnElement[bool]:
    return and_(RecordRollup.unit_id == unit_id, RecordRollup.month >= first, RecordRollup.month <= last)


def work_by(*keys: Any, where: ColumnElement[bool]) -> AnySelect:
    """(the keys, records, covered, standard, minutes) of roll-ups, each month by the standard that held in it."""
    standard = func.coalesce(FormerStandard.minutes, PostDuty.standard_minutes)
    has_standard = standard.is_not(None)
    return (
        select(
            *keys,
            func.sum(RecordRollup.record_count).label("records"),
            func.sum(RecordRollup.record_count).filter(has_standard).label("covered"),
            func.sum(RecordRollup.pieces * standard).filter(has_standard).label("standard"),
            func.sum(RecordRollup.minutes).label("minutes"),
        )
        .select_from(RecordRollup)
        .outerjoin(PostDuty, PostDuty.id == RecordRollup.post_duty_id)
        .outerjoin(
            FormerStandard,
            and_(
                FormerStandard.post_duty_id == RecordRollup.post_duty_id,
                FormerStandard.valid.op("@>")(RecordRollup.month),
            ),
        )
        .where(where, RecordRollup.record_count > 0)
        .group_by(*keys)
    )


def attendance(
    unit_ids: Collection[int], first: date, last: date, *, by: Literal["section_id", "post_id"] = "section_id"
) -> tuple[dict[int, Decimal], dict[int, int]]:
    """(section or post of the units → person-days there, → people there on the last day): expected days by the posts'
    shares (R88).

    Somebody with posts in two sections is a person in both, and in each for so many days as the share there says.
    """
    days: dict[int, Decimal] = {}
    people: dict[int, set[int]] = {}
    asked = frozenset(unit_ids)
    for one in post_days(people_of_units(asked, first, last), first, last):
        if one.unit_id not in asked:
            continue
        place = getattr(one, by)
        days[place] = days.get(place, Decimal(0)) + one.days
        if one.share is not None:
            people.setdefault(place, set()).add(one.person_id)
    return days, {place: len(there) for place, there in people.items()}


@dataclass(frozen=True)
class Pair:
    """Two sections of a unit with like duties and unequal load: something to look at, no more (内部挖潜)."""

    busy: Load
    idle: Load
    alike: float


def pairs_to_look_at(unit_id: int, loads: Sequence[Load], day: date) -> list[Pair]:
    """The likest first."""
    compared = [load for load in loads if load.saturation is not None]
    words: dict[int, list[str]] = {}
    for row in db.session.execute(
        select(SectionDuty.section_id, SectionDuty.text).where(
            SectionDuty.unit_id == unit_id, SectionDuty.valid.contains(day)
        )
    ):
        words.setdefault(row.section_id, []).append(row.text)
    compared = [load for load in compared if load.section_id in words]
    if len(compared) < 2:
        return []
    texts = ["，".join(words[load.section_id]) for load in compared]
    scores = likeness(texts, texts)
    found = []
    for one, other in combinations(range(len(compared)), 2):
        busy, idle = sorted((compared[one], compared[other]), key=lambda load: load.saturation or 0, reverse=True)
        apart = (busy.saturation or Decimal(0)) - (idle.saturation or Decimal(0))
        if scores[one][other] >= ALIKE and apart >= APART:
            found.append(Pair(busy, idle, float(scores[one][other])))
    return sorted(found, key=lambda pair: -pair.alike)


def learned(unit_id: int, day: date) -> AnySelect:
    """(PostDuty, n, median, low, high) of duties whose approved records of a year say how long one piece takes.

    Minutes for one unit of quantity: the median, and the quarters below and above which a quarter of them lies.
    """
    each = DutyRecord.minutes / func.greatest(func.coalesce(DutyRecord.quantity, 1), 1)
    spread = select(
        DutyRecord.post_duty_id,
        func.count().label("n"),
        *(
            func.percentile_cont(share).within_group(each).label(name)
            for name, share in (("median", 0.5), ("low", 0.25), ("high", 0.75))
        ),
    ).where(
        DutyRecord.unit_id == unit_id,
        DutyRecord.worked_on > day - timedelta(days=366),
        DutyRecord.worked_on <= day,
        DutyRecord.record_state.in_(APPROVED),
        DutyRecord.minutes.is_not(None),
        DutyRecord.post_duty_id.is_not(None),
    )
    found = spread.group_by(DutyRecord.post_duty_id).having(func.count() >= FEWEST_RECORDS).subquery("found")
    return (
        select(PostDuty, found.c.n, found.c.median, found.c.low, found.c.high)
        .join(found, found.c.post_duty_id == PostDuty.id)
        .where(PostDuty.valid.contains(day))
        .order_by(PostDuty.section_id, PostDuty.sort_no, PostDuty.id)
    )


def standard_to_confirm(actor: Actor, duty_id: int) -> PostDuty | None:
    """A post duty whose standard hours the actor may confirm, locked."""
    reach: Any = within(actor, Permission.STANDARD_CONFIRM, unit=PostDuty.unit_id, section=PostDuty.section_id)
    return db.session.scalars(select(PostDuty).where(PostDuty.id == duty_id, reach).with_for_update()).one_or_none()
