from __future__ import annotations

from wtforms import (
    DateField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from duty_eval.inspections.asking import LIMIT_WORKDAYS, MOST_WORKDAYS
from duty_eval.inspections.models import DrawRule, InspectionBlock, InspectionMethod, SubjectKind, Violation
from duty_eval.inspections.risks import risk_sources
from host.kernel.forms import ChineseForm, members, options

_LIMIT_WORDS = f"期限应在 1 至 {MOST_WORKDAYS} 个工作日之间"


class PlanForm(ChineseForm):
    place = SelectField("检查范围", [InputRequired("请选择检查范围")])
    name = StringField("名称", [DataRequired("请填写检查名称"), Length(max=120, message="不能超过 120 字")])
    basis = StringField("依据", [Length(max=300, message="不能超过 300 字")], description="文件名称、文号或会议决定")
    inspection_method = RadioField("检查方式", [InputRequired("请选择检查方式")], **members(InspectionMethod))
    is_announced = RadioField(
        "是否提前公布",
        [InputRequired("请选择是否提前公布")],
        choices=options([("yes", "提前公布：抽取后即可看到"), ("no", "不打招呼：开始日之前只有制定人能看到")]),
        default="yes",
    )
    starts_on = DateField("开始日期", [DataRequired("请填写开始日期")])
    ends_on = DateField("结束日期", [DataRequired("请填写结束日期")])
    subject_kind = RadioField("抽查对象", [InputRequired("请选择抽查对象")], **members(SubjectKind))
    draw_rule = RadioField("每层抽多少", [InputRequired("请选择抽取办法")], **members(DrawRule))
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
    inspection_block = SelectField("类别", [InputRequired("请选择类别")], **members(InspectionBlock))
    text = StringField("检查内容", [DataRequired("请填写检查内容"), Length(max=200, message="不能超过 200 字")])
    weight = IntegerField(
        "权重", [InputRequired("请填写权重"), NumberRange(1, 100, message="权重应在 1 至 100 之间")], default=1
    )


class ReasonForm(ChineseForm):
    reason = StringField("原因", [DataRequired("请填写原因"), Length(max=200, message="原因不能超过 200 字")])


class AddSubjectForm(ReasonForm):
    #: ``<section>:<post>``, the post empty for a section.
    chosen = HiddenField("对象", [DataRequired("请先查找并选择要补充的对象")])


class FindingForm(ChineseForm):
    """What is common to findings: the line, the words, evidence (its files come beside the form)."""

    line_id = SelectField("检查内容", [InputRequired("请选择检查内容")], coerce=int)
    words = TextAreaField(
        "发现的情况", [DataRequired("请写明发现的情况"), Length(max=1000, message="不能超过 1000 字")]
    )
    link = StringField("佐证链接", [Length(max=500, message="链接不能超过 500 字")])


class DutyFindingForm(FindingForm):
    about = SelectField("岗位职责或单位职能", [InputRequired("请选择岗位职责或单位职能")])
    violation = SelectField(
        "违规情形",
        choices=options([("", "不属于违规"), *((one.value, one.label) for one in Violation)]),
        default="",
    )


class RecordFindingForm(FindingForm):
    #: ``17:2026-03-02``
    record = HiddenField("纪实", [DataRequired("请选择一条履职纪实")])


class AbsenceForm(FindingForm):
    person_id = SelectField("人员", [InputRequired("请选择人员")], coerce=int)
    day = DateField("日期", [DataRequired("请填写日期")])


class RequestForm(ChineseForm):
    text = StringField("需要补充什么", [DataRequired("请写明需要补充什么"), Length(max=500, message="不能超过 500 字")])
    limit_workdays = IntegerField(
        "期限（工作日）",
        [
            InputRequired("请填写期限"),
            NumberRange(1, MOST_WORKDAYS, message=_LIMIT_WORDS),
        ],
        default=LIMIT_WORKDAYS,
    )
    finding_id = SelectField("针对的发现", choices=options([("0", "不针对某一条")]), coerce=int, default=0)


class AnswerForm(ChineseForm):
    words = TextAreaField("说明", [DataRequired("请填写说明"), Length(max=1000, message="不能超过 1000 字")])
    link = StringField("佐证链接", [Length(max=500, message="链接不能超过 500 字")])


class DecideForm(ChineseForm):
    verdict = RadioField(
        "核对结果",
        [InputRequired("请选择核对结果")],
        choices=options([("accept", "采纳"), ("again", "要求重新补充")]),
    )
    note = StringField("意见", [Length(max=500, message="意见不能超过 500 字")])
    limit_workdays = IntegerField(
        "重新补充的期限（工作日）",
        [
            InputRequired("请填写期限"),
            NumberRange(1, MOST_WORKDAYS, message=_LIMIT_WORDS),
        ],
        default=LIMIT_WORKDAYS,
    )
