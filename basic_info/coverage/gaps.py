"""The kinds of gaps, each as one select over all units: what ought to be joined and is not.

Columns of every select: unit_id, section_id (None: of the unit as a whole), layer, thing_id, text, place.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Text,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import aliased
from sqlalchemy.orm.util import AliasedClass

from basic_info.coverage.boundaries import is_divided
from basic_info.coverage.models import FunctionOverlap, OverlapRuling
from basic_info.duties.models import DutyLink, FunctionKind, LinkState, PostDuty, SectionDuty, UnitFunction
from basic_info.mandates.parsing.duties import CATCH_ALL
from basic_info.organization.kinds import Worded
from basic_info.organization.models import Appointment, Post, PostVersion, Section, SectionVersion, Unit, UnitVersion
from basic_info.power_lists.lines import line_of
from basic_info.power_lists.models import ListState, PowerItem, PowerItemSection, PowerKind, PowerList
from host.kernel.db import AnySelect
from host.kernel.versions import in_force


class Gap(Worded):
    """缺口 (R47, R58, R126)."""

    FUNCTION_WITHOUT_SECTION = "function_without_section", "职能悬空"
    DUTY_WITHOUT_POST = "duty_without_post", "科室职责无岗位"
    POST_DUTY_WITHOUT_SOURCE = "post_duty_without_source", "岗位职责无来源"
    POST_WITHOUT_DUTY = "post_without_duty", "岗位无职责"
    POST_WITHOUT_PERSON = "post_without_person", "岗位无人"
    FUNCTION_CLAIMED_TWICE = "function_claimed_twice", "职能交叉"
    FUNCTION_MAYBE_CLAIMED = "function_maybe_claimed", "疑似交叉"
    ITEM_HANDLED_ELSEWHERE = "item_handled_elsewhere", "承办科室与三定不一致"
    DUTY_NOT_IN_MANDATE = "duty_not_in_mandate", "新增职责未核定"
    ITEM_NOT_EXERCISED = "item_not_exercised", "长期不运行"

    @property
    def is_certain(self) -> bool:
        """Whether it is a fact; else it rests on likeness, and a person looks."""
        return self is not Gap.FUNCTION_MAYBE_CLAIMED

    @property
    def place_title(self) -> str:
        """What the place of its rows says."""
        return _PLACES.get(self.value, "所在")

    @property
    def explanation(self) -> str:
        return _EXPLANATIONS[self.value]


GAPS: dict[str, Gap] = {gap.value: gap for gap in Gap}
#: Two units claim the same.
OVERLAPS = (Gap.FUNCTION_CLAIMED_TWICE, Gap.FUNCTION_MAYBE_CLAIMED)

_EXPLANATIONS = {
    "function_without_section": "单位职能没有科室职责承接（兜底职责不计）。",
    "duty_without_post": "科室职责没有岗位承接。",
    "post_duty_without_source": "岗位职责没有对应科室职责，从纪实往上走到这里就断了。",
    "post_without_duty": "岗位没有登记任何职责。",
    "post_without_person": "岗位目前无人任职。",
    "function_claimed_twice": "同一区划内有别的单位写着相同的职能；双方职责分工已写明的不计。",
    "function_maybe_claimed": "同一区划内别的单位有文字相近的职能，请看是否交叉；最近一次检查时比对，相同的词已标出。"
    "双方职责分工已写明的不列。",
    "item_handled_elsewhere": "权责事项的承办科室，不是承接该事项所属职能的科室。",
    "duty_not_in_mandate": "科室职责既不出自三定条款，也没有对应单位职能。",
    "item_not_exercised": "所在单位已有办件数据，而该事项近 5 年办件不超过 3 件（处罚、强制除外）。",
}

_PLACES = {
    "function_claimed_twice": "写着相同职能的单位",
    "function_maybe_claimed": "有相近职能的单位",
    "item_handled_elsewhere": "承办机构",
    "item_not_exercised": "承办机构",
}

#: Cases in this many years, at most so many: 长期不运行 (R58).
IDLE_YEARS = 5
IDLE_CASES = 3
#: They may rightly go unused for years (R58).
_MAY_REST = (PowerKind.PENALTY, PowerKind.COERCION)

#: Given the first day that counts: (power_item_id, unit_id, case_count) of items with cases; set by who collects cases.
ItemActivity = Callable[[date], AnySelect]
_activity: list[ItemActivity] = []


def register_item_activity(activity: ItemActivity) -> None:
    """Tell where cases of items are counted; without it no item is ever called idle."""
    _activity[:] = [activity]


def gap_rows(gap: Gap, day: date) -> AnySelect:
    """All gaps of one kind on ``day``, of all units."""
    return _SELECTS[gap](day)


def gap_counts(day: date) -> AnySelect:
    """(unit_id, gap, count) of all kinds and units that have any."""
    parts = []
    for gap in Gap:
        rows = gap_rows(gap, day).subquery()
        parts.append(
            select(rows.c.unit_id, literal(gap.value, Text).label("gap"), func.count().label("count")).group_by(
                rows.c.unit_id
            )
        )
    return select(*(found := union_all(*parts).subquery()).c).order_by(found.c.unit_id)


def _row(layer: str, thing_id: Any, text: Any, unit_id: Any, *, section_id: Any = None, place: Any = None) -> AnySelect:
    return select(
        unit_id.label("unit_id"),
        (cast(null(), BigInteger) if section_id is None else section_id).label("section_id"),
        literal(layer, Text).label("layer"),
        thing_id.label("thing_id"),
        text.label("text"),
        (literal("", Text) if place is None else func.coalesce(cast(place, Text), "")).label("place"),
    )


def _confirmed(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(DutyLink.link_state == LinkState.CONFIRMED, *conditions)


def _functions_without_section(day: date) -> AnySelect:
    return _row("unit_function", UnitFunction.id, UnitFunction.text, UnitFunction.unit_id).where(
        *real_function(day),
        ~_confirmed(DutyLink.function_id == UnitFunction.id, DutyLink.section_duty_id.is_not(None)),
    )


def _of_section_duty(day: date) -> AnySelect:
    return (
        _row(
            "section_duty",
            SectionDuty.id,
            SectionDuty.text,
            SectionDuty.unit_id,
            section_id=SectionDuty.section_id,
            place=SectionVersion.name,
        )
        .outerjoin(
            SectionVersion, and_(SectionVersion.section_id == SectionDuty.section_id, in_force(SectionVersion, day))
        )
        .where(SectionDuty.valid.contains(day))
    )


def _duties_without_post(day: date) -> AnySelect:
    return _of_section_duty(day).where(
        ~_confirmed(DutyLink.section_duty_id == SectionDuty.id, DutyLink.post_duty_id.is_not(None))
    )


def _post_duties_without_source(day: date) -> AnySelect:
    return (
        _row(
            "post_duty",
            PostDuty.id,
            PostDuty.text,
            PostDuty.unit_id,
            section_id=PostDuty.section_id,
            place=PostVersion.title,
        )
        .outerjoin(PostVersion, and_(PostVersion.post_id == PostDuty.post_id, in_force(PostVersion, day)))
        .where(
            PostDuty.valid.contains(day),
            ~_confirmed(DutyLink.post_duty_id == PostDuty.id, DutyLink.section_duty_id.is_not(None)),
        )
    )


def _duties_not_in_mandate(day: date) -> AnySelect:
    return _of_section_duty(day).where(
        SectionDuty.clause_id.is_(None),
        ~_confirmed(DutyLink.section_duty_id == SectionDuty.id, DutyLink.function_id.is_not(None)),
    )


def _of_post(day: date) -> AnySelect:
    return (
        _row("post", Post.id, PostVersion.title, Section.unit_id, section_id=Post.section_id, place=SectionVersion.name)
        .join(PostVersion, and_(PostVersion.post_id == Post.id, in_force(PostVersion, day)))
        .join(Section, Section.id == Post.section_id)
        .outerjoin(SectionVersion, and_(SectionVersion.section_id == Section.id, in_force(SectionVersion, day)))
    )


def _posts_without_duty(day: date) -> AnySelect:
    return _of_post(day).where(~exists().where(PostDuty.post_id == Post.id, PostDuty.valid.contains(day)))


def _posts_without_person(day: date) -> AnySelect:
    return _of_post(day).where(~exists().where(Appointment.post_id == Post.id, in_force(Appointment, day)))


def _functions_claimed_twice(day: date) -> AnySelect:
    """Functions of the same words in units of the very same division: counties may each have theirs."""
    other, other_unit, other_version = aliased(UnitFunction), aliased(Unit), aliased(UnitVersion)
    words, other_words = func.md5(func.search_words(UnitFunction.text)), func.md5(func.search_words(other.text))
    claimants = (
        select(func.string_agg(other_version.name.distinct(), literal("、", Text)))
        .select_from(other)
        .join(other_unit, other_unit.id == other.unit_id)
        .join(other_version, and_(other_version.unit_id == other_unit.id, in_force(other_version, day)))
        .where(
            other_unit.region_id == Unit.region_id,
            other.unit_id != UnitFunction.unit_id,
            other_words == words,
            other.valid.contains(day),
            other.function_kind != FunctionKind.CATCH_ALL,
            ~is_divided(UnitFunction.unit_id, other.unit_id, UnitFunction.text, day),
        )
        .correlate(UnitFunction, Unit)
        .scalar_subquery()
    )
    shared = (
        select(words.label("words"), Unit.region_id)
        .join(Unit, Unit.id == UnitFunction.unit_id)
        .where(*real_function(day))
        .group_by(words, Unit.region_id)
        .having(func.count(UnitFunction.unit_id.distinct()) > 1)
        .subquery()
    )
    return (
        _row("unit_function", UnitFunction.id, UnitFunction.text, UnitFunction.unit_id, place=claimants)
        .join(Unit, Unit.id == UnitFunction.unit_id)
        .join(shared, and_(shared.c.words == words, shared.c.region_id == Unit.region_id))
        .where(*real_function(day), ~says_catch_all(UnitFunction.text), claimants.is_not(None))
    )


def _functions_maybe_claimed(day: date) -> AnySelect:
    """Functions that say nearly what another unit's does, once each, with the names of those units."""
    pair, other, version = aliased(FunctionOverlap), aliased(UnitFunction), aliased(UnitVersion)
    # Asked function by function: whoever asks for one unit then reads its own pairs alone.
    mine = (
        or_(pair.function_id == UnitFunction.id, pair.other_id == UnitFunction.id),
        other.valid.contains(day),
        ~exists().where(ruling_of(pair)),
        ~is_divided(pair.unit_id, pair.other_unit_id, UnitFunction.text, day),
    )
    joined = other.id == case((pair.function_id == UnitFunction.id, pair.other_id), else_=pair.function_id)
    names = (
        select(func.string_agg(version.name.distinct(), literal("、", Text)))
        .select_from(pair)
        .join(other, joined)
        .join(version, and_(version.unit_id == other.unit_id, in_force(version, day)))
        .where(*mine)
        .correlate(UnitFunction)
        .scalar_subquery()
    )
    found = exists(select(literal(1)).select_from(pair).join(other, joined).where(*mine).correlate(UnitFunction))
    return _row("unit_function", UnitFunction.id, UnitFunction.text, UnitFunction.unit_id, place=names).where(
        UnitFunction.valid.contains(day), found
    )


