"""Lists of the register that go out as tables."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import and_, func, select
from sqlalchemy.orm import aliased

from basic_info.organization import cards, listing
from basic_info.organization.kinds import QuotaKind
from basic_info.organization.models import Appointment, Post, PostVersion, Section, SectionVersion
from basic_info.organization.queries import section_names
from basic_info.permissions import Permission
from basic_info.regions.models import Region, RegionVersion
from host.kernel.access import Actor
from host.kernel.db import AnySelect
from host.kernel.pages import today_in_china
from host.kernel.tables.exports import day_of, register_export, whole_of
from host.kernel.versions import in_force

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
    names_people=True,
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


def _sections(actor: Actor, values: Mapping[str, str]) -> AnySelect:
    day = day_of(values, "as_of", today_in_china())
    unit = cards.unit_of(actor, whole_of(values, "unit_id"))
    return (
        select(Section.code, SectionVersion)
        .join(SectionVersion, and_(SectionVersion.section_id == Section.id, in_force(SectionVersion, day)))
        .where(Section.unit_id == unit.id)
        .order_by(SectionVersion.sort_no, Section.code)
    )


register_export(
    "basic_info.sections",
    "科室名单",
    permission=Permission.UNIT_READ,
    columns={
        "科室编码": "code",
        "科室": "SectionVersion.name",
        "类别": "SectionVersion.section_kind",
        "规格": "SectionVersion.rank",
        "综合性科室": "SectionVersion.is_general",
    },
    rows=_sections,
)


def _posts(actor: Actor, values: Mapping[str, str]) -> AnySelect:
    """The posts of a unit, or of one section of it."""
    day = day_of(values, "as_of", today_in_china())
    if "section_id" in values:
        place = Section.id == cards.section_card(actor, whole_of(values, "section_id"), day=day).Section.id
    else:
        place = Section.unit_id == cards.unit_of(actor, whole_of(values, "unit_id")).id
    section = section_names(day)
    held = select(func.count()).where(Appointment.post_id == Post.id, in_force(Appointment, day)).scalar_subquery()
    return (
        select(Post.code, PostVersion, section.c.name.label("section"), held.label("people"))
        .join(PostVersion, and_(PostVersion.post_id == Post.id, in_force(PostVersion, day)))
        .join(Section, Section.id == Post.section_id)
        .outerjoin(section, section.c.section_id == Section.id)
        .where(place)
        .order_by(Section.code, PostVersion.is_leader_post.desc(), Post.code)
    )


register_export(
    "basic_info.posts",
    "岗位名单",
    permission=Permission.UNIT_READ,
    columns={
        "岗位编码": "code",
        "科室": "section",
        "岗位": "PostVersion.title",
        "类别": "PostVersion.post_class",
        "等级": "PostVersion.post_grade",
        "核定": "PostVersion.seat_count",
        "在岗": "people",
    },
    rows=_posts,
)


def _regions(_actor: Actor, values: Mapping[str, str]) -> AnySelect:
    """Divisions are public: the whole tree, by code."""
    day = day_of(values, "as_of", today_in_china())
    above = aliased(RegionVersion)
    return (
        select(Region.code, RegionVersion, above.name.label("above"))
        .join(RegionVersion, RegionVersion.region_id == Region.id)
        .outerjoin(above, and_(above.region_id == RegionVersion.parent_id, in_force(above, day)))
        .where(in_force(RegionVersion, day))
        .order_by(Region.code)
    )


register_export(
    "basic_info.regions",
    "行政区划",
    permission=Permission.UNIT_READ,
    columns={
        "代码": "code",
        "名称": "RegionVersion.name",
        "层级": "RegionVersion.tier",
        "上级": "above",
        "统计用区": "RegionVersion.is_statistical",
    },
    rows=_regions,
)
