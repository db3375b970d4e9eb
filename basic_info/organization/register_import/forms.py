from __future__ import annotations

from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, DateField
from wtforms.validators import DataRequired

from host.kernel.forms import ChineseForm


class UploadForm(ChineseForm):
    """A register workbook and the day from which it holds."""

    file = FileField(
        "名册工作簿",
        [FileRequired("请选择名册工作簿")],
        description="Excel 工作簿，含“单位”“科室”“岗位”“人员”中的一张或多张工作表；或以其中一个为文件名的 CSV",
    )
    on = DateField("生效日期", [DataRequired("请填写生效日期，如 2026-03-02")])


class ConfirmForm(ChineseForm):
    """Bring a checked workbook into force."""

    keep_good = BooleanField("跳过有错误的行，只导入正确的行")
