from __future__ import annotations

from decimal import Decimal
from typing import Any

from wtforms import BooleanField, DateField, DecimalField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from host.kernel.forms import ChineseForm, members, options
from performance.grading.models import AnnualGrade, NoGradeReason, Regime, RoutineGate
from performance.grading.operations import Proposal
from performance.grading.settings import Grading
from performance.rounding import Rounding


class ProposalForm(ChineseForm):
    """The proposed grade of a person, or why there is none."""

    grade = RadioField("等次建议", [Optional()], validate_choice=True)
    no_grade_reason = SelectField(
        "不定等次的原因",
        choices=options([("", "—"), *((reason.value, reason.label) for reason in NoGradeReason)]),
        description="参加考核但不定等次的，不选等次，选原因",
    )
    comment = TextAreaField("评语", [Length(max=500, message="不超过 500 个字")])

    def offer(self, regime: Regime) -> None:
        """The grades in the words of the regime."""
        words = [(grade.value, grade.word(regime)) for grade in AnnualGrade]
        self.grade.choices = options([("", "暂不建议"), *words])

    def validate_no_grade_reason(self, field: Any) -> None:
        if field.data and self.grade.data:
            raise ValidationError("已选择等次，不能同时选择不定等次的原因")

    def proposal(self) -> Proposal:
        return Proposal(
            grade=next((one for one in AnnualGrade if one.value == self.grade.data), None),
            no_grade_reason=next((one for one in NoGradeReason if one.value == self.no_grade_reason.data), None),
            comment=self.comment.data or "",
        )


class PostingForm(ChineseForm):
    """From which day the 优秀 is up."""

    posted_from = DateField("公示开始日期", [InputRequired("请填写公示开始日期")])


class DecisionForm(ChineseForm):
    """The final grade."""

    grade = SelectField("确定等次", [InputRequired("请选择等次")])

    def offer(self, regime: Regime) -> None:
        self.grade.choices = options((grade.value, grade.word(regime)) for grade in AnnualGrade)

    def chosen(self) -> AnnualGrade:
        return next(grade for grade in AnnualGrade if grade.value == self.grade.data)


class SettingForm(ChineseForm):
    """Share, rounding and base of a region from a day on."""

    region_id = SelectField("区划", [InputRequired("请选择区划")], coerce=int)
    percent = DecimalField(
        "优秀比例（%）",
        [
            InputRequired("请填写比例"),
            NumberRange(Decimal("0.01"), 25, "比例应大于 0、不超过 25"),
        ],
        description="一般为 20；经主管部门同意可到 25",
    )
    rounding = SelectField("名额取整", **members(Rounding))
    base_includes_ungraded = BooleanField("不定等次的人员计入基数")
    routine_gate = SelectField("优秀对平时考核的要求", **members(RoutineGate))
    since = DateField("自何日起", [InputRequired("请填写生效日期")])
    reason = StringField("依据或理由", [InputRequired("请填写依据或理由"), Length(max=200, message="不超过 200 个字")])

    def grading(self) -> Grading:
        """What was typed; only after validation."""
        return Grading(
            ratio=(Decimal(self.percent.data or 0) / 100).quantize(Decimal("0.0001")),
            rounding=self.rounding.data,
            base_includes_ungraded=bool(self.base_includes_ungraded.data),
            routine_gate=self.routine_gate.data,
        )
