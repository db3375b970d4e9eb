"""What is read out of single cells: sections, laws, limits (R54–R56)."""

import pytest

from basic_info.power_lists.models import LimitKind, LimitUnit
from basic_info.power_lists.parsing.basis import BasisKind, legal_bases
from basic_info.power_lists.parsing.handling import handling_names
from basic_info.power_lists.parsing.time_limits import TimeLimit, promised_beyond_statutory, time_limits


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("法规科", ["法规科"]),
        ("危化科、基础科，执法支队；科信科", ["危化科", "基础科", "执法支队", "科信科"]),
        (
            "政策法\n规科 、\n社会经\n济统计\n科 、社\n会经济\n普查科\n、综合\n核算科",
            ["政策法规科", "社会经济统计科", "社会经济普查科", "综合核算科"],
        ),
        ("市消防救援支队\n各区消防救援大队", ["市消防救援支队", "各区消防救援大队"]),
        ("1.办公室\n2.法规科", ["办公室", "法规科"]),
        ("政务服务窗口和行政审批科", ["政务服务窗口", "行政审批科"]),
        ("①执法支队\n②法规科", ["执法支队", "法规科"]),
        ("牵头：执法支队；配合：大气科、水科", ["执法支队", "大气科", "水科"]),
        ("核与辐射科和监测站", ["核与辐射科", "监测站"]),
        ("局机关：法规科\n下属单位：执法支队", ["法规科", "执法支队"]),
        ("受理：窗口 审批：审批科（0871-1234567）", ["窗口", "审批科"]),
        ("法规科 0871-1234567", ["法规科"]),
        ("无", []),
        ("/", []),
    ],
)
def test_handling_text_names_its_sections(text: str, names: list[str]) -> None:
    assert [name.name for name in handling_names(text)] == names


def test_a_bracket_behind_a_section_is_its_plate() -> None:
    name = handling_names("办公室（人事科、财务科）、法规科")[0]

    assert (name.name, name.aliases) == ("办公室", ("人事科", "财务科"))


def test_a_zero_character_in_a_cell_does_no_harm() -> None:
    assert [name.name for name in handling_names("法规\x00科（\x007\x00）")] == ["法规科"]


def test_each_tag_is_one_law_with_its_articles() -> None:
    text = (
        "【法律】《甲法》（2021年修订）第十五条、第五十八条第一款第（四）项：略\n"
        "    第五十九条　违反本法第三条的。\n【部门规章】《乙办法》第三条之一：略\n【2023】"
    )

    found = [(basis.basis_kind, basis.title, basis.article) for basis in legal_bases(text)]

    assert found == [
        (BasisKind.LAW, "甲法", "第十五条、第五十八条第一款第（四）项、第五十九条"),
        (BasisKind.RULE, "乙办法", "第三条之一"),
    ]


def test_without_tags_a_title_at_the_start_of_a_line_begins_a_law() -> None:
    text = "《中华人民共和国甲法》第七十九条 ……依照《丙法》\n《乙规定》\n第二条：略"

    found = [(basis.basis_kind, basis.title, basis.article) for basis in legal_bases(text)]

    assert found == [(BasisKind.LAW, "中华人民共和国甲法", "第七十九条"), (None, "乙规定", "第二条")]


def test_laws_one_behind_the_other_in_a_line_are_apart() -> None:
    found = legal_bases("《甲法》第五条；《乙办法》（2018年修正）第二条、第三条 3.《丙条例》第六条")

    assert [(basis.title, basis.article) for basis in found] == [
        ("甲法", "第五条"),
        ("乙办法", "第二条、第三条"),
        ("丙条例", "第六条"),
    ]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("60日", [(60, LimitUnit.DAY, "")]),
        ("20个工作日", [(20, LimitUnit.WORKDAY, "")]),
        ("二十个工作日内", [(20, LimitUnit.WORKDAY, "")]),
        ("15", [(15, LimitUnit.DAY, "")]),
        ("/", []),
        ("", []),
        ("即办件", [(0, LimitUnit.WORKDAY, "即办件")]),
        (
            "告知承诺制：20个工作日 非告知承诺制:10个工作日",
            [(20, LimitUnit.WORKDAY, "告知承诺制"), (10, LimitUnit.WORKDAY, "非告知承诺制")],
        ),
        ("自受理之日起20个工作日内", [(20, LimitUnit.WORKDAY, "")]),
        ("受理后二十个工作日内作出决定", [(20, LimitUnit.WORKDAY, "")]),
        ("3个月", [(3, LimitUnit.MONTH, "")]),
        ("一年内", [(12, LimitUnit.MONTH, "")]),
        ("当场办结", [(0, LimitUnit.WORKDAY, "当场办结")]),
        ("即时办结（30分钟内）", [(0, LimitUnit.WORKDAY, "即时办结（30分钟内）")]),
        ("法律未规定", []),
        ("2小时", [(2, LimitUnit.HOUR, "")]),
        ("4个工作小时内", [(4, LimitUnit.WORKHOUR, "")]),
        ("30分钟", [(30, LimitUnit.MINUTE, "")]),
        ("1小时30分", [(90, LimitUnit.MINUTE, "")]),
        ("3～5个工作日", [(5, LimitUnit.WORKDAY, "")]),
        ("20日（工作日）", [(20, LimitUnit.WORKDAY, "")]),
        ("当日办结", [(0, LimitUnit.WORKDAY, "当日办结")]),
        ("1.5小时", [(90, LimitUnit.MINUTE, "")]),
        ("0.5个工作日", [(4, LimitUnit.WORKHOUR, "")]),
        ("半天", [(4, LimitUnit.WORKHOUR, "")]),
        ("半个工作日", [(4, LimitUnit.WORKHOUR, "")]),
        ("半年", [(6, LimitUnit.MONTH, "")]),
        ("15个自然日", [(15, LimitUnit.DAY, "")]),
        (
            "20个工作日内作出决定；情况复杂的，延长10个工作日",
            [(20, LimitUnit.WORKDAY, ""), (10, LimitUnit.WORKDAY, "情况复杂的，延长")],
        ),
        ("5个工作日（简易程序）", [(5, LimitUnit.WORKDAY, "简易程序")]),
    ],
)
def test_limits_become_rows(text: str, rows: list[tuple[int, LimitUnit, str]]) -> None:
    found = time_limits(text, LimitKind.STATUTORY, heading="法定期限(天/日)")

    assert found is not None
    assert [(limit.value, limit.limit_unit, limit.condition) for limit in found] == rows


