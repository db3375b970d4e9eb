from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from wtforms import MonthField, SelectField
from wtforms.validators import InputRequired, ValidationError

from host.kernel.forms import ChineseForm, validated
from host.kernel.partitions import first_of_month


class RunForm(ChineseForm):
    """Which scheme, over which whole months."""

    scheme_id = SelectField("指标体系", [InputRequired("请选择指标体系")], coerce=int)
    first = MonthField("开始月份", [InputRequired("请填写开始月份，如 2026-01")])
    last = MonthField("结束月份", [InputRequired("请填写结束月份，如 2026-12")], description="本月未完时，计到今天")

    def validate_last(self, field: Any) -> None:
        if self.first.data and field.data and field.data < self.first.data:
            raise ValidationError("结束月份应不早于开始月份")

    def period(self, today: date) -> tuple[date, date]:
        """The first and the last day (included); the running month ends today."""
        first, month = validated(self.first.data), first_of_month(validated(self.last.data))
        end = first_of_month(month, plus=1) - timedelta(days=1)
        return first, today if month <= today < end else end
