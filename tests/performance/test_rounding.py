"""R100 with the test vectors T33 to T35."""

from __future__ import annotations

from decimal import Decimal

import pytest

from performance.grading.quotas import places, places_by_group
from performance.rounding import Rounding

TWENTY = Decimal("0.20")
BASES = (2, 3, 7, 8, 12, 13, 33)


@pytest.mark.parametrize(
    ("rounding", "expected"),
    [
        (Rounding.FLOOR, [0, 0, 1, 1, 2, 2, 6]),
        (Rounding.HALF_UP, [0, 1, 1, 2, 2, 3, 7]),
        (Rounding.CEIL, [1, 1, 2, 2, 3, 3, 7]),
    ],
)
def test_places_at_20_percent_t33(rounding: Rounding, expected: list[int]) -> None:
    assert [places(base, TWENTY, rounding) for base in BASES] == expected


@pytest.mark.parametrize(
    ("base", "ratio", "rounding", "expected"),
    [
        (12, "0.25", Rounding.FLOOR, 3),
        (17, "0.15", Rounding.FLOOR, 2),
        (17, "0.15", Rounding.HALF_UP, 3),
        (7, "0.40", Rounding.FLOOR, 2),
        (13, "0.40", Rounding.FLOOR, 5),
    ],
)
def test_places_at_other_shares_t34(base: int, ratio: str, rounding: Rounding, expected: int) -> None:
    assert places(base, Decimal(ratio), rounding) == expected


def test_groups_share_the_units_places_by_largest_remainder_t35() -> None:
    assert places_by_group([7, 12, 14], TWENTY, Rounding.FLOOR) == [1, 2, 3]


def test_a_unit_without_people_has_no_places() -> None:
    assert places_by_group([0, 0], TWENTY, Rounding.CEIL) == [0, 0]


def test_the_groups_places_add_up_to_the_units_for_every_size() -> None:
    for first in range(40):
        for second in range(40):
            shared = places_by_group([first, second], TWENTY, Rounding.FLOOR)
            assert sum(shared) == (first + second) // 5
