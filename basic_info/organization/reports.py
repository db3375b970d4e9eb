"""Lists of the register that go out as tables."""

from __future__ import annotations

from collections.abc import Mapping

from basic_info.organization import cards, listing
from basic_info.organization.kinds import QuotaKind
from basic_info.organization.queries import today_in_china
from basic_info.permissions import Permission
from host.kernel.access import Actor
from host.kernel.db import AnySelect
from host.kernel.tables.exports import day_of, register_export, whole_of

register_export(
    "basic_info.units",
    "单位名单",
    permission=Permission.UNIT_READ,
    columns={
        "单位编码": "code",
        "单位名称": "UnitVersion.name",
        "单位简称": "UnitVersion.short_name",
        "上级单位": "parent",
        "所属区划": "region",
        "层级": "UnitVersion.tier",
        "机构类型": "UnitVersion.unit_kind",
        "规格": "UnitVersion.rank",
        "经费形式": "UnitVersion.funding",
        "事业单位分类": "UnitVersion.institution_class",
        "统一社会信用代码": "UnitVersion.credit_code",
        "状态": "UnitVersion.unit_state",
    },
    rows=lambda actor, values: listing.units(
        actor, listing.UnitFilter.of(values), day=day_of(values, "as_of", today_in_china())
    ),
)


def _people_of_unit(actor: Actor, values: Mapping[str, str]) -> AnySelect:
    day = day_of(values, "as_of", today_in_china())
    unit = cards.unit_of(actor, whole_of(values, "unit_id"))
    quota = {kind.value: kind for kind in QuotaKind}.get(values.get("quota", ""))
    return cards.people_in_unit(actor, unit.id, day=day, quota_kind=quota, only_actual=values.get("actual") == "1")


register_export(
    "basic_info.people_of_unit",
    "单位人员名单",
    permission=Permission.PERSON_READ,
    columns={
        "姓名": "PersonVersion.name",
        "性别": "PersonVersion.sex",
        "科室": "section",
        "岗位": "post",
        "领导职务": "Appointment.leader_kind",
        "身份": "PersonVersion.identity",
        "人员类别": "PersonVersion.person_kind",
        "编制类型": "PersonVersion.quota_kind",
        "在岗状态": "PersonVersion.work_state",
    },
    rows=_people_of_unit,
)