def ruling_of(pair: type[FunctionOverlap] | AliasedClass[FunctionOverlap]) -> ColumnElement[bool]:
    """Joins a pair with the ruling in force on its very words."""
    return and_(
        OverlapRuling.unit_id == pair.unit_id,
        OverlapRuling.words == pair.words,
        OverlapRuling.other_unit_id == pair.other_unit_id,
        OverlapRuling.other_words == pair.other_words,
        OverlapRuling.ended_at.is_(None),
    )


def says_catch_all(words: Any) -> ColumnElement[bool]:
    """Whether the text itself is 完成…交办的其他任务, however its kind was entered."""
    return func.search_words(words).regexp_match(CATCH_ALL.pattern)


def real_function(day: date) -> tuple[ColumnElement[bool], ...]:
    """Catch-all functions are everybody's and nobody's."""
    return UnitFunction.valid.contains(day), UnitFunction.function_kind != FunctionKind.CATCH_ALL


def _items(day: date) -> AnySelect:
    words = func.concat_ws(" · ", PowerItem.name, func.nullif(PowerItem.subitem_name, ""))
    return (
        _row("power_item", PowerItem.id, words, PowerItem.unit_id, place=PowerItem.handling_text)
        .join(PowerList, PowerList.id == PowerItem.power_list_id)
        .where(PowerList.list_state == ListState.IN_FORCE, PowerList.valid.contains(day))
    )


