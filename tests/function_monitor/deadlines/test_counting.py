from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from basic_info.flowcharts.models import SuspensionKind
from basic_info.power_lists.models import LimitUnit
from function_monitor.deadlines.counting import (
    Circumstances,
    Clock,
    Done,
    Extension,
    Limit,
    Step,
    Stop,
    clocks_of,
    days_left,
    due_on,
)
from function_monitor.deadlines.kinds import ClockKind
from host.kernel.calendar.seed import seed_days
from host.kernel.calendar.workdays import Workdays
from tests.host.calendar.vectors import T26

PLAIN = Workdays.from_days([])
CITY = Workdays.from_days((day.day, day.kind.is_workday, day.is_provisional) for day in seed_days())
MONDAY = date(2026, 3, 2)


def step(number: int, limit: int | None, *following: str, unit: LimitUnit = LimitUnit.WORKDAY) -> Step:
    return Step(number, f"T{number}", Limit(limit, unit) if limit else None, None, following)


def number_of(clock: Clock) -> int | None:
    return clock.run.step.id if clock.run.step else None


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
    assert number_of(clocks_of([done(1, 2)], CHART, PLAIN)[0]) == 2


def test_once_the_case_went_on_the_limit_of_its_way_holds() -> None:
    clock = clocks_of([done(1, 2), done(3, 10)], CHART, PLAIN)[0]
    assert (number_of(clock), clock.due_on, clock.run.finished_on) == (3, date(2026, 3, 4), date(2026, 3, 10))


def test_a_step_without_a_limit_has_no_clock() -> None:
    assert [number_of(clock) for clock in clocks_of([done(1, 2), done(2, 3)], CHART, PLAIN)] == [2]


def test_nothing_runs_after_the_end_of_a_case() -> None:
    assert clocks_of([done(1, 2, ends=True)], CHART, PLAIN) == []


def test_a_limit_in_months_ends_on_the_day_of_the_same_number_or_the_last_of_a_short_month() -> None:
    assert due_on(date(2026, 11, 30), Limit(3, LimitUnit.MONTH), PLAIN) == date(2027, 2, 28)


def day(text: str) -> date:
    return date.fromisoformat(text)


def stop(begun: str, ended: str | None, kind: SuspensionKind = SuspensionKind.TESTING) -> Stop:
    return Stop(kind, day(begun), day(ended) if ended else None)


def one_clock(start: str, limit: int, *stops: Stop, promised: int | None = None, **about: Any) -> Clock:
    """The clock of a step with that limit, in the city's calendar."""
    chart = [
        Step(1, "T1", None, None, ("T2",)),
        Step(2, "T2", Limit(limit), None, (), promised=Limit(promised) if promised else None),
    ]
    (clock,) = clocks_of([Done(10, 1, day(start), ends=False)], chart, CITY, Circumstances(stops=stops, **about))
    return clock


@pytest.mark.parametrize(
    ("start", "limit", "due"),
    T26,
)
def test_t26_limits_in_working_days(start: str, limit: int, due: str) -> None:
    assert one_clock(start, limit).due_on == day(due)


@pytest.mark.parametrize(
    ("limit", "due"),
    [
        (Limit(2, LimitUnit.HOUR), "2026-03-09"),
        (Limit(24, LimitUnit.HOUR), "2026-03-07"),
        (Limit(36, LimitUnit.HOUR), "2026-03-08"),
        (Limit(4, LimitUnit.WORKHOUR), "2026-03-09"),
        (Limit(9, LimitUnit.WORKHOUR), "2026-03-10"),
        (Limit(30, LimitUnit.MINUTE), "2026-03-09"),
    ],
)
def test_hours_run_until_the_whole_day_is_over_that_contains_them(limit: Limit, due: str) -> None:
    friday, chart = day("2026-03-06"), [Step(1, "T1", None, None, ("T2",)), Step(2, "T2", limit, None, ())]
    (clock,) = clocks_of([Done(10, 1, friday, ends=False)], chart, CITY)
    assert (clock.legal, clock.due_on) == (limit, day(due))


def test_a_shorter_working_day_is_filled_by_fewer_hours() -> None:
    chart = [Step(1, "T1", None, None, ("T2",)), Step(2, "T2", Limit(8, LimitUnit.WORKHOUR), None, ())]
    (clock,) = clocks_of([Done(10, 1, MONDAY, ends=False)], chart, CITY, Circumstances(hours_per_day=6))
    assert clock.due_on == MONDAY + timedelta(days=2)


def test_t27_the_day_of_resuming_counts_again() -> None:
    assert one_clock("2026-09-01", 20, stop("2026-09-10", "2026-09-21")).due_on == day("2026-10-15")


