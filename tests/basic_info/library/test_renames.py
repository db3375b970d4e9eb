"""更名: the old name is the base's, a former one, a plate or a near one; otherwise a person decides (R44)."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy.dialects.postgresql import Range

from basic_info.mandates.effects import EffectKind
from basic_info.organization.kinds import Rank, SectionKind
from basic_info.organization.models import SectionVersion
from host.kernel.db import db
from tests.basic_info.library.conftest import Office
from tests.basic_info.library.papers import mandate_file
from tests.basic_info.library.test_effects import seen
from tests.basic_info.library.test_handed_duties import bodies, reply
from tests.basic_info.library.versions import in_force

TASKS = ["承担成品油零售经营资格审批", "编制商务发展规划"]


def looks(place: Office, words: str) -> list[tuple[EffectKind, str, str, bool]]:
    return [(one.kind, one.before, one.after, bool(one.look)) for one in seen(reply(place, words)).effects]


def test_an_old_name_that_no_body_has_is_left_to_a_person(place: Office) -> None:
    in_force(place)
    mandate = reply(place, "对外贸易科更名为贸易科。")
    effect = seen(mandate).effects[0]
    assert (effect.kind, effect.before, effect.after) == (EffectKind.RENAMED, "对外贸易科", "没有计入")
    assert "原名称在基础版本中没有" in effect.look
    assert list(bodies(mandate)) == ["办公室", "市场科"]


@pytest.mark.parametrize(
    ("base", "words", "before", "after"),
    [
        ("市场科", "行政审批服务科更名为贸易科。", "市场科", "贸易科"),
        ("市场科", "将市场股更名为贸易科。", "市场科", "贸易科"),
        ("安全生产监管科", "同意你局安全生产监督管理科更名为安全科。", "安全生产监管科", "安全科"),
    ],
)
def test_a_plate_or_a_near_name_leads_to_the_body_and_is_to_be_looked_at(
    place: Office, base: str, words: str, before: str, after: str
) -> None:
    in_force(place, mandate_file(instead={"市场科（": f"{base}（"}))
    assert looks(place, words) == [(EffectKind.RENAMED, before, after, True)]


def test_a_renamed_body_keeps_its_duties_under_whatever_name_it_was_found(place: Office) -> None:
    in_force(place)
    assert bodies(reply(place, "将市场股更名为贸易科。"))["贸易科"] == TASKS


def test_a_name_that_the_register_had_before_leads_to_the_body(place: Office) -> None:
    in_force(place)
    before = Range(date(2010, 1, 1), date(2015, 1, 1))
    facts = {"section_kind": SectionKind.BUSINESS, "rank": Rank.SECTION_HEAD, "valid": before}
    db.session.add(SectionVersion(section_id=place.market.id, name="商贸流通科", **facts))
    db.session.flush()
    assert looks(place, "商贸流通科更名为贸易科。") == [(EffectKind.RENAMED, "市场科", "贸易科", True)]


def test_two_near_names_lead_to_neither(place: Office) -> None:
    base = {"（一）办公室。": "（一）市场一科。", "市场科（": "市场二科（"}
    in_force(place, mandate_file(instead=base))
    assert looks(place, "市场三科更名为贸易科。")[0][2] == "没有计入"


def test_several_are_renamed_in_turn(place: Office) -> None:
    in_force(place)
    found = looks(place, "将办公室、市场科分别更名为综合科、贸易科。")
    assert found == [(EffectKind.RENAMED, "办公室", "综合科", False), (EffectKind.RENAMED, "市场科", "贸易科", False)]


def test_a_new_body_is_no_rename(place: Office) -> None:
    in_force(place)
    assert [kind for kind, *_ in looks(place, "增设外资科，负责外商投资促进。")] == [EffectKind.ADDED]
