"""Clocks and suspensions in the words of the case's page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from basic_info.power_lists.models import LimitUnit
from function_monitor.deadlines.counting import Circumstances, Limit, Stop, days_left
from function_monitor.deadlines.extending import may_be_extended
from function_monitor.deadlines.models import ClockSuspension, StepClock
from function_monitor.deadlines.signals import Signal
from host.kernel.calendar.workdays import Workdays
from host.kernel.pages import day as day_words

STOPPED = "中止计时，恢复后确定"


@dataclass(frozen=True)
class ClockLine:
    """A clock as the page shows it; the words of a limit that it has not are empty."""

    clock: StepClock
    name: str
    legal: str
    legal_due: str
    legal_left: str
    promised: str
    promised_due: str
    promised_left: str
    #: (word, kind of its chip)
    verdict: tuple[str, str]
    may_be_extended: bool


def clock_line(
    clock: StepClock, step_name: str | None, about: Circumstances, today: date, workdays: Workdays
) -> ClockLine:
    """One clock in words, as of ``today``."""
    legal = Limit(clock.limit_value, clock.limit_unit) if clock.limit_value and clock.limit_unit else None
    promised = (
        Limit(clock.promised_value, clock.promised_unit) if clock.promised_value and clock.promised_unit else None
    )
    spans = about.spans(clock.clock_kind)
    stands = clock.finished_on is None and any(end is None for _, end in spans)

    def due(day: date | None) -> str:
        return f"到期 {day_words(day)}" if day else "中止期间完成" if clock.finished_on else ""

    def left(limit: Limit | None, more: int = 0) -> str:
        if limit is None or clock.finished_on:
            return ""
        days = limit.in_whole_days(about.hours_per_day)
        return left_words(days_left(clock.started_on, days, workdays, spans, today, more), days, stands=stands)

    more = f"，延长 {clock.extended_days} {legal.in_whole_days().unit.measure}" if legal and clock.extended_days else ""
    return ClockLine(
        clock=clock,
        name=step_name or clock.clock_kind.label,
        legal=f"{limit_words(legal, about.hours_per_day)}{more}" if legal else "",
        legal_due=due(clock.due_on) if legal else "",
        legal_left=left(legal, clock.extended_days),
        promised=limit_words(promised, about.hours_per_day) if promised else "",
        promised_due=due(clock.promised_due_on) if promised else "",
        promised_left=left(promised),
        verdict=_verdict(clock, today, stands=stands),
        may_be_extended=clock.finished_on is None and may_be_extended(clock),
    )


def due_words(due: date | None) -> str:
    return day_words(due) if due else STOPPED


def left_words(days: int, limit: Limit, *, stands: bool) -> str:
    """还剩几天; of a clock that stands, what it will have once it runs again."""
    unit = "日" if limit.unit is LimitUnit.MONTH else limit.unit.measure
    if days < 0:
        return f"已超 {-days} {unit}"
    if stands:
        return f"中止中，恢复后还剩 {days} {unit}"
    return f"还剩 {days} {unit}" if days else "今天到期"


def sentence(row: ClockSuspension, today: date, workdays: Workdays) -> str:
    """A suspension in plain words."""
    begun = f"{day_words(row.from_on)}起因{row.suspension_kind.label}中止计时"
    if row.to_on is None:
        days = workdays.count_between(row.from_on, today)
        overrun = "，已过这一天，请核实后登记恢复" if row.expected_to_on < today else ""
        return f"{begun}，至今 {days} 个工作日不计入时限；预计 {day_words(row.expected_to_on)}结束{overrun}。"
    days = workdays.count_between(row.from_on, row.to_on - timedelta(days=1))
    return f"{begun}，{day_words(row.to_on)}恢复，其间 {days} 个工作日不计入时限。"


def uncounted_words(signal: Signal) -> str:
    """Why a reported beginning stopped no clock, and what to do."""
    begun = f"{day_words(signal.on)}业务系统上报特别程序开始"
    if signal.kind is None:
        return (
            f"{begun}，没有写明种类、告知文书号、告知日期或预计结束日期，或属于流程图没有设置的补正，"
            "没有中止计时；确应中止的请登记。"
        )
    return f"{begun}（{signal.kind.label}），与已有的中止重叠，没有另外计算；登记有误的请更正。"


def stops_of(suspensions: Sequence[ClockSuspension]) -> list[Stop]:
    return [Stop(row.suspension_kind, row.from_on, row.to_on) for row in suspensions if row.superseded_at is None]


def _verdict(clock: StepClock, today: date, *, stands: bool) -> tuple[str, str]:
    if clock.is_late(today):
        return "超过法定时限", "bad"
    if clock.is_promise_broken(today):
        return "超过承诺时限", "warn"
    if clock.finished_on:
        return "按时", "good"
    return ("中止计时", "quiet") if stands else ("在办", "info")


def limit_words(limit: Limit, hours_per_day: int | None = None) -> str:
    """``20 个工作日``; of hours and minutes what the clock makes of them is said too (按整日计)."""
    stated = f"{limit.value} {limit.unit.measure}"
    if not limit.unit.is_below_a_day:
        return stated
    if hours_per_day is None:
        return f"{stated}（按整日计时）"
    days = limit.in_whole_days(hours_per_day)
    return f"{stated}（按 {days.value} {days.unit.measure}计时）"
