"""Lists of the monitor that go out as tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import literal

from function_monitor.alerts import queries as alerts
from function_monitor.cases import queries as cases
from function_monitor.cases.models import CaseState
from function_monitor.collection import queries as collection
from function_monitor.collection.schemas import ALL_FIELDS
from function_monitor.permissions import Permission
from host.kernel.access import Actor
from host.kernel.db import AnySelect
from host.kernel.pages import today_in_china
from host.kernel.tables.exports import register_export, whole_of

Values = Mapping[str, str]


def _alerts(actor: Actor, values: Values) -> AnySelect:
    """As on the desk: people are named only where the desk names them."""
    names_people = literal(alerts.names_people(actor)).label("names_people")
    return alerts.alerts_on_desk(actor, alerts.Filters.of(values)).add_columns(names_people)


register_export(
    "function_monitor.alerts",
    "预警",
    permission=Permission.ALERT_READ,
    columns={
        "编号": "Alert.alert_no",
        "级别": "Alert.level",
        "规则": "rule_name",
        "预警": "Alert.title",
        "单位": "unit_name",
        "科室或人员": lambda row: (row.person_name if row.names_people else None) or row.section_name,
        "状态": "Alert.alert_state",
        "首次发现": "Alert.first_seen_on",
        "最近一次": "Alert.last_seen_on",
        "持续天数": "Alert.hit_count",
        "恢复日期": "Alert.recovered_on",
        "整改情况": "Alert.done",
        "销号日期": "Alert.closed_on",
    },
    rows=_alerts,
)


def _cases(actor: Actor, values: Values) -> AnySelect:
    return cases.cases(
        actor,
        today=today_in_china(),
        state=CaseState.of_word(values.get("state", "")),
        number=values.get("number", "").strip(),
        late_only=values.get("late") == "1",
        suspended_only=values.get("late") == "stopped",
        post_duty_id=whole_of(values, "post_duty_id") if values.get("post_duty_id") else None,
        power_item_id=whole_of(values, "power_item_id") if values.get("power_item_id") else None,
    )


register_export(
    "function_monitor.cases",
    "办件",
    permission=Permission.CASE_READ,
    columns={
        "办件编号": "FlowCase.case_no",
        "事项编码": "FlowCase.item_code",
        "事项": "FlowCase.item_name",
        "单位": "unit_name",
        "状态": "FlowCase.case_state",
        "超过法定时限": "is_late",
        "超过承诺时限": "is_promise_broken",
        "中止计时": "is_suspended",
        "受理时间": "FlowCase.begun_at",
        "最近一步": "FlowCase.last_event_at",
        "办结时间": "FlowCase.closed_at",
    },
    rows=_cases,
)


def _said(row: Any) -> str:
    """The row as its system sent it, in one cell."""
    return "；".join(f"{ALL_FIELDS.get(name, name)}：{value}" for name, value in row.QuarantineRow.raw.items())


register_export(
    "function_monitor.quarantine",
    "隔离数据",
    permission=Permission.QUARANTINE_RESOLVE,
    columns={
        "业务系统": "system_name",
        "文件": "file_name",
        "行": "QuarantineRow.line_no",
        "原因": "QuarantineRow.reason",
        "内容": _said,
        "状态": "QuarantineRow.quarantine_state",
        "时间": "QuarantineRow.created_at",
    },
    rows=lambda actor, values: collection.quarantined_rows(actor, collection.Sieve.of(values)),
)

register_export(
    "function_monitor.sources",
    "投放目录",
    permission=Permission.SOURCE_EDIT,
    columns={
        "名称": "CollectorSource.name",
        "业务系统": "system_name",
        "目录": "CollectorSource.folder",
        "样式": "CollectorSource.pattern",
        "已采集文件": "files",
        "最近采集": "last_collected_at",
    },
    rows=lambda actor, _values: collection.watched_folders(actor),
)
