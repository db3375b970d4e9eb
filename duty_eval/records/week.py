"""A week at a desk (周表): my duties by the days of a week, minutes and quantity in each cell.

A cell reads ``分钟``, ``分钟/数量`` or ``/数量``, and with a start ``分钟@9:15`` or ``分钟/数量@9:15``.
Nothing here writes by itself: each day goes the way of every record.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import Date, Interval, and_, cast, func, literal, select
from sqlalchemy.dialects.postgresql import aggregate_order_by, distinct_on

from basic_info.duties.models import PostDuty
from basic_info.organization.models import Appointment
from duty_eval.expectations import away_days
from duty_eval.record_templates.models import RecordTemplate
from duty_eval.records.copying import copy_day
from duty_eval.records.errors import LateWithoutReason, NotMyDuty, NoWords, OverlapWithoutReason
from duty_eval.records.models import CONTENT_LENGTH, DutyRecord, RecordOrigin
from duty_eval.records.operations import MOST_AT_ONCE, Entry, Logged, log_records
from duty_eval.records.rollups import COUNTED
from duty_eval.records.spans import minute_of, require_sound
from duty_eval.requirements.queries import asks
from host.kernel.access import Actor
from host.kernel.calendar.workdays import load_workdays
from host.kernel.db import AnyRow, db
from host.kernel.errors import NotPermitted, Refused
from host.kernel.pages import day as day_words

DAYS = 7
#: How far back the words of a duty are looked for.
WORDS_BACK = timedelta(days=60)
MOST_ROWS = 40
_CELL = re.compile(
    r"(?P<minutes>[0-9]{1,4})?(?:[/／](?P<quantity>[0-9]{1,8}(?:\.[0-9]{1,2})?))?"
    r"(?:\s*[@＠]\s*(?P<start>[0-9]{1,2}[:：][0-9]{2}))?",
    re.ASCII,
)
OUTSIDE = "岗位职责以外的工作"


@dataclass(frozen=True)
class There:
    """What a cell has already: so many records, so many minutes."""

    records: int
    minutes: int


@dataclass(frozen=True)
class Line:
    """A duty of the week; ``duty_id`` 0: outside duties. ``open_days``: days that have come and on which it is mine."""

    duty_id: int
    text: str
    measure_unit: str
    words: str
    open_days: frozenset[date]
    #: whether the duty asks for words at the end of the week; work outside duties always does
    asks_words: bool = False
    there: Mapping[date, There] = field(default_factory=dict)


@dataclass(frozen=True)
class Week:
    days: tuple[date, ...]
    lines: tuple[Line, ...]

    def minutes_there(self, day: date) -> int:
        """Minutes that the day's records already add up to."""
        return sum(line.there[day].minutes for line in self.lines if day in line.there)


def days_of_week(day: date) -> tuple[date, ...]:
    """Monday to Sunday of the week of ``day``."""
    monday = day - timedelta(days=day.weekday())
    return tuple(monday + timedelta(days=number) for number in range(DAYS))


def week_of(person_id: int, day: date, *, today: date) -> Week:
    """The person's week, in three statements whatever the number of duties."""
    days = days_of_week(day)
    there = _records_there(person_id, days)
    # From before the week: the same form sent again must mean the same, whatever it has written meanwhile.
    words = last_words(person_id, before=days[0])
    come = frozenset(one for one in days if one <= today)
    lines = []
    standing: set[date] = set()
    for row in duty_days(person_id, days[0], days[-1]):
        mine = frozenset(row.days) & come
        standing |= mine
        if row.id is not None:
            lines.append(
                Line(
                    row.id,
                    row.text,
                    row.measure_unit,
                    words.get(row.id) or row.ready or "",
                    mine,
                    row.asks_words,
                    there.pop(row.id, {}),
                )
            )
    # What is there under duties that are no longer mine is counted with the rest.
    rest = _together(list(there.values()))
    lines.append(Line(0, OUTSIDE, "项", "", frozenset(standing), True, rest))
    return Week(days, tuple(lines))


def _together(parts: Sequence[Mapping[date, There]]) -> dict[date, There]:
    found: dict[date, There] = {}
    for part in parts:
        for day, one in part.items():
            old = found.get(day, There(0, 0))
            found[day] = There(old.records + one.records, old.minutes + one.minutes)
    return found


