"""A reply to two units: each order is one unit's, or nobody's until a person says whose (变更批复)."""

from __future__ import annotations

import pytest

from basic_info.mandates.parsing import Block, ParsedMandate, parse_mandate

TRADE, INVESTMENT = "市商务局", "市投资促进局"
TITLE = "关于调整市商务局、市投资促进局机构编制事项的批复"


def readings(*items: str, title: str = TITLE, to: str = "市商务局、市投资促进局：") -> dict[str, ParsedMandate]:
    """What the reply says, by unit."""
    lines = ("河编〔2023〕8号", title, to, "你们请示收悉。经研究，批复如下：", *items, "2023年5月6日")
    parsed = parse_mandate([Block(text=line) for line in lines])
    return {one.unit_name.value: one for one in (parsed, *parsed.for_units)}


def bodies(*items: str, title: str = TITLE) -> dict[str, list[str]]:
    return {unit: [body.name for body in one.sections] for unit, one in readings(*items, title=title).items()}


def quotas(*items: str) -> dict[str, list[int]]:
    return {unit: [quota.count for quota in one.quotas] for unit, one in readings(*items).items()}


EACH_ITS_OWN = [
    ("一、市商务局增设甲科，负责电子商务。", "二、市投资促进局增设乙科，负责项目推进。"),
    ("一、关于市商务局", "（一）增设甲科。", "二、关于市投资促进局", "（一）增设乙科。"),
    ("一、市商务局增设甲科，市投资促进局增设乙科。",),
    ("一、市商务局增设甲科、市投资促进局增设乙科。",),
    ("市商务局：", "一、增设甲科。", "市投资促进局：", "一、增设乙科。"),
    ("一、同意商务局增设甲科；同意投资促进局增设乙科。",),
]


@pytest.mark.parametrize("items", EACH_ITS_OWN)
def test_an_order_is_for_the_unit_that_it_or_the_item_above_names(items: tuple[str, ...]) -> None:
    assert bodies(*items) == {TRADE: ["甲科"], INVESTMENT: ["乙科"]}


def test_the_addressees_alone_may_name_the_units() -> None:
    found = bodies("一、市商务局增设甲科。", "二、市投资促进局增设乙科。", title="关于机构编制事项的批复")
    assert found == {TRADE: ["甲科"], INVESTMENT: ["乙科"]}


def test_what_each_of_them_gets_both_get() -> None:
    assert bodies("一、市商务局、市投资促进局各增设法规科。") == {TRADE: ["法规科"], INVESTMENT: ["法规科"]}


def test_places_that_go_from_one_to_the_other_count_for_each() -> None:
    found = quotas(
        "一、从市商务局划转行政编制2名到市投资促进局。划转后，市商务局行政编制30名，市投资促进局行政编制18名。"
    )
    assert found == {TRADE: [30], INVESTMENT: [18]}


UNCLEAR = [
    ("一、增设法规科，负责合法性审查。", "二、市商务局增设甲科。"),
    ("市商务局增设甲科。", "增设法规科，负责合法性审查。"),
    ("一、市商务局、市投资促进局分别增设法规科、项目科。", "二、市商务局增设甲科。"),
]


@pytest.mark.parametrize("items", UNCLEAR)
def test_an_order_that_names_no_unit_is_given_to_neither(items: tuple[str, ...]) -> None:
    found = readings(*items)
    unclear = next(item for item in items if "法规科" in item)
    assert {unit: [body.name for body in one.sections] for unit, one in found.items()} == {
        TRADE: ["甲科"],
        INVESTMENT: [],
    }
    assert all([order in unclear for order in one.undecided] == [True] for one in found.values())


def test_the_orders_for_the_other_unit_are_named() -> None:
    found = readings(*EACH_ITS_OWN[0])
    assert found[TRADE].for_others == ("市投资促进局增设乙科，负责项目推进。",)


def test_of_two_addressees_the_one_that_the_title_names_is_changed() -> None:
    found = readings("一、增设甲科。", title="关于调整市商务局机构编制事项的批复")
    assert [(unit, one.own_words) for unit, one in found.items()] == [(TRADE, None)]


def test_for_a_unit_that_is_not_addressed_nothing_is_decided() -> None:
    parsed = readings(*EACH_ITS_OWN[0])[TRADE].for_unit(lambda name: name == "市水利局")
    assert parsed.sections == ()
    assert set(parsed.undecided) == {"市商务局增设甲科，负责电子商务。", "市投资促进局增设乙科，负责项目推进。"}
