from __future__ import annotations

from wtforms import RadioField
from wtforms.validators import InputRequired

from duty_eval.rhythms.models import RecordRhythm
from host.kernel.dated import DatedForm, first_day, why
from host.kernel.forms import members


class RhythmForm(DatedForm):
    record_rhythm = RadioField(
        "填报周期",
        [InputRequired("请选择填报周期")],
        **members(RecordRhythm),
        description="按周填报的，一周最后一个工作日结束后才算未填；填写的内容仍记在做事的那一天。",
    )
    on = first_day("从哪个星期一起")
    reason = why("原因")
