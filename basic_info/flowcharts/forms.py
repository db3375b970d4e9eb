from __future__ import annotations

from wtforms import BooleanField, DateField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional

from host.kernel.forms import ChineseForm

MOST_LANES = 20


class NewChartForm(ChineseForm):
    """The choices of ``power_item_id`` are set by the view."""

    name = StringField("流程图名称", [DataRequired("请填写流程图名称"), Length(max=200, message="名称不超过 200 个字")])
    power_item_id = SelectField("对应的权责事项", [Optional()])
    lanes = TextAreaField(
        "岗位",
        [DataRequired("请至少填写一个岗位"), Length(max=2000, message="岗位不超过 2000 个字")],
        description="每行一个岗位，成为图上的一条泳道；以后可以在图上增减",
    )
    supplement_suspends = BooleanField("补正期间不计入办理时限", description="默认计入；法律、法规另有规定时才勾选")

    def lane_names(self) -> tuple[str, ...]:
        names = (" ".join(line.split()) for line in (self.lanes.data or "").splitlines())
        return tuple(dict.fromkeys(name for name in names if name))[:MOST_LANES]


class PublishForm(ChineseForm):
    on = DateField(
        "生效日期", [DataRequired("日期应写成 2026-03-02")], description="从这一天起新开始的办件按此版本核对"
    )
