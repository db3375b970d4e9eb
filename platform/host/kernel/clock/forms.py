from wtforms import BooleanField, StringField
from wtforms.validators import InputRequired, Length

from host.kernel.forms import ChineseForm


class ScheduleForm(ChineseForm):
    cron = StringField(
        "时间规则",
        description="五段：分 时 日 月 星期，北京时间。例如 10 2 * * * 为每天 2:10，0 8 * * 1-5 为周一至周五 8:00。",
        validators=[InputRequired("请填写时间规则"), Length(max=80, message="时间规则不超过 80 个字符")],
    )
    is_on = BooleanField("启用")
