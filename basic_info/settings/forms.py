from wtforms import IntegerField
from wtforms.validators import InputRequired, NumberRange

from basic_info.settings.operations import FEWEST_HOURS, LEAST, MOST, MOST_HOURS
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
    hours_per_day = IntegerField(
        "每个工作日的工作小时数",
        [
            InputRequired("请填写小时数"),
            NumberRange(FEWEST_HOURS, MOST_HOURS, message=f"小时数应在 {FEWEST_HOURS} 到 {MOST_HOURS} 之间"),
        ],
        description="时限写成工作小时的，按这个数折成整工作日计时；改动后，在办事项的到期日在下次评估预警时重算。",
    )
