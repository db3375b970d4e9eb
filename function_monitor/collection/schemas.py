"""One event as it may come, over the interface or out of a file: both pass the same check."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validates_schema
from marshmallow.validate import Length, OneOf

from basic_info.flowcharts.models import SuspensionKind
from function_monitor.collection.errors import BadRow
from host.kernel.pages import CHINA_TIME

#: What a file column or an interface field may be called, and its word on pages.
FIELDS = {
    "case_no": "办件编号",
    "item_code": "事项编码",
    "item_name": "事项名称",
    "unit_code": "单位编码",
    "step_name": "环节名称",
    "handler_code": "办理人编码",
    "happened_at": "发生时间",
    "action": "动作",
}
#: What only the beginning of a special procedure says (R59, R64); files and messages without one need none of it.
SPECIAL_FIELDS = {
    "special_kind": "特别程序种类",
    "paper_no": "告知文书号",
    "told_on": "告知日期",
    "expected_to_on": "预计结束日期",
    "reason": "事由",
}
ALL_FIELDS = {**FIELDS, **SPECIAL_FIELDS}
CLOSING = ("办结",)
REFUSING = ("不予受理",)
SPECIAL_START, SPECIAL_END = "特别程序开始", "特别程序结束"
#: They stop and start clocks, and are no step that was done.
SPECIAL = (SPECIAL_START, SPECIAL_END)
ACTIONS = ("完成", "补正", *CLOSING, *REFUSING, *SPECIAL)
#: Earlier years are typing errors.
FIRST_YEAR = 2000
_LOOSE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]{1,3}(\d{1,2}):(\d{2})(?::(\d{2}))?)?", re.ASCII)
#: Clocks of other systems may run ahead of ours by so much.
AHEAD = timedelta(minutes=10)


@dataclass(frozen=True)
class EventDraft:
    """A well-formed event; whether its codes exist is not known yet."""

    case_no: str
    item_code: str
    item_name: str
    unit_code: str
    step_name: str
    handler_code: str
    happened_at: datetime
    action: str
    special_kind: SuspensionKind | None = None
    paper_no: str = ""
    told_on: date | None = None
    expected_to_on: date | None = None
    reason: str = ""


class ChinaInstant(fields.Field):  # type: ignore[type-arg]
    """An instant as ISO 8601, or as office programs write it (2026/3/2 9:05); without an offset it is China time."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> datetime:
        try:
            instant = datetime.fromisoformat(_iso(value))
        except (TypeError, ValueError):
            raise ValidationError("不是有效的日期时间，应如 2026-03-02 09:30:00") from None
        if instant.year < FIRST_YEAR:
            raise ValidationError(f"不能早于 {FIRST_YEAR} 年")
        return instant if instant.tzinfo else instant.replace(tzinfo=CHINA_TIME)


class OfficeDay(fields.Field):  # type: ignore[type-arg]
    """A day as ISO 8601, or as office programs write it; a time of day beside it is left out."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> date:
        try:
            day = datetime.fromisoformat(_iso(value)).date()
        except (TypeError, ValueError):
            raise ValidationError("不是有效的日期，应如 2026-03-02") from None
        if day.year < FIRST_YEAR:
            raise ValidationError(f"不能早于 {FIRST_YEAR} 年")
        return day


def _optional_day() -> OfficeDay:
    return OfficeDay(required=False, error_messages={"null": "没有填写"}, metadata={"type": "string", "format": "date"})


def _iso(value: str) -> str:
    """Days and hours of one digit filled up, whatever separates them."""
    found = _LOOSE.fullmatch(value)
    if found is None:
        return value
    year, month, day, hour, minute, second = found.groups(default="00")
    return f"{year}-{month:0>2}-{day:0>2}T{hour:0>2}:{minute}:{second}"


def _text(most: int, *, required: bool = True) -> fields.String:
    words: dict[str, Any] = {"required": "没有填写", "invalid": "应为文字", "null": "没有填写"}
    return fields.String(
        required=required,
        error_messages=words,
        validate=Length(min=1 if required else 0, max=most, error=f"应为 1–{most} 个字"),
    )


_KIND_WORDS = tuple(kind.label for kind in SuspensionKind)


class EventSchema(Schema):
    """办件事件. Numbers where a text belongs are refused, not turned into one."""

    class Meta:
        unknown = EXCLUDE

    case_no = _text(80)
    item_code = _text(80)
    item_name = _text(300, required=False)
    unit_code = _text(40)
    step_name = _text(120)
    handler_code = _text(40)
    happened_at = ChinaInstant(
        required=True,
        error_messages={"required": "没有填写", "null": "没有填写"},
        metadata={"type": "string", "format": "date-time"},
    )
    action = fields.String(
        required=True,
        error_messages={"required": "没有填写", "null": "没有填写", "invalid": "应为文字"},
        validate=OneOf(ACTIONS, error=f"应为：{'、'.join(ACTIONS)}"),
    )
    special_kind = fields.String(
        error_messages={"null": "没有填写", "invalid": "应为文字"},
        validate=OneOf(_KIND_WORDS, error=f"应为：{'、'.join(_KIND_WORDS)}"),
    )
    paper_no = _text(80, required=False)
    told_on = _optional_day()
    expected_to_on = _optional_day()
    reason = _text(300, required=False)

    @validates_schema
    def _begins_with_its_paper(self, data: Mapping[str, Any], **_: Any) -> None:
        """行政许可法 45: the applicant is told in writing how long it will take."""
        if data["action"] != SPECIAL_START:
            return
        lacking = [name for name in SPECIAL_FIELDS if name != "reason" and not data.get(name)]
        if lacking:
            raise ValidationError({name: [f"{SPECIAL_START}时须填写"] for name in lacking})
        if data["expected_to_on"] < data["happened_at"].astimezone(CHINA_TIME).date():
            raise ValidationError({"expected_to_on": ["不能早于发生时间"]})


class EventResultSchema(Schema):
    """What became of one event, in the order in which they were sent."""

    case_no = fields.String(allow_none=True)
    result = fields.String(metadata={"enum": ["accepted", "duplicate", "quarantined"]})
    reason = fields.String()


class EventAnswerSchema(Schema):
    """The answer to a whole submission."""

    accepted = fields.Integer()
    duplicate = fields.Integer()
    quarantined = fields.Integer()
    results = fields.List(fields.Nested(EventResultSchema))


_schema = EventSchema()


def read_event(raw: Mapping[str, Any], *, now: datetime | None = None) -> EventDraft:
    """The event of ``raw`` (field → value; a file's empty cells left out). Raises BadRow with what is wrong."""
    try:
        values = _schema.load({name: _trimmed(raw[name]) for name in ALL_FIELDS if name in raw})
    except ValidationError as wrong:
        raise BadRow("；".join(_sentences(wrong.messages_dict))) from None
    if any(_cannot_be_kept(value) for value in values.values() if isinstance(value, str)):
        raise BadRow("含有无法保存的字符")
    if values["happened_at"] > (now or datetime.now(UTC)) + AHEAD:
        raise BadRow("发生时间：在将来")
    kind = SuspensionKind.of_word(values.pop("special_kind", ""))
    return EventDraft(**{"item_name": "", **values}, special_kind=kind)


def _cannot_be_kept(text: str) -> bool:
    """NUL, or half of a character pair."""
    return "\x00" in text or any("\ud800" <= char <= "\udfff" for char in text)


def _trimmed(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def _sentences(messages: Mapping[str, Any]) -> list[str]:
    return [f"{ALL_FIELDS.get(name, name)}：{'、'.join(map(str, found))}" for name, found in messages.items()]
