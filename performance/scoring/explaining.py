"""为什么是这个分: each line of a score in words, out of the frozen scheme and the numbers kept with the score."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from performance.schemes.models import DataSource, Indicator, RuleKind
from performance.schemes.rules import Band, BandRule, EachRule, Rule, ThresholdRule, read_rule
from performance.scoring.measures import MEASURES, Measure, value_words
from performance.scoring.models import PersonScore
from performance.scoring.weights import MILLION, base_weights, measured


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line (得分明细) as the page shows it; numbers are shares of 100 with two places."""

    indicator: Indicator
    measure: Measure
    source: DataSource
    numerator: int
    denominator: int
    value: str
    rule_words: str
    reason: str
    mark: Decimal | None
    weight: Decimal
    weight_used: Decimal
    points: Decimal
    #: Points in the run before, None without one or where the schemes differ.
    points_before: Decimal | None = None

    @property
    def is_missing(self) -> bool:
        return self.mark is None

    @property
    def is_reweighted(self) -> bool:
        return not self.is_missing and self.weight != self.weight_used

    @property
    def is_changed(self) -> bool:
        return self.points_before is not None and self.points_before != self.points


def explain(score: PersonScore, indicators: list[Indicator], before: PersonScore | None = None) -> list[Line]:
    """The lines of a score in the scheme's order; ``before`` is a score by the same scheme to compare with."""
    weights = base_weights(indicators)
    return [
        _line(score, place, indicator, weights[place], before) for place, indicator in enumerate(measured(indicators))
    ]


def _line(score: PersonScore, place: int, indicator: Indicator, weight: int, before: PersonScore | None) -> Line:
    assert indicator.rule_kind is not None
    assert indicator.data_source is not None
    measure = MEASURES[indicator.data_source]
    rule = read_rule(indicator.rule_kind, indicator.rule)
    numerator, denominator = score.numerators[place], score.denominators[place]
    mark = score.marks[place]
    value = value_words(measure, numerator, denominator)
    return Line(
        indicator=indicator,
        measure=measure,
        source=indicator.data_source,
        numerator=numerator,
        denominator=denominator,
        value=value,
        rule_words=rule_words(indicator.rule_kind, rule, measure),
        reason=_reason(measure, value, mark, score.points[place], score.weights[place]),
        mark=None if mark is None else millionths(mark),
        weight=millionths(weight),
        weight_used=millionths(score.weights[place]),
        points=millionths(score.points[place]),
        points_before=millionths(before.points[place]) if before else None,
    )


def rule_words(kind: RuleKind, rule: Rule, measure: Measure) -> str:
    """The rule as a sentence for people."""
    if isinstance(rule, BandRule):
        return "；".join(_band_words(rule.bands, place, measure) for place in range(len(rule.bands)))
    if isinstance(rule, ThresholdRule):
        return f"达到 {_value(rule.target, measure)} 得 100 分，未达到的按比例计分"
    return _each_words(kind, rule)


def millionths(value: int) -> Decimal:
    """A whole number of millionths, shown with two places, rounded half up."""
    hundredths = (2 * value + MILLION // 100) // (2 * (MILLION // 100))
    return (Decimal(hundredths) / 100).quantize(Decimal("0.01"))


def _reason(measure: Measure, value: str, mark: int | None, points: int, weight: int) -> str:
    if mark is None:
        return f"{measure.missing_words}，本项不计分，权重按比例分给其他各项。"
    return f"本期为 {value}，得 {millionths(mark)} 分，占 {millionths(weight)}%，计入 {millionths(points)} 分。"


def _band_words(bands: tuple[Band, ...], place: int, measure: Measure) -> str:
    band = bands[place]
    if place == 0:
        return f"{_value(band.at_least, measure)} 及以上得 {_plain(band.mark)} 分"
    if band.at_least == 0:
        return f"不足 {_value(bands[place - 1].at_least, measure)} 得 {_plain(band.mark)} 分"
    above = _value(bands[place - 1].at_least, measure)
    return f"{_value(band.at_least, measure)} 至不足 {above} 得 {_plain(band.mark)} 分"


def _each_words(kind: RuleKind, rule: EachRule) -> str:
    if kind is RuleKind.DEDUCT_EACH:
        return f"满分 100 分，每件扣 {_plain(rule.each)} 分，扣完为止"
    return f"从 0 分起，每件加 {_plain(rule.each)} 分，最多 100 分"


def _value(value: Decimal, measure: Measure) -> str:
    if measure.unit == "percent":
        return f"{_plain(value * 100)}%"
    return f"{_plain(value)} {'分' if measure.unit == 'grade' else '件'}"


def _plain(value: Decimal) -> str:
    """Without idle zeros and never in powers of ten."""
    return f"{value.normalize():f}"
