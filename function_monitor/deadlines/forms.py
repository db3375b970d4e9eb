from __future__ import annotations

from wtforms import DateField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from basic_info.flowcharts.models import SuspensionKind
from function_monitor.deadlines.extending import ExtensionDraft
from function_monitor.deadlines.suspending import SuspensionDraft
from host.kernel.forms import ChineseForm, options, validated

_SHORT = Length(max=80, message="不能超过 80 字")
_LONG = Length(max=300, message="不能超过 300 字")


class WhyForm(ChineseForm):
    why = TextAreaField("原因", [DataRequired("请写明原因"), _LONG])


class SuspensionForm(ChineseForm):
    suspension_kind = SelectField(
        "中止的情形", [InputRequired("请选择情形")], coerce=lambda value: SuspensionKind.of_word(str(value)) or value
    )
    from_on = DateField("中止日期", [DataRequired("请填写中止日期")], description="这一天起不计入时限。")
    expected_to_on = DateField(
        "预计结束日期", [DataRequired("请填写预计结束日期")], description="过了这一天还没有恢复，会发出蓝色预警。"
    )
    paper_no = StringField(
        "告知文书号", [DataRequired("请填写告知文书号"), _SHORT], description="把所需时间书面告知申请人的文书。"
    )
    told_on = DateField("告知日期", [DataRequired("请填写告知日期")])
    reason = TextAreaField("事由", [DataRequired("请填写事由"), _LONG])
    to_on = DateField("恢复日期", [Optional()], description="已经恢复的填写；这一天起重新计入。还在中止的不填。")

    def offer(self, kinds: list[SuspensionKind]) -> None:
        """What may be chosen on the case at hand."""
        self.suspension_kind.choices = options([("", "请选择"), *((kind.value, kind.label) for kind in kinds)])

    @property
    def draft(self) -> SuspensionDraft:
        """Of a form that was validated."""
        return SuspensionDraft(
            suspension_kind=self.suspension_kind.data,
            from_on=validated(self.from_on.data),
            expected_to_on=validated(self.expected_to_on.data),
            paper_no=self.paper_no.data or "",
            told_on=validated(self.told_on.data),
            reason=self.reason.data or "",
            to_on=self.to_on.data,
        )


class CorrectionForm(SuspensionForm):
    why = TextAreaField("更正原因", [DataRequired("请写明更正原因"), _LONG])


class ResumeForm(ChineseForm):
    on = DateField("恢复日期", [DataRequired("请填写恢复日期")], description="这一天起重新计入时限。")


class ExtensionForm(ChineseForm):
    days = IntegerField(
        "延长天数", [InputRequired("请填写延长天数，为整数")], description="时限按工作日计算的，延长的也是工作日。"
    )
    approver_name = StringField("批准人", [DataRequired("请填写批准人姓名和职务"), _SHORT])
    paper_no = StringField("批准文号", [DataRequired("请填写批准文号"), _SHORT])
    decided_on = DateField("批准日期", [DataRequired("请填写批准日期")], description="须在到期日以前。")
    reason = TextAreaField(
        "延长理由", [DataRequired("请填写延长理由"), _LONG], description="依法应当把理由告知申请人。"
    )
    told_on = DateField("告知申请人日期", [DataRequired("请填写告知申请人的日期")])

    @property
    def draft(self) -> ExtensionDraft:
        """Of a form that was validated."""
        return ExtensionDraft(
            days=validated(self.days.data),
            approver_name=self.approver_name.data or "",
            paper_no=self.paper_no.data or "",
            reason=self.reason.data or "",
            decided_on=validated(self.decided_on.data),
            told_on=validated(self.told_on.data),
        )
