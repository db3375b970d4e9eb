"""The plan of the demo city (演示城市): its units, sections and posts, and who sits where."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import accumulate
from random import Random

from host.demo.content import BodyKind, kind_of
from host.demo.numbers import credit_code
from host.demo.posts import Post, Section, posts_of, sections_of
from host.demo.sites import Site, sites

HEADCOUNT = 140 / 3  # people a unit, so that 168,000 people make 3,600 units
FEWEST_UNITS = 12
FEWEST_STAFF = 240
VACANT = 0.05  # share of approved quota that nobody fills


@dataclass(frozen=True, slots=True)
class Region:
    """A region (行政区划) of the shipped seed file."""

    code: str
    name: str
    tier: str
    parent_code: str
    is_statistical: bool


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit (单位) with ``spare_count`` empty quota places (−1: one too many); people count from 0."""

    code: str
    name: str
    short_name: str
    parent_code: str
    region_code: str
    tier: str
    unit_kind: str
    rank: str
    funding: str
    credit_code: str
    institution_class: str
    kind: str
    place: str
    region_name: str
    head_title: str
    deputy_title: str
    quota_kind: str
    spare_count: int
    staff_count: int
    first_person: int


@dataclass(frozen=True, slots=True)
class CityPlan:
    """The whole city; ``people`` of it are made on the way by ``host.demo.people.iter_people``.

    ``posts`` stand in the order of ``sections``, and those in the order of ``units``; people are numbered in
    the order of the posts they hold.
    """

    seed: int
    staff: int
    units: tuple[Unit, ...]
    sections: tuple[Section, ...]
    posts: tuple[Post, ...]

    def unit_posts(self) -> Iterator[tuple[Unit, Section, Post]]:
        """Every post with its section and unit, in order."""
        units = {unit.code: unit for unit in self.units}
        sections = {section.code: section for section in self.sections}
        for post in self.posts:
            section = sections[post.section_code]
            yield units[section.unit_code], section, post


@cache
def regions() -> tuple[Region, ...]:
    """The regions of Linyi from the seed file of ``basic_info.regions``."""
    text = files("basic_info.regions").joinpath("seed", "linyi.csv").read_text(encoding="utf-8")
    return tuple(
        Region(row["code"], row["name"], row["tier"], row["parent_code"], row["is_statistical"] == "true")
        for row in csv.DictReader(text.splitlines())
    )


#: From so many people on it is a full-size city: bulk ways, fewer days, fewer papers.
FULL_SIZE = 20_000


def is_full_size(plan: CityPlan) -> bool:
    return plan.staff >= FULL_SIZE


def plan_city(staff: int, seed: int = 20260101) -> CityPlan:
    """The same city for the same ``staff`` (≥ 240 people) and ``seed``: about one unit for 47 people."""
    if staff < FEWEST_STAFF:
        raise ValueError(f"a demo city needs at least {FEWEST_STAFF} people")
    chosen = sites(max(FEWEST_UNITS, round(staff / HEADCOUNT)), regions_by_tier())
    counts = _share_out(staff, [site.weight for site in chosen], Random(f"{seed}/staff"))
    units = _units(chosen, counts, seed)
    sections: list[Section] = []
    posts: list[Post] = []
    for unit in units:
        rng = Random(f"{seed}/{unit.code}")
        own = sections_of(unit.kind, unit.code, unit.tier, unit.place)
        sections += own
        posts += posts_of(own, unit, rng)
    return CityPlan(seed, staff, units, tuple(sections), tuple(posts))


def regions_by_tier() -> dict[str, list[tuple[str, str, str]]]:
    """(code, name, parent code) of the regions of each tier; the statistical area has no bodies."""
    tiers: dict[str, list[tuple[str, str, str]]] = {"city": [], "county": [], "township": []}
    for region in regions():
        if not region.is_statistical:
            tiers[region.tier].append((region.code, region.name, region.parent_code))
    return tiers


def _units(chosen: list[Site], counts: list[int], seed: int) -> tuple[Unit, ...]:
    starts = [0, *accumulate(counts)]
    codes = _codes(chosen)
    rng = Random(f"{seed}/quota")
    return tuple(_unit(site, codes, number, counts[number], starts[number], rng) for number, site in enumerate(chosen))


def _codes(chosen: list[Site]) -> list[str]:
    used: dict[str, int] = {}
    codes = []
    for site in chosen:
        region = site.region_code[:6]
        used[region] = used.get(region, 0) + 1
        codes.append(f"{region}{used[region]:04d}")
    return codes


def _unit(site: Site, codes: list[str], number: int, staff: int, first: int, rng: Random) -> Unit:
    kind = kind_of(site.kind)
    spare = round(staff * VACANT) if rng.random() < 0.9 else -1  # one unit in ten is over its quota
    return Unit(
        code=codes[number],
        name=site.name,
        short_name=site.short_name,
        parent_code=codes[site.parent] if site.parent is not None else "",
        region_code=site.region_code,
        tier={"city": "市", "county": "县", "township": "乡"}[site.tier],
        unit_kind=site.unit_kind,
        rank=_rank(site, kind),
        funding=kind.funding,
        credit_code=credit_code(number, region_code=site.region_code, is_institution=bool(kind.institution_class)),
        institution_class=kind.institution_class,
        kind=site.kind,
        place=site.place,
        region_name=site.region_name,
        head_title=site.head_title,
        deputy_title=site.deputy_title,
        quota_kind=site.quota_kind,
        spare_count=spare,
        staff_count=staff,
        first_person=first,
    )


def _rank(site: Site, kind: BodyKind) -> str:
    if kind.institution_class:
        return {"city": "乡科级正职", "county": "股级正职", "township": "未定职"}[site.tier]
    return "县处级正职" if site.tier == "city" else "乡科级正职"


def _share_out(total: int, weights: list[float], rng: Random) -> list[int]:
    """``total`` people over the units by weight, ± 20 %, at least 12 each, summing up exactly."""
    shaken = [weight * rng.uniform(0.8, 1.2) for weight in weights]
    spread = total - 12 * len(weights)
    edges = [round(spread * part / sum(shaken)) for part in accumulate(shaken)]
    return [12 + upper - lower for lower, upper in zip([0, *edges], edges, strict=False)]
