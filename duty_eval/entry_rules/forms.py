from __future__ import annotations

from decimal import Decimal

from wtforms import BooleanField, DateField, DecimalField, IntegerField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from duty_eval.entry_rules.models import CapMode, OverlapMode
from duty_eval.entry_rules.queries import Rules
from host.kernel.forms import ChineseForm, members, options


def _between(least: float, most: float) -> list[object]:
    return [InputRequired("请填写"), NumberRange(least, most, f"应为 {least:g} 至 {most:g}")]


class RulesForm(ChineseForm):
    """What a division checks; each field says in its hint what it does."""

    free_late_workdays = IntegerField(
        "几个工作日以内补填不用说明原因", _between(0, 30), description="超过的，本人写明原因后仍可补填，审核时会提示。"
    )
    lock_workday = IntegerField(
        "每月在次月第几个工作日锁定", _between(1, 20), description="到这一天夜里自动锁定上个月，之后不能再填写和修改。"
    )
    long_day_minutes = IntegerField(
        "一天用时合计超过多少分钟提示审核人", _between(600, 1440), description="超过 24 小时的一律不能提交。"
    )
    overlap_mode = SelectField(
        "同一天两项的时段重叠时",
        [InputRequired("请选择")],
        **members(OverlapMode),
        description="只看本人自愿写了起始时刻的纪实，也看与半天请假的重叠；不写时段的不检查。",
    )
    quantity_times = DecimalField("数量超过本人平时（中位数）几倍提示审核人", _between(1.5, 100), places=None)
    compares_text = BooleanField("比对手工填写的文字是否雷同", description="系统预填和用按钮复制的内容不比对。")
    alike_percent = IntegerField("文字相同达到百分之几提示审核人", _between(70, 100))
    sample_percent = IntegerField(
        "批量通过前抽查百分之几",
        _between(0, 100),
        description="按编号随机抽中的纪实，审核人须逐项打开看过，才能批量通过。0 为不抽查，建议 5 至 10。",
    )
    publicity_workdays = IntegerField(
        "平时考核“好”等次公示几个工作日",
        _between(3, 30),
        description="在本单位范围内公示姓名和等次，张贴当天不计；已经开始的公示不受影响。",
    )
    routine_cap = SelectField(
        "平时考核“好”等次超过 40% 时",
        [InputRequired("请选择")],
        choices=options((mode.value, mode.label) for mode in CapMode),
        coerce=lambda value: CapMode.of_word(value) or value,
        description="新开展的考核按此执行；已经开展的不变。",
    )
    reminds = BooleanField(
        "工作日提醒还没有办的事",
        description="每个工作日下午一次，只提醒本人：未填的日子、到期的任务、待审核的条数；请假的人不提醒。几点提醒由系统管理员在“定时任务”中设定。",
    )
    load_low_percent = IntegerField("饱和度低于百分之几为不饱和", _between(10, 100))
    load_high_percent = IntegerField(
        "饱和度高于百分之几为超负荷",
        _between(100, 300),
        description="只用于科室之间比较，不用于个人；过去的月份按当时的规定。",
    )
    on = DateField("从哪一天起执行", [InputRequired("请选择日期")])
    reason = StringField("调整原因", [DataRequired("请说明为什么调整"), Length(max=200, message="原因不能超过 200 字")])

    def rules(self) -> Rules:
        """What was typed; only after validation."""
        return Rules(
            free_late_workdays=self.free_late_workdays.data or 0,
            lock_workday=self.lock_workday.data or 0,
            long_day_minutes=self.long_day_minutes.data or 0,
            overlap_mode=self.overlap_mode.data,
            quantity_times=self.quantity_times.data or Decimal(0),
            alike_percent=self.alike_percent.data or 0,
            compares_text=bool(self.compares_text.data),
            sample_percent=self.sample_percent.data or 0,
            publicity_workdays=self.publicity_workdays.data or 0,
            routine_cap=self.routine_cap.data,
            reminds=bool(self.reminds.data),
            load_low_percent=self.load_low_percent.data or 0,
            load_high_percent=self.load_high_percent.data or 0,
        )
