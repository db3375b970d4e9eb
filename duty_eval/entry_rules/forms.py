from __future__ import annotations

from wtforms import BooleanField, DecimalField, IntegerField, SelectField
from wtforms.validators import InputRequired

from duty_eval.entry_rules.models import CapMode, OverlapMode
from host.kernel.dated import DatedForm, between, first_day, why
from host.kernel.forms import members


class RulesForm(DatedForm):
    """What a division checks; each field says in its hint what it does."""

    free_late_workdays = IntegerField(
        "几个工作日以内补填不用说明原因", between(0, 30), description="超过的，本人写明原因后仍可补填，审核时会提示。"
    )
    lock_workday = IntegerField(
        "每月在次月第几个工作日锁定", between(1, 20), description="到这一天夜里自动锁定上个月，之后不能再填写和修改。"
    )
    long_day_minutes = IntegerField(
        "一天用时合计超过多少分钟提示审核人", between(600, 1440), description="超过 24 小时的一律不能提交。"
    )
    overlap_mode = SelectField(
        "同一天两项的时段重叠时",
        [InputRequired("请选择")],
        **members(OverlapMode),
        description="只看本人自愿写了起始时刻的纪实，也看与半天请假的重叠；不写时段的不检查。",
    )
    allows_weekly = BooleanField(
        "允许单位选择按周填报",
        description="不允许的，已经选择按周填报的单位从起始日期之后的星期一起按日填报；一周之内不变换。",
    )
    asks_words = BooleanField(
        "纪实须写明做了什么",
        description="不勾选的，选了职责并填了数量或用时即可提交；单位和科室可以在“填写要求”中按职责另行设定。",
    )
    asks_evidence = BooleanField(
        "提示附佐证", description="填写时提示附文件、链接或办件编号；不附也能提交，不要求拍照。可以按职责另行设定。"
    )
    quantity_times = DecimalField("数量超过本人平时（中位数）几倍提示审核人", between(1.5, 100), places=None)
    compares_text = BooleanField("比对手工填写的文字是否雷同", description="系统预填和用按钮复制的内容不比对。")
    alike_percent = IntegerField("文字相同达到百分之几提示审核人", between(70, 100))
    sample_percent = IntegerField(
        "批量通过前抽查百分之几",
        between(0, 100),
        description="按编号随机抽中的纪实，审核人须逐项打开看过，才能批量通过。0 为不抽查，建议 5 至 10。",
    )
    publicity_workdays = IntegerField(
        "平时考核“好”等次公示几个工作日",
        between(3, 30),
        description="在本单位范围内公示姓名和等次，张贴当天不计；已经开始的公示不受影响。",
    )
    routine_cap = SelectField(
        "平时考核“好”等次超过 40% 时",
        [InputRequired("请选择")],
        **members(CapMode),
        description="新开展的考核按此执行；已经开展的不变。",
    )
    load_low_percent = IntegerField("饱和度低于百分之几为不饱和", between(10, 100))
    load_high_percent = IntegerField(
        "饱和度高于百分之几为超负荷",
        between(100, 300),
        description="只用于科室之间比较，不用于个人；过去的月份按当时的规定。",
    )
    reminds = BooleanField(
        "工作日提醒还没有办的事",
        description="每个工作日下午一次，只提醒本人：未填的日子、到期的任务、待审核的条数；请假的人不提醒。几点提醒由系统管理员在“定时任务”中设定。",
    )
    on = first_day()
    reason = why()
