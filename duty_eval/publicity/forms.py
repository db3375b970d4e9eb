from __future__ import annotations

from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Regexp

from host.kernel.forms import ChineseForm


class ObjectionForm(ChineseForm):
    """An objection to one of the names; which one is chosen from those that are up."""

    form_id = HiddenField(
        "公示的人员", [DataRequired("请选择对谁有异议"), Regexp(r"^\d{1,18}$", message="请从名单中选择")]
    )
    content = TextAreaField(
        "理由和事实", [DataRequired("请写明理由和事实"), Length(max=500, message="不能超过 500 字")]
    )


class ReopenForm(ChineseForm):
    reason = StringField(
        "重新打开的原因", [DataRequired("请填写重新打开的原因"), Length(max=200, message="不能超过 200 字")]
    )
