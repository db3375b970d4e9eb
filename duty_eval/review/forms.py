from wtforms import SelectField, StringField
from wtforms.validators import DataRequired, Length

from host.kernel.forms import ChineseForm, options

#: What heads write most: one tap fills it in, and it may be changed.
USUAL_REASONS = (
    "请写明具体做了什么",
    "请补充成果或数量",
    "对应职责选错了，请改选",
    "用时与内容不符，请核对",
    "日期不对，请核对",
)


class ReturnForm(ChineseForm):
    reason = StringField("退回原因", [DataRequired("请填写退回原因"), Length(max=200, message="原因不能超过 200 字")])


class ApproveForm(ChineseForm):
    comment = StringField("评语", [Length(max=200, message="评语不能超过 200 字")])
    quality = SelectField(
        "质量评价",
        choices=options([("", "不评"), ("5", "很好"), ("4", "较好"), ("3", "一般"), ("2", "较差"), ("1", "差")]),
        default="",
    )

    @property
    def mark(self) -> int | None:
        return int(self.quality.data) if self.quality.data else None