def _items_handled_elsewhere(day: date) -> AnySelect:
    """Both are known: which sections handle the item, and which carry its function; they have none in common."""
    above, below = aliased(DutyLink), aliased(DutyLink)
    carrying = (
        select(SectionDuty.section_id)
        .select_from(above)
        .join(below, below.function_id == above.function_id)
        .join(SectionDuty, SectionDuty.id == below.section_duty_id)
        .where(
            above.item_id == PowerItem.id,
            above.link_state == LinkState.CONFIRMED,
            below.link_state == LinkState.CONFIRMED,
        )
        .correlate(PowerItem)
    )
    handling = select(PowerItemSection.section_id).where(
        PowerItemSection.power_item_id == PowerItem.id, PowerItemSection.section_id.is_not(None)
    )
    common = handling.where(PowerItemSection.section_id.in_(carrying))
    return _items(day).where(
        exists(handling.correlate(PowerItem)), exists(carrying), ~exists(common.correlate(PowerItem))
    )


def _items_not_exercised(day: date) -> AnySelect:
    if not _activity:
        return _items(day).where(literal(False))
    done = _activity[0](day.replace(year=day.year - IDLE_YEARS, day=1)).subquery("done")
    has_cases = exists(select(literal(1)).select_from(done).where(done.c.unit_id == PowerItem.unit_id))
    # Cases of earlier versions are cases of the same item.
    version = aliased(PowerItem)
    mine = (
        select(line_of(version).label("line"), func.sum(done.c.case_count).label("case_count"))
        .join(done, done.c.power_item_id == version.id)
        .group_by(line_of(version))
        .subquery("mine")
    )
    return (
        _items(day)
        .outerjoin(mine, mine.c.line == line_of(PowerItem))
        .where(
            PowerItem.power_kind.not_in(_MAY_REST),
            or_(mine.c.case_count.is_(None), mine.c.case_count <= IDLE_CASES),
            has_cases,
        )
    )


_SELECTS: dict[Gap, Callable[[date], AnySelect]] = {
    Gap.FUNCTION_WITHOUT_SECTION: _functions_without_section,
    Gap.DUTY_WITHOUT_POST: _duties_without_post,
    Gap.POST_DUTY_WITHOUT_SOURCE: _post_duties_without_source,
    Gap.POST_WITHOUT_DUTY: _posts_without_duty,
    Gap.POST_WITHOUT_PERSON: _posts_without_person,
    Gap.FUNCTION_CLAIMED_TWICE: _functions_claimed_twice,
    Gap.FUNCTION_MAYBE_CLAIMED: _functions_maybe_claimed,
    Gap.ITEM_HANDLED_ELSEWHERE: _items_handled_elsewhere,
    Gap.DUTY_NOT_IN_MANDATE: _duties_not_in_mandate,
    Gap.ITEM_NOT_EXERCISED: _items_not_exercised,
}
