"""The same work on many days (重复的工作): written once, put on each working day of a span after a trial count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import ColumnElement, select

from duty_eval.expectations import away_days
from duty_eval.records.models import DutyRecord, RecordOrigin
from duty_eval.records.operations import Entry, Logged, log_records
from duty_eval.records.rollups import COUNTED
from duty_eval.records.week import duty_days
from host.kernel.access import Actor
from host.kernel.calendar.workdays import load_workdays
from host.kernel.db import db
from host.kernel.errors import NotPermitted, Refused
from host.kernel.pages import day as day_words

#: Working days at once: a month's.
MOST_DAYS = 23
#: A span longer than this holds more working days than that in any year.
LONGEST = timedelta(days=60)
FURTHEST_BACK = timedelta(days=366)


@dataclass(frozen=True)
class Plan:
    """The trial run: ``days`` get a record each; ``there`` have these words already; on ``not_mine`` it cannot be.

    ``away``: days of leave or lending out, on which nothing is written for a person in one go (R88).
    """

    days: tuple[date, ...]
    there: tuple[date, ...]
    not_mine: tuple[date, ...]
    away: tuple[date, ...]


def plan_for(entry: Entry, *, first: date, last: date, person_id: int, today: date) -> Plan:
    """What repeating would do; nothing is written. Three statements. Raises Refused."""
    span = _workdays(first, last, today=today)
    gone = away_days(person_id, span[0], span[-1])
    days = [day for day in span if day not in gone]
    if not days:
        return Plan((), (), (), tuple(span))
    mine = _days_of_duty(person_id, entry.post_duty_id, days)
    there = _days_with(person_id, entry, days)
    return Plan(
        days=tuple(day for day in days if day in mine and day not in there),
        there=tuple(day for day in days if day in there),
        not_mine=tuple(day for day in days if day not in mine and day not in there),
        away=tuple(day for day in span if day in gone),
    )


def _workdays(first: date, last: date, *, today: date) -> list[date]:
    if today - first > FURTHEST_BACK:
        raise Refused("开始日期太早，只能填写近一年的工作")
    if last < first:
        raise Refused("结束日期早于开始日期，请修改")
    if last > today:
        raise Refused("结束日期还没有到，请改为今天或以前")
    if last - first > LONGEST:
        raise Refused(f"一次最多填 {MOST_DAYS} 个工作日，请缩短起止日期")
    workdays = load_workdays()
    span = (first + timedelta(days=number) for number in range((last - first).days + 1))
    days = [day for day in span if workdays.is_workday(day)]
    if len(days) > MOST_DAYS:
        raise Refused(f"这段时间有 {len(days)} 个工作日，一次最多填 {MOST_DAYS} 个，请缩短起止日期")
    if not days:
        raise Refused("这段时间没有工作日，请修改起止日期")
    return days


def _days_of_duty(person_id: int, duty_id: int | None, days: Sequence[date]) -> set[date]:
    """The days on which the duty, or for None any post, is the person's."""
    rows = duty_days(person_id, days[0], days[-1])
    return {day for row in rows if duty_id is None or row.id == duty_id for day in row.days}


def _days_with(person_id: int, entry: Entry, days: Sequence[date]) -> set[date]:
    rows = db.session.scalars(
        select(DutyRecord.worked_on).where(
            DutyRecord.person_id == person_id,
            DutyRecord.worked_on.between(days[0], days[-1]),
            DutyRecord.post_duty_id.is_not_distinct_from(entry.post_duty_id),
            DutyRecord.content == entry.content,
            # Without words one thing done is told from another by its amounts.
            *(() if entry.content else _same_amounts(entry)),
            DutyRecord.record_state.in_(COUNTED),
        )
    )
    return set(rows)


def _same_amounts(entry: Entry) -> tuple[ColumnElement[bool], ...]:
    return (
        DutyRecord.quantity.is_not_distinct_from(entry.quantity),
        DutyRecord.minutes.is_not_distinct_from(entry.minutes),
    )


def repeat_record(
    entry: Entry,
    *,
    first: date,
    last: date,
    client_key: str,
    actor: Actor,
    today: date,
    late_reason: str = "",
    overlap_reason: str = "",
) -> list[Logged]:
    """A record on each working day of the span that has none of these words yet, each once per key; all or none.

    Raises what ``log_records`` raises with the day in front, Refused when no day is left, NotPermitted.
    """
    if actor.person_id is None:
        raise NotPermitted
    plan = plan_for(entry, first=first, last=last, person_id=actor.person_id, today=today)
    if not plan.days:
        raise Refused("这些日子都已有同样的内容、您不在岗，或这项职责不属于您，没有可填的日子")
    done = []
    for day in plan.days:
        # Typed once: on the further days the words are a copy.
        said = entry if day == plan.days[0] else replace(entry, origin=RecordOrigin.COPIED)
        try:
            done.append(
                log_records(
                    [said],
                    worked_on=day,
                    client_key=f"{client_key}-{day.isoformat()}",
                    actor=actor,
                    today=today,
                    late_reason=late_reason,
                    overlap_reason=overlap_reason,
                )
            )
        except Refused as refused:
            raise type(refused)(f"{day_words(day, short=True)}：{refused}") from refused
    return done
