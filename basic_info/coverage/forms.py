from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from host.kernel.forms import ChineseForm


class RuleOutForm(ChineseForm):
    reason = TextAreaField(
        "为什么不算交叉",
        [DataRequired("请写明为什么不算交叉"), Length(max=500, message="不能超过 500 字")],
        description="如：管理对象不同、环节不同，或已有职责分工文件。",
    )
