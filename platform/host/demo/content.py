"""The texts of the demo city: kinds of body (机构种类) with their duties, sections and power items."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

PLACE = "{P}"  # stands for 市, 县 or 区 in every text
CONTENT = "content"


@dataclass(frozen=True, slots=True)
class SectionText:
    """A section (科室) of a kind of body: its name, staff posts and tasks, still with the place mark."""

    name: str
    section_kind: str
    is_general: bool
    post_class: str
    posts: tuple[str, ...]
    tasks: tuple[str, ...]
    #: How much its people write: busy, usual or quiet.
    pace: str = "usual"


@dataclass(frozen=True, slots=True)
class ItemText:
    """A power item (权责事项) of a kind of department; limits in working days, None where none is set."""

    name: str
    subitems: tuple[str, ...]
    power_kind: str
    section: str
    bases: tuple[str, ...]
    statutory_workdays: int | None
    promised_workdays: int | None


@dataclass(frozen=True, slots=True)
class BodyKind:
    """A kind of body (机构种类): a department in every tier, or a township, school, hospital or centre."""

    key: str
    order: int
    name: str
    short_name: str
    city_name: str
    city_short: str
    pattern: str
    unit_kind: str
    institution_class: str
    funding: str
    quota_kind: str
    head: str
    deputy: str
    status: str
    parent: str
    duties: tuple[str, ...]
    sections: tuple[SectionText, ...]
    items: tuple[ItemText, ...]
    plate: str
    division: tuple[str, tuple[str, ...]] | None


@dataclass(frozen=True, slots=True)
class RecordClass:
    """How duties of a class are measured and written down; ``minutes`` for one unit of quantity."""

    rhythm: str
    measure_unit: str
    minutes: int
    fewest: int
    most: int
    verbs: tuple[str, ...]
    texts: tuple[str, ...]


@cache
def record_classes() -> dict[str, RecordClass]:
    """The classes of duties by name."""
    return {
        name: RecordClass(
            rhythm=row["rhythm"],
            measure_unit=row["unit"],
            minutes=row["minutes"],
            fewest=row["quantity"][0],
            most=row["quantity"][1],
            verbs=tuple(row["verbs"]),
            texts=tuple(row["texts"]),
        )
        for name, row in _toml("records.toml").items()
        if name != "subjects"
    }


@cache
def served_by(kind: str) -> str:
    """Whom a kind of body serves: 取用水单位, 学生和家长 …"""
    subject: str = _toml("records.toml")["subjects"][kind]
    return subject


def in_place(text: str, place: str) -> str:
    """The text for a place (市, 县 or 区)."""
    return text.replace(PLACE, place)


@cache
def departments() -> tuple[BodyKind, ...]:
    """The departments (工作部门) in the order in which a small city gets them."""
    kinds = (_read(entry, is_department=True) for entry in _entries("departments"))
    return tuple(sorted(kinds, key=lambda kind: kind.order))


@cache
def bodies() -> dict[str, BodyKind]:
    """Townships, schools, hospitals and centres by key."""
    return {kind.key: kind for kind in (_read(entry, is_department=False) for entry in _entries("bodies"))}


@cache
def kind_of(key: str) -> BodyKind:
    """The kind of body with this key; KeyError for another."""
    return {**bodies(), **{kind.key: kind for kind in departments()}}[key]


@cache
def party_committee() -> SectionText:
    """机关党委, which every department of the city has."""
    return _section(_shared()["party"])


@cache
def _office() -> SectionText:
    return _section(_shared()["office"])


@cache
def _shared() -> dict[str, Any]:
    return _toml("shared.toml")


@cache
def _divisions() -> dict[str, Any]:
    return _toml("divisions.toml")


def _toml(*path: str) -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath(CONTENT, *path).read_text(encoding="utf-8"))


def _entries(folder: str) -> list[Traversable]:
    found = files(__package__).joinpath(CONTENT, folder).iterdir()
    return sorted((entry for entry in found if entry.name.endswith(".toml")), key=lambda entry: entry.name)


def _read(entry: Traversable, *, is_department: bool) -> BodyKind:
    table = tomllib.loads(entry.read_text(encoding="utf-8"))
    key = entry.name.removesuffix(".toml")
    sections = tuple(_section(row) for row in table["sections"])
    name, short = table["name"], table.get("short", table["name"])
    return BodyKind(
        key=key,
        order=table.get("order", 0),
        name=name,
        short_name=short,
        city_name=table.get("city_name", name),
        city_short=table.get("city_short", short),
        pattern=table.get("pattern", ""),
        unit_kind=table.get("unit_kind", "政府部门"),
        institution_class=table.get("institution_class", ""),
        funding=table.get("funding", "财政全额"),
        quota_kind=table.get("quota", "党政群机关行政编制"),
        head=table.get("head", "局长"),
        deputy=table.get("deputy", "副局长"),
        status=table.get("status", "是{P}政府工作部门"),
        parent=table.get("parent", ""),
        duties=tuple(table["duties"]),
        sections=sections if not is_department or sections[0].is_general else (_office(), *sections),
        items=_items(key) if is_department else (),
        plate=_divisions()["plates"].get(key, ""),
        division=_division(key),
    )


def _division(key: str) -> tuple[str, tuple[str, ...]] | None:
    table = _divisions().get(key)
    return (table["title"], tuple(table["points"])) if table else None


def _items(key: str) -> tuple[ItemText, ...]:
    """The power items of a kind of department; most kinds have a file of them."""
    if not files(__package__).joinpath(CONTENT, "powers", f"{key}.toml").is_file():
        return ()
    return tuple(_item(row) for row in _toml("powers", f"{key}.toml")["items"])


def _section(row: dict[str, Any]) -> SectionText:
    return SectionText(
        name=row["name"],
        section_kind=row.get("kind", "业务科室"),
        is_general=row.get("general", False),
        post_class=row.get("class", "综合管理"),
        posts=tuple(row["posts"]),
        tasks=tuple(row["tasks"]),
        pace=row.get("pace", "usual"),
    )


def _item(row: list[Any]) -> ItemText:
    power_kind, name, section, bases, statutory, promised, subitems = row
    return ItemText(
        name=name,
        subitems=tuple(subitems),
        power_kind=power_kind,
        section=section,
        bases=tuple(bases),
        statutory_workdays=statutory or None,
        promised_workdays=promised or None,
    )
