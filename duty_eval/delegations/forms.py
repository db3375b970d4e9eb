from __future__ import annotations

from wtforms import DateField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from host.kernel.forms import ChineseForm


class DelegationForm(ChineseForm):
    """Which of one's posts, to whom, for how long; the choices are set by the view."""

    grant_id = SelectField("委托的工作", [InputRequired("请选择委托的工作")], coerce=int)
    account_id = SelectField(
        "委托给", [InputRequired("请选择委托给谁"), NumberRange(1, message="请选择委托给谁")], coerce=int
    )
    first = DateField("从", [DataRequired("请填写开始日期")])
    last = DateField("到", [DataRequired("请填写结束日期")])
    reason = StringField("原因", [DataRequired("请说明委托原因"), Length(max=200, message="原因不能超过 200 字")])
