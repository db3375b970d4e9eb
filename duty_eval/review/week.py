"""A reviewer's people by the days of a week: what needs attention first, the ordinary ones apart (R89–R91)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import Select, Subquery, and_, func, or_, select, union
from sqlalchemy.dialects.postgresql import Range

from basic_info.organization.models import Appointment, PersonVersion, SectionVersion
from basic_info.organization.shares import SENT_TO
from duty_eval.expectations import away_person_days, open_person_days
from duty_eval.permissions import Permission
from duty_eval.records.models import DutyRecord, RecordState
from duty_eval.records.queries import name_today
from duty_eval.records.rollups import COUNTED
from duty_eval.review.queries import LONG_MINUTES, WANTS_A_LOOK, decides_on_records, in_charge_of, reviewable
from duty_eval.review.sampling import must_open
from host.kernel.access import Actor
from host.kernel.calendar.workdays import load_workdays
from host.kernel.db import AnyRow, db
from host.kernel.versions import in_force

#: More people than this are not shown on one page: the reader chooses a section.
MOST_PEOPLE = 200
#: More records than this are not passed at once.
MOST_AT_ONCE = 500


@dataclass(frozen=True)
class Cell:
    """One person's day: counts of records by what they want; ``minutes`` of those that count."""

    day: date
    records: int = 0
    minutes: int = 0
    waiting: int = 0
    to_look: int = 0
    #: Among the waiting ones that are ordinary: drawn for a look and not yet opened.
    to_open: int = 0
    returned: int = 0
    #: Why it wants a look, in words with counts.
    reasons: tuple[str, ...] = ()
    is_missing: bool = False
    is_away: bool = False

    @property
    def plain(self) -> int:
        return self.waiting - self.to_look


@dataclass(frozen=True)
class _Person:
    person_id: int
    section_id: int
    name: str
    name_key: str
    section_name: str


@dataclass(frozen=True)
class Line:
    """A person of the section in the week, a cell for each shown day."""

    person_id: int
    name: str
    section_id: int
    section_name: str
    cells: tuple[Cell, ...]

    @property
    def wants_attention(self) -> bool:
        return any(cell.to_look or cell.is_missing for cell in self.cells)

    @property
    def waiting(self) -> int:
        return sum(cell.waiting for cell in self.cells)

    @property
    def to_look(self) -> int:
        return sum(cell.to_look for cell in self.cells)

    @property
    def minutes(self) -> int:
        return sum(cell.minutes for cell in self.cells)

    @property
    def missing(self) -> tuple[date, ...]:
        return tuple(cell.day for cell in self.cells if cell.is_missing)


@dataclass(frozen=True)
class ReviewWeek:
    """``days`` are the working days of the week and those with records; lines with what wants attention come first."""

    days: tuple[date, ...]
    attention: tuple[Line, ...]
    ordinary: tuple[Line, ...]
    sections: tuple[tuple[int, str], ...]
    is_cut: bool = False
    #: Records that may be passed together: what waits and is ordinary.
    plain: int = field(init=False)
    to_open: int = field(init=False)

    def __post_init__(self) -> None:
        cells = [cell for line in (*self.attention, *self.ordinary) for cell in line.cells]
        object.__setattr__(self, "plain", sum(cell.plain for cell in cells))
        object.__setattr__(self, "to_open", sum(cell.to_open for cell in cells))


def week_to_review(actor: Actor, monday: date, *, today: date, section_id: int | None = None) -> ReviewWeek:
    """The people whose records the actor decides on, in the week from ``monday``. Six statements, whoever many."""
    sunday = monday + timedelta(days=6)
    people = _people(actor, monday, sunday)
    sections = tuple(sorted({(row.section_id, row.section_name) for row in people}, key=lambda one: one[1]))
    if section_id is not None:
        people = [row for row in people if row.section_id == section_id]
    shown = people[:MOST_PEOPLE]
    ids = sorted({row.person_id for row in shown})
    facts = {(row.person_id, row.section_id, row.worked_on): row for row in _facts(actor, ids, monday, sunday)}
    away = away_person_days(ids, monday, sunday)
    workdays = load_workdays()
    span = [monday + timedelta(days=number) for number in range(7)]
    with_records = {day for _, _, day in facts}
    days = tuple(day for day in span if workdays.is_workday(day) or day in with_records)
    owed = open_person_days(monday, sunday, workdays, as_of=today - timedelta(days=1), people=ids)
    missing = frozenset((row.person_id, row.section_id, row.day) for row in db.session.execute(owed))
    lines = [_line(row, days, facts, away, missing) for row in shown]
    return ReviewWeek(
        days=days,
        attention=tuple(line for line in lines if line.wants_attention),
        ordinary=tuple(line for line in lines if not line.wants_attention),
        sections=sections,
        is_cut=len(people) > MOST_PEOPLE,
    )


