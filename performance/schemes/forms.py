from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from wtforms import DecimalField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, ValidationError

from host.kernel.forms import ChineseForm, options
from performance.schemes.models import DataSource, Indicator, RuleKind

YEAR = NumberRange(2000, 2100, message="年度应在 2000 至 2100 之间")


class NewSchemeForm(ChineseForm):
    """A draft for a region and year: the shipped default, or an empty one."""

    region_id = SelectField("区划", [InputRequired("请选择区划")], coerce=int)
    year = IntegerField("年度", [InputRequired("请填写年度"), YEAR])
    name = StringField("名称", [InputRequired("请填写名称"), Length(max=60, message="不超过 60 个字")])
    content = SelectField(
        "内容",
        [InputRequired("请选择")],
        choices=options([("default", "默认的五项指标，可再修改"), ("empty", "空白，自行添加指标")]),
    )


class CopyForm(ChineseForm):
    """Year and name of a copy."""

    year = IntegerField("年度", [InputRequired("请填写年度"), YEAR])
    name = StringField("名称", [InputRequired("请填写名称"), Length(max=60, message="不超过 60 个字")])


class IndicatorForm(ChineseForm):
    """One part of a scheme. Which of the rule's fields counts follows from the kind of rule."""

    parent_id = SelectField("上级指标", coerce=int)
    name = StringField("指标名称", [InputRequired("请填写指标名称"), Length(max=60, message="不超过 60 个字")])
    weight = DecimalField(
        "权重（%）",
        [InputRequired("请填写权重"), NumberRange(Decimal("0.01"), 100, "权重应大于 0、不超过 100")],
        description="同级指标的权重合计应为 100",
    )
    data_source = SelectField(
        "取数来源",
        choices=options([("", "不取数（下设下级指标）"), *((source.value, source.label) for source in DataSource)]),
    )
    rule_kind = SelectField("计分规则", choices=options([("", "—"), *((kind.value, kind.label) for kind in RuleKind)]))
    bands = TextAreaField(
        "分档（分档计分）",
        description="每行一档：下限 得分。比率写百分数，如“95% 100”；最低一档的下限为 0，如“0 30”",
    )
    amount = StringField(
        "目标值或每项分值", description="达标计分写目标值，如 95% 或 4.5；逐项计分写每件加减的分数，如 10"
    )

    def validate_rule_kind(self, field: Any) -> None:
        if bool(field.data) != bool(self.data_source.data):
            raise ValidationError("取数来源和计分规则应同时选择")

    def rule(self) -> dict[str, Any]:
        """The rule as ``read_rule`` takes it; what is wrong in it is said there."""
        kind = self.rule_kind.data
        if kind == RuleKind.BAND.value:
            lines = (line.split() for line in (self.bands.data or "").splitlines() if line.strip())
            return {"bands": [_band(words) for words in lines]}
        name = "target" if kind == RuleKind.THRESHOLD.value else "each"
        return {name: _plain(self.amount.data or "")}

    def show(self, indicator: Indicator) -> None:
        """Fill the fields with what the indicator says."""
        rule = indicator.rule
        self.parent_id.data = indicator.parent_id or 0
        self.name.data, self.weight.data = indicator.name, indicator.weight
        self.data_source.data = indicator.data_source.value if indicator.data_source else ""
        self.rule_kind.data = indicator.rule_kind.value if indicator.rule_kind else ""
        self.bands.data = "\n".join(f"{band['at_least']} {band['mark']}" for band in rule.get("bands", []))
        self.amount.data = rule.get("target") or rule.get("each") or ""


def _band(words: list[str]) -> dict[str, str]:
    """A line that is no pair is handed on as it is: ``read_rule`` says which number is missing."""
    return {"at_least": _plain(words[0]), "mark": words[1] if len(words) > 1 else ""}


def _plain(text: str) -> str:
    """``95%`` as ``0.95``; anything else stays as typed."""
    text = text.strip().replace("％", "%")
    if not text.endswith("%"):
        return text
    try:
        return str(Decimal(text[:-1].strip()) / 100)
    except InvalidOperation:
        return text
