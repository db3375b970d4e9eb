"""Amendments (变更批复): each wording that changes bodies, places and posts, one behaviour each."""

import json
from pathlib import Path
from typing import Any

import pytest

from basic_info.mandates.parsing import Block, parse_mandate

#: Replies in many wordings, each with those fields of the contract that it is about.
VARIATIONS: list[dict[str, Any]] = json.loads(Path(__file__).with_name("changes.json").read_text(encoding="utf-8"))


def change(*items: str, unit: str = "县民政局", mine: str = "你局") -> dict[str, Any]:
    lines = (
        "河编〔2023〕8号",
        f"关于调整{unit}机构编制的批复",
        f"{unit}：",
        f"{mine}请示收悉。经研究，批复如下：",
        *items,
        "2023年5月6日",
    )
    return parse_mandate([Block(text=line) for line in lines]).as_contract()


def bodies(*items: str, **to: str) -> list[tuple[str, list[str], str]]:
    return [(s["name"], s["plates"], s["text"]) for s in change(*items, **to)["sections"]]


def names(*items: str, **to: str) -> list[str]:
    return [name for name, _, _ in bodies(*items, **to)]


def quotas(*items: str, **to: str) -> list[tuple[str, int]]:
    return [(q["kind"], q["count"]) for q in change(*items, **to)["quotas"]]


def posts(*items: str, **to: str) -> list[tuple[str, str | None, int]]:
    return [(p["title"], p["rank"], p["count"]) for p in change(*items, **to)["leaders"]]


@pytest.mark.parametrize(
    "duty",
    [
        "承担县老龄工作委员会的具体工作；指导养老机构。",
        "负责拟订政策；承担县防汛抗旱指挥部的日常工作。",
        "协调县残联的康复工作；承担县社会救助领导小组办公室的工作。",
        "主要职责是：指导县救助管理站的业务；承担县减灾委员会的事务。",
    ],
)
def test_a_new_body_may_have_duties_for_another_organ(duty: str) -> None:
    assert bodies(f"一、同意设立养老服务股，{duty}") == [("养老服务股", [], duty.removeprefix("主要职责是："))]


def test_bodies_added_with_their_number_behind_them_are_all_named() -> None:
    assert names("一、增设养老服务股、儿童福利股2个内设机构，均为正股级。") == ["养老服务股", "儿童福利股"]
    assert names("一、增设养老服务科、儿童福利科、社会事务科等三个科室。") == [
        "养老服务科",
        "儿童福利科",
        "社会事务科",
    ]


def test_a_subordinate_unit_that_gets_another_name_is_no_body_of_the_unit() -> None:
    items = ("一、县民政局所属县救助管理站更名为县救助管理中心。", "二、增设养老服务股。")
    assert names(*items) == ["养老服务股"]
    assert names("一、将县殡葬管理所更名为县殡葬服务中心。", "二、将区划地名股更名为区划股。") == ["区划股"]


def test_a_name_that_ends_or_begins_another_ones_is_a_name_of_its_own() -> None:
    assert names("一、将组织人事科更名为人事科。") == ["人事科"]
    assert names("一、将人事科更名为组织人事科。") == ["组织人事科"]
    assert names("一、救助科分设为救助科和救灾科。") == ["救灾科"]


@pytest.mark.parametrize("words", ["领导职数为", "领导职数为：", "领导职数：", "设", "领导职数是"])
def test_the_post_stands_behind_the_words_for_its_number(words: str) -> None:
    stated = f"一、调整后，县民政局{words}局长1名、副局长3名。"
    assert posts(stated) == [("局长", None, 1), ("副局长", None, 3)]


@pytest.mark.parametrize("verb", ["增加", "核增", "增设", "同意增加"])
def test_a_post_that_is_added_is_counted_once(verb: str) -> None:
    after = "调整后，你局领导职数为局长1名、副局长3名、总工程师1名（副科级）。"
    expected = [("局长", None, 1), ("副局长", None, 3), ("总工程师", "副科级", 1)]
    assert posts(f"一、{verb}总工程师职数1名（副科级）。{after}") == expected
    assert posts(f"一、{verb}总工程师1名。", f"二、{after}") == expected


@pytest.mark.parametrize(
    "other", ["县残联", "县人民医院", "县特殊教育学校", "县救助管理中心", "县乡村振兴局", "青山镇"]
)
def test_the_numbers_of_another_unit_stay_with_it(other: str) -> None:
    items = (
        f"一、从{other}划转编制2名到你局。调整后，你局行政编制17名，{other}行政编制6名。",
        f"二、{other}设副职2名。你局设局长1名，副局长4名。",
    )
    assert quotas(*items) == [("行政编制", 17)]
    assert posts(*items) == [("局长", None, 1), ("副局长", None, 4)]


def test_a_body_may_be_listed_behind_its_number() -> None:
    assert bodies("一、同意在你局机关增设1个科室，即数据资源科，挂信息安全科牌子。")[0][:2] == (
        "数据资源科",
        ["信息安全科"],
    )


@pytest.mark.parametrize("words", ["调整", "核增", "增核", "划转", "净增", "调增"])
def test_what_holds_afterwards_is_read_whatever_the_change_is_called(words: str) -> None:
    assert quotas(f"一、行政编制{words}2名，{words}后为17名。") == [("行政编制", 17)]


