from __future__ import annotations

from wtforms import DateField, RadioField, StringField
from wtforms.validators import DataRequired, InputRequired, Length

from duty_eval.rhythms.models import RecordRhythm
from host.kernel.forms import ChineseForm, options


class RhythmForm(ChineseForm):
    record_rhythm = RadioField(
        "填报周期",
        [InputRequired("请选择填报周期")],
        choices=options((one.value, one.label) for one in RecordRhythm),
        description="按周填报的，一周最后一个工作日结束后才算未填；填写的内容仍记在做事的那一天。",
    )
    on = DateField("从哪个星期一起", [InputRequired("请选择日期")])
    reason = StringField("原因", [DataRequired("请说明为什么调整"), Length(max=200, message="原因不能超过 200 字")])
