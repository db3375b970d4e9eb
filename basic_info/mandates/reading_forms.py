"""Forms for what was read: one a kind of row, and how each turns into the row's value."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from wtforms import BooleanField, HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the types
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, ValidationError

from basic_info.mandates.models import ClauseKind, FieldKind, MandateClause, MandateField, MandateLeader, MandateQuota
from basic_info.mandates.parsing.heading import read_number
from basic_info.mandates.readings import AnyReading
from host.kernel.forms import ChineseForm

_LONG = Length(max=4000, message="内容不能超过 4000 字")
_NAME = Length(max=100, message="名称不能超过 100 字")
_COUNT = NumberRange(0, 100_000, message="名额应为 0 至 100000 的整数")


class _Versioned(ChineseForm):
    """What all have: the version of the row that was on the screen."""

    version = HiddenField()


class ClauseForm(_Versioned):
    kind = SelectField(
        "类别",
        choices=[SelectChoice(kind.value, kind.label) for kind in ClauseKind if kind is not ClauseKind.SECTION],
    )
    text = TextAreaField("内容", [DataRequired("请填写内容"), _LONG])

    def value(self, before: dict[str, Any]) -> dict[str, Any]:
        number = {"no": before["no"]} if "no" in before else {}
        return {**number, "text": (self.text.data or "").strip(), "kind": self.kind.data}

    def show(self, reading: AnyReading) -> None:
        assert isinstance(reading, MandateClause)
        self.kind.data, self.text.data = reading.clause_kind.value, reading.text


class SectionForm(_Versioned):
    name = StringField("内设机构名称", [DataRequired("请填写名称"), _NAME])
    plates = StringField("加挂牌子", [Length(max=300, message="牌子不能超过 300 字")], description="多个用顿号隔开")
    text = TextAreaField("职责原文", [_LONG])
    tasks = TextAreaField("具体职责", [_LONG], description="一行一项；确认后成为科室职责")

    def value(self, before: dict[str, Any]) -> dict[str, Any]:
        return {
            "name": (self.name.data or "").strip(),
            "plates": [one.strip() for one in re.split(r"[、，,；;\n]", self.plates.data or "") if one.strip()],
            "text": (self.text.data or "").strip(),
            "tasks": [line.strip() for line in (self.tasks.data or "").splitlines() if line.strip()],
        }

    def show(self, reading: AnyReading) -> None:
        value = reading.value
        self.name.data, self.plates.data = value["name"], "、".join(value["plates"])
        self.text.data, self.tasks.data = value["text"], "\n".join(value["tasks"])


class QuotaForm(_Versioned):
    kind = StringField("编制种类", [DataRequired("请填写编制种类"), _NAME])
    count = IntegerField("名额", [InputRequired("请填写名额"), _COUNT])

    def value(self, before: dict[str, Any]) -> dict[str, Any]:
        return {"kind": (self.kind.data or "").strip(), "count": self.count.data}

    def show(self, reading: AnyReading) -> None:
        assert isinstance(reading, MandateQuota)
        self.kind.data, self.count.data = reading.kind, reading.count


class LeaderForm(_Versioned):
    title = StringField("职务", [DataRequired("请填写职务"), _NAME])
    rank = StringField("级别", [_NAME], description="如 正科级；没有写明不填")
    count = IntegerField("职数", [InputRequired("请填写职数"), _COUNT])
    holds_quota = BooleanField("占编制", description="由其他单位领导兼任的不占")

    def value(self, before: dict[str, Any]) -> dict[str, Any]:
        rank = (self.rank.data or "").strip()
        return {
            "title": (self.title.data or "").strip(),
            "rank": rank or None,
            "count": self.count.data,
            "holds_quota": bool(self.holds_quota.data),
        }

    def show(self, reading: AnyReading) -> None:
        assert isinstance(reading, MandateLeader)
        self.title.data, self.rank.data = reading.title, reading.rank
        self.count.data, self.holds_quota.data = reading.count, reading.holds_quota


class FieldForm(_Versioned):
    words = StringField("内容", [Length(max=300, message="内容不能超过 300 字")])

    def value(self, before: dict[str, Any]) -> dict[str, Any]:
        return {"value": (self.words.data or "").strip()}

    def show(self, reading: AnyReading) -> None:
        self.words.data = reading.value.get("value") or ""


class TitleForm(FieldForm):
    words = StringField("标题", [DataRequired("请填写标题"), Length(max=300, message="标题不能超过 300 字")])


class PlateForm(FieldForm):
    words = StringField("牌子", [DataRequired("请填写牌子"), _NAME])


class DocNoForm(FieldForm):
    words = StringField("文号", [_NAME], description="如 寻办通〔2019〕23号；没有文号不填")

    def validate_words(self, field: StringField) -> None:
        if field.data and field.data.strip() and read_number(field.data) is None:
            raise ValidationError("文号格式应为“前缀〔年份〕号数号”，如 寻办通〔2019〕23号")


class DayForm(FieldForm):
    words = StringField("施行日期", [DataRequired("请填写施行日期")], description="如 2019-03-01")

    def validate_words(self, field: StringField) -> None:
        try:
            day = date.fromisoformat((field.data or "").strip())
        except ValueError:
            raise ValidationError("日期格式应为 2019-03-01") from None
        if not 1949 <= day.year <= 2100:
            raise ValidationError("年份应在 1949 至 2100 之间")


_OF_FIELD: dict[FieldKind, type[FieldForm]] = {
    FieldKind.TITLE: TitleForm,
    FieldKind.PLATE: PlateForm,
    FieldKind.DOC_NO: DocNoForm,
    FieldKind.EFFECTIVE_ON: DayForm,
}


#: ``value`` gives the row's value as typed, with what the form does not ask from ``before``; ``show`` fills the fields.
ReadingForm = ClauseForm | SectionForm | QuotaForm | LeaderForm | FieldForm


def form_of(reading: AnyReading) -> ReadingForm:
    """The form of a row's kind, empty unless the request posts one."""
    if isinstance(reading, MandateField):
        return _OF_FIELD.get(reading.field_kind, FieldForm)()
    if isinstance(reading, MandateQuota):
        return QuotaForm()
    if isinstance(reading, MandateLeader):
        return LeaderForm()
    return SectionForm() if reading.is_section or reading.value.get("name") is not None else ClauseForm()
