from __future__ import annotations

from flask_wtf.file import FileField
from wtforms import IntegerField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the types
from wtforms.validators import DataRequired, Length, NumberRange

from host.kernel.calendar.models import DayKind
from host.kernel.forms import ChineseForm


class DayForm(ChineseForm):
    """What a day is, and why it is changed."""

    kind = RadioField(
        "这一天是", [DataRequired("请选择")], choices=[SelectChoice(kind.value, kind.label) for kind in DayKind]
    )
    note = StringField("节日名称", [Length(max=40, message="不超过 40 个字")])
    reason = StringField("修改理由", [DataRequired("请填写修改理由"), Length(max=200, message="不超过 200 个字")])


class NoticeForm(ChineseForm):
    """The yearly notice: pasted lines or a sheet."""

    year = IntegerField(
        "年份",
        [DataRequired("请填写年份，如 2027"), NumberRange(2004, 2100, message="年份应在 2004 至 2100 之间")],
    )
    source = StringField(
        "依据文件",
        [DataRequired("请填写通知的名称或文号"), Length(max=200, message="不超过 200 个字")],
        description="如：国务院办公厅关于 2027 年部分节假日安排的通知",
    )
    text = TextAreaField(
        "放假与调休上班的日期",
        [Length(max=20_000, message="内容过长，请只保留日期")],
        description="可直接贴入通知中“一、元旦：……”各条原文；"
        "也可每行写一个或一段日期，后面写“休”或“班”，例如：2027-02-05 至 2027-02-11 休 春节",
    )
    file = FileField("或上传表格", description="第一列日期，第二列“休”或“班”，第三列节日名称（.xlsx、.xls、.csv）")
