"""What each measured fact is: which two numbers form it, how it is written in words, what to look at behind it.

A value is always a pair of whole numbers, numerator over denominator: nothing is divided before the mark is formed.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from performance.schemes.models import DataSource


@dataclass(frozen=True, kw_only=True)
class Measure:
    """``numerator`` and ``denominator`` are names of facts (``facts.Facts``); denominator None: a plain count."""

    numerator: str
    denominator: str | None
    #: The formula, as the "why" page says it.
    words: str
    numerator_words: str
    denominator_words: str = ""
    #: "percent", "grade" (of 5) or "count"
    unit: str = "percent"
    #: What is said where nothing could be measured.
    missing_words: str = ""


MEASURES: dict[DataSource, Measure] = {
    DataSource.LOGGED_DAYS: Measure(
        numerator="days_logged",
        denominator="expected_days",
        words="有审核通过的履职纪实的天数 ÷ 应履职工作日",
        numerator_words="有审核通过的履职纪实的天数",
        denominator_words="应履职工作日",
        missing_words="本期没有应履职的工作日",
    ),
    DataSource.APPROVED_SHARE: Measure(
        numerator="approved_count",
        denominator="record_count",
        words="审核通过的履职纪实 ÷ 提交的履职纪实",
        numerator_words="审核通过的履职纪实",
        denominator_words="提交的履职纪实",
        missing_words="本期没有提交履职纪实",
    ),
    DataSource.DUTY_COVERAGE: Measure(
        numerator="duties_worked",
        denominator="duties_total",
        words="有履职纪实的岗位职责 ÷ 岗位职责总数",
        numerator_words="有履职纪实的岗位职责",
        denominator_words="岗位职责总数",
        missing_words="岗位没有列明职责",
    ),
    DataSource.TASKS_IN_TIME: Measure(
        numerator="tasks_done_in_time",
        denominator="tasks_due",
        words="按时完成的交办任务 ÷ 本期到期的交办任务",
        numerator_words="按时完成的交办任务",
        denominator_words="到期的交办任务",
        missing_words="本期没有到期的交办任务",
    ),
    DataSource.REVIEW_QUALITY: Measure(
        numerator="quality_sum",
        denominator="quality_count",
        words="审核时质量评价的平均值（1 至 5 分）",
        numerator_words="质量评价合计",
        denominator_words="质量评价次数",
        unit="grade",
        missing_words="本期没有质量评价",
    ),
    DataSource.TASKS_LATE: Measure(
        numerator="tasks_late",
        denominator=None,
        words="到期未按时完成的交办任务数",
        numerator_words="逾期的交办任务",
        unit="count",
    ),
    DataSource.INSPECTION_PASSED: Measure(
        numerator="check_ok",
        denominator="check_weight",
        words="本期办结的监督检查中，所在科室或岗位无问题的检查内容 ÷ 适用的检查内容（按权重）",
        numerator_words="无问题的检查内容",
        denominator_words="适用的检查内容",
        missing_words="本期没有办结的检查涉及所在科室或岗位",
    ),
    DataSource.INSPECTION_PROBLEMS: Measure(
        numerator="check_problems",
        denominator=None,
        words="本期办结的监督检查中，关于本人的问题（无故缺岗、纪实不符）",
        numerator_words="关于本人的问题",
        unit="count",
    ),
}


def value_words(measure: Measure, numerator: int, denominator: int) -> str:
    """The value as people read it: ``93.75 %``, ``4.2 分``, ``3 件``; cut to two places, never rounded up."""
    if denominator == 0:
        return measure.missing_words
    if measure.unit == "count":
        return f"{numerator} 件"
    factor = 100 if measure.unit == "percent" else 1
    hundredths = Fraction(numerator * factor * 100, denominator)
    value = Decimal(hundredths.numerator // hundredths.denominator) / 100
    return f"{value:f}{'%' if measure.unit == 'percent' else ' 分'}"
