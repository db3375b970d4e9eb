"""Tables that are irregular as wholes: bands, cards, two beside each other, levels and sums in odd places (R49–R56)."""

from pathlib import Path

import pytest

from basic_info.power_lists.models import LimitKind, PowerKind
from basic_info.power_lists.parsing import parse_power_list
from basic_info.power_lists.parsing.items import ExerciseLevel
from tests.basic_info.power_lists.test_layouts import HEADER, Rows, a_list, parse


def test_a_header_under_a_band_of_groups_begins_where_a_heading_reaches_up(tmp_path: Path) -> None:
    rows: Rows = [
        ["权责清单"],
        ["序号", "权力", "", "责任"],
        ["", "事项名称", "权力类型", "实施依据"],
        [1, "甲", "行政许可", "《甲法》"],
    ]

    sheet = parse(tmp_path, rows, [(1, 0, 2, 0, "序号")]).sheets[0]

    assert (sheet.header_row, sheet.items) == (2, 1)


def test_two_tables_beside_each_other_are_both_read(tmp_path: Path) -> None:
    head = ["序号", "事项名称", "实施依据"]
    rows: Rows = [
        ["行政处罚", "", "", "", "行政检查"],
        [*head, "", *head],
        [1, "甲", "《甲法》", "", 1, "丙", "《丙法》"],
        [2, "乙", "《乙法》"],
    ]

    power_list = parse(tmp_path, rows)

    assert power_list.as_contract()["by_type"] == {"行政处罚": 2, "行政检查": 1}
    assert [(sheet.header_row, sheet.items) for sheet in power_list.sheets] == [(2, 3)]


def test_a_card_for_each_item_is_read_where_no_sheet_has_a_header(tmp_path: Path) -> None:
    rows: Rows = [
        ["登记表"],
        ["职权名称", "甲", "职权类型", "行政许可"],
        ["承办机构", "法规科", "法定期限", "20日"],
        [],
        ["职权名称", "乙", "职权类型", "行政处罚"],
        ["承办机构", "执法队"],
    ]

    power_list = parse(tmp_path, rows)

    assert [(item.row, item.name, item.kind_label) for item in power_list.items] == [
        (2, "甲", "行政许可"),
        (5, "乙", "行政处罚"),
    ]
    assert power_list.handling_sections == ["法规科", "执法队"]


def test_cards_that_follow_each_other_begin_with_what_comes_again(tmp_path: Path) -> None:
    rows: Rows = [
        row
        for kind, name in (("行政许可", "甲"), ("行政处罚", "乙"))
        for row in (["职权类别", kind], ["职权名称", name], ["备注", ""], ["法定依据", "《甲法》"])
    ]

    power_list = parse(tmp_path, rows)

    assert [(item.name, item.kind_label) for item in power_list.items] == [("甲", "行政许可"), ("乙", "行政处罚")]
    assert all(item.legal_bases for item in power_list.items)


def test_a_sheet_that_explains_the_columns_is_no_card(tmp_path: Path) -> None:
    tells: Rows = [["事项名称", "与省目录一致"], ["权力类型", "十类之一"], ["承办机构", "内设机构"]]

    power_list = parse_power_list(a_list(tmp_path, {"须知": tells, "清单": [HEADER, [1, "甲", "", "行政许可"]]}))

    assert [sheet.name for sheet in power_list.sheets] == ["清单"]


def test_headings_in_two_languages_are_known_by_the_chinese(tmp_path: Path) -> None:
    rows: Rows = [["No.", "事项名称 Item", "权力类型 Type", "实施依据 Legal basis"], [1, "甲", "行政许可", "《甲法》"]]

    assert [item.name for item in parse(tmp_path, rows).items] == ["甲"]


@pytest.mark.parametrize("words", [["本页小计", "2项"], ["", "行政许可小计", "", "2项"], ["", "", "", "总 计", 2]])
def test_a_sum_is_no_item_wherever_its_words_stand(tmp_path: Path, words: list[object]) -> None:
    assert len(parse(tmp_path, [HEADER, [1, "甲", "", "行政许可"], words]).items) == 1


def test_an_item_merged_over_both_columns_of_names_has_no_subitem(tmp_path: Path) -> None:
    rows: Rows = [
        ["序号", "事项名称", "", "权力类型", "实施依据"],
        [1, "甲", "", "行政许可", "《甲法》"],
        [2, "乙", "子", "行政许可", "《乙法》"],
    ]

    items = parse(tmp_path, rows, [(0, 1, 0, 2, "事项名称"), (1, 1, 1, 2, "甲")]).items

    assert [(item.name, item.subitem_name) for item in items] == [("甲", ""), ("乙", "子")]


def test_columns_named_by_levels_alone_are_levels(tmp_path: Path) -> None:
    rows: Rows = [[*HEADER, "县级", "乡级"], [1, "甲", "", "行政许可", "", "", "", "√", "是"]]

    assert parse(tmp_path, rows).items[0].levels == [ExerciseLevel("县级", ""), ExerciseLevel("乡级", "")]


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("市级、县级", ["市级", "县级"]),
        ("省、市、县", ["省", "市", "县"]),
        ("市级（含开发区）\n县级", ["市级（含开发区）", "县级"]),
        ("市级主管部门", ["市级主管部门"]),
    ],
)
def test_levels_in_one_cell_are_apart(tmp_path: Path, text: str, levels: list[str]) -> None:
    rows: Rows = [[*HEADER, "行使层级"], [1, "甲", "", "行政许可", "", "", "", text]]

    assert [level.tier for level in parse(tmp_path, rows).items[0].levels] == levels


