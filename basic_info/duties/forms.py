from wtforms import DateField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the types
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from basic_info.duties.models import Rhythm
from host.kernel.forms import ChineseForm


class BatchForm(ChineseForm):
    above = IntegerField(
        "相似度不低于（%）",
        [InputRequired("请填写相似度"), NumberRange(10, 100, message="相似度应在 10 到 100 之间")],
        default=50,
    )


class PostDutyForm(ChineseForm):
    """One more duty of a post; the view sets the section duties to choose from."""

    text = TextAreaField("岗位职责", [DataRequired("请填写职责内容"), Length(max=500, message="不能超过 500 字")])
    section_duty_id = SelectField("承接的科室职责", coerce=int)
    rhythm = SelectField(
        "工作频次",
        choices=[SelectChoice(rhythm.value, rhythm.label) for rhythm in Rhythm],
        default=Rhythm.ON_DEMAND.value,
    )
    measure_unit = StringField(
        "计量单位", [DataRequired("请填写计量单位"), Length(max=10, message="不能超过 10 字")], default="项"
    )
    standard_minutes = IntegerField(
        "每项标准用时（分钟）", [Optional(), NumberRange(1, 10_080, message="标准用时应在 1 分钟到 7 天之间")]
    )
    on = DateField("起始日期", [DataRequired("请填写起始日期，如 2026-03-02")])


class EndPostDutyForm(ChineseForm):
    on = DateField(
        "终止日期", [DataRequired("请填写终止日期，如 2026-03-02")], description="从这一天起不再承担；已有纪实不变"
    )
    reason = StringField("原因", [Length(max=200, message="不能超过 200 字")])


class LinkForm(ChineseForm):
    """The thing to join with, as ``layer:id``; the view sets the choices."""

    other = SelectField("衔接到")
