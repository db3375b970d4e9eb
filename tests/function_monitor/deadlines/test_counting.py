from __future__ import annotations

from datetime import date

from basic_info.power_lists.models import LimitUnit
from function_monitor.deadlines.counting import Done, Limit, Step, clocks_of, due_on
from host.kernel.calendar.workdays import Workdays

PLAIN = Workdays.from_days([])
MONDAY = date(2026, 3, 2)


def step(number: int, limit: int | None, *following: str, unit: LimitUnit = LimitUnit.WORKDAY) -> Step:
    return Step(number, f"T{number}", Limit(limit, unit) if limit else None, None, following)


CHART = [step(1, 1, "T2", "T3"), step(2, 5, "T4"), step(3, 2), step(4, None)]


def done(number: int, day: int, *, ends: bool = False) -> Done:
    return Done(number * 10, number, date(2026, 3, day), ends)


def test_the_next_step_is_due_after_its_limit_in_working_days() -> None:
    clock = clocks_of([done(1, 2)], CHART[:1] + [step(2, 5)], PLAIN)[0]
    assert (clock.run.started_on, clock.due_on, clock.run.finished_on) == (MONDAY, date(2026, 3, 9), None)


def test_a_limit_in_days_counts_days_off() -> None:
    clock = clocks_of([done(1, 2)], [CHART[0], step(2, 5, unit=LimitUnit.DAY)], PLAIN)[0]
    assert clock.due_on == date(2026, 3, 7)


def test_where_the_chart_branches_the_most_generous_limit_holds() -> None:
    assert clocks_of([done(1, 2)], CHART, PLAIN)[0].run.step.id == 2


def test_once_the_case_went_on_the_limit_of_its_way_holds() -> None:
    clock = clocks_of([done(1, 2), done(3, 10)], CHART, PLAIN)[0]
    assert (clock.run.step.id, clock.due_on, clock.run.finished_on) == (3, date(2026, 3, 4), date(2026, 3, 10))


def test_a_step_without_a_limit_has_no_clock() -> None:
    assert [clock.run.step.id for clock in clocks_of([done(1, 2), done(2, 3)], CHART, PLAIN)] == [2]


def test_nothing_runs_after_the_end_of_a_case() -> None:
    assert clocks_of([done(1, 2, ends=True)], CHART, PLAIN) == []


def test_a_limit_in_months_ends_on_the_day_of_the_same_number_or_the_last_of_a_short_month() -> None:
    assert due_on(date(2026, 11, 30), Limit(3, LimitUnit.MONTH), PLAIN) == date(2027, 2, 28)