@pytest.mark.parametrize(
    ("stops", "due"),
    [
        ((), "2026-03-30"),
        ((stop("2026-03-05", "2026-03-10"), stop("2026-03-16", "2026-03-19")), "2026-04-08"),
        ((stop("2026-03-05", "2026-03-05"),), "2026-03-30"),
    ],
)
def test_t28_several_suspensions(stops: tuple[Stop, ...], due: str) -> None:
    assert one_clock("2026-03-02", 20, *stops).due_on == day(due)


def test_t29_the_promised_clock_runs_beside_the_legal_one() -> None:
    clock = one_clock("2026-09-18", 20, promised=10)
    assert (clock.promised_due_on, clock.due_on) == (day("2026-10-09"), day("2026-10-22"))


def test_a_suspended_day_counts_on_neither_clock() -> None:
    clock = one_clock("2026-03-02", 20, stop("2026-03-05", "2026-03-10"), promised=10)
    assert (clock.promised_due_on, clock.due_on) == (day("2026-03-19"), day("2026-04-02"))


def test_a_clock_that_stands_still_has_no_due_day() -> None:
    clock = one_clock("2026-03-02", 20, stop("2026-03-05", None), promised=10)
    assert (clock.promised_due_on, clock.due_on) == (None, None)


@pytest.mark.parametrize(("is_set", "due"), [(False, "2026-03-30"), (True, "2026-04-02")])
def test_waiting_for_papers_stops_a_clock_only_where_the_chart_says_so(is_set: bool, due: str) -> None:
    waiting = stop("2026-03-05", "2026-03-10", SuspensionKind.SUPPLEMENT)
    assert one_clock("2026-03-02", 20, waiting, supplement_suspends=is_set).due_on == day(due)


def test_a_suspension_moves_a_limit_in_days_by_its_days() -> None:
    spans = [(day("2026-03-06"), day("2026-03-09"))]
    assert due_on(MONDAY, Limit(10, LimitUnit.DAY), CITY, spans) == day("2026-03-15")


def test_an_extension_moves_the_legal_due_day_and_not_the_promise() -> None:
    more = Extension(ClockKind.STAGE, 2, 10, day("2026-03-20"))
    clock = one_clock("2026-03-02", 20, promised=10, extensions=[more])
    assert (clock.due_on, clock.promised_due_on) == (CITY.add_workdays(day("2026-03-30"), 10), day("2026-03-16"))


def test_an_extension_is_of_the_pass_through_the_step_for_which_it_was_granted() -> None:
    chart = [Step(1, "T1", Limit(5), None, ("T2",)), Step(2, "T2", Limit(5), None, ("T1",))]
    passes = [Done(10, 1, day("2026-03-02"), ends=False), Done(20, 2, day("2026-03-05"), ends=False),
              Done(30, 1, day("2026-03-12"), ends=False)]  # fmt: skip
    more = Circumstances(extensions=[Extension(ClockKind.STAGE, 2, 3, day("2026-03-04"))])
    assert [clock.extended_days for clock in clocks_of(passes, chart, CITY, more)] == [3, 0, 0]


@pytest.mark.parametrize(
    ("stops", "today", "left"),
    [
        ([], "2026-03-02", 20),
        ([], "2026-03-30", 0),
        ([], "2026-04-01", -2),
        ([(day("2026-03-05"), None)], "2026-03-05", 18),
        ([(day("2026-03-05"), None)], "2026-03-20", 18),
        ([(day("2026-03-05"), day("2026-03-10"))], "2026-03-10", 17),
    ],
)
def test_days_left(stops: list[tuple[date, date | None]], today: str, left: int) -> None:
    assert days_left(MONDAY, Limit(20), CITY, stops, day(today), 0) == left


@given(
    start=st.dates(date(2025, 1, 1), date(2026, 12, 1)),
    limit=st.integers(1, 60),
    after=st.integers(1, 90),
    length=st.integers(0, 60),
)
def test_suspending_n_working_days_moves_the_due_day_by_n_working_days(
    start: date, limit: int, after: int, length: int
) -> None:
    plain = due_on(start, Limit(limit), CITY)
    assert plain
    begun = start + timedelta(days=min(after, (plain - start).days))
    ended = begun + timedelta(days=length)
    suspended = CITY.count_between(begun, ended - timedelta(days=1))
    assert due_on(start, Limit(limit), CITY, [(begun, ended)]) == CITY.add_workdays(plain, suspended)


@given(
    start=st.dates(date(2025, 1, 1), date(2026, 12, 1)),
    limit=st.integers(1, 60),
    spans=st.lists(st.tuples(st.integers(0, 120), st.integers(0, 20)), max_size=5),
)
def test_the_order_in_which_suspensions_are_told_does_not_matter(
    start: date, limit: int, spans: list[tuple[int, int]]
) -> None:
    stops = [(start + timedelta(days=a), start + timedelta(days=a + n)) for a, n in spans]
    found = {due_on(start, Limit(limit), CITY, order) for order in (stops, stops[::-1], sorted(stops))}
    assert len(found) == 1
