from wtforms import DecimalField, IntegerField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from host.kernel.forms import ChineseForm


class TemplateForm(ChineseForm):
    post_duty_id = SelectField("岗位职责", [InputRequired("请选择岗位职责")], coerce=int, validate_choice=True)
    content = StringField("做了什么", [DataRequired("请写明内容"), Length(max=500, message="内容不能超过 500 字")])
    quantity = DecimalField(
        "数量", [Optional(), NumberRange(min=0.01, max=99999999, message="数量应大于 0")], places=None
    )
    minutes = IntegerField(
        "用时（分钟）", [Optional(), NumberRange(min=1, max=1440, message="用时应为 1 至 1440 分钟")]
    )