def duty_days(person_id: int, first: date, last: date) -> Sequence[AnyRow]:
    """(id, text, measure_unit, days on which it is mine, ready words, asks_words); id None: a post without duties."""
    one = func.generate_series(first, last, cast(literal("1 day"), Interval)).column_valued("one")
    on = select(cast(one, Date).label("day")).subquery()
    is_held = and_(
        Appointment.person_id == person_id,
        Appointment.superseded_at.is_(None),
        Appointment.valid.op("@>")(on.c.day),
    )
    held = select(on.c.day, Appointment.post_id).join(Appointment, is_held).subquery()
    ready = (
        select(RecordTemplate.content)
        .where(RecordTemplate.post_duty_id == PostDuty.id, RecordTemplate.ended_at.is_(None))
        .order_by(RecordTemplate.id)
        .limit(1)
        .scalar_subquery()
    )
    return db.session.execute(
        select(
            PostDuty.id,
            PostDuty.text,
            PostDuty.measure_unit,
            func.array_agg(aggregate_order_by(held.c.day, held.c.day)).label("days"),
            ready.label("ready"),
            asks("words", last).label("asks_words"),
        )
        .select_from(held)
        .outerjoin(PostDuty, and_(PostDuty.post_id == held.c.post_id, PostDuty.valid.op("@>")(held.c.day)))
        .group_by(PostDuty.id)
        .order_by(PostDuty.sort_no, PostDuty.id)
        .limit(MOST_ROWS)
    ).all()


def _records_there(person_id: int, days: Sequence[date]) -> dict[int, dict[date, There]]:
    rows = db.session.execute(
        select(
            func.coalesce(DutyRecord.post_duty_id, 0).label("duty_id"),
            DutyRecord.worked_on,
            func.count().label("records"),
            func.coalesce(func.sum(DutyRecord.minutes), 0).label("minutes"),
        )
        .where(
            DutyRecord.person_id == person_id,
            DutyRecord.worked_on.between(days[0], days[-1]),
            DutyRecord.record_state.in_(COUNTED),
        )
        .group_by(DutyRecord.post_duty_id, DutyRecord.worked_on)
    )
    found: dict[int, dict[date, There]] = {}
    for row in rows:
        found.setdefault(row.duty_id, {})[row.worked_on] = There(row.records, int(row.minutes))
    return found


def last_words(person_id: int, *, before: date) -> dict[int, str]:
    """What the person last wrote under each duty, before the day ``before``."""
    rows = db.session.execute(
        select(DutyRecord.post_duty_id, DutyRecord.content)
        .ext(distinct_on(DutyRecord.post_duty_id))
        .where(
            DutyRecord.person_id == person_id,
            DutyRecord.worked_on >= before - WORDS_BACK,
            DutyRecord.worked_on < before,
            DutyRecord.post_duty_id.is_not(None),
            DutyRecord.record_state.in_(COUNTED),
        )
        .order_by(DutyRecord.post_duty_id, DutyRecord.worked_on.desc(), DutyRecord.id.desc())
    )
    return {row.post_duty_id: row.content for row in rows}


def entries_of(week: Week, sent: Mapping[str, str]) -> dict[date, list[Entry]]:
    """What was typed into the cells ``c-<duty>-<day>`` with the words ``w-<duty>``, by day.

    Raises Refused or NotMyDuty, which say beside each cell what is wrong with it.
    """
    found: dict[date, list[Entry]] = {}
    refusals: dict[str, Refused] = {}
    for line in week.lines:
        words = sent.get(words_field(line.duty_id), "").strip()
        for day in week.days:
            text = sent.get(cell_field(line.duty_id, day), "").strip()
            if not text:
                continue
            try:
                found.setdefault(day, []).append(_entry(line, day, words, text))
            except NoWords as refused:
                refusals.setdefault(words_field(line.duty_id), refused)
            except Refused as refused:
                refusals[cell_field(line.duty_id, day)] = refused
    if refusals:
        first = next(iter(refusals.values()))
        raise type(first)(str(first)).beside({name: str(refused) for name, refused in refusals.items()})
    if not found:
        raise Refused("请至少填写一格后再提交")
    for day, entries in found.items():
        if len(entries) > MOST_AT_ONCE:
            raise Refused(f"{day_words(day, short=True)}：一天一次最多提交 {MOST_AT_ONCE} 项")
    return found


def words_field(duty_id: int) -> str:
    """The name of the field with the words of a line."""
    return f"w-{duty_id}"


def cell_field(duty_id: int, day: date) -> str:
    """The name of the field of a line's day."""
    return f"c-{duty_id}-{day.isoformat()}"


