from __future__ import annotations

from flask_wtf.file import FileField, FileRequired
from wtforms import DateField
from wtforms.validators import DataRequired

from host.kernel.forms import ChineseForm


class BreakdownForm(ChineseForm):
    """A filled-in form and the day from which it is to hold."""

    file = FileField(
        "分解表", [FileRequired("请选择填好的分解表")], description="Excel 或 CSV；可先下载空表，科室职能已填好"
    )
    on = DateField("生效日期", [DataRequired("请填写生效日期，如 2026-03-02")])
