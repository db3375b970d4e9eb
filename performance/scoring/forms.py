from __future__ import annotations

from wtforms import DateField, SelectField
from wtforms.validators import InputRequired

from performance.chinese_form import ChineseForm


class RunForm(ChineseForm):
    """Which scheme, over which days."""

    scheme_id = SelectField("指标体系", [InputRequired("请选择指标体系")], coerce=int)
    first = DateField("开始日期", [InputRequired("请填写开始日期，如 2026-01-01")])
    last = DateField("结束日期（含）", [InputRequired("请填写结束日期，如 2026-12-31")])
