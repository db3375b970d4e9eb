import csv
from datetime import date, timedelta
from pathlib import Path

import pytest

from host.demo.cases import COLUMNS, case_rows, write_case_drops
from host.demo.city import CityPlan, plan_city
from host.demo.flows import flows

DAYS = [day for day in (date(2026, 1, 5) + timedelta(days=n) for n in range(84)) if day.weekday() < 5]


@pytest.fixture(scope="module")
def plan() -> CityPlan:
    return plan_city(2000)


@pytest.fixture(scope="module")
def drops(plan: CityPlan, tmp_path_factory: pytest.TempPathFactory) -> list[list[str]]:
    paths = write_case_drops(plan, tmp_path_factory.mktemp("cases"), DAYS)
    return [row for path in paths for row in _rows(path)[1:]]


def _rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_there_is_a_file_for_each_day(plan: CityPlan, tmp_path: Path) -> None:
    paths = write_case_drops(plan, tmp_path, DAYS[:3])

    assert [path.name for path in paths] == ["cases_20260105.csv", "cases_20260106.csv", "cases_20260107.csv"]
    assert _rows(paths[0])[0] == COLUMNS


def test_the_same_plan_drops_the_same_cases(plan: CityPlan) -> None:
    assert list(case_rows(plan, DAYS[:5])) == list(case_rows(plan, DAYS[:5]))


def test_the_good_rows_name_steps_of_the_charts(plan: CityPlan) -> None:
    steps = {
        (flow.item.code, step.name) for flow in flows(plan) for step in (*flow.steps, flow.supplement, flow.refuse)
    }

    assert {(row.item_code, row.step_name) for _, row in case_rows(plan, DAYS)} <= steps


def test_an_event_stands_in_the_file_of_its_day(plan: CityPlan) -> None:
    assert all(row.happened_at.startswith(day.isoformat()) for day, row in case_rows(plan, DAYS))


def test_some_cases_skip_the_review(plan: CityPlan) -> None:
    steps: dict[str, set[str]] = {}
    for _, row in case_rows(plan, DAYS):
        steps.setdefault(row.case_no, set()).add(row.step_name)
    delivered = [names for names in steps.values() if "送达" in names]
    skipped = [names for names in delivered if "审查" not in names]

    assert 0 < len(skipped) < len(delivered) / 10


def test_some_cases_are_still_open_at_the_end(plan: CityPlan) -> None:
    cases = {row.case_no for _, row in case_rows(plan, DAYS)}
    closed = {row.case_no for _, row in case_rows(plan, DAYS) if row.action in ("办结", "不予受理")}

    assert 0 < len(cases - closed) < len(cases) / 2


def test_a_few_rows_are_bad(drops: list[list[str]]) -> None:
    bad = [row for row in drops if not row[0] or row[4] == "未知环节" or row[5] == "R9999999"]

    assert 0 < len(bad) < len(drops) / 50
