from wtforms import BooleanField, IntegerField
from wtforms.validators import InputRequired, NumberRange

from basic_info.settings.operations import LEAST, MOST
from host.kernel.forms import ChineseForm

_BOUNDS = int(LEAST * 100), int(MOST * 100)


class LibraryForm(ChineseForm):
    overlap_percent = IntegerField(
        "疑似交叉的相似度不低于（%）",
        [
            InputRequired("请填写相似度"),
            NumberRange(*_BOUNDS, message=f"相似度应在 {_BOUNDS[0]} 到 {_BOUNDS[1]} 之间"),
        ],
        description="同一区划内两个单位的职能，文字相似达到这个数值的列为“疑似交叉”；下次检查覆盖时起用。",
    )
    charts_need_second = BooleanField(
        "流程图由另一人发布", description="勾选后，保存过这张图的人不能发布它；数据库同样不允许。"
    )
