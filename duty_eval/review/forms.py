from flask_wtf import FlaskForm
from wtforms import SelectField, StringField
from wtforms.validators import DataRequired, Length


class ReturnForm(FlaskForm):
    reason = StringField("退回原因", [DataRequired("请填写退回原因"), Length(max=200, message="原因不能超过 200 字")])


class ApproveForm(FlaskForm):
    comment = StringField("评语", [Length(max=200, message="评语不能超过 200 字")])
    quality = SelectField(
        "质量评价",
        choices=[("", "不评"), ("5", "很好"), ("4", "较好"), ("3", "一般"), ("2", "较差"), ("1", "差")],
        default="",
    )

    @property
    def mark(self) -> int | None:
        return int(self.quality.data) if self.quality.data else None
