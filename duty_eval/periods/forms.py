from __future__ import annotations

from wtforms import SelectField, StringField
from wtforms.validators import DataRequired, Length

from duty_eval.periods.operations import OPEN_DAYS
from host.kernel.forms import ChineseForm, options


class ReopenForm(ChineseForm):
    reason = StringField("开放原因", [DataRequired("请说明开放原因"), Length(max=200, message="原因不能超过 200 字")])
    days = SelectField(
        "开放多少天", coerce=int, choices=options([(days, f"{days} 天") for days in OPEN_DAYS]), default=OPEN_DAYS[1]
    )


class PlaceForm(ChineseForm):
    """A month of a place; the reason is asked for only where a month is opened."""

    reason = StringField("原因", [Length(max=200, message="原因不能超过 200 字")])
