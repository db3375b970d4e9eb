"""Lists of duty records that go out as tables: a person's, a duty's, a division's, the review queue."""

from __future__ import annotations

from duty_eval.dashboards.forms import shown
from duty_eval.dashboards.queries import region_of
from duty_eval.permissions import Permission
from duty_eval.records.lists import listed, listed_of_person, listed_of_unit, record_filter
from duty_eval.records.models import DutyRecord
from duty_eval.records.of_region import listed_of_region, of_region
from duty_eval.review.queries import attention, queue
from host.kernel.access import Actor
from host.kernel.db import AnyRow, AnySelect
from host.kernel.pages import clock, today_in_china
from host.kernel.partitions import first_of_month
from host.kernel.tables.exports import Columns, Values, day_of, register_export, whole_of

_RECORD: Columns = {
    "日期": "DutyRecord.worked_on",
    "姓名": "person_name",
    "对应职责": lambda row: row.duty_text or "职责以外",
    "做了什么": "DutyRecord.content",
    "数量": "DutyRecord.quantity",
    "计量单位": "DutyRecord.measure_unit",
    "用时（分钟）": "DutyRecord.minutes",
    "起始时刻": lambda row: _started(row),
    "成果": "DutyRecord.result",
    "存在问题": "DutyRecord.problem",
    "下步打算": "DutyRecord.next_step",
    "办件编号": "DutyRecord.case_no",
    "来源": "DutyRecord.origin",
    "状态": "DutyRecord.record_state",
    "提交时间": "DutyRecord.submitted_at",
}


def _started(row: AnyRow) -> str:
    record = getattr(row, "DutyRecord", row)
    return "" if record.start_minute is None else clock(record.start_minute)


def _of_person(actor: Actor, values: Values) -> AnySelect:
    today = today_in_china()
    first, last = day_of(values, "from", first_of_month(today)), day_of(values, "to", today)
    return listed_of_person(actor, whole_of(values, "person_id"), first, last, record_filter(values))


register_export(
    "duty_eval.person_records",
    "个人履职纪实",
    permission=Permission.DUTY_RECORD_READ,
    columns=_RECORD,
    rows=_of_person,
)

register_export(
    "duty_eval.my_records",
    "我的履职纪实",
    permission=Permission.DUTY_RECORD_LOG,
    columns=_RECORD,
    rows=lambda actor, values: _of_person(actor, {**values, "person_id": str(actor.person_id or 0)}),
)


def _of_unit(actor: Actor, values: Values) -> AnySelect:
    today = today_in_china()
    first, last = day_of(values, "from", first_of_month(today)), day_of(values, "to", today)
    return listed_of_unit(actor, whole_of(values, "unit_id"), first, last, record_filter(values))


register_export(
    "duty_eval.unit_records",
    "单位履职纪实",
    permission=Permission.DUTY_RECORD_READ,
    columns=_RECORD,
    rows=_of_unit,
)

register_export(
    "duty_eval.duty_records",
    "岗位职责的履职纪实",
    permission=Permission.DUTY_RECORD_READ,
    columns=_RECORD,
    rows=lambda actor, values: listed(actor).where(DutyRecord.post_duty_id == whole_of(values, "post_duty_id")),
)


def _of_region(actor: Actor, values: Values) -> AnySelect:
    at = shown(values, today_in_china())
    place = region_of(values.get("code", ""), actor, at.day)
    return listed_of_region(actor, of_region(place.code, at.span, values))


register_export(
    "duty_eval.region_records",
    "区划履职纪实",
    permission=Permission.DUTY_RECORD_READ,
    columns={
        "区划代码": "region_code",
        "单位": "unit_name",
        "科室": "section_name",
        **{
            title: column.removeprefix("DutyRecord.") if isinstance(column, str) else column
            for title, column in _RECORD.items()
        },
    },
    rows=_of_region,
    names_people=True,
)


def _waiting(actor: Actor, values: Values) -> AnySelect:
    return queue(
        actor,
        which=values.get("which", ""),
        person_id=whole_of(values, "person") if values.get("person") else None,
        day=day_of(values, "day", today_in_china()) if values.get("day") else None,
    )


register_export(
    "duty_eval.review_queue",
    "待审核履职纪实",
    permission=Permission.REVIEW_OPEN,
    columns={**_RECORD, "提示": lambda row: attention(row.DutyRecord)},
    rows=_waiting,
)
