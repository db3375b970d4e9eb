"""Counting by working days (工作日): one immutable table of days, searched by bisection."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Self
from uuid import UUID

from flask import g, has_app_context
from sqlalchemy import select

from host.kernel.calendar.models import CalendarDay, CalendarVersion
from host.kernel.db import db

#: (start, end): the clock stands from ``start`` on and runs again on ``end``; None: it still stands.
Suspension = tuple[date, date | None]


@dataclass(frozen=True, slots=True)
class Workdays:
    """The working days of a span of days. Outside the span Monday to Friday count, and all is provisional (R141).

    ``first`` and ``last`` bound the span, ``worked`` holds its working days in order, ``unsettled`` its
    provisional days (暂定); all are proleptic ordinals of ``date``.
    """

    first: int
    last: int
    worked: tuple[int, ...]
    unsettled: frozenset[int] = field(repr=False)

    @classmethod
    def from_days(cls, days: Iterable[tuple[date, bool, bool]]) -> Self:
        """From (day, is_workday, is_provisional) in any order; a day that is missing between counts as provisional."""
        known = {day.toordinal(): (worked, unsettled) for day, worked, unsettled in days}
        if not known:
            return cls(first=1, last=0, worked=(), unsettled=frozenset())
        first, last = min(known), max(known)
        facts = [(day, *known.get(day, (_is_plain_workday(day), True))) for day in range(first, last + 1)]
        return cls(
            first=first,
            last=last,
            worked=tuple(day for day, worked, _ in facts if worked),
            unsettled=frozenset(day for day, _, unsettled in facts if unsettled),
        )

    def is_workday(self, day: date) -> bool:
        """Whether ``day`` is worked (调休上班 included)."""
        number = day.toordinal()
        if not self.first <= number <= self.last:
            return _is_plain_workday(number)
        place = bisect_left(self.worked, number)
        return place < len(self.worked) and self.worked[place] == number

    def is_provisional(self, day: date) -> bool:
        """Whether ``day`` must be marked 暂定 wherever it is shown (R141)."""
        number = day.toordinal()
        return not self.first <= number <= self.last or number in self.unsettled

    def add_workdays(self, day: date, n: int) -> date:
        """The ``n``-th working day after ``day``, which itself is not counted (R64); negative: before it; 0: itself."""
        if n == 0:
            return day
        number = day.toordinal()
        return self._at(self._rank(number) + n if n > 0 else self._rank(number - 1) + n + 1)

    def count_between(self, first: date, last: date) -> int:
        """Working days from ``first`` to ``last``, both included; 0 when ``last`` is earlier."""
        return max(self._rank(last.toordinal()) - self._rank(first.toordinal() - 1), 0)

    def next_workday(self, day: date) -> date:
        """The first working day after ``day``."""
        return self.add_workdays(day, 1)

    def workday_from(self, day: date) -> date:
        """``day`` if it is worked, else the next working day (R108, R132)."""
        return self._at(self._rank(day.toordinal() - 1) + 1)

    def due_on(self, start: date, limit_workdays: int, suspensions: Sequence[Suspension] = ()) -> date | None:
        """The last day of a limit (到期日): ``limit_workdays`` working days on which the clock ran at the day's end.

        The start day is not counted. Suspended on s and resumed on r: s … r−1 do not count, r does (R64).
        None while an open suspension holds the clock.
        """
        due = self._rank(start.toordinal()) + limit_workdays
        for stopped, resumed in joined_stops(suspensions, after=start):
            if limit_workdays == 0 or stopped > self._at(due).toordinal():
                break
            if resumed is None:
                return None
            due += self._rank(resumed - 1) - self._rank(stopped - 1)
        return start if limit_workdays == 0 else self._at(due)

    def _rank(self, number: int) -> int:
        """How many working days there are up to ``number``, counted from the span's first day (before it: ≤ 0)."""
        if not self.worked:
            return _plain_rank(number)
        if number < self.first:
            return _plain_rank(number) - _plain_rank(self.first - 1)
        beyond = max(_plain_rank(number) - _plain_rank(self.last), 0)
        return bisect_right(self.worked, number) + beyond

    def _at(self, rank: int) -> date:
        """The day that ``_rank`` numbers so."""
        if not self.worked:
            return date.fromordinal(_plain_day(rank))
        if rank < 1:
            return date.fromordinal(_plain_day(_plain_rank(self.first - 1) + rank))
        if rank > len(self.worked):
            return date.fromordinal(_plain_day(_plain_rank(self.last) + rank - len(self.worked)))
        return date.fromordinal(self.worked[rank - 1])


def load_workdays() -> Workdays:
    """The calendar as of now: kept per process, read anew when its version differs.

    Costs one statement for each request or job, and none for further calls in it.
    """
    held: Workdays | None = g.get("workdays") if has_app_context() else None
    if held is None:
        held = g.workdays = _kept.current()
    return held


def forget_workdays() -> None:
    """Let the next ``load_workdays`` of this request look again: the calendar was changed in it."""
    g.pop("workdays", None)


class _Kept:
    """This process's copy of the calendar with the version that it belongs to."""

    def __init__(self) -> None:
        self._copy: tuple[UUID | None, Workdays] | None = None

    def current(self) -> Workdays:
        # The version is read first: days newer than it are read once more later, older ones never kept as new.
        token = db.session.scalar(select(CalendarVersion.token))
        copy = self._copy
        if copy is None or copy[0] != token:
            rows = db.session.execute(select(CalendarDay.day, CalendarDay.is_workday, CalendarDay.is_provisional))
            copy = self._copy = (token, Workdays.from_days((row[0], row[1], row[2]) for row in rows))
        return copy[1]


_kept = _Kept()


def joined_stops(suspensions: Sequence[Suspension], *, after: date) -> Iterable[tuple[int, int | None]]:
    """The stops in order as ordinals of (start, end), overlapping ones as one; the part up to ``after`` is left out."""
    reached = after.toordinal() + 1
    for stopped, resumed in sorted(suspensions, key=lambda stop: stop[0]):
        begin = max(stopped.toordinal(), reached)
        if resumed is None:
            yield begin, None
            return
        if resumed.toordinal() > begin:
            yield begin, resumed.toordinal()
            reached = resumed.toordinal()


def _is_plain_workday(number: int) -> bool:
    """Monday to Friday."""
    return 1 <= number % 7 <= 5


def _plain_rank(number: int) -> int:
    """Mondays to Fridays up to ``number``; ordinal 1 is a Monday."""
    weeks, rest = divmod(number, 7)
    return weeks * 5 + min(rest, 5)


def _plain_day(rank: int) -> int:
    """The inverse of ``_plain_rank``."""
    weeks, rest = divmod(rank - 1, 5)
    return weeks * 7 + rest + 1