@pytest.mark.parametrize(
    "only", ["撤销县民政局救灾股，其职责由社会救助股承担。", "将救灾职责划转至县应急管理局。", "不再保留老龄股。"]
)
def test_a_reply_that_only_takes_away_is_an_amendment(only: str) -> None:
    contract = change(f"一、{only}")
    assert contract["style"] == "amendment"
    assert [contract[field] for field in ("sections", "quotas", "leaders")] == [[], [], []]


@pytest.mark.parametrize("variation", VARIATIONS, ids=lambda variation: variation["lines"][4][:16])
def test_a_reply_in_other_words_gives_what_it_says(variation: dict[str, Any]) -> None:
    contract = parse_mandate([Block(text=line) for line in variation["lines"]]).as_contract()
    found = {
        "sections": [[s["name"], s["plates"], s["text"]] for s in contract["sections"]],
        "quotas": [[q["kind"], q["count"]] for q in contract["quotas"]],
        "leaders": [[p["title"], p["rank"], p["count"], p["holds_quota"]] for p in contract["leaders"]],
        "plates": contract["plates"],
        "rank": contract["rank"],
    }
    wanted = {field: said for field, said in variation.items() if field != "lines"}
    assert {field: found[field] for field in wanted} == wanted


def change_with_table(*rows: tuple[str, ...]) -> dict[str, Any]:
    lines = ("关于调整县民政局机构编制的批复", "县民政局：", "一、调整情况如下：")
    return parse_mandate([*(Block(text=line) for line in lines), Block(rows=rows)]).as_contract()


def test_of_a_table_with_before_and_after_the_column_behind_counts() -> None:
    contract = change_with_table(
        ("项目", "调整前", "增减", "调整后"),
        ("行政编制", "15", "+2", "17"),
        ("机关工勤编制", "1", "-1", "—"),
        ("局长", "1", "0", "1"),
        ("副局长", "0", "+1", "1"),
        ("合计", "17", "+3", "19"),
    )
    assert [(q["kind"], q["count"]) for q in contract["quotas"]] == [("行政编制", 17)]
    assert [(p["title"], p["count"]) for p in contract["leaders"]] == [("局长", 1), ("副局长", 1)]


def test_a_table_of_old_and_new_names_renames_bodies() -> None:
    contract = change_with_table(
        ("序号", "原名称", "调整后名称"),
        ("1", "救助股", "社会救助股（低收入人口监测中心）"),
        ("2", "优抚股", "优抚股"),
        ("3", "救灾股", "撤销"),
        ("4", "", "养老服务股"),
    )
    assert [(s["name"], s["plates"]) for s in contract["sections"]] == [
        ("社会救助股", ["低收入人口监测中心"]),
        ("养老服务股", []),
    ]


def test_a_sentence_is_not_said_again_by_a_table_that_adds_where_the_posts_are() -> None:
    lines = ("关于调整县民政局机构编制的批复", "县民政局：", "一、调整后，局长1名，副职3名。")
    table = Block(rows=(("职务", "职数"), ("局长", "1"), ("内设机构副职", "3")))
    contract = parse_mandate([*(Block(text=line) for line in lines), table]).as_contract()
    assert [(p["title"], p["count"]) for p in contract["leaders"]] == [("局长", 1), ("副职", 3)]


def test_an_old_name_that_ends_like_the_new_one_is_another_name() -> None:
    assert bodies("社会福利和社会事务科更名为社会事务科，加挂儿童福利科牌子。") == [("社会事务科", ["儿童福利科"], "")]


def test_a_renaming_behind_the_duties_of_a_new_body_is_none_of_them() -> None:
    found = bodies("增设租赁科，承担租赁监测工作；负责认定初审。档案科更名为档案信息科。")
    assert found[0] == ("租赁科", [], "承担租赁监测工作；负责认定初审。")


def test_the_unit_stands_behind_its_preposition_in_the_title() -> None:
    lines = ("关于同意在区民政局设立养老科等事项的批复", "区民政局：", "同意你局设立养老科。")
    assert parse_mandate([Block(text=line) for line in lines]).unit_name.value == "区民政局"


def test_a_unit_that_a_reply_sets_up_has_the_rank_given_with_it() -> None:
    lines = (
        "关于组建县检测中心有关机构编制事项的批复",
        "县市场监督管理局：",
        "将县检验所、县测试所整合，组建县检测中心，为你局所属公益一类事业单位，副科级。",
        "核定县检测中心事业编制32名。",
    )
    assert parse_mandate([Block(text=line) for line in lines]).rank.value == "副科级"


def test_a_reply_on_the_subordinates_of_a_unit_is_addressed_to_the_unit() -> None:
    lines = ("关于市水务局所属事业单位更名等事项的复函", "市水务局：", "同意将市河道管理所更名为市河湖保护中心。")
    assert parse_mandate([Block(text=line) for line in lines]).unit_name.value == "市水务局"


@pytest.mark.parametrize("beside", ["，不再保留县老龄办公室", "，同时撤销县老龄办公室", "，撤销县老龄办公室"])
def test_a_plate_of_the_unit_stands_beside_a_body_that_is_taken_away(beside: str) -> None:
    assert change(f"一、在县民政局加挂县老龄工作局牌子{beside}。")["plates"] == ["县老龄工作局"]


def test_a_plate_that_is_taken_away_is_none() -> None:
    assert change("一、不再保留县民政局加挂的县老龄工作局牌子，撤销县老龄办公室。")["plates"] == []
