from __future__ import annotations

from typing import Any

from wtforms import DateField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from basic_info.power_lists.adjusting import Paper
from basic_info.power_lists.models import PowerKind
from host.kernel.forms import ChineseForm, options, validated

DAY_WRONG = "日期应写成 2026-03-02"
_TEXT = [Optional(), Length(max=20_000, message="不超过 2 万字")]
_LINE = [Optional(), Length(max=500, message="不超过 500 个字")]


class AdjustmentForm(ChineseForm):
    """The document that orders an adjustment."""

    doc_no = StringField("文号", [DataRequired("请填写文号"), Length(max=100, message="文号不超过 100 个字")])
    doc_date = DateField("成文日期", [DataRequired(DAY_WRONG)])
    effective_on = DateField("施行日期", [DataRequired(DAY_WRONG)], description="调整后的清单从这一天起执行")
    reason = TextAreaField("调整理由", [DataRequired("请填写调整理由"), Length(max=500, message="不超过 500 个字")])

    def paper(self) -> Paper:
        """What a valid form says."""
        return Paper(
            doc_no=self.doc_no.data or "",
            doc_date=validated(self.doc_date.data),
            effective_on=validated(self.effective_on.data),
            reason=self.reason.data or "",
        )


class ItemForm(ChineseForm):
    """The facts of an item; field names are those of the item's columns and texts."""

    name = StringField("事项名称", [DataRequired("请填写事项名称"), Length(max=500, message="不超过 500 个字")])
    subitem_name = StringField("子项名称", _LINE)
    power_kind = SelectField(
        "权力类型",
        [InputRequired("请选择权力类型")],
        choices=options((kind.value, kind.label) for kind in PowerKind),
    )
    power_subkind = StringField("类型细分", _LINE, description="如备案")
    item_code = StringField("编码", [Optional(), Length(max=64, message="编码不超过 64 个字符")])
    legal_basis = TextAreaField("实施依据", _TEXT, description="每部法律一段，如：【法律】《行政许可法》第十二条")
    exercising_body = StringField("行使主体", _LINE)
    handling_text = StringField("承办机构", _LINE, description="多个科室用顿号隔开")
    exercise_tier = StringField("实施层级", _LINE)
    authority = TextAreaField("权限", _TEXT)
    statutory_limit = StringField("法定期限", _LINE, description="如 20个工作日、60日、3个月、2小时；没有的写 /")
    promised_limit = StringField("承诺期限", _LINE, description="不得长于法定期限")
    department_duty = TextAreaField("部门职责", _TEXT)
    responsibility = TextAreaField("责任事项", _TEXT)
    responsibility_basis = TextAreaField("责任事项依据", _TEXT)
    accountable_scope = TextAreaField("追责对象范围", _TEXT)
    accountable_cases = TextAreaField("追责情形", _TEXT)
    remark = TextAreaField("备注", _TEXT)

    def values(self) -> dict[str, Any]:
        """What the form says, as the operations take it."""
        said = {name: "\n".join((field.data or "").strip().splitlines()) for name, field in self._fields.items()}
        return {**said, "power_kind": PowerKind.of_word(said["power_kind"]), "item_code": said["item_code"] or None}


class EndForm(ChineseForm):
    """Where an item goes that leaves the list; the view sets the choices of ``into``."""

    way = RadioField(
        "处理方式",
        [InputRequired("请选择处理方式")],
        choices=options([("cancel", "取消"), ("transfer", "划转到其他单位"), ("merge", "并入本清单另一事项")]),
    )
    unit = StringField(
        "接收单位",
        [Optional(), Length(max=200, message="不超过 200 个字")],
        description="划转时填写单位全称或编码",
    )
    into = SelectField("并入的事项", [Optional()], coerce=int, description="合并时选择", validate_choice=False)
