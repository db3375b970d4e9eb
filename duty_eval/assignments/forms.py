from typing import Any

from wtforms import DateField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError

from host.kernel.forms import ChineseForm
from host.kernel.pages import today_in_china


class AssignForm(ChineseForm):
    person_id = SelectField("交给谁", [InputRequired("请选择人员")], coerce=int, validate_choice=True)
    title = StringField("交办事项", [DataRequired("请写明交办事项"), Length(max=200, message="不能超过 200 字")])
    due_on = DateField("完成期限", [Optional()])

    def validate_due_on(self, field: Any) -> None:
        if field.data is not None and field.data < today_in_china():
            raise ValidationError("完成期限不能早于今天")
