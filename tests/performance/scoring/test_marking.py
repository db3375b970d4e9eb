"""From facts to points, without a database."""

from __future__ import annotations

import random
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from performance.rounding import Rounding
from performance.schemes.models import DataSource, Indicator, RuleKind
from performance.schemes.operations import DEFAULT_INDICATORS
from performance.schemes.rules import read_rule
from performance.scoring.marking import Scores, mark, score
from performance.scoring.weights import FULL, base_weights


def column(*numbers: int) -> np.ndarray:
    return np.array(numbers, dtype=np.int64)


def default_indicators() -> list[Indicator]:
    return [
        Indicator(id=place, name=name, weight=Decimal(weight), data_source=source, rule_kind=kind, rule=rule, level=1)
        for place, (name, weight, source, kind, rule) in enumerate(DEFAULT_INDICATORS, start=1)
    ]


def a_part(id: int, weight: str, parent: int | None = None, *, measured: bool = True) -> Indicator:
    return Indicator(
        id=id,
        parent_id=parent,
        weight=Decimal(weight),
        rule_kind=RuleKind.THRESHOLD if measured else None,
        rule={"target": "1"} if measured else {},
        data_source=DataSource.APPROVED_SHARE if measured else None,
    )


def scored(numerators: list[list[int]], denominators: list[list[int]], **over: object) -> Scores:
    facts = {"rounding": Rounding.HALF_UP, "full_mark": 100, "indicators": default_indicators(), **over}
    return score(numerators=np.array(numerators, np.int64), denominators=np.array(denominators, np.int64), **facts)  # type: ignore[arg-type]


def test_a_value_on_the_limit_belongs_to_the_upper_band() -> None:
    rule = read_rule(RuleKind.BAND, DEFAULT_INDICATORS[0][4])
    assert mark(RuleKind.BAND, rule, column(19, 18, 0), column(20, 20, 20)).tolist() == [FULL, 90_000_000, 30_000_000]


def test_a_threshold_gives_its_share_below_the_target_and_no_more_than_100() -> None:
    rule = read_rule(RuleKind.THRESHOLD, {"target": "0.8"})
    assert mark(RuleKind.THRESHOLD, rule, column(1, 4, 5), column(5, 5, 5)).tolist() == [25_000_000, FULL, FULL]


def test_deductions_stop_at_0() -> None:
    rule = read_rule(RuleKind.DEDUCT_EACH, {"each": "25"})
    assert mark(RuleKind.DEDUCT_EACH, rule, column(0, 1, 5), column(1, 1, 1)).tolist() == [FULL, 75_000_000, 0]


def test_additions_stop_at_100() -> None:
    rule = read_rule(RuleKind.ADD_EACH, {"each": "25"})
    assert mark(RuleKind.ADD_EACH, rule, column(0, 1, 5), column(1, 1, 1)).tolist() == [0, 25_000_000, FULL]


def test_nothing_to_measure_is_no_mark_rather_than_0() -> None:
    rule = read_rule(RuleKind.THRESHOLD, {"target": "1"})
    assert mark(RuleKind.THRESHOLD, rule, column(0), column(0)).tolist() == [-1]


def test_facts_too_large_for_exact_numbers_are_refused() -> None:
    with pytest.raises(OverflowError):
        mark(RuleKind.THRESHOLD, read_rule(RuleKind.THRESHOLD, {"target": "1"}), column(4_000_001), column(1))


def test_the_largest_values_stay_exact() -> None:
    rule = read_rule(RuleKind.THRESHOLD, {"target": "1000000"})
    assert mark(RuleKind.THRESHOLD, rule, column(4_000_000), column(4)).tolist() == [FULL]


def test_weights_of_three_levels_add_up_to_all() -> None:
    tree = [
        a_part(1, "33.33", measured=False),
        a_part(2, "33.33", 1, measured=False),
        a_part(3, "66.67", 1),
        a_part(4, "14.29", 2),
        a_part(5, "85.71", 2),
        a_part(6, "66.67"),
    ]
    assert sum(base_weights(tree)) == FULL


def test_a_missing_part_gives_its_weight_to_the_others_r118() -> None:
    result = scored([[20, 20, 4, 0, 45]], [[20, 20, 4, 0, 10]])
    assert result.scores.tolist() == [10_000]
    assert result.weights.tolist() == [[35_294_117, 23_529_412, 23_529_412, 0, 17_647_059]]


def test_whoever_has_nothing_to_measure_has_no_score() -> None:
    assert scored([[0] * 5], [[0] * 5]).scores.tolist() == [-1]


def test_a_total_on_the_half_is_rounded_up_to_two_places_r120() -> None:
    result = scored([[89_995]], [[100_000]], indicators=[a_part(1, "100")])
    assert result.scores.tolist() == [9_000]


@pytest.mark.parametrize(("rounding", "expected"), [(Rounding.FLOOR, 8_999), (Rounding.CEIL, 9_000)])
def test_the_scheme_says_how_a_total_is_rounded(rounding: Rounding, expected: int) -> None:
    result = scored([[89_994]], [[100_000]], indicators=[a_part(1, "100")], rounding=rounding)
    assert result.scores.tolist() == [expected]


def test_points_add_up_to_the_exact_total_for_random_people() -> None:
    chance = random.Random(7)
    denominators = [[chance.randrange(0, 300) for _ in range(5)] for _ in range(500)]
    numerators = [[chance.randrange(0, of + 1) for of in row] for row in denominators]
    result = scored(numerators, denominators)
    assert (result.points.sum(axis=1) == np.maximum(result.totals, 0)).all()
    for row in range(500):
        assert result.totals[row] == expected_total(numerators[row], denominators[row])


def expected_total(numerators: list[int], denominators: list[int]) -> int:
    """The same by fractions, one person at a time."""
    whole, weights = Fraction(0), 0
    for indicator, numerator, denominator in zip(default_indicators(), numerators, denominators, strict=True):
        if denominator:
            assert indicator.rule_kind is not None
            rule = read_rule(indicator.rule_kind, indicator.rule)
            found = int(mark(indicator.rule_kind, rule, column(numerator), column(denominator))[0])
            whole += found * int(indicator.weight)
            weights += int(indicator.weight)
    if not weights:
        return -1
    return int((2 * whole / weights + 1) // 2)
