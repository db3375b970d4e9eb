from __future__ import annotations

from wtforms import DateField, IntegerField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from function_monitor.ladder.rules import Ladder
from host.kernel.forms import ChineseForm


def _between(least: int, most: int) -> list[object]:
    return [InputRequired("请填写"), NumberRange(least, most, f"应为 {least} 至 {most}")]


class LadderForm(ChineseForm):
    """After how many days who is told next."""

    head_workdays = IntegerField(
        "告知本人后几个工作日仍未处置，告知科室负责人",
        _between(1, 30),
        description="本人请假的，当天直接告知科室负责人；负责人请假的，告知代行人，没有代行人的告知上一级。",
    )
    leader_workdays = IntegerField("告知科室负责人（单位经办人）后几个工作日，告知分管领导", _between(1, 30))
    office_workdays = IntegerField("告知分管领导后几个工作日，告知编办", _between(1, 30))
    follow_up_days = IntegerField(
        "没有销号的，每几天催办一次",
        _between(1, 60),
        description="从预警发生之日起按自然日计算，遇休息日顺延到下一个工作日，以后的日子不变，直到销号。",
    )
    on = DateField("从哪一天起执行", [InputRequired("请选择日期")])
    reason = StringField("调整原因", [DataRequired("请说明为什么调整"), Length(max=200, message="原因不能超过 200 字")])

    def ladder(self) -> Ladder:
        """What was typed; only after validation."""
        return Ladder(
            head_workdays=self.head_workdays.data or 0,
            leader_workdays=self.leader_workdays.data or 0,
            office_workdays=self.office_workdays.data or 0,
            follow_up_days=self.follow_up_days.data or 0,
        )
