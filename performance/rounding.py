"""取整: how a share becomes a whole number of places, and a score its last digit (R100, R120)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from basic_info.organization.kinds import Worded


class Rounding(Worded):
    FLOOR = "floor", "舍去小数"
    HALF_UP = "half_up", "四舍五入"
    CEIL = "ceil", "进位取整"


def rounded(value: Decimal | Fraction, rounding: Rounding) -> int:
    """The whole number that a value of at least 0 becomes; exact, no binary fraction is ever formed."""
    exact = Fraction(value)
    numerator, denominator = exact.numerator, exact.denominator
    if rounding is Rounding.FLOOR:
        return numerator // denominator
    if rounding is Rounding.CEIL:
        return -(-numerator // denominator)
    return (2 * numerator + denominator) // (2 * denominator)


def shared_out(total: int, shares: Sequence[Fraction]) -> list[int]:
    """``total`` whole places over groups in proportion to ``shares``, by largest remainder (最大余数法, R100).

    Equal remainders go to the larger share, then to the group named first; the parts add up to ``total``.
    """
    whole = sum(shares, Fraction(0))
    if whole == 0:
        return [0 for _ in shares]
    exact = [share * total / whole for share in shares]
    parts = [rounded(part, Rounding.FLOOR) for part in exact]
    order = sorted(range(len(shares)), key=lambda i: (parts[i] - exact[i], -shares[i], i))
    for i in order[: total - sum(parts)]:
        parts[i] += 1
    return parts
