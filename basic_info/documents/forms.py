from flask_wtf.file import FileField, FileRequired
from wtforms import IntegerField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the types
from wtforms.validators import DataRequired, Length, NumberRange, Optional

from basic_info.documents.library import PaperKind
from host.kernel.forms import ChineseForm


class UploadForm(ChineseForm):
    kind = RadioField(
        "文件种类",
        [DataRequired("请选择文件种类")],
        choices=[SelectChoice(kind.value, kind.label) for kind in PaperKind],
        description="「三定」规定为 .docx、.pdf 或 .txt，权责清单为 .xlsx 或 .xls，"
        "流程图为 .bpmn 或环节表（.xlsx、.xls、.csv）",
    )
    file = FileField("文件", [FileRequired("请选择文件")])


class TakeInForm(ChineseForm):
    year = IntegerField("清单年度", [Optional(), NumberRange(1990, 2100, message="年度应在 1990 到 2100 之间")])


class ReturnMandateForm(ChineseForm):
    reason = StringField("退回原因", [DataRequired("请填写退回原因"), Length(max=200, message="原因不能超过 200 字")])


class MatchForm(ChineseForm):
    """Which section or post of the register a name in a document means; the view sets the choices."""

    key = StringField("名称", [DataRequired("请从列表中选择"), Length(max=500)])
    target = SelectField("对应到", coerce=int)
