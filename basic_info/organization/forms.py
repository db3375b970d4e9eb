from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from wtforms import BooleanField, DateField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional, Regexp, ValidationError

from basic_info.organization import kinds
from basic_info.organization.codes import check_credit_code
from basic_info.regions.models import Tier
from host.kernel.errors import DomainError
from host.kernel.forms import ChineseForm, options

DAY_WRONG = "日期应写成 2026-03-02"


def _choices(kind: Iterable[Any], *, blank: str | None = None) -> list[Any]:
    words = [(member.value, member.label) for member in kind]
    return options(words if blank is None else [("", blank), *words])


class UnitForm(ChineseForm):
    """Facts of a unit, and from which day they hold. The choices of ``region_id`` are set by the view."""

    name = StringField("单位名称", [DataRequired("请填写单位名称"), Length(max=200, message="名称不超过 200 个字")])
    short_name = StringField("单位简称", [Optional(), Length(max=100, message="简称不超过 100 个字")])
    parent_code = StringField(
        "上级单位",
        [Optional(), Length(max=200, message="名称不超过 200 个字")],
        description="填写单位名称或编码；没有上级单位的留空",
    )
    region_id = SelectField("所属区划", [InputRequired("请选择所属区划")], coerce=int)
    tier = SelectField("层级", [DataRequired("请选择层级")], choices=_choices(Tier))
    unit_kind = SelectField("机构类型", [DataRequired("请选择机构类型")], choices=_choices(kinds.UnitKind))
    rank = SelectField("规格", [DataRequired("请选择规格")], choices=_choices(kinds.Rank))
    funding = SelectField("经费形式", [Optional()], choices=_choices(kinds.Funding, blank="未登记"))
    institution_class = SelectField(
        "事业单位分类", [Optional()], choices=_choices(kinds.InstitutionClass, blank="不是事业单位")
    )
    credit_code = StringField("统一社会信用代码", [Optional(), Length(max=40, message="统一社会信用代码为 18 位")])
    on = DateField("从哪一天起", [DataRequired(DAY_WRONG)], description="此前的登记保持不变")
    reason = TextAreaField("依据或理由", [DataRequired("请填写依据或理由"), Length(max=500, message="不超过 500 个字")])

    def validate_credit_code(self, field: StringField) -> None:
        if field.data:
            try:
                check_credit_code(field.data)
            except DomainError as wrong:
                raise ValidationError(str(wrong)) from wrong

    def facts(self) -> dict[str, Any]:
        """The columns of ``UnitVersion`` that the form carries, but for the parent, which is a name or code here."""
        return {
            "name": (self.name.data or "").strip(),
            "short_name": (self.short_name.data or "").strip(),
            "region_id": self.region_id.data,
            "tier": Tier(self.tier.data),
            "unit_kind": kinds.UnitKind.of_word(self.unit_kind.data),
            "rank": kinds.Rank.of_word(self.rank.data),
            "funding": kinds.Funding.of_word(self.funding.data or ""),
            "institution_class": kinds.InstitutionClass.of_word(self.institution_class.data or ""),
            "credit_code": (self.credit_code.data or "").strip() or None,
        }


class NewUnitForm(UnitForm):
    code = StringField(
        "单位编码",
        [
            DataRequired("请填写单位编码"),
            Regexp(r"^[0-9A-Za-z_-]{1,40}$", message="编码用字母、数字、- 和 _，不超过 40 个字符"),
        ],
    )


class ChangeUnitForm(UnitForm):
    unit_state = SelectField(
        "状态",
        [DataRequired("请选择状态")],
        choices=_choices([kinds.UnitState.ACTIVE, kinds.UnitState.PENDING_ABOLITION]),
        description="待撤销的单位不再受理新的用编申请",
    )
    based_on = HiddenField()
    replace_later = BooleanField("取代更晚生效的变更登记")

    def facts(self) -> dict[str, Any]:
        return {**super().facts(), "unit_state": kinds.UnitState.of_word(self.unit_state.data)}


class AbolishForm(ChineseForm):
    on = DateField("从哪一天起撤销", [DataRequired(DAY_WRONG)])
    reason = TextAreaField("依据或理由", [DataRequired("请填写依据或理由"), Length(max=500, message="不超过 500 个字")])


class PurposeForm(ChineseForm):
    """Why a full ID number is looked at (R159)."""

    purpose = StringField(
        "查看用途",
        [DataRequired("请填写查看用途"), Length(min=4, max=200, message="用途应为 4 至 200 个字")],
        description="查看会记入审计日志",
    )