def _entry(line: Line, day: date, words: str, text: str) -> Entry:
    where = f"{day_words(day, short=True)}「{line.text[:20]}」"
    if day not in line.open_days:
        raise NotMyDuty(f"{where}：这一天不能填写这项职责，请清空这一格")
    match = _CELL.fullmatch(text)
    minutes = int(match["minutes"]) if match and match["minutes"] else None
    quantity = Decimal(match["quantity"]) if match and match["quantity"] else None
    if match is None or (minutes is None and quantity is None):
        raise Refused(f"{where}：请填分钟，如 90；或分钟/数量，如 90/3；要写起始时刻的，如 90/3@9:15")
    start = _start(match["start"] or "", minutes, where)
    if minutes is not None and not 1 <= minutes <= 1440:
        raise Refused(f"{where}：用时应为 1 至 1440 分钟")
    if quantity is not None and not Decimal("0.01") <= quantity <= 99_999_999:
        raise Refused(f"{where}：数量应大于 0")
    if len(words) > CONTENT_LENGTH or not (words or line.duty_id):
        raise NoWords(f"{where}：请在这一行写明做了什么（不超过 {CONTENT_LENGTH} 字）")
    return Entry(
        post_duty_id=line.duty_id or None,
        content=words,
        quantity=quantity,
        minutes=minutes,
        start_minute=start,
        origin=RecordOrigin.COPIED if words and words == line.words else RecordOrigin.TYPED,
    )


def _start(text: str, minutes: int | None, where: str) -> int | None:
    try:
        start = minute_of(text)
        require_sound(start, minutes)
    except Refused as refused:
        raise Refused(f"{where}：{refused}") from refused
    return start


def log_week(
    week: Week,
    sent: Mapping[str, str],
    *,
    client_key: str,
    actor: Actor,
    today: date,
    late_reason: str = "",
    overlap_reason: str = "",
) -> list[Logged]:
    """Submit the cells, a submission per day under a key per day; all or, when one day is refused, none.

    Raises what ``log_records`` raises, with the day in front and said beside the cells that it is about.
    """
    done = []
    for day, entries in sorted(entries_of(week, sent).items()):
        try:
            done.append(
                log_records(
                    entries,
                    worked_on=day,
                    client_key=f"{client_key}-{day.isoformat()}",
                    actor=actor,
                    today=today,
                    late_reason=late_reason,
                    overlap_reason=overlap_reason,
                )
            )
        except Refused as refused:
            told = type(refused)(f"{day_words(day, short=True)}：{refused}")
            names = _fields_of(refused, day, entries)
            raise told.beside(dict.fromkeys(names, str(told))) from refused
    return done


def _fields_of(refused: Refused, day: date, entries: Sequence[Entry]) -> list[str]:
    """The fields of the grid that a day's refusal is about: the words of its lines, the reason, or its cells."""
    if isinstance(refused, NoWords):
        return [words_field(entries[place].post_duty_id or 0) for place in refused.places]
    if isinstance(refused, LateWithoutReason):
        return ["late_reason"]
    if isinstance(refused, OverlapWithoutReason):
        return ["overlap_reason"]
    return [cell_field(entry.post_duty_id or 0, day) for entry in entries]


def copy_week(
    day: date, *, client_key: str, actor: Actor, today: date, late_reason: str = "", overlap_reason: str = ""
) -> list[Logged]:
    """The records of the week before on the same weekdays of the week of ``day``, once per key.

    Working days up to today only, and none of leave (R88: see ``away_in_week``); what a day has already, word for
    word, is left out. Raises NotPermitted.
    """
    if actor.person_id is None:
        raise NotPermitted
    workdays = load_workdays()
    sources = _records_days(actor.person_id, [one - timedelta(days=DAYS) for one in days_of_week(day)])
    gone = away_in_week(actor.person_id, day)
    days = [one for one in days_of_week(day) if one <= today and workdays.is_workday(one) and one not in gone]
    return [
        copy_day(
            one - timedelta(days=DAYS),
            to=one,
            client_key=f"{client_key}-{one.isoformat()}",
            actor=actor,
            today=today,
            late_reason=late_reason,
            overlap_reason=overlap_reason,
        )
        for one in days
        if one - timedelta(days=DAYS) in sources
    ]


def away_in_week(person_id: int, day: date) -> tuple[date, ...]:
    """The working days of the week of ``day`` on which the person is away, the first first."""
    workdays, days = load_workdays(), days_of_week(day)
    gone = away_days(person_id, days[0], days[-1])
    return tuple(one for one in days if one in gone and workdays.is_workday(one))


def _records_days(person_id: int, days: Sequence[date]) -> set[date]:
    rows = db.session.scalars(
        select(DutyRecord.worked_on)
        .distinct()
        .where(
            DutyRecord.person_id == person_id,
            DutyRecord.worked_on.in_(days),
            DutyRecord.record_state.in_(COUNTED),
        )
    )
    return set(rows)
