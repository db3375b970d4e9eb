"""From facts to marks, from marks to points: whole columns of 64-bit integers at once, so that no order of adding
and no machine changes a digit.

Marks, weights and points count millionths (a mark of 87.5 is 87,500,000). Bounds that keep every product inside
63 bits are checked: numerators up to 4 million, values in rules with four places.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from performance.rounding import Rounding
from performance.schemes.models import Indicator, RuleKind
from performance.schemes.rules import BandRule, Rule, ThresholdRule, read_rule
from performance.scoring.weights import FULL, MILLION, base_weights, measured

#: Values in rules have four places.
PLACES = 10_000
MOST = 4_000_000

Column = NDArray[np.int64]
Matrix = NDArray[np.int64]


@dataclass(frozen=True)
class Scores:
    """Row by person, column by measured indicator; ``totals`` in millionths, ``scores`` in hundredths, −1: none."""

    marks: Matrix
    weights: Matrix
    points: Matrix
    totals: Column
    scores: Column


def mark(kind: RuleKind, rule: Rule, numerators: Column, denominators: Column) -> Column:
    """Marks of 0–``FULL``; −1 where the denominator is 0: nothing was there to be measured."""
    if numerators.size and int(max(numerators.max(), denominators.max())) > MOST:
        raise OverflowError(f"a fact is larger than {MOST}")
    safe = np.maximum(denominators, 1)
    if isinstance(rule, BandRule):
        marks = _by_band(rule, numerators, safe)
    elif isinstance(rule, ThresholdRule):
        marks = _divided(numerators * (FULL * PLACES), safe * _whole(rule.target, PLACES), Rounding.HALF_UP)
    else:
        steps = np.minimum(numerators * _whole(rule.each, MILLION), FULL)
        marks = FULL - steps if kind is RuleKind.DEDUCT_EACH else steps
    return np.where(denominators == 0, np.int64(-1), np.minimum(marks, FULL))


def score(
    indicators: Sequence[Indicator],
    numerators: Matrix,
    denominators: Matrix,
    *,
    rounding: Rounding,
    full_mark: int,
) -> Scores:
    """Marks, weights after re-weighting (R118), points and totals; a row's points add up to its total.

    A part that could not be measured gives its weight to the others in proportion; a person of whom nothing could
    be measured has no total.
    """
    marks = _marks(indicators, numerators, denominators)
    present = np.where(marks >= 0, np.array(base_weights(indicators), dtype=np.int64), 0)
    whole = np.maximum(present.sum(axis=1), 1)
    # exact points = products / divisors: 10^8 (mark) × 10^8 (weight) × full mark stays below 2^62.
    products = np.maximum(marks, 0) * present * full_mark
    divisors = whole * 100
    exact = products.sum(axis=1)
    totals = _divided(exact, divisors, Rounding.HALF_UP)
    scores = _divided(exact, divisors * (MILLION // 100), rounding)
    nothing = (marks < 0).all(axis=1)
    return Scores(
        marks=marks,
        weights=_apportioned(present * FULL, whole, np.where(nothing, 0, FULL)),
        points=_apportioned(products, divisors, totals),
        totals=np.where(nothing, np.int64(-1), totals),
        scores=np.where(nothing, np.int64(-1), scores),
    )


def _marks(indicators: Sequence[Indicator], numerators: Matrix, denominators: Matrix) -> Matrix:
    marks = np.empty_like(numerators)
    for place, indicator in enumerate(measured(indicators)):
        assert indicator.rule_kind is not None
        rule = read_rule(indicator.rule_kind, indicator.rule)
        marks[:, place] = mark(indicator.rule_kind, rule, numerators[:, place], denominators[:, place])
    return marks


def _by_band(rule: BandRule, numerators: Column, denominators: Column) -> Column:
    """The mark of the highest band that the value reaches; bands come from the highest down."""
    reached = [numerators * PLACES >= denominators * _whole(band.at_least, PLACES) for band in rule.bands]
    marks: Column = np.select(
        reached, [np.int64(_whole(band.mark, MILLION)) for band in rule.bands], default=np.int64(0)
    )
    return marks


def _divided(numerators: Column, denominators: Column, rounding: Rounding) -> Column:
    if rounding is Rounding.FLOOR:
        return numerators // denominators
    if rounding is Rounding.CEIL:
        return -(-numerators // denominators)
    return (2 * numerators + denominators) // (2 * denominators)


def _apportioned(numerators: Matrix, denominators: Column, totals: Column) -> Matrix:
    """Each row's quotients as whole numbers that add up to its total: what is missing goes to the largest
    remainders, the first column first where two are equal."""
    parts: Matrix = numerators // denominators[:, np.newaxis]
    remainders = numerators - parts * denominators[:, np.newaxis]
    missing = totals - parts.sum(axis=1)
    order = np.argsort(-remainders, axis=1, kind="stable")
    ranks = np.empty_like(order)
    np.put_along_axis(ranks, order, np.arange(order.shape[1])[np.newaxis, :], axis=1)
    whole: Matrix = parts + (ranks < missing[:, np.newaxis])
    return whole


def _whole(value: Decimal, units: int) -> int:
    """``value`` in units of 1/units; rules hold no finer values than that."""
    return int(value * units)
