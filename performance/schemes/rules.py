"""计分规则: how a measured value becomes a mark, as data that people can read and the database can keep (R116).

Values and marks are ``Decimal`` with at most four places: a run turns them into integers, never into floats.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from performance.schemes.errors import BadRule
from performance.schemes.models import RuleKind

MAX_BANDS = 20
_FULL = Decimal(100)


@dataclass(frozen=True)
class Band:
    """From ``at_least`` (included) up to the next band the mark is ``mark``."""

    at_least: Decimal
    mark: Decimal


@dataclass(frozen=True)
class BandRule:
    """分档: bands from the highest down; the last begins at 0, so that every value has one."""

    bands: tuple[Band, ...]

    def as_json(self) -> dict[str, Any]:
        return {"bands": [{"at_least": str(band.at_least), "mark": str(band.mark)} for band in self.bands]}


@dataclass(frozen=True)
class ThresholdRule:
    """达标: 100 from ``target`` on, below it in proportion."""

    target: Decimal

    def as_json(self) -> dict[str, Any]:
        return {"target": str(self.target)}


@dataclass(frozen=True)
class EachRule:
    """逐项: ``each`` points off 100 (down to 0) or up from 0 (to 100) for every one counted."""

    each: Decimal

    def as_json(self) -> dict[str, Any]:
        return {"each": str(self.each)}


Rule = BandRule | ThresholdRule | EachRule


def read_rule(kind: RuleKind, rule: Mapping[str, Any]) -> Rule:
    """The rule that the row holds. Raises BadRule with what is wrong."""
    if kind is RuleKind.BAND:
        return _bands(rule.get("bands"))
    if kind is RuleKind.THRESHOLD:
        target = _number(rule.get("target"), "目标值", top=Decimal(1_000_000))
        if target <= 0:
            raise BadRule("目标值应大于 0")
        return ThresholdRule(target)
    each = _number(rule.get("each"), "每项分值", top=_FULL)
    if each <= 0:
        raise BadRule("每项分值应大于 0")
    return EachRule(each)


def _bands(given: Any) -> BandRule:
    if not isinstance(given, list) or not 2 <= len(given) <= MAX_BANDS:
        raise BadRule(f"分档应有 2 至 {MAX_BANDS} 档")
    bands = []
    for line in given:
        if not isinstance(line, Mapping):
            raise BadRule("每一档应写明下限和得分")
        at_least = _number(line.get("at_least"), "下限", top=Decimal(1_000_000))
        bands.append(Band(at_least, _number(line.get("mark"), "得分", top=_FULL)))
    bands.sort(key=lambda band: -band.at_least)
    limits = [band.at_least for band in bands]
    if len(set(limits)) < len(limits):
        raise BadRule("两档的下限相同")
    if limits[-1] != 0:
        raise BadRule("最低一档的下限应为 0，否则有的数值没有得分")
    return BandRule(tuple(bands))


def _number(given: Any, what: str, *, top: Decimal) -> Decimal:
    """A plain decimal of 0 to ``top`` with at most four places."""
    try:
        value = Decimal(str(given).strip())
    except InvalidOperation:
        raise BadRule(f"{what}应为数字") from None
    if not value.is_finite() or not 0 <= value <= top:
        raise BadRule(f"{what}应在 0 至 {top} 之间")
    if value != value.quantize(Decimal("0.0001")):
        raise BadRule(f"{what}最多四位小数")
    return value