def test_of_two_bodies_the_section_inside_handles(tmp_path: Path) -> None:
    rows: Rows = [["序号", "事项名称", "权力类型", "责任机构", "内设科室"], [1, "甲", "行政备案", "某局", "业务科"]]

    power_list = parse(tmp_path, rows)

    assert power_list.handling_sections == ["业务科"]
    assert (power_list.items[0].power_kind, power_list.items[0].power_subkind) == (PowerKind.OTHER, "备案")


def test_the_same_as_above_is_what_stands_above(tmp_path: Path) -> None:
    rows: Rows = [
        HEADER,
        [1, "甲", "", "行政许可", "《甲法》", "", "法规科"],
        [2, "乙", "", "同上", "同上", "", "同上"],
    ]

    power_list = parse(tmp_path, rows)

    assert (power_list.as_contract()["by_type"], power_list.handling_sections) == ({"行政许可": 2}, ["法规科"])
    assert power_list.items[1].legal_bases == power_list.items[0].legal_bases


def test_a_type_left_of_the_numbers_holds_until_the_next(tmp_path: Path) -> None:
    rows: Rows = [
        ["权力类型", "序号", "事项名称", "实施依据"],
        ["行政许可", 1, "甲", "《甲法》"],
        ["", 2, "乙", "《乙法》"],
    ]

    power_list = parse(tmp_path, rows)

    assert (power_list.as_contract()["by_type"], power_list.errors) == ({"行政许可": 2}, [])


def test_a_unit_over_two_columns_of_limits_holds_for_both(tmp_path: Path) -> None:
    rows: Rows = [
        [*HEADER, "办理时限（工作日）", ""],
        [*[""] * 7, "法定", "承诺"],
        [1, "甲", "", "行政许可", "", "", "", 20, 5],
    ]

    limits = parse(tmp_path, rows, [(0, 7, 0, 8, "办理时限（工作日）")]).items[0].time_limits

    assert [(one.limit_kind, one.value) for one in limits] == [(LimitKind.STATUTORY, 20), (LimitKind.PROMISED, 5)]


def test_a_list_over_several_sheets_goes_on_without_a_header(tmp_path: Path) -> None:
    pages: dict[str, Rows] = {
        "Table 1": [HEADER, [1, "甲", "", "行政许可"], [2, "乙", "", "行政处罚"]],
        "Table 2": [[3, "丙", "", "行政检查"], [4, "丁", "", "行政检查"]],
        "说明": [[1, "以上事项由本局负责解释"]],
    }

    power_list = parse_power_list(a_list(tmp_path, pages))

    assert [item.name for item in power_list.items] == ["甲", "乙", "丙", "丁"]
    assert [(sheet.name, sheet.header_row) for sheet in power_list.sheets] == [("Table 1", 1), ("Table 2", 0)]


def test_where_nothing_else_tells_the_type_the_letters_of_the_code_do(tmp_path: Path) -> None:
    rows: Rows = [["序号", "事项名称", "职权编码", "实施依据"], [1, "甲", "650200207XK01600", "《甲法》"]]

    assert parse(tmp_path, rows).as_contract()["by_type"] == {"行政许可": 1}


def test_letters_in_place_of_a_type_are_the_type(tmp_path: Path) -> None:
    assert parse(tmp_path, [HEADER, [1, "甲", "", "CF"]]).as_contract()["by_type"] == {"行政处罚": 1}


@pytest.mark.parametrize("lower", [("大项", "小项"), ("一级", "二级")])
def test_the_halves_of_a_name_are_the_item_and_its_subitem(tmp_path: Path, lower: tuple[str, str]) -> None:
    rows: Rows = [
        ["序号", "权力名称", "", "权力类型", "责任事项", ""],
        ["", *lower, "", "受理", "决定"],
        [1, "甲", "子", "行政许可", "公示", "作出决定"],
    ]

    items = parse(tmp_path, rows, [(0, 1, 0, 2, "权力名称"), (0, 4, 0, 5, "责任事项")]).items

    assert [(item.name, item.subitem_name) for item in items] == [("甲", "子")]


def test_a_short_row_of_a_text_file_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    path = tmp_path / "清单.csv"
    path.write_text(
        "备注,序号,说明,事项名称,权力类型,实施依据\n,1,,甲,行政许可,《甲法》\n一,行政处罚\n", encoding="utf-8"
    )

    assert [item.name for item in parse_power_list(path).items] == ["甲"]


def test_a_numbered_sheet_of_others_gives_its_type(tmp_path: Path) -> None:
    assert parse(tmp_path, [HEADER, [1, "甲"]], name="三、其他").as_contract()["by_type"] == {"其他行政权力": 1}


@pytest.mark.parametrize(
    ("second", "names"),
    [
        (["", "乙类）许可"], ["经营（甲类、乙类）许可", "丁"]),
        (["", "（2）乙类"], ["经营（甲类、", "丁"]),
        (["", "乙类许可", "", "行政许可"], ["经营（甲类、", "乙类许可", "丁"]),
    ],
    ids=["the rest", "a sub-item", "an item of its own"],
)
def test_a_name_that_breaks_off_goes_on_in_a_row_of_its_own(
    tmp_path: Path, second: list[str], names: list[str]
) -> None:
    rows: Rows = [HEADER, [1, "经营（甲类、", "", "行政许可"], second, [2, "丁", "", "行政许可"]]

    assert list(dict.fromkeys(item.name for item in parse(tmp_path, rows).items)) == names
