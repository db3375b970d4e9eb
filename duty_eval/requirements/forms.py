from __future__ import annotations

from wtforms import RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length, ValidationError

from basic_info.organization.kinds import PostClass
from duty_eval.requirements.models import LONGEST_DUTY, Asking
from host.kernel.dated import DatedForm, first_day, why
from host.kernel.forms import members, options


def _asks_words() -> RadioField:
    return RadioField(
        "须写明做了什么",
        [InputRequired("请选择")],
        **members(Asking),
        description="要求的，只填数量、用时不能提交；业务系统归集和交办带出的内容不受此限。",
    )


def _asks_evidence() -> RadioField:
    return RadioField(
        "提示附佐证",
        [InputRequired("请选择")],
        **members(Asking),
        description="要求的，填写时提示附文件、链接或办件编号；不附也能提交，不要求拍照。",
    )


class RequirementForm(DatedForm):
    """``target``: ``duty-7``, or ``post-3`` for all duties of a post; the choices are set by the view."""

    target = SelectField("岗位职责", [InputRequired("请选择岗位职责")])
    words = _asks_words()
    evidence = _asks_evidence()
    on = first_day()
    reason = why()

    def validate_target(self, field: SelectField) -> None:
        if not field.data:
            raise ValidationError("请选择岗位职责")

    def chosen(self) -> dict[str, int]:
        """Of which duty or post: {"duty_id": 7} or {"post_id": 3}."""
        kind, _, number = str(self.target.data).partition("-")
        return {f"{kind}_id": int(number)}


class GroupForm(DatedForm):
    """What is asked of a class of posts, or of one duty by its words."""

    post_class = SelectField(
        "岗位类别",
        choices=options([("", "不按类别，按下面的一项职责"), *((one.value, f"{one.label}岗位") for one in PostClass)]),
        default="",
    )
    duty_text = StringField(
        "一项职责",
        [Length(max=LONGEST_DUTY, message=f"不能超过 {LONGEST_DUTY} 字")],
        description="按登记的原文；各单位写法相同的都算。没有选岗位类别时填写。",
    )
    words = _asks_words()
    evidence = _asks_evidence()
    on = first_day()
    reason = why()

    def validate_duty_text(self, field: StringField) -> None:
        named = bool((field.data or "").strip())
        if named == bool(self.post_class.data):
            raise ValidationError("岗位类别和一项职责只能选一种" if named else "请选择岗位类别，或填写一项职责")

    @property
    def of(self) -> PostClass | str:
        return PostClass.of_word(self.post_class.data or "") or self.duty_text.data or ""
