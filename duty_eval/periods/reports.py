from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from duty_eval.periods import queries
from duty_eval.permissions import Permission
from duty_eval.records.forms import day_of
from host.kernel.pages import today_in_china
from host.kernel.partitions import first_of_month
from host.kernel.tables.exports import register_export


def month_of(values: Mapping[str, str]) -> date:
    """The month that was asked for, else the last one that is over."""
    return first_of_month(day_of(values, "month", first_of_month(today_in_china(), plus=-1)))


register_export(
    "duty_eval.periods",
    "各单位月度锁定情况",
    permission=Permission.PERIOD_LOCK,
    columns={
        "单位": "name",
        "地区": "region_name",
        "科室": "sections",
        "已锁定": "locked",
        "重新开放": "opened",
        "未审核纪实": "unreviewed",
    },
    rows=lambda actor, values: queries.units_of_month(actor, month_of(values), today_in_china()),
)
