from __future__ import annotations

from wtforms import DateField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from duty_eval.sanctions.models import SanctionEffect, SanctionKind
from host.kernel.forms import ChineseForm, members


class SanctionForm(ChineseForm):
    person = StringField(
        "姓名或人员编号",
        [DataRequired("请填写姓名或人员编号"), Length(max=60, message="不能超过 60 字")],
        description="有重名的填写人员编号",
    )
    sanction_kind = SelectField("类别", [InputRequired("请选择类别")], **members(SanctionKind))
    effective_on = DateField("从", [DataRequired("请填写开始日期")])
    ends_on = DateField("到", [Optional()], description="影响期的最后一天；立案调查尚未结案的不填")
    document_no = StringField("文号", [DataRequired("请填写文号"), Length(max=100, message="不能超过 100 字")])
    effect = SelectField("对平时考核的影响", [InputRequired("请选择")], **members(SanctionEffect))


class EndForm(ChineseForm):
    on = DateField("截止日期", [DataRequired("请填写截止日期")])
    reason = StringField("依据", [DataRequired("请填写依据"), Length(max=200, message="不能超过 200 字")])


class WithdrawForm(ChineseForm):
    reason = StringField("撤销的原因", [DataRequired("请填写撤销的原因"), Length(max=200, message="不能超过 200 字")])
