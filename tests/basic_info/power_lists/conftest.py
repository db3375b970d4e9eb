from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from basic_info.power_lists.adjusting import Paper, begin_adjustment
from basic_info.power_lists.models import PowerList
from basic_info.power_lists.operations import import_power_list, put_in_force
from basic_info.power_lists.parsing import parse_power_list
from tests.basic_info.library.conftest import Office
from tests.basic_info.library.conftest import place as place
from tests.basic_info.power_lists.corpus import Page, xlsx

HEADER = ["序号", "事项名称", "子项名称", "权力类型", "职权编码", "实施依据", "承办机构", "法定期限", "追责情形"]
LAW = "【法律】《商务法》第一条：略"
ROWS: list[list[object]] = [
    [1, "成品油零售许可", "新设", "行政许可", "XK01", LAW, "市场科", "20个工作日", "失职"],
    [2, "违规经营的处罚", "", "行政处罚", "CF01", LAW, "市场科", "60日", "失职"],
    [3, "商务统计检查", "", "行政检查", "JC01", LAW, "办公室", "/", "失职"],
]
PAPER = Paper(doc_no="临编办〔2026〕5号", doc_date=date(2026, 2, 20), effective_on=date(2026, 3, 1), reason="法律修改")

Bring = Callable[..., PowerList]


@pytest.fixture
def bring(place: Office, tmp_path: Path) -> Bring:
    """Take in a list of rows as a draft of a unit and year."""

    def take_in(rows: list[list[object]] = ROWS, year: int = 2025, unit_id: int | None = None) -> PowerList:
        path = tmp_path / "清单.xlsx"
        path.write_bytes(xlsx({"清单": Page([HEADER, *rows])}))
        parsed = parse_power_list(path)
        return import_power_list(parsed, unit_id=unit_id or place.unit.id, year=year, file_id=None, actor=place.clerk)

    return take_in


@pytest.fixture
def in_force(place: Office, bring: Bring) -> PowerList:
    return put_in_force(bring(), actor=place.reviewer)


@pytest.fixture
def draft(place: Office, in_force: PowerList) -> PowerList:
    """An adjustment just begun."""
    return begin_adjustment(in_force, PAPER, actor=place.clerk)
