"""The three clocks of a whole case (R62, R63)."""

from __future__ import annotations

from datetime import date

from basic_info.flowcharts.models import StepKind
from function_monitor.deadlines.counting import Clock, Done, Limit, Step
from function_monitor.deadlines.kinds import ClockKind
from function_monitor.deadlines.whole import ItemLimits, whole_clocks
from host.kernel.calendar.workdays import Workdays

PLAIN = Workdays.from_days([])
LICENCE = ItemLimits(is_licence=True)
KINDS = [StepKind.APPLY, StepKind.ACCEPT, StepKind.OTHER, StepKind.DECIDE, StepKind.NOTIFY]
CHART = [Step(number, f"T{number}", None, None, (), kind=kind) for number, kind in enumerate(KINDS, start=1)]
UNNAMED = [Step(number, f"T{number}", None, None, ()) for number in (1, 2, 3)]


def done(number: int, day: int, *, ends: bool = False) -> Done:
    return Done(number * 10, number, date(2026, 3, day), ends)


def clocks(events: list[Done], chart: list[Step] = CHART, item: ItemLimits = LICENCE) -> dict[ClockKind, Clock]:
    return {clock.run.kind: clock for clock in whole_clocks(events, chart, item, PLAIN)}


def test_an_application_is_answered_within_five_working_days() -> None:
    clock = clocks([done(1, 2)])[ClockKind.ACCEPTANCE]
    assert (clock.due_on, clock.run.finished_on) == (date(2026, 3, 9), None)


def test_acceptance_ends_the_first_clock_and_begins_the_second() -> None:
    found = clocks([done(1, 2), done(2, 4)])
    assert found[ClockKind.ACCEPTANCE].run.finished_on == found[ClockKind.DECISION].run.started_on == date(2026, 3, 4)


def test_a_licence_is_decided_within_twenty_working_days_of_acceptance() -> None:
    assert clocks([done(2, 2)])[ClockKind.DECISION].due_on == date(2026, 3, 30)


def test_what_the_item_says_comes_before_the_general_law() -> None:
    item = ItemLimits(is_licence=True, legal=Limit(45), promised=Limit(10))
    clock = clocks([done(2, 2)], item=item)[ClockKind.DECISION]
    assert (clock.legal, clock.promised_due_on) == (Limit(45), date(2026, 3, 16))


def test_a_decision_is_delivered_within_ten_working_days() -> None:
    found = clocks([done(2, 2), done(4, 10), done(5, 12, ends=True)])
    assert found[ClockKind.DECISION].run.finished_on == date(2026, 3, 10)
    assert (found[ClockKind.DELIVERY].due_on, found[ClockKind.DELIVERY].run.finished_on) == (
        date(2026, 3, 24),
        date(2026, 3, 12),
    )


def test_a_refusal_at_the_window_begins_no_clock_for_a_decision() -> None:
    assert set(clocks([done(1, 2), done(2, 3, ends=True)])) == {ClockKind.ACCEPTANCE}


def test_a_chart_that_names_no_acceptance_counts_only_what_the_item_says() -> None:
    assert clocks([done(1, 2)], UNNAMED) == {}
    item = ItemLimits(is_licence=True, legal=Limit(5))
    assert clocks([done(1, 2)], UNNAMED, item)[ClockKind.DECISION].due_on == date(2026, 3, 9)


def test_only_licences_have_the_limits_of_the_law_of_licences() -> None:
    assert clocks([done(1, 2), done(2, 3)], item=ItemLimits()) == {}
