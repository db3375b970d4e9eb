"""Which bodies (单位) a city of a given size has: departments, townships, schools, hospitals, centres."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, islice

from host.demo.content import BodyKind, bodies, departments

SMALL_CITY_KINDS = 6
TIER_SHARES = {"city": 0.37, "county": 0.42, "township": 0.14}
Place = tuple[str, str, str]  # code, name, parent code
DIGITS = "零一二三四五六七八九"


@dataclass(frozen=True, slots=True)
class Site:
    """A body to be set up; ``parent`` is its place in the list, ``weight`` its size beside the others."""

    kind: str
    name: str
    short_name: str
    region_code: str
    region_name: str
    tier: str
    place: str
    unit_kind: str
    head_title: str
    deputy_title: str
    quota_kind: str
    weight: float
    parent: int | None = None


def sites(total: int, regions: dict[str, list[Place]]) -> list[Site]:
    """``total`` bodies at three levels, parents before their children."""
    kinds = departments()
    city = regions["city"][0]
    chosen = [_department(kind, city, "city") for kind in kinds[: round(total * TIER_SHARES["city"])]]
    chosen += _county_departments(kinds, regions["county"], round(total * TIER_SHARES["county"]))
    townships = regions["township"][: round(total * TIER_SHARES["township"])] if total > 200 else []
    townships = townships or _spread(regions["township"], round(total * TIER_SHARES["township"]))
    chosen += [_township(region) for region in townships]
    parents = {(site.region_code, site.kind): number for number, site in enumerate(chosen)}
    rest = islice(_institutions(regions, parents), total - len(chosen))
    return chosen + list(rest)


def chinese_number(number: int) -> str:
    """1–999 in Chinese numerals: 十二, 二十, 一百零三."""
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    text = f"{DIGITS[hundreds]}百" if hundreds else ""
    if tens:
        text += "十" if tens == 1 and not hundreds else f"{DIGITS[tens]}十"
    elif hundreds and ones:
        text += "零"
    return text + (DIGITS[ones] if ones else "")


def _county_departments(kinds: tuple[BodyKind, ...], counties: list[Place], total: int) -> list[Site]:
    """Whole counties after each other, six departments each while the city is small."""
    each = len(kinds) if total >= len(counties) * len(kinds) else SMALL_CITY_KINDS
    pairs = [(kind, county) for county in counties for kind in kinds[:each]]
    return [_department(kind, county, "county") for kind, county in pairs[:total]]


def _spread(regions: list[Place], total: int) -> list[Place]:
    """Some townships of the first counties rather than all of the first."""
    by_county: dict[str, list[Place]] = {}
    for region in regions:
        by_county.setdefault(region[2], []).append(region)
    groups = list(by_county.values())
    rounds = (group[(turn + 3 * order) % len(group)] for turn in range(6) for order, group in enumerate(groups))
    return list(islice(dict.fromkeys(rounds), total))


def _department(kind: BodyKind, region: Place, tier: str) -> Site:
    code, region_name, _ = region
    is_city = tier == "city"
    own, short = (kind.city_name, kind.city_short) if is_city else (kind.name, kind.short_name)
    is_committee = own.endswith("委员会")
    return Site(
        kind=kind.key,
        name=kind.pattern.replace("{R}", region_name) or f"{region_name}{own}",
        short_name=f"{region_name[-1] if is_city else region_name}{short}",
        region_code=code,
        region_name=region_name,
        tier=tier,
        place=region_name[-1],
        unit_kind=kind.unit_kind,
        head_title="主任" if is_committee else kind.head,
        deputy_title="副主任" if is_committee else kind.deputy,
        quota_kind=kind.quota_kind,
        weight=1.2 if is_city else 0.95,
    )


def _township(region: Place) -> Site:
    code, name, parent = region
    is_street = name.endswith("街道")
    return Site(
        kind="township",
        name=f"{name}办事处" if is_street else f"{name}人民政府",
        short_name=name,
        region_code=code,
        region_name=name,
        tier="township",
        place="街道" if is_street else name[-1],
        unit_kind="街道" if is_street else "乡镇",
        head_title="党工委书记" if is_street else "党委书记",
        deputy_title="副主任" if is_street else f"副{name[-1]}长",
        quota_kind="街道行政编制" if is_street else "乡镇行政编制",
        weight=1.0,
    )


def _institutions(regions: dict[str, list[Place]], parents: dict[tuple[str, str], int]) -> Iterator[Site]:
    """Township schools and hospitals first in a big city, then county and city ones without end."""
    city, counties = regions["city"][0], regions["county"]
    for number in (1, 2):
        for region in [city, *counties]:
            yield from _county_institutions(region, number, parents)
    for region in regions["township"]:
        yield from _township_institutions(region, parents)
    for number in count(3):
        for region in [city, *counties]:
            yield from _county_institutions(region, number, parents)


def _county_institutions(region: Place, number: int, parents: dict[tuple[str, str], int]) -> Iterator[Site]:
    code, name, _ = region
    nth = chinese_number(number)
    named = [("school", f"第{nth}中学"), ("hospital", f"第{nth}人民医院"), ("school", f"第{nth}实验小学")]
    for key, title in named if number < 9 else [("school", f"第{nth}中学"), ("school", f"第{nth}小学")]:
        yield _institution(key, f"{name}{title}", region, bodies()[key].parent, parents)
    kinds = departments()
    if number <= 3 * len(kinds):
        kind = kinds[(number - 1) % len(kinds)]
        task = ("事业发展服务中心", "综合保障中心", "信息中心")[(number - 1) // len(kinds)]
        own = kind.short_name.removesuffix("局").removesuffix("办") or kind.short_name
        yield _institution("centre", f"{name}{own}{task}", region, kind.key, parents)


def _township_institutions(region: Place, parents: dict[tuple[str, str], int]) -> Iterator[Site]:
    name = region[1]
    for key, title in (
        ("school", "中心小学"),
        ("hospital", "社区卫生服务中心" if name.endswith("街道") else "中心卫生院"),
        ("school", "初级中学"),
        ("school", "中心幼儿园"),
    ):
        yield _institution(key, f"{name}{title}", region, bodies()[key].parent, parents)


def _institution(key: str, name: str, region: Place, parent_kind: str, parents: dict[tuple[str, str], int]) -> Site:
    code, region_name, parent_code = region
    kind = bodies()[key]
    tier = "city" if not parent_code else "county" if len(code) == 6 else "township"
    is_nursery = name.endswith("幼儿园")
    return Site(
        kind=key,
        name=name,
        short_name=name,
        region_code=code,
        region_name=region_name,
        tier=tier,
        place=region_name[-1] if tier != "township" else "镇",
        unit_kind=kind.unit_kind,
        head_title="园长" if is_nursery else kind.head,
        deputy_title="副园长" if is_nursery else kind.deputy,
        quota_kind=kind.quota_kind,
        weight=1.0,
        parent=parents.get((parent_code if tier == "township" else code, parent_kind)),
    )
