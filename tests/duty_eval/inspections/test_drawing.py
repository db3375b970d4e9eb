from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from basic_info.organization.kinds import UnitKind
from duty_eval.inspections.drawing import Stratum, as_json, draw, frame_hash, from_json, strata_of
from duty_eval.inspections.models import DrawRule

IDS = st.lists(st.integers(1, 10_000), unique=True, min_size=1, max_size=60)


def a_stratum(*ids: int, kind: UnitKind = UnitKind.GOVERNMENT, is_risky: bool = False) -> Stratum:
    return Stratum(kind, is_risky, tuple(sorted(ids)))


@pytest.mark.parametrize(("size", "percent", "places"), [(10, 10, 1), (11, 10, 2), (1, 1, 1), (7, 100, 7), (3, 34, 2)])
def test_a_share_is_rounded_up(size: int, percent: int, places: int) -> None:
    assert a_stratum(*range(1, size + 1)).places(DrawRule.SHARE, percent) == places


def test_a_number_takes_no_more_than_there_are() -> None:
    assert a_stratum(1, 2).places(DrawRule.NUMBER, 5) == 2


@given(ids=IDS, seed=st.integers(0, 2**31), amount=st.integers(1, 100))
def test_the_same_seed_draws_the_same(ids: list[int], seed: int, amount: int) -> None:
    stratum = a_stratum(*ids)
    once = draw([stratum], DrawRule.SHARE, amount, seed=seed)
    again = draw(from_json(as_json([stratum])), DrawRule.SHARE, amount, seed=seed)
    assert once == again
    assert len({number for _, number in once}) == stratum.places(DrawRule.SHARE, amount)


def test_a_draw_is_known_by_its_seed_for_good() -> None:
    """By SHA-256 of ``7:1`` … ``7:9``, computed outside: a change of the algorithm would break every proof."""
    drawn = draw([a_stratum(*range(1, 10))], DrawRule.NUMBER, 3, seed=7)
    assert [number for _, number in drawn] == [4, 7, 3]


def test_another_seed_draws_others() -> None:
    stratum = a_stratum(*range(1, 200))
    samples = {tuple(n for _, n in draw([stratum], DrawRule.NUMBER, 5, seed=seed)) for seed in range(20)}
    assert len(samples) == 20


def test_every_stratum_gives_some() -> None:
    strata = strata_of([(1, UnitKind.PARTY, False), (2, UnitKind.PARTY, True), (3, UnitKind.GOVERNMENT, False)])
    assert [one.label for one in strata] == ["党委机关·重点", "党委机关·一般", "政府部门·一般"]
    assert [number for _, number in draw(strata, DrawRule.SHARE, 1, seed=1)] == [2, 1, 3]


def test_a_frame_that_was_touched_has_another_hash() -> None:
    assert frame_hash([a_stratum(1, 2)]) != frame_hash([a_stratum(1, 2, 3)])
