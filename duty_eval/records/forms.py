from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import DateField, DecimalField, HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError

from duty_eval.evidence.models import LINK_LENGTH
from duty_eval.records.errors import LateWithoutReason, NoWords
from duty_eval.records.models import CONTENT_LENGTH, RecordOrigin
from duty_eval.records.offers import Offer
from duty_eval.records.operations import MOST_AT_ONCE, Entry, says_something
from duty_eval.records.spans import minute_of, require_sound
from host.kernel.db import AnyRow
from host.kernel.errors import DomainError, Refused
from host.kernel.forms import ChineseForm, options

FIRST_YEAR, LAST_YEAR = 2000, 2100
#: Quarter-hour steps that the phone offers as buttons.
MINUTE_CHOICES = (15, 30, 60, 120, 240, 480)


class RecordForm(ChineseForm):
    """One thing done. ``client_key`` makes a repeated submission harmless."""

    client_key = HiddenField(validators=[DataRequired("页面已过期，请刷新后重新填写")])
    worked_on = DateField("日期", [InputRequired("请选择日期")])
    post_duty_id = SelectField("对应职责", coerce=int, validate_choice=False, default=0)
    content = TextAreaField(
        "做了什么",
        [Length(max=CONTENT_LENGTH, message=f"内容不能超过 {CONTENT_LENGTH} 字")],
        description="选了职责并填了数量或用时的，可以不写。",
    )
    quantity = DecimalField(
        "数量", [Optional(), NumberRange(min=0.01, max=99999999, message="数量应大于 0")], places=None
    )
    minutes = IntegerField(
        "用时（分钟）", [Optional(), NumberRange(min=1, max=1440, message="用时应为 1 至 1440 分钟")]
    )
    start = StringField(
        "起始时刻",
        description="想写才写，按一刻钟，如 9:15；须同时填用时。只用来提示时段重叠，系统不从设备、登录或提交时间推算。",
    )
    overlap_reason = StringField(
        "时段重叠的原因",
        [Length(max=200, message="原因不能超过 200 字")],
        description="与当天另一项的时段重叠，而又属实的，在这里说明。",
    )
    result = StringField("成果", [Length(max=500, message="成果不能超过 500 字")])
    problem = StringField("存在问题", [Length(max=500, message="不能超过 500 字")])
    next_step = StringField("下步打算", [Length(max=500, message="不能超过 500 字")])
    case_no = StringField("办件编号", [Length(max=80, message="编号不能超过 80 字")])
    link = StringField("佐证链接", [Length(max=LINK_LENGTH, message=f"链接不能超过 {LINK_LENGTH} 字")])
    late_reason = StringField("补填原因", [Length(max=200, message="原因不能超过 200 字")])

    def validate_content(self, field: TextAreaField) -> None:
        has_amount = self.quantity.data is not None or self.minutes.data is not None
        if not (field.data or "").strip() and not (self.post_duty_id.data and has_amount):
            raise ValidationError(NoWords.message)

    def validate_start(self, field: StringField) -> None:
        try:
            require_sound(minute_of(field.data or ""), self.minutes.data)
        except Refused as refused:
            raise ValidationError(str(refused)) from refused

    def entry(self, origin: RecordOrigin = RecordOrigin.TYPED) -> Entry:
        return Entry(
            post_duty_id=self.post_duty_id.data or None,
            content=(self.content.data or "").strip(),
            quantity=self.quantity.data,
            minutes=self.minutes.data,
            start_minute=minute_of(self.start.data or ""),
            result=(self.result.data or "").strip(),
            problem=(self.problem.data or "").strip(),
            next_step=(self.next_step.data or "").strip(),
            case_no=(self.case_no.data or "").strip() or None,
            origin=origin,
        )


def say_refused(form: RecordForm, refused: DomainError) -> None:
    """Put what was refused beside the field that it is about, else on top of the form."""
    field = {NoWords: form.content, LateWithoutReason: form.late_reason}
    about = next((field[kind] for kind in field if isinstance(refused, kind)), None)
    if about is None:
        form.form_errors.append(str(refused))
    else:
        about.errors = [*about.errors, str(refused)]


def duty_choices(duties: Sequence[AnyRow]) -> list[Any]:
    """The duties of ``duty_buttons`` and work outside them, as the choices of a field."""
    named = ((duty.id, f"{duty.text}（须写明做了什么）" if duty.asks_words else duty.text) for duty in duties)
    return options([*named, (0, "岗位职责以外的工作")])


class CorrectionForm(RecordForm):
    #: The record's own day, which is fixed: the form need not send it.
    worked_on = DateField("日期", [Optional()])
    reason = StringField("修改说明", [DataRequired("请填写修改说明"), Length(max=200, message="说明不能超过 200 字")])


class BehalfForm(RecordForm):
    """One thing that somebody else did."""

    reason = StringField("代填原因", [DataRequired("请说明代填原因"), Length(max=200, message="原因不能超过 200 字")])


