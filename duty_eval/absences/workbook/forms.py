from __future__ import annotations

from flask_wtf.file import FileField, FileRequired

from host.kernel.forms import ChineseForm


class UploadForm(ChineseForm):
    """A workbook of leave."""

    file = FileField(
        "请假工作簿",
        [FileRequired("请选择要导入的工作簿")],
        description="Excel 工作簿或 CSV，列为：人员编码、姓名、种类、起、止、半天、事由。半天写上午或下午，全天不填",
    )
