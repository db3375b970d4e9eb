from __future__ import annotations

from wtforms import BooleanField, DateField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length

from duty_eval.absences.halves import HalfDay
from duty_eval.absences.models import AbsenceKind
from host.kernel.forms import ChineseForm, members, options

_NOTE = Length(max=200, message="不能超过 200 字")


class AbsenceForm(ChineseForm):
    absence_kind = SelectField(
        "类别",
        [InputRequired("请选择类别")],
        **members(AbsenceKind),
    )
    first = DateField("从", [DataRequired("请填写开始日期")])
    last = DateField("到", [DataRequired("请填写结束日期")])
    is_half = BooleanField("只有半天（仍须填写当天的纪实）")
    half_part = SelectField(
        "哪半天",
        choices=options([("", "不区分"), *((half.value, half.label) for half in HalfDay)]),
        default="",
        description="只有半天时选填；选了的，当天写了起始时刻的纪实与这半天重叠时会提示。",
    )
    note = StringField("说明", [_NOTE])

    @property
    def half(self) -> HalfDay | None:
        return HalfDay.of_word(self.half_part.data or "")


class DecideForm(ChineseForm):
    note = StringField("意见", [_NOTE])


class CancelForm(ChineseForm):
    reason = StringField("取消原因", [_NOTE])


class CorrectForm(AbsenceForm):
    """What granted leave is corrected to; the note is the person's own and stays."""

    note = None  # type: ignore[assignment]
    is_half = BooleanField("只有半天（当天仍须填写纪实）")
    reason = StringField("更正原因", [DataRequired("请填写更正的原因，本人会看到"), _NOTE])


class RevokeForm(ChineseForm):
    reason = StringField("作废原因", [DataRequired("请填写作废的原因，本人会看到"), _NOTE])
