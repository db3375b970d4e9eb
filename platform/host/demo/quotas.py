"""Quota (编制) of the demo city's units: what is approved and what is used."""

from collections import Counter
from dataclasses import dataclass

from host.demo.city import CityPlan
from host.demo.people import quota_of

WORKER_KIND = "工勤(后勤服务)编制"


@dataclass(frozen=True, slots=True)
class UnitQuota:
    """Approved and actual number of one kind of quota (编制) in a unit."""

    unit_code: str
    quota_kind: str
    approved_count: int
    actual_count: int


@dataclass(frozen=True, slots=True)
class LeaderPlaces:
    """Approved leader places (职数) of a unit, by the four common kinds."""

    unit_heads: int
    unit_deputies: int
    section_heads: int
    section_deputies: int


def unit_quotas(plan: CityPlan) -> dict[str, tuple[UnitQuota, ...]]:
    """The quotas of every unit by its code, the main kind first."""
    used: dict[str, Counter[str]] = {unit.code: Counter() for unit in plan.units}
    number = 0
    for unit, _section, post in plan.unit_posts():
        for seat in range(number, number + post.filled_count):
            _, _, quota_kind, occupies = quota_of(seat, unit, post)
            if occupies == "是":
                used[unit.code][quota_kind] += 1
        number += post.filled_count
    return {
        unit.code: tuple(
            UnitQuota(unit.code, kind, count + (unit.spare_count if kind == unit.quota_kind else 0), count)
            for kind, count in sorted(used[unit.code].items(), key=lambda pair: pair[0] != unit.quota_kind)
        )
        for unit in plan.units
    }


def leader_places(plan: CityPlan) -> dict[str, LeaderPlaces]:
    """The leader places of every unit by its code, as many as are held."""
    held: Counter[tuple[str, str]] = Counter()
    for unit, _section, post in plan.unit_posts():
        held[unit.code, post.leader_kind] += post.seat_count
    kinds = ("单位正职", "单位副职", "内设机构正职", "内设机构副职")
    return {unit.code: LeaderPlaces(*(held[unit.code, kind] for kind in kinds)) for unit in plan.units}
