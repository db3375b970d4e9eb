from __future__ import annotations

from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange

from host.kernel.forms import ChineseForm


class HandoverForm(ChineseForm):
    """Who hands over to whom; the choices are set by the view."""

    from_person_id = SelectField("移交人", [InputRequired("请选择移交人")], coerce=int)
    to_person_id = SelectField(
        "接手人", [InputRequired("请选择接手人"), NumberRange(1, message="请选择接手人")], coerce=int
    )
    note = TextAreaField("另外要交代的", [Length(max=2000, message="不能超过 2000 字")])


class ConfirmForm(ChineseForm):
    note = StringField("说明", [Length(max=500, message="不能超过 500 字")])


class WithdrawForm(ChineseForm):
    reason = StringField("撤回原因", [Length(max=500, message="不能超过 500 字")])
