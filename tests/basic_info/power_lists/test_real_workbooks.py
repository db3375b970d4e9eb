"""The published workbooks and the fire list (rules.md T17–T20); skipped where they are not at hand."""

from collections import Counter
from pathlib import Path

import pytest

from basic_info.power_lists.models import LimitUnit
from basic_info.power_lists.parsing import ParsedPowerList, parse_power_list
from basic_info.power_lists.parsing.columns import Field

FOLDER = Path(__file__).parents[3] / ".." / "shared" / "data" / "power_lists"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the published power lists are not at hand")


def parsed(word: str) -> ParsedPowerList:
    return parse_power_list(next(path for path in FOLDER.iterdir() if word in path.name))


def test_t17_the_emergency_list_has_149_items_under_137() -> None:
    power_list = parsed("应急")

    assert (len(power_list.items), power_list.main_items, power_list.duplicates) == (149, 137, 0)
    assert power_list.as_contract()["by_type"] == {
        "行政许可": 11,
        "行政处罚": 92,
        "行政强制": 14,
        "行政检查": 11,
        "行政给付": 1,
        "行政奖励": 6,
        "行政确认": 2,
        "其他行政权力": 12,
    }


def test_t18_the_defence_list_has_five_sheets_with_headers_on_row_three() -> None:
    power_list = parsed("国动办")

    assert [(sheet.header_row, sheet.items) for sheet in power_list.sheets] == [
        (3, 3),
        (3, 4),
        (3, 1),
        (3, 5),
        (3, 5),
    ]
    assert (len(power_list.items), power_list.main_items) == (18, 17)


@pytest.mark.parametrize(("word", "items"), [("商务", 21), ("医疗", 17), ("统计", 3), ("消防", 75)])
def test_t19_every_list_gives_its_items(word: str, items: int) -> None:
    assert len(parsed(word).items) == items


@pytest.mark.parametrize("word", ["商务", "医疗", "统计", "消防", "应急", "国动办"])
def test_no_published_list_has_a_cell_to_mend(word: str) -> None:
    assert parsed(word).errors == []


def test_t19_four_sections_wrapped_over_lines_are_four() -> None:
    assert parsed("统计").handling_sections == [
        "政策法规科",
        "社会经济统计科",
        "社会经济普查科",
        "综合核算科",
    ]


def test_t20_the_fire_list_has_its_types_codes_and_columns() -> None:
    items = parsed("消防").items

    assert Counter(item.kind_label for item in items) == {"行政处罚": 68, "行政强制": 6, "行政许可": 1}
    assert Counter(len(item.text(Field.ITEM_CODE)) for item in items) == {16: 47, 0: 28}
    assert set(items[0].extras) == {"所属行政区划", "隶属机构", "状态", "上级机构"}


def test_t20_the_fire_list_has_its_limits() -> None:
    limits = [item.time_limits for item in parsed("消防").items]

    assert Counter(len(rows) for rows in limits) == {1: 60, 0: 14, 4: 1}
    assert {(row.value, row.limit_unit) for rows in limits if len(rows) == 1 for row in rows} == {(60, LimitUnit.DAY)}
    assert [(row.value, row.condition) for row in limits[0][:2]] == [(20, "告知承诺制"), (10, "非告知承诺制")]


def test_nearly_every_basis_of_the_emergency_list_cites_an_article() -> None:
    bases = [basis for item in parsed("应急").items for basis in item.legal_bases]

    assert len(bases) == 292
    assert sum(not basis.articles for basis in bases) == 11
