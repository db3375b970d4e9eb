from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from wtforms import DateField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from duty_eval.routine.models import NotAssessed
from host.kernel.forms import ChineseForm, members, options


class RoundForm(ChineseForm):
    unit_id = SelectField("单位", [InputRequired("请选择单位")], coerce=int)
    name = StringField("名称", [DataRequired("请填写名称"), Length(max=60, message="不能超过 60 字")])
    first_day = DateField("从", [DataRequired("请填写开始日期")])
    last_day = DateField("到", [DataRequired("请填写结束日期")])


class LeaveOutForm(ChineseForm):
    why = SelectField("原因", [InputRequired("请选择原因")], **members(NotAssessed))
    note = StringField("说明", [DataRequired("请填写说明"), Length(max=200, message="不能超过 200 字")])


class SummaryForm(ChineseForm):
    summary = TextAreaField("个人小结", [DataRequired("请填写小结"), Length(max=2000, message="不能超过 2000 字")])


class NoteForm(ChineseForm):
    objection = StringField("异议（没有就不填）", [Length(max=500, message="不能超过 500 字")])


class AnswerForm(ChineseForm):
    """To an objection of either kind."""

    is_upheld = RadioField(
        "处理结果",
        [InputRequired("请选择异议是否成立")],
        choices=options([("no", "不成立，维持等次"), ("yes", "成立，退回重新确定等次")]),
    )
    answer = StringField("答复", [DataRequired("请填写答复"), Length(max=500, message="不能超过 500 字")])


def last_quarter(today: date) -> dict[str, Any]:
    """The quarter before that of ``today``: its first and last day and its name."""
    this = today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1)
    last = this - timedelta(days=1)
    first = last.replace(month=last.month - 2, day=1)
    return {"first_day": first, "last_day": last, "name": f"{last.year}年第{'一二三四'[(last.month - 1) // 3]}季度"}
