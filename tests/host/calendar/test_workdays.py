"""Counting by working days: the vectors T25–T32 of the domain rules."""

from __future__ import annotations

from datetime import date

import pytest

from host.kernel.calendar.seed import seed_days
from host.kernel.calendar.workdays import Workdays
from tests.host.calendar.vectors import T26


def days(text: str) -> date:
    return date.fromisoformat(text)


@pytest.fixture(scope="module")
def workdays() -> Workdays:
    return Workdays.from_days((day.day, day.kind.is_workday, day.is_provisional) for day in seed_days())


@pytest.mark.parametrize(
    ("start", "due"),
    [
        ("2025-01-24", "2025-02-05"),
        ("2025-04-25", "2025-04-29"),
        ("2025-09-29", "2025-10-10"),
        ("2026-02-12", "2026-02-24"),
        ("2026-02-14", "2026-02-26"),
        ("2026-09-29", "2026-10-09"),
        ("2026-12-28", "2026-12-31"),
    ],
)
def test_t25_three_workdays_after_a_day(workdays: Workdays, start: str, due: str) -> None:
    assert workdays.add_workdays(days(start), 3) == days(due)


@pytest.mark.parametrize(
    ("start", "limit", "due"),
    T26,
)
def test_t26_limits_of_permits(workdays: Workdays, start: str, limit: int, due: str) -> None:
    assert workdays.due_on(days(start), limit) == days(due)


def test_t27_a_suspended_clock_counts_again_from_the_day_it_resumes(workdays: Workdays) -> None:
    stops = [(days("2026-09-10"), days("2026-09-21"))]
    assert workdays.due_on(days("2026-09-01"), 20, stops) == days("2026-10-15")


def test_t28_two_suspensions_add_up(workdays: Workdays) -> None:
    stops = [(days("2026-03-16"), days("2026-03-19")), (days("2026-03-05"), days("2026-03-10"))]
    assert workdays.due_on(days("2026-03-02"), 20, stops) == days("2026-04-08")


def test_t28_suspending_and_resuming_on_one_day_changes_nothing(workdays: Workdays) -> None:
    stops = [(days("2026-03-05"), days("2026-03-05"))]
    assert workdays.due_on(days("2026-03-02"), 20, stops) == days("2026-03-30")


def test_overlapping_suspensions_count_once(workdays: Workdays) -> None:
    stops = [(days("2026-09-10"), days("2026-09-18")), (days("2026-09-15"), days("2026-09-21"))]
    assert workdays.due_on(days("2026-09-01"), 20, stops) == days("2026-10-15")


def test_an_open_suspension_leaves_no_due_day(workdays: Workdays) -> None:
    assert workdays.due_on(days("2026-09-01"), 20, [(days("2026-09-10"), None)]) is None


def test_a_suspension_after_the_due_day_changes_nothing(workdays: Workdays) -> None:
    assert workdays.due_on(days("2026-09-01"), 20, [(days("2026-10-12"), None)]) == days("2026-09-29")


def test_a_suspension_that_began_before_the_clock_counts_from_the_clock_on(workdays: Workdays) -> None:
    stops = [(days("2026-02-20"), days("2026-03-04"))]
    assert workdays.due_on(days("2026-03-02"), 20, stops) == days("2026-03-31")


def test_t29_promised_and_statutory_limit_of_one_case(workdays: Workdays) -> None:
    accepted = days("2026-09-18")
    assert (workdays.due_on(accepted, 10), workdays.due_on(accepted, 20)) == (
        days("2026-10-09"),
        days("2026-10-22"),
    )


def test_t29_the_blue_light_comes_one_workday_before_the_promised_limit(workdays: Workdays) -> None:
    assert workdays.add_workdays(days("2026-10-09"), -1) == days("2026-10-08")


def test_t29_a_made_up_saturday_is_the_first_workday_past_the_promise(workdays: Workdays) -> None:
    assert workdays.next_workday(days("2026-10-09")) == days("2026-10-10")


