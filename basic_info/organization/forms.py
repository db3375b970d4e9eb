from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_wtf import FlaskForm
from wtforms import DateField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the types
from wtforms.validators import DataRequired, Length, ValidationError

from basic_info.organization import kinds
from basic_info.organization.codes import check_credit_code
from basic_info.organization.models import UnitVersion
from host.kernel.errors import DomainError


def _choices(kind: Iterable[kinds.Worded], *, empty: str | None = None) -> list[Any]:
    members = [SelectChoice(member.value, member.label) for member in kind]
    return members if empty is None else [SelectChoice("", empty), *members]


class FromDayForm(FlaskForm):
    """A change that holds from a day, with its reason."""

    on = DateField("生效日期", [DataRequired("请填写生效日期，如 2026-03-02")])
    reason = TextAreaField("理由", [DataRequired("请填写理由"), Length(max=500, message="不超过 500 个字")])


class AbolishForm(FromDayForm):
    """撤销 of a unit."""


class UnitForm(FromDayForm):
    """Facts of a unit from a day on."""

    name = StringField("单位名称", [DataRequired("请填写单位名称"), Length(max=200, message="不超过 200 个字")])
    short_name = StringField("简称", [Length(max=100, message="不超过 100 个字")])
    parent_code = StringField("上级单位编码", [Length(max=40, message="编码过长")], description="没有上级单位时不填")
    unit_kind = SelectField("机构类型", choices=_choices(kinds.UnitKind))
    rank = SelectField("规格", choices=_choices(kinds.Rank))
    funding = SelectField("经费形式", choices=_choices(kinds.Funding, empty="未登记"))
    institution_class = SelectField("事业单位分类", choices=_choices(kinds.InstitutionClass, empty="不适用"))
    credit_code = StringField("统一社会信用代码", [Length(max=40, message="应为 18 位")])
    business_scope = TextAreaField("业务范围", [Length(max=2000, message="不超过 2000 个字")])

    def validate_credit_code(self, field: StringField) -> None:
        try:
            field.data = check_credit_code(field.data) if field.data else ""
        except DomainError as error:
            raise ValidationError(str(error)) from error

    @classmethod
    def of(cls, version: UnitVersion, *, parent_code: str | None) -> UnitForm:
        """The form filled with what holds."""
        names = ("name", "short_name", "credit_code", "business_scope")
        words = {name: getattr(version, name) or "" for name in names}
        members = {name: getattr(version, name) for name in ("unit_kind", "rank", "funding", "institution_class")}
        chosen = {name: member.value if member else "" for name, member in members.items()}
        return cls(formdata=None, data={**words, **chosen, "parent_code": parent_code or ""})

    def facts(self, *, parent_id: int | None) -> dict[str, Any]:
        """What the form says, as columns of the version."""
        return {
            "name": (self.name.data or "").strip(),
            "short_name": (self.short_name.data or "").strip(),
            "parent_id": parent_id,
            "unit_kind": _member(kinds.UnitKind, self.unit_kind.data),
            "rank": _member(kinds.Rank, self.rank.data),
            "funding": _member(kinds.Funding, self.funding.data),
            "institution_class": _member(kinds.InstitutionClass, self.institution_class.data),
            "credit_code": self.credit_code.data or None,
            "business_scope": (self.business_scope.data or "").strip(),
        }


class PurposeForm(FlaskForm):
    """Why a full ID number is looked at."""

    purpose = StringField(
        "查看用途", [DataRequired("请填写查看用途"), Length(min=4, max=200, message="用途应为 4 至 200 个字")]
    )


def _member(kind: type[kinds.Worded], value: str | None) -> kinds.Worded | None:
    return next((member for member in kind if member.value == value), None)
