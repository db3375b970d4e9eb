from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from host.kernel.forms import ChineseForm


class ReturnForm(ChineseForm):
    reason = TextAreaField(
        "退回原因",
        [DataRequired("请填写退回原因"), Length(max=500, message="原因不能超过 500 字")],
        description="写明哪里要改；提交人会在待办和消息里看到。",
    )
