"""The items in force of all units, and one item as several units have it (B37)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy.dialects.postgresql import Range

from basic_info.organization.models import Unit
from basic_info.power_lists.browsing import ItemFilter, page_of_items, side_by_side
from basic_info.power_lists.models import (
    LegalBasis,
    LimitKind,
    LimitUnit,
    ListState,
    PowerItem,
    PowerKind,
    PowerList,
    PowerTimeLimit,
)
from basic_info.regions.models import Region, Tier
from host.kernel.access import Actor, Role
from host.kernel.db import db
from tests import factories

SignIn = Callable[[Actor], FlaskClient]
Counter = Callable[[], AbstractContextManager[list[str]]]
DAY = date(2026, 3, 2)
HERE = "/basic-info/power-items"


def a_list(unit: Unit, *items: PowerItem, state: ListState = ListState.IN_FORCE, version: int = 1) -> list[PowerItem]:
    """The items as a list of the unit."""
    powers = PowerList(unit_id=unit.id, version_no=version, year=2026, valid=Range(date(2026, 1, 1), None))
    db.session.add(powers)
    db.session.flush()
    for number, item in enumerate(items, start=1):
        item.power_list_id, item.unit_id, item.sort_no = powers.id, unit.id, number
    db.session.add_all(items)
    db.session.flush()
    powers.list_state = state
    db.session.flush()
    return list(items)


def an_item(name: str = "食品经营许可", kind: PowerKind = PowerKind.LICENCE, **over: object) -> PowerItem:
    return PowerItem(name=name, power_kind=kind, **over)


def a_limited(days: int, code: str) -> PowerItem:
    """A licence with its law and legal limit."""
    return an_item(
        item_code=code,
        handling_text="审批科",
        bases=[LegalBasis(basis_kind="法律", title="食品安全法", article="第三十五条", text="略")],
        limits=[PowerTimeLimit(limit_kind=LimitKind.STATUTORY, value=days, limit_unit=LimitUnit.WORKDAY)],
    )


def county_region() -> Region:
    return factories.a_region("371302", name="兰山区", tier=Tier.COUNTY)


@pytest.fixture
def office(connection: object) -> Actor:
    return factories.an_actor(Role.OFFICE_CLERK, region="371300")


def names(actor: Actor, **chosen: str) -> list[str]:
    return [row.PowerItem.name for row in page_of_items(actor, ItemFilter.of(chosen), day=DAY).rows]


def test_items_of_all_units_in_reach_stand_in_one_list_by_name(office: Actor) -> None:
    a_list(factories.a_unit(name="市商务局"), an_item("乙事项"), an_item("甲事项"))
    a_list(factories.a_unit(name="市统计局"), an_item("丙事项"))
    assert sorted(names(office)) == sorted(["丙事项", "乙事项", "甲事项"])


def test_only_lists_in_force_count(office: Actor) -> None:
    unit = factories.a_unit(name="市商务局")
    a_list(unit, an_item("现行的"))
    a_list(unit, an_item("未生效的"), state=ListState.DRAFT, version=2)
    assert names(office) == ["现行的"]


def test_another_unit_s_clerk_sees_the_own_unit_s_items_only(office: Actor) -> None:
    unit = factories.a_unit(name="市商务局")
    a_list(unit, an_item("自己的"))
    a_list(factories.a_unit(name="市统计局"), an_item("别人的"))
    assert names(factories.an_actor(Role.UNIT_CLERK, unit=unit)) == ["自己的"]


@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        ({"q": "经营"}, ["食品经营许可"]),
        ({"q": "CF01"}, ["违规处罚"]),
        ({"power_kind": "penalty"}, ["违规处罚"]),
        ({"section": "执法"}, ["违规处罚"]),
        ({"unit": "商务"}, ["食品经营许可"]),
        ({"region": "371302"}, ["违规处罚"]),
        ({"tier": "county"}, ["违规处罚"]),
        ({"q": "没有这样的事项"}, []),
        ({"power_kind": "没有这样的类型", "tier": "?"}, ["违规处罚", "食品经营许可"]),
    ],
)
def test_the_list_is_narrowed(chosen: dict[str, str], found: list[str], office: Actor) -> None:
    a_list(factories.a_unit(name="市商务局"), an_item())
    county = factories.a_unit(name="兰山区统计局", region=county_region(), tier=Tier.COUNTY)
    a_list(county, an_item("违规处罚", PowerKind.PENALTY, item_code="CF01", handling_text="执法科"))
    assert sorted(names(office, **chosen)) == sorted(found)


def test_counts_by_kind_are_those_of_all_kinds_that_are_chosen(office: Actor) -> None:
    a_list(factories.a_unit(name="市商务局"), an_item("甲"), an_item("乙"), an_item("丙", PowerKind.PENALTY))
    page = page_of_items(office, ItemFilter(kind=PowerKind.PENALTY), day=DAY)
    assert (page.total, page.by_kind) == (1, [(PowerKind.LICENCE, 2), (PowerKind.PENALTY, 1)])


def test_pages_follow_each_other_without_loss_or_repetition(office: Actor) -> None:
    a_list(factories.a_unit(name="市商务局"), *(an_item(f"事项{number % 7}") for number in range(120)))
    seen: list[int] = []
    after = None
    while True:
        page = page_of_items(office, ItemFilter(), day=DAY, after=after)
        seen += [row.PowerItem.id for row in page.rows]
        after = page.next_after
        if after is None:
            break
    assert (len(seen), len(set(seen))) == (120, 120)


def test_one_item_stands_beside_what_other_units_say_of_it(office: Actor) -> None:
    (mine,) = a_list(factories.a_unit(name="市市场监管局"), a_limited(20, "3713000131006000"))
    a_list(
        factories.a_unit(name="兰山区市场监管局", region=county_region(), tier=Tier.COUNTY),
        a_limited(15, "3713020131006000"),
    )
    first, other = side_by_side(mine, "市市场监管局", "临沂市", office)
    assert (first.says["法定期限"], other.says["法定期限"]) == ("20个工作日", "15个工作日")
    assert other.differing == frozenset({"法定期限"})
    assert other.says["实施依据"] == "《食品安全法》第三十五条"


def test_the_pages_show_list_and_comparison(office: Actor, sign_in_as: SignIn) -> None:
    (mine,) = a_list(factories.a_unit(name="市市场监管局"), a_limited(20, "3713000131006000"))
    county = factories.a_unit(name="兰山区市场监管局", region=county_region(), tier=Tier.COUNTY)
    a_list(county, a_limited(15, "3713020131006000"))
    client = sign_in_as(office)
    assert "兰山区市场监管局" in client.get(HERE).text
    assert "<ins>15个工作日</ins>" in client.get(f"{HERE}/{mine.id}/elsewhere").text


def test_an_item_that_no_other_unit_has_says_so(office: Actor, sign_in_as: SignIn) -> None:
    (mine,) = a_list(factories.a_unit(name="市商务局"), an_item())
    assert "其他单位没有同一事项" in sign_in_as(office).get(f"{HERE}/{mine.id}/elsewhere").text


def test_an_empty_list_says_what_to_do(office: Actor, sign_in_as: SignIn) -> None:
    assert "导入权责清单" in sign_in_as(office).get(HERE).text


def test_an_item_of_another_unit_is_not_compared(office: Actor, sign_in_as: SignIn) -> None:
    (item,) = a_list(factories.a_unit(name="市商务局"), an_item())
    stranger = factories.an_actor(Role.UNIT_CLERK, unit=factories.a_unit(name="市统计局"))
    assert sign_in_as(stranger).get(f"{HERE}/{item.id}/elsewhere").status_code == 404


def test_comparing_costs_as_many_statements_for_many_units(office: Actor, count_queries: Counter) -> None:
    (mine,) = a_list(factories.a_unit(name="市商务局"), a_limited(20, "3713000131006000"))
    for number in range(12):
        a_list(factories.a_unit(name=f"{number}县商务局"), a_limited(15, f"3713{number:02d}0131006000"))
    db.session.expunge_all()
    with count_queries() as seen:
        side_by_side(db.session.get_one(PowerItem, mine.id), "市商务局", "", office)
    assert len(seen) <= 7