@pytest.mark.parametrize(
    "text",
    [
        "每月10日前", "每年3月底前", "次月5日前", "2026年6月30日前", "每季度首月15日前", "年底前", "每月1日至10日",
        "每月5日、15日、25日",
    ],
)  # fmt: skip
def test_a_day_of_the_calendar_is_kept_in_words_and_has_no_length(text: str) -> None:
    assert time_limits(text, LimitKind.STATUTORY, heading="法定期限") == (
        TimeLimit(LimitKind.STATUTORY, 0, LimitUnit.WORKDAY, text),
    )


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("每月10日前申报，20个工作日内办结", [("statutory", 20, "每月10日前申报")]),
        ("20个工作日；每年3月底前报送", [("statutory", 20, ""), ("statutory", 0, "每年3月底前报送")]),
        ("法定20个工作日，承诺次月5日前", [("statutory", 20, ""), ("promised", 0, "次月5日前")]),
        ("次月5个工作日内", [("statutory", 5, "次月")]),
    ],
)
def test_a_length_beside_a_day_of_the_calendar_is_still_one(text: str, rows: list[tuple[str, int, str]]) -> None:
    found = time_limits(text, LimitKind.STATUTORY, heading="法定期限")

    assert found is not None
    assert [(one.limit_kind.value, one.value, one.condition) for one in found] == rows


@pytest.mark.parametrize("text", ["3月", "尽快", "2.5日", "一天半"])
def test_a_limit_without_days_is_not_guessed(text: str) -> None:
    assert time_limits(text, LimitKind.STATUTORY, heading="法定期限") is None


def test_a_bare_number_without_a_unit_anywhere_is_not_guessed() -> None:
    assert time_limits("20", LimitKind.STATUTORY, heading="法定期限") is None


def test_one_cell_may_state_what_the_law_allows_and_what_is_promised() -> None:
    found = time_limits("法定15日，承诺5个工作日", LimitKind.STATUTORY, heading="办理时限")

    assert found == (
        TimeLimit(LimitKind.STATUTORY, 15, LimitUnit.DAY),
        TimeLimit(LimitKind.PROMISED, 5, LimitUnit.WORKDAY),
    )


def test_brackets_may_state_the_other_limit() -> None:
    found = time_limits("5个工作日（法定20个工作日）", LimitKind.PROMISED, heading="承诺时限")

    assert found is not None
    assert [(one.limit_kind, one.value) for one in found] == [(LimitKind.PROMISED, 5), (LimitKind.STATUTORY, 20)]


def test_a_promise_to_do_it_at_once_stands_beside_what_the_law_allows() -> None:
    found = time_limits("法定期限：二十个工作日；承诺期限：即来即办", LimitKind.STATUTORY, heading="办理时限")

    assert found is not None
    assert [(one.limit_kind, one.value) for one in found] == [(LimitKind.STATUTORY, 20), (LimitKind.PROMISED, 0)]


@pytest.mark.parametrize(
    ("law", "promise", "is_beyond"),
    [
        ("20个工作日", "21个工作日", True),
        ("20个工作日", "自受理之日起20个工作日", False),
        ("15日", "16个工作日", True),
        ("15日", "15个工作日", False),
        ("1个月", "32日", True),
        ("1个月", "20个工作日", False),
        ("15个工作日", "20日", False),
        ("24小时", "1日", False),
        ("2小时", "1个工作日", True),
        ("1日", "30小时", True),
        ("1个工作日", "8个工作小时", False),
    ],
)
def test_a_promise_is_refused_when_it_is_surely_longer_than_the_law_allows(
    law: str, promise: str, is_beyond: bool
) -> None:
    both = time_limits(f"法定{law}，承诺{promise}", LimitKind.STATUTORY, heading="")

    assert both is not None
    assert promised_beyond_statutory(both) is is_beyond