def plain_records(actor: Actor, monday: date, *, until: datetime, section_id: int | None = None) -> Select[DutyRecord]:
    """The ordinary records of the week that wait and were there at ``until``, locked, the oldest first."""
    rows = select(DutyRecord).where(
        reviewable(actor),
        ~WANTS_A_LOOK,
        DutyRecord.worked_on.between(monday, monday + timedelta(days=6)),
        DutyRecord.submitted_at <= until,
    )
    if section_id is not None:
        rows = rows.where(DutyRecord.section_id == section_id)
    return rows.order_by(DutyRecord.worked_on, DutyRecord.id).limit(MOST_AT_ONCE).with_for_update(of=DutyRecord)


def _people(actor: Actor, first: date, last: date) -> list[_Person]:
    """Those whose first post, or the one they were sent to, is in a section that the actor decides on, and whoever has
    something waiting there."""
    placed = select(Appointment.person_id, Appointment.section_id).where(
        or_(Appointment.is_primary, Appointment.appointment_kind.in_(SENT_TO)),
        Appointment.superseded_at.is_(None),
        Appointment.valid.overlaps(Range(first, last, bounds="[]")),
        in_charge_of(
            actor,
            Permission.DUTY_RECORD_REVIEW,
            person=Appointment.person_id,
            unit=Appointment.unit_id,
            section=Appointment.section_id,
        ),
    )
    waiting = (
        select(DutyRecord.person_id, DutyRecord.section_id)
        .where(reviewable(actor), DutyRecord.worked_on.between(first, last))
        .distinct()
    )
    found = [_Person(*row) for row in _named(union(placed, waiting).subquery("people"), last)]
    return sorted(found, key=lambda one: (one.section_name, one.section_id, one.name_key, one.person_id))


def _named(rows: Subquery, day: date) -> Sequence[AnyRow]:
    return db.session.execute(
        select(
            rows.c.person_id,
            rows.c.section_id,
            PersonVersion.name,
            PersonVersion.name_key,
            SectionVersion.name.label("section_name"),
        )
        .join(PersonVersion, name_today(rows.c.person_id))
        .join(SectionVersion, and_(SectionVersion.section_id == rows.c.section_id, in_force(SectionVersion, day)))
    ).all()


def _facts(actor: Actor, people: Sequence[int], first: date, last: date) -> Sequence[AnyRow]:
    """Per person, section and day: counts of what the actor decides on, whatever its state."""
    counted = DutyRecord.record_state.in_(COUNTED)
    waits = DutyRecord.record_state == RecordState.SUBMITTED
    return db.session.execute(
        select(
            DutyRecord.person_id,
            DutyRecord.section_id,
            DutyRecord.worked_on,
            func.count().filter(counted).label("records"),
            func.coalesce(func.sum(DutyRecord.minutes).filter(counted), 0).label("minutes"),
            func.count().filter(DutyRecord.record_state == RecordState.RETURNED).label("returned"),
            func.count().filter(waits).label("waiting"),
            func.count().filter(waits, WANTS_A_LOOK).label("to_look"),
            func.count().filter(waits, ~WANTS_A_LOOK, must_open(actor)).label("to_open"),
            func.count().filter(waits, DutyRecord.version_no > 1).label("again"),
            func.count().filter(waits, DutyRecord.post_duty_id.is_(None)).label("outside"),
            func.count().filter(waits, DutyRecord.minutes > LONG_MINUTES).label("long"),
            func.count().filter(waits, DutyRecord.is_backdated).label("late"),
            func.count().filter(waits, DutyRecord.is_flagged).label("flagged"),
        )
        .where(
            DutyRecord.person_id.in_(people),
            DutyRecord.worked_on.between(first, last),
            DutyRecord.record_state != RecordState.DRAFT,
            decides_on_records(actor),
        )
        .group_by(DutyRecord.person_id, DutyRecord.section_id, DutyRecord.worked_on)
    ).all()


_REASONS = {"again": "修改后重交", "outside": "职责以外", "long": "用时较长", "late": "补填", "flagged": "有提示"}


def _line(
    person: _Person,
    days: Sequence[date],
    facts: Mapping[tuple[int, int, date], AnyRow],
    away: frozenset[tuple[int, date]],
    missing: frozenset[tuple[int, int, date]],
) -> Line:
    cells = []
    for day in days:
        is_away = (person.person_id, day) in away
        row = facts.get((person.person_id, person.section_id, day))
        if row is None:
            is_missing = (person.person_id, person.section_id, day) in missing
            cells.append(Cell(day, is_missing=is_missing, is_away=is_away))
            continue
        cells.append(
            Cell(
                day,
                records=row.records,
                minutes=row.minutes,
                waiting=row.waiting,
                to_look=row.to_look,
                to_open=row.to_open,
                returned=row.returned,
                reasons=_reasons(row),
                is_away=is_away,
            )
        )
    return Line(person.person_id, person.name, person.section_id, person.section_name, tuple(cells))


def _reasons(row: AnyRow) -> tuple[str, ...]:
    counts = ((word, getattr(row, name)) for name, word in _REASONS.items())
    return tuple(word if count == 1 else f"{word} {count}" for word, count in counts if count)
