from flask_wtf.file import FileField
from wtforms import BooleanField, TextAreaField
from wtforms.validators import DataRequired, Length

from host.kernel.forms import ChineseForm


class RectifyForm(ChineseForm):
    done = TextAreaField(
        "整改情况",
        [DataRequired("请写明做了什么"), Length(max=2000, message="不能超过 2000 字")],
        description="写明做了什么、何时完成；后面由他人核验。",
    )
    evidence = FileField("佐证材料", description="照片、PDF 或 Word、Excel 文件。")


class NoteForm(ChineseForm):
    note = TextAreaField("说明", [DataRequired("请写明情况"), Length(max=1000, message="不能超过 1000 字")])


class RaiseForm(ChineseForm):
    reason = TextAreaField(
        "转为预警的理由",
        [DataRequired("请写明为什么转为预警"), Length(max=1000, message="不能超过 1000 字")],
        description="写明要单位核对或整改什么；单位在预警中看到这段话。",
    )


class RuleForm(ChineseForm):
    """Its thresholds are read from the rule: they differ from one to the next."""

    is_on = BooleanField("启用")