def test_t29_the_red_light_comes_on_the_first_workday_past_the_statutory_limit(workdays: Workdays) -> None:
    assert workdays.next_workday(days("2026-10-22")) == days("2026-10-23")


@pytest.mark.parametrize("day", ["2027-01-04", "2028-02-29", "2099-12-31"])
def test_t30_days_after_2026_are_provisional(workdays: Workdays, day: str) -> None:
    assert workdays.is_provisional(days(day))


def test_t30_counting_runs_past_the_table_without_an_error(workdays: Workdays) -> None:
    assert workdays.add_workdays(days("2027-12-31"), 5) == days("2028-01-07")


def test_t30_days_of_an_announced_year_are_official(workdays: Workdays) -> None:
    assert not workdays.is_provisional(days("2026-12-31"))


@pytest.mark.parametrize(
    ("quarter_end", "opens", "closes"),
    [
        ("2025-12-31", "2026-01-04", "2026-01-22"),
        ("2026-03-31", "2026-04-01", "2026-04-22"),
        ("2026-06-30", "2026-07-01", "2026-07-21"),
        ("2026-09-30", "2026-10-08", "2026-10-27"),
    ],
)
def test_t31_windows_of_the_joint_audit(workdays: Workdays, quarter_end: str, opens: str, closes: str) -> None:
    window = (workdays.add_workdays(days(quarter_end), 1), workdays.add_workdays(days(quarter_end), 15))
    assert window == (days(opens), days(closes))


@pytest.mark.parametrize(
    ("posted", "ends"),
    [("2026-01-28", "2026-02-04"), ("2026-02-11", "2026-02-25"), ("2026-12-24", "2026-12-31")],
)
def test_t32_excellent_results_are_posted_for_five_workdays(workdays: Workdays, posted: str, ends: str) -> None:
    assert workdays.add_workdays(days(posted), 5) == days(ends)


@pytest.mark.parametrize(
    ("year", "quarters"),
    [(2023, (61, 62, 64, 62)), (2024, (61, 62, 66, 62)), (2025, (59, 61, 67, 61)), (2026, (59, 61, 66, 62))],
)
def test_r142_workdays_of_each_quarter(workdays: Workdays, year: int, quarters: tuple[int, ...]) -> None:
    ends = ((1, 1, 3, 31), (4, 1, 6, 30), (7, 1, 9, 30), (10, 1, 12, 31))
    counted = tuple(workdays.count_between(date(year, a, b), date(year, c, d)) for a, b, c, d in ends)
    assert counted == quarters


@pytest.mark.parametrize("start", ["1999-12-31", "2004-01-01", "2026-12-30", "2027-12-30", "2030-06-01"])
@pytest.mark.parametrize("n", [-30, -1, 1, 7, 500])
def test_adding_workdays_walks_day_by_day(workdays: Workdays, start: str, n: int) -> None:
    step, left, day = (1 if n > 0 else -1), abs(n), days(start)
    while left:
        day = date.fromordinal(day.toordinal() + step)
        left -= workdays.is_workday(day)
    assert workdays.add_workdays(days(start), n) == day


def test_workday_from_keeps_a_workday_and_moves_a_day_off(workdays: Workdays) -> None:
    moved = (workdays.workday_from(days("2026-09-30")), workdays.workday_from(days("2026-10-03")))
    assert moved == (days("2026-09-30"), days("2026-10-08"))


def test_a_span_that_ends_before_it_begins_has_no_workdays(workdays: Workdays) -> None:
    assert workdays.count_between(days("2026-03-10"), days("2026-03-02")) == 0


def test_without_a_table_monday_to_friday_are_worked() -> None:
    assert Workdays.from_days([]).add_workdays(days("2026-11-20"), 1) == days("2026-11-23")


def test_a_day_missing_inside_the_table_is_provisional() -> None:
    two = Workdays.from_days([(days("2026-03-02"), True, False), (days("2026-03-04"), True, False)])
    assert (two.is_workday(days("2026-03-03")), two.is_provisional(days("2026-03-03"))) == (True, True)
