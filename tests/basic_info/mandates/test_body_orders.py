"""What a sentence orders for bodies, given the names that the unit has (撤销、整合、职责划转)."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from basic_info.mandates.parsing.bodies import BodyOrders, body_orders, new_unit_name, renames_of
from tests.capped import ends_of

NAMES = ("市场科", "外贸科", "办公室", "综合科", "贸易科", "粮食和物资储备科", "物资储备科")


def orders(words: str) -> BodyOrders:
    return body_orders(words, {name: name for name in NAMES}, ("临沂市商务局",))


def hands(words: str) -> list[tuple[tuple[str, ...], tuple[str, ...], str, str]]:
    return [(one.givers, one.takers, one.what, one.outside) for one in orders(words).hands]


@pytest.mark.parametrize(
    ("words", "bodies"),
    [
        ("撤销市场科、外贸科。", ["市场科", "外贸科"]),
        ("同意你局市场科撤销。", ["市场科"]),
        ("不再保留粮食和物资储备科。", ["粮食和物资储备科"]),
        ("撤销临沂市商务局市场科。", ["市场科"]),
        ("撤销“市场科”。", ["市场科"]),
        ("市场科并入外贸科。", ["市场科"]),
        ("将市场科、外贸科2个内设机构整建制划转至市投资促进局。", ["市场科", "外贸科"]),
        ("撤销农贸市场科。", []),
        ("撤销县委办公室。", []),
        ("取消市场科的审批职责。", []),
        ("撤销市场科加挂的审批科牌子。", []),
        ("撤销办公室主任职数1名。", []),
    ],
)
def test_the_bodies_that_are_abolished(words: str, bodies: list[str]) -> None:
    assert list(orders(words).abolished) == bodies


@pytest.mark.parametrize(
    ("words", "olds", "new"),
    [
        ("市场科更名为贸易科。", ("市场科",), "贸易科"),
        ("将市场科、外贸科整合为贸易科。", ("市场科", "外贸科"), "贸易科"),
        ("整合市场科、外贸科职责，组建贸易科。", ("市场科", "外贸科"), "贸易科"),
        ("市场科与外贸科整合，设立贸易科。", ("市场科", "外贸科"), "贸易科"),
        ("撤销市场科、外贸科，组建贸易科。", ("市场科", "外贸科"), "贸易科"),
        ("市场科、外贸科合并，名称为贸易科。", ("市场科", "外贸科"), "贸易科"),
        ("在市场科基础上组建贸易科。", ("市场科",), "贸易科"),
    ],
)
def test_the_bodies_that_become_another(words: str, olds: tuple[str, ...], new: str) -> None:
    assert [(one.olds, one.new) for one in orders(words).became] == [(olds, new)]


@pytest.mark.parametrize(
    ("words", "hand"),
    [
        ("撤销市场科，其职责划入办公室。", (("市场科",), ("办公室",), "", "")),
        ("撤销市场科。其承担的全部职责由办公室承担。", (("市场科",), ("办公室",), "", "")),
        ("撤销市场科，职责划入办公室。", (("市场科",), ("办公室",), "", "")),
        ("撤销市场科，其人员编制和职责一并划入办公室。", (("市场科",), ("办公室",), "", "")),
        ("将市场科的外资管理职责划入外贸科。", (("市场科",), ("外贸科",), "外资管理", "")),
        ("由外贸科承担原市场科的外资管理职责。", (("市场科",), ("外贸科",), "外资管理", "")),
        ("将市场科承担的外资管理职责划转至市投资促进局。", (("市场科",), (), "外资管理", "市投资促进局")),
        ("将外资管理职责划入外贸科。", ((), ("外贸科",), "外资管理", "")),
        ("撤销市场科，其职责分别划入外贸科、办公室。", (("市场科",), ("外贸科", "办公室"), "", "")),
    ],
)
def test_the_duties_that_change_hands(words: str, hand: tuple[tuple[str, ...], tuple[str, ...], str, str]) -> None:
    assert hands(words) == [hand]


@pytest.mark.parametrize(
    "words",
    [
        "将市场科的外资管理职责和外贸科的口岸职责划入综合科。",
        "整合市场科的外资管理职责、外贸科的口岸职责，组建综合科。",
    ],
)
def test_duties_of_several_bodies_that_go_to_one(words: str) -> None:
    assert hands(words) == [
        (("市场科",), ("综合科",), "外资管理", ""),
        (("外贸科",), ("综合科",), "口岸", ""),
    ]


def test_of_several_that_go_to_several_in_turn_each_goes_to_its_own() -> None:
    assert hands("撤销市场科、外贸科，其职责分别划入办公室、综合科。") == [
        (("市场科",), ("办公室",), "", ""),
        (("外贸科",), ("综合科",), "", ""),
    ]


@pytest.mark.parametrize(
    "words", ["办公室承担机关日常运转工作。", "市场科负责市场建设。", "会同外贸科做好统计。", "其他内设机构不变。"]
)
def test_what_orders_nothing_gives_nothing(words: str) -> None:
    found = orders(words)
    assert (found.abolished, found.became, found.hands) == ({}, [], [])


def of_orders(dice: random.Random) -> Iterator[tuple[str, bytes]]:
    """Sentences of five thousand signs put together from the words of orders, and such that say one thing all along."""
    signs = [
        "将",
        "的",
        "职责",
        "和",
        "、",
        "承担",
        "由",
        "划入",
        "原",
        "撤销",
        "整合",
        "组建",
        "，",
        "其",
        "分别",
        "科",
    ]
    words = [*NAMES, *signs]
    for number in range(20):
        yield f"mixed {number}", "".join(dice.choices(words, k=2000)).encode()
    for once in (
        "将市场科的职责和",
        "市场科、",
        "市场科和甲乙",
        "市场科原的",
        "市场科职责",
        "由市场科承担",
        "整合市场科",
    ):
        yield once, (once * 1500).encode()


def test_no_text_keeps_the_reader_of_orders_busy() -> None:
    ends = ends_of(lambda data: str(len(orders(data.decode()).hands)), of_orders(random.Random(7)))
    assert len(ends) == 27


@pytest.mark.parametrize(
    ("words", "new"),
    [
        ("你局更名为市商务和投资局。", "市商务和投资局"),
        ("将市商务局更名为“市商务和投资局”。", "市商务和投资局"),
        ("你局市场科更名为贸易科。", None),
        ("市水利局更名为市水务局。", None),
    ],
)
def test_the_new_name_of_the_unit(words: str, new: str | None) -> None:
    found = new_unit_name(words, ("临沂市商务局",))
    assert (found[0] if found else None) == new


def test_a_damaged_line_of_one_word_over_and_over_renames_nothing() -> None:
    assert list(renames_of("分别" * 5_000, ())) == []
