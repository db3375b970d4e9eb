from __future__ import annotations

from wtforms import IntegerField

from host.kernel.dated import DatedForm, between, first_day, why


class LadderForm(DatedForm):
    """After how many days who is told next."""

    head_workdays = IntegerField(
        "告知本人后几个工作日仍未处置，告知科室负责人",
        between(1, 30),
        description="本人请假的，当天直接告知科室负责人；负责人请假的，告知代行人，没有代行人的告知上一级。",
    )
    leader_workdays = IntegerField("告知科室负责人（单位经办人）后几个工作日，告知分管领导", between(1, 30))
    office_workdays = IntegerField("告知分管领导后几个工作日，告知编办", between(1, 30))
    follow_up_days = IntegerField(
        "没有销号的，每几天催办一次",
        between(1, 60),
        description="从预警发生之日起按自然日计算，遇休息日顺延到下一个工作日，以后的日子不变，直到销号。",
    )
    on = first_day()
    reason = why()