class ReattachForm(ChineseForm):
    post_duty_id = SelectField("对应职责", coerce=int, validate_choice=False, default=0)
    reason = StringField("改挂原因", [DataRequired("请说明改挂原因"), Length(max=200, message="原因不能超过 200 字")])


class RepeatForm(RecordForm):
    """The same on each working day from ``worked_on`` to ``last``."""

    last = DateField("结束日期", [InputRequired("请选择结束日期")])


def chosen_offers(form: MultiDict[str, str]) -> list[Entry]:
    """The lines of the prefilled day that were left ticked: fields ``<n>-content`` and so on for each chosen n.

    Raises Refused naming the line that cannot be taken.
    """
    chosen = form.getlist("chosen")
    if not chosen:
        raise Refused("请至少勾选一项后再提交")
    if len(chosen) > MOST_AT_ONCE:
        raise Refused(f"一次最多提交 {MOST_AT_ONCE} 项")
    return [_offered(form, number, line) for line, number in enumerate(chosen, start=1)]


def typed_over(offers: Sequence[Offer], form: MultiDict[str, str], refused: Refused) -> list[Offer]:
    """The offers of the day as they were last edited, so that a refusal loses nothing that was typed."""
    chosen = form.getlist("chosen")
    silent = {chosen[place] for place in refused.places if place < len(chosen)} if isinstance(refused, NoWords) else ()
    sent = {
        tuple(form.get(f"{number}-{name}", "") for name in _SAME): str(number)
        for number in range(1, MOST_AT_ONCE + 1)
        if f"{number}-content" in form
    }
    retyped = ((offer, sent.get(_same(offer))) for offer in offers)
    return [replace(_retyped(offer, number, chosen, form), needs_words=number in silent) for offer, number in retyped]


#: What tells one offer from another, in the form and on the offer.
_SAME = ("suggestion_id", "task_id", "post_duty_id")


def _same(offer: Offer) -> tuple[str, ...]:
    return tuple(str(getattr(offer, name) or "") for name in _SAME)


def _retyped(offer: Offer, number: str | None, chosen: Sequence[str], form: MultiDict[str, str]) -> Offer:
    if number is None:
        return replace(offer, is_checked=False)
    return replace(
        offer,
        content=form.get(f"{number}-content", ""),
        typed_quantity=form.get(f"{number}-quantity", ""),
        typed_minutes=form.get(f"{number}-minutes", ""),
        typed_start=form.get(f"{number}-start", ""),
        is_checked=number in chosen,
    )


def submitted_ids(text: str) -> list[int]:
    """``17.18`` → [17, 18]: the records that a page has just made; what is no number is left out."""
    numbers = text.split(".")[:MOST_AT_ONCE]
    return [int(number) for number in numbers if number.isascii() and number.isdigit() and len(number) < 19]


def _offered(form: MultiDict[str, str], number: str, line: int) -> Entry:
    content = form.get(f"{number}-content", "").strip()
    if len(content) > CONTENT_LENGTH:
        raise Refused(f"第 {line} 项的内容超过 {CONTENT_LENGTH} 字，请修改")
    entry = Entry(
        post_duty_id=_whole(form, f"{number}-post_duty_id", line, most=2**62),
        content=content,
        quantity=_quantity(form.get(f"{number}-quantity", ""), line),
        minutes=_whole(form, f"{number}-minutes", line, most=1440),
        start_minute=_start(form, number, line),
        case_no=form.get(f"{number}-case_no", "")[:80] or None,
        origin=RecordOrigin.PREFILLED,
        suggestion_id=_whole(form, f"{number}-suggestion_id", line, most=2**62),
        task_id=_whole(form, f"{number}-task_id", line, most=2**62),
    )
    if not says_something(entry):
        raise NoWords(f"第 {line} 项：{NoWords.message}", places=[line - 1])
    return entry


def _whole(form: MultiDict[str, str], name: str, line: int, *, most: int) -> int | None:
    text = form.get(name, "").strip()
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or not 0 < int(text[:20]) <= most:
        raise Refused(f"第 {line} 项的数字有误，请修改")
    return int(text)


def _start(form: MultiDict[str, str], number: str, line: int) -> int | None:
    try:
        start = minute_of(form.get(f"{number}-start", ""))
        require_sound(start, _whole(form, f"{number}-minutes", line, most=1440))
    except Refused as refused:
        raise Refused(f"第 {line} 项：{refused}") from refused
    return start


def _quantity(text: str, line: int) -> Decimal | None:
    if not text.strip():
        return None
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        raise Refused(f"第 {line} 项的数量不是数字，请修改") from None
    if not value.is_finite() or not Decimal("0.01") <= value <= Decimal(99999999):
        raise Refused(f"第 {line} 项的数量应大于 0")
    return value.quantize(Decimal("0.01"))


def day_of(values: Any, name: str, default: date) -> date:
    """A day out of the query string; raises Refused when it is none."""
    text = values.get(name, "")
    if not text:
        return default
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Refused("日期格式应为 2026-03-02") from None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:  # the day before and the month after must be days too
        raise Refused(f"日期应在 {FIRST_YEAR} 年至 {LAST_YEAR} 年之间")
    return day
