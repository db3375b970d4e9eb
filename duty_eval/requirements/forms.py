from __future__ import annotations

from wtforms import RadioField, SelectField
from wtforms.validators import InputRequired, ValidationError

from duty_eval.requirements.models import Asking
from host.kernel.dated import DatedForm, first_day, why
from host.kernel.forms import members


class RequirementForm(DatedForm):
    """``target``: ``duty-7``, or ``post-3`` for all duties of a post; the choices are set by the view."""

    target = SelectField("岗位职责", [InputRequired("请选择岗位职责")])
    words = RadioField(
        "须写明做了什么",
        [InputRequired("请选择")],
        **members(Asking),
        description="要求的，只填数量、用时不能提交；业务系统归集和交办带出的内容不受此限。",
    )
    evidence = RadioField(
        "提示附佐证",
        [InputRequired("请选择")],
        **members(Asking),
        description="要求的，填写时提示附文件、链接或办件编号；不附也能提交，不要求拍照。",
    )
    on = first_day()
    reason = why()

    def validate_target(self, field: SelectField) -> None:
        if not field.data:
            raise ValidationError("请选择岗位职责")

    def chosen(self) -> dict[str, int]:
        """Of which duty or post: {"duty_id": 7} or {"post_id": 3}."""
        kind, _, number = str(self.target.data).partition("-")
        return {f"{kind}_id": int(number)}
