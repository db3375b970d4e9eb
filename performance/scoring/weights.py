"""What a scheme's parts weigh, in whole numbers: all that pages need of ``marking``."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from performance.rounding import shared_out
from performance.schemes.models import Indicator

#: Raised with every change that could change a digit of a score.
RULE_VERSION = "2026.2"
MILLION = 1_000_000
FULL = 100 * MILLION


def measured(indicators: Sequence[Indicator]) -> list[Indicator]:
    """The indicators that carry a rule, in the scheme's order: the columns of every score."""
    return [indicator for indicator in indicators if indicator.rule_kind is not None]


def share_of(indicator: Indicator, by_id: dict[int, Indicator]) -> Fraction:
    """The part of the whole that an indicator stands for: its weight times those above it (R115)."""
    share = Fraction(indicator.weight) / 100
    if indicator.parent_id is not None:
        share *= share_of(by_id[indicator.parent_id], by_id)
    return share


def base_weights(indicators: Sequence[Indicator]) -> list[int]:
    """Weights of the measured indicators in millionths of a percent; they add up to 100 % exactly."""
    by_id = {indicator.id: indicator for indicator in indicators}
    return shared_out(FULL, [share_of(indicator, by_id) for indicator in measured(indicators)])
