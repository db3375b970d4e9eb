from __future__ import annotations

from typing import Any

from wtforms import DateField, HiddenField, IntegerField, RadioField, SelectField, SelectMultipleField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from duty_eval.inspections.models import DrawRule, InspectionBlock, InspectionMethod, SubjectKind
from duty_eval.inspections.risks import risk_sources
from host.kernel.forms import ChineseForm, options


def _words(kind: Any) -> dict[str, Any]:
    """The choices of an enumeration, handed on as its members."""
    return {
        "choices": options((one.value, one.label) for one in kind),
        "coerce": lambda value: kind.of_word(str(getattr(value, "value", value))) or value,
    }


class PlanForm(ChineseForm):
    place = SelectField("检查范围", [InputRequired("请选择检查范围")])
    name = StringField("名称", [DataRequired("请填写检查名称"), Length(max=60, message="不能超过 60 字")])
    basis = StringField("依据", [Length(max=300, message="不能超过 300 字")], description="文件名称、文号或会议决定")
    inspection_method = RadioField("检查方式", [InputRequired("请选择检查方式")], **_words(InspectionMethod))
    is_announced = RadioField(
        "是否提前公布",
        [InputRequired("请选择是否提前公布")],
        choices=options([("yes", "提前公布：抽取后即可看到"), ("no", "不打招呼：开始日之前只有制定人能看到")]),
        default="yes",
    )
    starts_on = DateField("开始日期", [DataRequired("请填写开始日期")])
    ends_on = DateField("结束日期", [DataRequired("请填写结束日期")])
    subject_kind = RadioField("抽查对象", [InputRequired("请选择抽查对象")], **_words(SubjectKind))
    draw_rule = RadioField("每层抽多少", [InputRequired("请选择抽取办法")], **_words(DrawRule))
    draw_amount = IntegerField(
        "比例或个数",
        [InputRequired("请填写比例或个数"), NumberRange(1, 10_000, message="应在 1 至 10000 之间")],
        description="按比例填 1 至 100；按个数填每层抽几个。分层：单位类型 × 是否重点",
    )
    risks = SelectMultipleField(
        "列为重点的情形",
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        description="符合任一情形的科室单独分层，不选则不分重点",
        validate_choice=False,  # WTForms says in English what is none; ours is below
    )

    def validate_risks(self, field: SelectMultipleField) -> None:
        if not {*(field.data or ())} <= {source.name for source in risk_sources()}:
            raise ValidationError("请从所列情形中选择")


class LineForm(ChineseForm):
    inspection_block = SelectField("类别", [InputRequired("请选择类别")], **_words(InspectionBlock))
    text = StringField("检查内容", [DataRequired("请填写检查内容"), Length(max=200, message="不能超过 200 字")])
    weight = IntegerField(
        "权重", [InputRequired("请填写权重"), NumberRange(1, 100, message="权重应在 1 至 100 之间")], default=1
    )


class ReasonForm(ChineseForm):
    reason = StringField("原因", [DataRequired("请填写原因"), Length(max=200, message="原因不能超过 200 字")])


class AddSubjectForm(ReasonForm):
    #: ``<section>:<post>``, the post empty for a section.
    chosen = HiddenField("对象", [DataRequired("请先查找并选择要补充的对象")])
