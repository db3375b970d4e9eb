"""What stands against publishing is said before anybody tries, and all of it at once."""

from __future__ import annotations

from decimal import Decimal

import pytest

from performance.schemes.models import Indicator, RuleKind
from performance.schemes.wholeness import branches, shortfalls


def a_part(number: int, weight: str, *, parent: int | None = None, is_measured: bool = True) -> Indicator:
    return Indicator(
        id=number, parent_id=parent, name=f"指标{number}", weight=Decimal(weight),
        rule_kind=RuleKind.BAND if is_measured else None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("weights", "words"),
    [(("60", "35"), "合计 95，还差 5"), (("60", "45.5"), "合计 105.5，超出 5.5"), (("60", "40"), "合计 100")],
)
def test_siblings_say_what_they_add_up_to(weights: tuple[str, str], words: str) -> None:
    (group,) = branches([a_part(number, weight) for number, weight in enumerate(weights, start=1)])

    assert group.words == words


def test_all_shortfalls_are_said_at_once() -> None:
    parts = [a_part(1, "90", is_measured=False), a_part(2, "50", parent=1), a_part(3, "5", is_measured=False)]

    assert [str(one) for one in shortfalls(parts)] == [
        "一级指标权重合计应为 100，现为 95",
        "“指标1”的下级指标权重合计应为 100，现为 50",
        "“指标3”没有设置取数和计分规则",
    ]


def test_a_scheme_without_indicators_cannot_be_published() -> None:
    assert [str(one) for one in shortfalls([])] == ["还没有指标，不能发布"]
