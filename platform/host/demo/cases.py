"""办件 of the demo city as a business system drops them: a CSV file a day, with the flaws of real ones."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random

from host.demo.city import CityPlan
from host.demo.flows import CHECK, INSPECT, REVIEW, Flow, Step, flows
from host.demo.people import person_code

COLUMNS = ["办件编号", "事项编码", "事项名称", "单位编码", "环节名称", "办理人编码", "发生时间", "动作"]
OPENS = time(8, 40)
DONE, CLOSED, ASKED, REFUSED = "完成", "办结", "补正", "不予受理"
SKIPPED, SWAPPED, STRANGER, LATE = 0.03, 0.01, 0.01, 0.07  # shares of cases
BAD_ROWS = 0.008


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A line of a drop: what was done to a case, by whom and when."""

    case_no: str
    item_code: str
    item_name: str
    unit_code: str
    step_name: str
    person_code: str
    happened_at: str
    action: str

    def cells(self) -> tuple[str, ...]:
        """The line in the order of ``COLUMNS``."""
        return tuple(getattr(self, name) for name in self.__slots__)


def write_case_drops(plan: CityPlan, folder: Path, days: Sequence[date]) -> tuple[Path, ...]:
    """Write ``cases_YYYYMMDD.csv`` for each of ``days`` (working days, ascending), UTF-8 with a heading."""
    folder.mkdir(parents=True, exist_ok=True)
    rows: dict[date, list[CaseRow]] = {day: [] for day in days}
    for day, row in case_rows(plan, days):
        rows[day].append(row)
    rng = Random(f"{plan.seed}/bad rows")
    written = []
    for day, lines in rows.items():
        path = folder / f"cases_{day:%Y%m%d}.csv"
        lines.sort(key=lambda row: (row.happened_at, row.case_no))
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            writer.writerows(row.cells() for row in _with_flaws(lines, rng))
        written.append(path)
    return tuple(written)


def case_rows(plan: CityPlan, days: Sequence[date]) -> Iterator[tuple[date, CaseRow]]:
    """Every event of the cases that begin on ``days``, with its day; events after the last day never come."""
    seats = _seats(plan)
    clerks = sorted(number for numbers in seats.values() for number in numbers)
    for flow in flows(plan):
        rng = Random(f"{plan.seed}/{flow.item.code}")
        count = 0
        for begin in range(len(days)):
            for _ in range(rng.choice((0, 0, 1, 1, 1, 2, 3))):
                count += 1
                case_no = f"{flow.item.code}{days[begin]:%Y%m%d}{count:05d}"
                yield from _case(flow, case_no, days, begin, seats, clerks, rng)


def _seats(plan: CityPlan) -> dict[str, range]:
    """The running numbers of the people on each post."""
    seats, number = {}, 0
    for post in plan.posts:
        seats[post.code] = range(number, number + post.filled_count)
        number += post.filled_count
    return seats


def _case(
    flow: Flow,
    case_no: str,
    days: Sequence[date],
    begin: int,
    seats: dict[str, range],
    clerks: list[int],
    rng: Random,
) -> Iterator[tuple[date, CaseRow]]:
    """The events of one case: each step takes a part of its limit, in a late case one takes far more."""
    path = _path(flow, rng)
    late = rng.randrange(len(path)) if rng.random() < LATE else -1
    moment = float(begin) + rng.uniform(0, 0.5)  # in working days
    stranger = rng.randrange(len(path)) if rng.random() < STRANGER else -1
    for place, (step, action) in enumerate(path):
        if place:
            moment += rng.uniform(0.1, 0.9) * step.limit_workdays
        if place == late:
            moment += step.limit_workdays + rng.randrange(3, 12)
        if int(moment) >= len(days):
            return
        number = rng.choice(clerks if place == stranger else seats[step.post.code])
        day = days[int(moment)]
        happened_at = datetime.combine(day, OPENS) + timedelta(minutes=int(moment % 1 * 500))
        yield (
            day,
            CaseRow(
                case_no=case_no,
                item_code=flow.item.code,
                item_name=flow.item.text.name,
                unit_code=flow.unit.code,
                step_name=step.name,
                person_code=person_code(number),
                happened_at=happened_at.isoformat(sep=" "),
                action=action,
            ),
        )


def _path(flow: Flow, rng: Random) -> list[tuple[Step, str]]:
    """The steps that a case goes through with their actions; most follow the chart."""
    accept, *rest = ((step, DONE) for step in flow.steps)
    dice = rng.random()
    if dice < 0.05:
        return [accept, (flow.refuse, REFUSED)]
    if dice < 0.15:
        rest = [(flow.supplement, ASKED), accept, *rest]
    rest[-1] = (rest[-1][0], CLOSED)
    if rng.random() < SKIPPED:
        rest = _without(rest, rng.choice((REVIEW, INSPECT, CHECK)))
    elif rng.random() < SWAPPED:
        rest[-3], rest[-2] = rest[-2], rest[-3]
    return [accept, *rest]


def _without(path: list[tuple[Step, str]], name: str) -> list[tuple[Step, str]]:
    return [pair for pair in path if pair[0].name != name]


def _with_flaws(rows: list[CaseRow], rng: Random) -> Iterator[CaseRow]:
    """The rows, with a bad one now and then for the quarantine."""
    for row in rows:
        yield row
        if rng.random() < BAD_ROWS:
            yield rng.choice(
                (
                    replace(row, happened_at="2026-13-45 25:61"),
                    replace(row, person_code="R9999999"),
                    replace(row, item_code="000000000XX00000"),
                    replace(row, case_no=""),
                    replace(row, step_name="未知环节"),
                    row,
                )
            )
