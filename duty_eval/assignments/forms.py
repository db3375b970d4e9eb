from wtforms import DateField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from host.kernel.forms import ChineseForm


class AssignForm(ChineseForm):
    person_id = SelectField("交给谁", [InputRequired("请选择人员")], coerce=int, validate_choice=True)
    title = StringField("交办事项", [DataRequired("请写明交办事项"), Length(max=200, message="不能超过 200 字")])
    due_on = DateField("完成期限", [Optional()])
