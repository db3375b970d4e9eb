"""The layouts and traps of power lists (R48–R56), each on a small workbook."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter

from basic_info.power_lists.errors import NotAPowerList
from basic_info.power_lists.models import LimitKind, PowerKind
from basic_info.power_lists.parsing import ParsedPowerList, parse_power_list
from basic_info.power_lists.parsing.columns import Field
from basic_info.power_lists.parsing.items import ExerciseLevel
from basic_info.power_lists.year import year_of
from host.kernel.tables.errors import NotATable
from tests.basic_info.power_lists.corpus import Page, xlsx

HEADER = ["序号", "事项名称", "子项名称", "权力类型", "实施依据", "行使主体", "承办机构"]
Rows = Sequence[Sequence[object]]
Merges = list[tuple[int, int, int, int, str]]


def a_list(folder: Path, sheets: dict[str, Rows], merges: Merges | None = None) -> Path:
    path = folder / "清单.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
            for merge in merges or ():
                sheet.merge_range(*merge)
    return path


def parse(folder: Path, rows: Rows, merges: Merges | None = None, *, name: str = "Sheet1") -> ParsedPowerList:
    return parse_power_list(a_list(folder, {name: rows}, merges))


def test_rows_of_one_merged_item_are_one_item_with_its_levels(tmp_path: Path) -> None:
    header = [*HEADER, "实施层级及权限", ""]
    rows: Rows = [
        header,
        [1.0, "查封", "", "行政强制", "《甲法》第一条", "市局", "法规科", "市级", "立案"],
        ["", "", "", "", "《乙法》第二条", "", "", "县级", "巡查"],
    ]
    power_list = parse(tmp_path, rows, [(0, 7, 0, 8, "实施层级及权限"), (1, 1, 2, 1, "查封"), (1, 0, 2, 0, "1")])

    item = power_list.items[0]
    assert len(power_list.items) == 1
    assert item.levels == [ExerciseLevel("市级", "立案"), ExerciseLevel("县级", "巡查")]
    assert [basis.article for basis in item.legal_bases] == ["第一条", "第二条"]


@pytest.mark.parametrize("above", [0, 1, 2])
def test_the_header_is_found_under_titles(tmp_path: Path, above: int) -> None:
    titles: Rows = [["某局权责清单"], ["2026年"]]
    rows: Rows = [*titles[:above], HEADER, [1, "甲", "", "行政许可"]]

    sheet = parse(tmp_path, rows).sheets[0]

    assert (sheet.header_row, sheet.items) == (above + 1, 1)


def test_a_header_of_two_rows_names_tier_and_authority(tmp_path: Path) -> None:
    rows: Rows = [
        [*HEADER, "实施层级及权限", ""],
        ["", "", "", "", "", "", "", "实施层级", "权限"],
        [1, "甲", "", "行政许可", "", "", "", "市级", "受理"],
    ]

    power_list = parse(tmp_path, rows, [(0, 7, 0, 8, "实施层级及权限")])

    assert power_list.items[0].levels == [ExerciseLevel("市级", "受理")]


def test_a_header_repeated_inside_the_sheet_is_no_item(tmp_path: Path) -> None:
    rows: Rows = [HEADER, [1, "甲", "", "行政许可"], HEADER, [2, "乙", "", "行政许可"]]

    assert [item.name for item in parse(tmp_path, rows).items] == ["甲", "乙"]


def test_headings_in_other_words_and_broken_lines_mean_the_same(tmp_path: Path) -> None:
    rows: Rows = [
        ["序 号", "职权\n名称", "职权类别", "法律依据", "实施主体", "责任\n科室", "问责情形"],
        [1, "甲", "行政处罚", "《甲法》", "市局", "法规科", "失职"],
    ]

    item = parse(tmp_path, rows).items[0]

    assert item.text(Field.ACCOUNTABLE_CASES) == "失职"
    assert [name.name for name in item.handling] == ["法规科"]


def test_of_a_repeated_column_the_first_stays(tmp_path: Path) -> None:
    rows: Rows = [
        [*HEADER, "备注", "追责情形", "备注"],
        [1, "甲", "", "行政许可", "", "", "", "先", "乙", "后"],
    ]

    item = parse(tmp_path, rows).items[0]

    assert (item.text(Field.REMARK), item.extras) == ("先", {})


def test_unknown_columns_stay_and_names_of_clerks_go(tmp_path: Path) -> None:
    rows: Rows = [
        [*HEADER, "办理数量", "录入人", "联系电话"],
        [1, "甲", "", "行政许可", "", "", "", 12, "某人", "123"],
    ]

    assert parse(tmp_path, rows).items[0].extras == {"办理数量": "12"}


def test_an_empty_type_is_taken_from_the_name_of_the_sheet(tmp_path: Path) -> None:
    power_list = parse(tmp_path, [HEADER, [1, "甲"]], name="行政检查（1项）")

    assert (power_list.items[0].power_kind, power_list.notices) == (PowerKind.INSPECTION, [])


def test_an_empty_type_that_nothing_tells_is_an_error_with_its_place(tmp_path: Path) -> None:
    error = parse(tmp_path, [HEADER, [1, "甲"]]).errors[0]

    assert (error.sheet, error.row, error.column) == ("Sheet1", 2, "权力类型")


def test_a_heading_inside_the_sheet_gives_the_type(tmp_path: Path) -> None:
    rows: Rows = [HEADER, ["一、行政许可（1项）"], [1, "甲"], ["二、行政处罚（1项）"], [1, "乙"], ["合计", 2]]

    assert parse(tmp_path, rows).as_contract()["by_type"] == {"行政许可": 1, "行政处罚": 1}


@pytest.mark.parametrize(
    ("text", "kind", "subkind"),
    [
        ("行政\n许可", PowerKind.LICENCE, ""),
        ("其他行政权力-备案", PowerKind.OTHER, "备案"),
        ("其他权力", PowerKind.OTHER, ""),
        ("行政强制（措施）", PowerKind.COERCION, "措施"),
        ("公共服务", PowerKind.SERVICE, ""),
    ],
)
def test_types_are_known_in_the_ways_lists_write_them(tmp_path: Path, text: str, kind: PowerKind, subkind: str) -> None:
    item = parse(tmp_path, [HEADER, [1, "甲", "", text]]).items[0]

    assert (item.power_kind, item.power_subkind) == (kind, subkind)


def test_a_type_outside_the_ten_is_an_error(tmp_path: Path) -> None:
    power_list = parse(tmp_path, [HEADER, [1, "甲", "", "行政魔法"]])

    assert "行政魔法" in power_list.errors[0].message


def test_a_name_wrapped_over_lines_is_one_line_and_none_is_no_subitem(tmp_path: Path) -> None:
    item = parse(tmp_path, [HEADER, [1.0, "对拒绝\n配合统\n计调查", "无", "行政处罚"]]).items[0]

    assert (item.sort_no, item.name, item.subitem_name) == ("1", "对拒绝配合统计调查", "")


def test_subitems_are_items_under_one_main_item(tmp_path: Path) -> None:
    rows: Rows = [
        HEADER,
        [1, "甲", "1.子", "行政许可"],
        ["", "", "2.丑", "行政许可"],
        [2, "乙", "", "行政许可"],
    ]

    power_list = parse(tmp_path, rows)

    assert (len(power_list.items), power_list.main_items) == (3, 2)


def test_an_item_named_again_elsewhere_is_counted_as_a_duplicate(tmp_path: Path) -> None:
    rows: Rows = [HEADER, [1, "甲", "", "行政许可"], [2, "乙", "", "行政许可"], [3, "甲", "", "行政许可"]]

    power_list = parse(tmp_path, rows)

    assert (len(power_list.items), power_list.duplicates) == (3, 1)


def test_a_sheet_that_claims_another_number_is_noticed(tmp_path: Path) -> None:
    assert "3 项" in parse(tmp_path, [HEADER, [1, "甲"]], name="行政许可（3项）").notices[0]


def test_an_overview_beside_the_lists_is_not_counted(tmp_path: Path) -> None:
    overview: Rows = [["序号", "事项名称", "权力类型"], [1, "甲", "行政许可"]]
    path = a_list(tmp_path, {"目录": overview, "清单": [HEADER, [1, "甲", "", "行政许可"]]})

    assert [sheet.name for sheet in parse_power_list(path).sheets] == ["清单"]


def test_a_promise_longer_than_the_law_allows_is_an_error(tmp_path: Path) -> None:
    rows: Rows = [[*HEADER, "法定期限", "承诺期限"], [1, "甲", "", "行政许可", "", "", "", "20日", "30日"]]

    assert "超过法定期限" in parse(tmp_path, rows).errors[0].message


def test_a_csv_is_read_as_well(tmp_path: Path) -> None:
    path = tmp_path / "清单.csv"
    path.write_bytes("序号,项目,职权类型,实施依据\n1.0,甲,行政许可,《甲法》\n".encode("gb18030"))

    assert parse_power_list(path).as_contract()["by_type"] == {"行政许可": 1}


def test_a_table_without_the_columns_of_a_list_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotAPowerList):
        parse(tmp_path, [["姓名", "年龄"], ["某人", 3]])


@pytest.mark.parametrize(
    "page",
    [
        "<html xmlns:x='urn:schemas-microsoft-com:office:excel'><table><tr><td>序号</td></tr></table></html>",
        "\n<TABLE><tr><td>事项名称</td></tr></TABLE>",
        "<?xml version='1.0'?>\n<?mso-application progid='Excel.Sheet'?>\n<Workbook></Workbook>",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_a_web_page_named_as_a_workbook_is_refused_with_how_to_save_it(
    tmp_path: Path, page: str, encoding: str
) -> None:
    path = tmp_path / "清单.xls"
    path.write_bytes(page.encode(encoding))

    with pytest.raises(NotATable, match="另存为"):
        parse_power_list(path)


def test_a_row_that_has_only_its_number_is_no_item(tmp_path: Path) -> None:
    power_list = parse(tmp_path, [HEADER, [1, "甲", "", "行政许可"], [2], [3]])

    assert (len(power_list.items), power_list.errors) == (1, [])


def test_a_name_left_out_is_an_error_with_its_place(tmp_path: Path) -> None:
    error = parse(tmp_path, [HEADER, [1, "甲", "", "行政许可"], [2, "", "", "行政许可", "《甲法》"]]).errors[0]

    assert (error.row, error.column) == (3, "事项名称")


def test_a_cell_with_several_numbered_names_is_one_item_and_noticed(tmp_path: Path) -> None:
    power_list = parse(tmp_path, [HEADER, [1, "1.甲的许可\n2.乙的许可", "", "行政许可"]])

    assert (len(power_list.items), "第 2 行" in power_list.notices[0]) == (1, True)


def test_a_day_of_the_workbook_is_a_day(tmp_path: Path) -> None:
    header = [*HEADER, "生效日期"]
    path = tmp_path / "清单.xlsx"
    path.write_bytes(xlsx({"Sheet1": Page([header, [1, "甲", "", "行政许可", "", "", "", date(2025, 3, 1)]])}))

    assert parse_power_list(path).items[0].extras == {"生效日期": "2025-03-01"}


@pytest.mark.parametrize(
    "heading", ["承办人", "录入员", "填报人", "经办人员", "联系人", "电话", "监督电话", "审核人姓名"]
)
def test_a_column_that_names_a_person_goes(tmp_path: Path, heading: str) -> None:
    power_list = parse(tmp_path, [[*HEADER, heading], [1, "甲", "", "行政许可", "", "", "", "某人"]])

    assert power_list.items[0].extras == {}


def test_the_parts_of_a_wide_heading_are_read_together_with_it(tmp_path: Path) -> None:
    rows: Rows = [
        [*HEADER, "期限", ""],
        ["", "", "", "", "", "", "", "法定", "承诺"],
        [1, "甲", "", "行政许可", "", "", "", "20日", "10日"],
    ]

    limits = parse(tmp_path, rows, [(0, 7, 0, 8, "期限")]).items[0].time_limits

    assert [(limit.limit_kind, limit.value) for limit in limits] == [
        (LimitKind.STATUTORY, 20),
        (LimitKind.PROMISED, 10),
    ]


TWO_ROWS: Rows = [
    [*HEADER, "期限", ""],
    ["", "", "", "", "", "", "", "法定", "承诺"],
    [1, "甲", "", "行政许可", "", "", "", "20个工作日", "5个工作日"],
]
LAST = [2, "乙", "", "行政许可", "", "", "", "30个工作日", "7个工作日"]
WIDE: Merges = [(0, 7, 0, 8, "期限")]


@pytest.mark.parametrize(
    "again",
    [
        [TWO_ROWS[0]],
        [TWO_ROWS[1]],
        [["", "", "", "", "", "", "", "法定", "承诺"]],
        [TWO_ROWS[0], TWO_ROWS[1]],
        [[*HEADER, "法定", "承诺"]],
    ],
    ids=["upper half", "lower half", "lower half with blanks", "both", "lower half of merged cells"],
)
def test_a_header_of_two_rows_that_is_repeated_in_part_is_no_item(tmp_path: Path, again: Rows) -> None:
    power_list = parse(
        tmp_path, [*TWO_ROWS, *again, LAST], [*WIDE, *([(3, 7, 3, 8, "期限")] if again[0] is TWO_ROWS[0] else [])]
    )

    assert power_list.errors == []
    assert [item.name for item in power_list.items] == ["甲", "乙"]
    assert [[limit.limit_kind for limit in item.time_limits] for item in power_list.items] == [
        [LimitKind.STATUTORY, LimitKind.PROMISED]
    ] * 2


def test_a_row_that_only_says_one_of_the_lower_headings_is_no_header(tmp_path: Path) -> None:
    more = ["", "", "", "", "", "", "", "法定", ""]

    assert len(parse(tmp_path, [*TWO_ROWS, more], WIDE).items[0].time_limits) == 2


@pytest.mark.parametrize(
    ("titles", "sheet", "name", "year", "where"),
    [
        (["临沂市商务局权责清单（2024年版）"], "Sheet1", "清单2023.xlsx", 2024, "标题"),
        (["权责清单", "二〇二五年"], "Sheet1", "清单.xlsx", 2025, "标题"),
        (["2022—2023年权责清单"], "Sheet1", "清单.xlsx", 2023, "标题"),
        (["权责清单"], "2025", "清单2024.xlsx", 2025, "工作表名"),
        (["权责清单"], "Sheet1", "市商务局权责清单2024.xlsx", 2024, "文件名"),
        (["权责清单"], "Sheet1", "清单20240315.xlsx", 2024, "文件名"),
        (["依据《商务法》（2017年修正）编制"], "Sheet1", "清单_2026_终稿.xls", 2026, "文件名"),
    ],
)
def test_the_year_is_found_in_titles_sheets_and_file_name(
    tmp_path: Path, titles: list[str], sheet: str, name: str, year: int, where: str
) -> None:
    rows: Rows = [*([title] for title in titles), HEADER, [1, "甲", "", "行政许可"]]
    found = year_of(parse(tmp_path, rows, name=sheet), name, this_year=2026)

    assert found is not None
    assert (found.year, found.where) == (year, where)


@pytest.mark.parametrize("name", ["清单.xlsx", "清单12024.xlsx", "清单2099.xlsx", "20个部门清单.xlsx"])
def test_no_year_is_made_up(tmp_path: Path, name: str) -> None:
    assert year_of(parse(tmp_path, [HEADER, [1, "甲", "", "行政许可"]]), name, this_year=2026) is None


@pytest.mark.parametrize(
    "numbers",
    [
        [1, 2, 3, 4, 5, 6, 7],
        ["（1）", "（2）", "（3）", "（4）", "（5）", "（6）", "（7）"],
        ["甲", "乙", 1, 2, 3, 4, 5],
        ["栏次", 1, 2, 3, 4, 5, 6],
        ["A", "B", "C", "D", "E", "F", "G"],
    ],
)
def test_a_row_that_numbers_the_columns_is_no_item(tmp_path: Path, numbers: list[object]) -> None:
    power_list = parse(tmp_path, [HEADER, numbers, [1, "甲", "", "行政许可"]])

    assert ([item.name for item in power_list.items], power_list.errors) == (["甲"], [])


def test_a_title_between_blocks_gives_the_type_of_other_powers(tmp_path: Path) -> None:
    rows: Rows = [["某局行政许可事项清单"], HEADER, [1, "甲"], ["某局其他行政权力事项清单（1项）"], HEADER, [1, "乙"]]

    assert parse(tmp_path, rows).as_contract()["by_type"] == {"行政许可": 1, "其他行政权力": 1}


def test_a_line_to_sign_is_no_item(tmp_path: Path) -> None:
    power_list = parse(
        tmp_path, [HEADER, [1, "甲", "", "行政许可"], ["", "单位主要负责人（签字）：", "", "", "", "年  月"]]
    )

    assert (len(power_list.items), power_list.errors) == (1, [])


def test_an_item_named_after_a_seal_is_no_line_to_sign(tmp_path: Path) -> None:
    rows: Rows = [[*HEADER[1:]], ["公章刻制（公章）", "", "行政许可", "《甲法》", "市局", "法规科"]]

    assert [item.name for item in parse(tmp_path, rows).items] == ["公章刻制（公章）"]


def test_numbered_notes_below_the_list_are_no_items(tmp_path: Path) -> None:
    power_list = parse(
        tmp_path, [HEADER, [1, "甲", "", "行政许可"], ["备注：1.本清单依据目录编制。"], ["2.其余按规定执行。"]]
    )

    assert (len(power_list.items), power_list.errors) == (1, [])


def test_columns_of_ticks_under_one_heading_are_levels(tmp_path: Path) -> None:
    rows: Rows = [
        [*HEADER, "行使层级", "", ""],
        ["", "", "", "", "", "", "", "省", "市", "县"],
        [1, "甲", "", "行政许可", "", "", "", "", "√", "负责初审"],
    ]

    item = parse(tmp_path, rows, [(0, 7, 0, 9, "行使层级")]).items[0]

    assert (item.levels, item.extras) == ([ExerciseLevel("市", ""), ExerciseLevel("县", "负责初审")], {})


def test_a_column_that_says_nothing_but_types_is_the_type_under_any_heading(tmp_path: Path) -> None:
    rows: Rows = [["序号", "事项名称", "所属门类", "实施依据"], [1, "甲", "其他权力", "《甲法》"]]

    item = parse(tmp_path, rows).items[0]

    assert (item.power_kind, item.extras) == (PowerKind.OTHER, {})


@pytest.mark.parametrize(("name", "kind"), [("服务", "公共服务"), ("便民服务事项", "公共服务"), ("奖励", "行政奖励")])
def test_a_sheet_named_by_a_stem_gives_its_type(tmp_path: Path, name: str, kind: str) -> None:
    assert parse(tmp_path, [HEADER, [1, "甲"]], name=name).as_contract()["by_type"] == {kind: 1}


def test_signatures_beside_an_item_are_not_kept(tmp_path: Path) -> None:
    rows: Rows = [
        [*HEADER, "分管领导签字", "责任领导", "审核意见"],
        [1, "甲", "", "行政许可", "", "", "", "钱某", "孙某", "同意"],
    ]

    assert parse(tmp_path, rows).items[0].extras == {"审核意见": "同意"}


def test_a_code_of_sixteen_digits_stays_whole(tmp_path: Path) -> None:
    item = parse(tmp_path, [[*HEADER, "实施编码"], [1, "甲", "", "行政许可", "", "", "", 1137132100435679]]).items[0]

    assert item.text(Field.IMPLEMENT_CODE) == "1137132100435679"


def test_a_code_that_was_turned_into_a_number_is_said(tmp_path: Path) -> None:
    power_list = parse(tmp_path, [[*HEADER, "基本编码"], [1, "甲", "", "行政许可", "", "", "", "3.70215E+11"]])

    assert "第 2 行“基本编码”3.70215E+11" in power_list.notices[0]


def test_of_an_implementing_and_a_handling_body_only_the_latter_handles(tmp_path: Path) -> None:
    rows: Rows = [["序号", "事项名称", "权力类型", "实施机构"], [1, "甲", "行政许可", "某局"]]

    power_list = parse(tmp_path, rows)

    assert (power_list.handling_sections, power_list.items[0].text(Field.EXERCISING_BODY)) == ([], "某局")
