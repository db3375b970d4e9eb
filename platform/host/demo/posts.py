"""Sections (科室) and posts (岗位) of a unit, cut from the texts of its kind."""

from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Protocol

from host.demo.content import SectionText, in_place, kind_of, party_committee
from host.demo.duties import COMMON_TASK, PostDuty, leader_duties, section_head_duties, staff_duties
from host.demo.shares import tasks_with_duties

LEADER = "领导"
COUNTY_SECTIONS = 6  # departments of a county have fewer sections than the city's


@dataclass(frozen=True, slots=True)
class Section:
    """A section (科室) with its tasks as its mandate prints them, in order."""

    code: str
    name: str
    unit_code: str
    section_kind: str
    rank: str
    sort_no: int
    is_general: bool
    post_class: str
    post_names: tuple[str, ...]
    tasks: tuple[str, ...]
    pace: str = "usual"

    @property
    def stated_tasks(self) -> tuple[str, ...]:
        """All that its mandate says: the section's own tasks, then what every section has."""
        return (*self.tasks, COMMON_TASK)


@dataclass(frozen=True, slots=True)
class Post:
    """A post (岗位): ``seat_count`` approved seats, of which ``filled_count`` have somebody.

    ``slot`` counts the staff posts of the section from 0 and is -1 for leader posts; ``leader_kind`` is one
    of dictionary §9 or empty.
    """

    code: str
    title: str
    section_code: str
    post_class: str
    post_grade: str
    seat_count: int
    filled_count: int
    is_leader_post: bool
    leader_kind: str
    slot: int
    duties: tuple[PostDuty, ...]


class Body(Protocol):
    """What the posts of a unit depend on."""

    @property
    def tier(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def short_name(self) -> str: ...
    @property
    def head_title(self) -> str: ...
    @property
    def deputy_title(self) -> str: ...
    @property
    def staff_count(self) -> int: ...


def sections_of(kind: str, unit_code: str, tier: str, place: str) -> list[Section]:
    """The sections of a unit of this kind; ``tier`` is 市, 县 or 乡, ``place`` fills the texts."""
    texts = _texts(kind, tier)
    rank = _section_rank(kind, tier)
    return [
        Section(
            code=f"{unit_code}{number:02d}",
            name=text.name,
            unit_code=unit_code,
            section_kind=text.section_kind,
            rank=rank,
            sort_no=number,
            is_general=text.is_general,
            post_class=text.post_class,
            post_names=text.posts,
            tasks=tasks,
            pace=text.pace,
        )
        for number, (text, tasks) in enumerate(zip(texts, _tasks(kind, tier, place), strict=True), 1)
    ]


def posts_of(sections: list[Section], unit: Body, rng: Random) -> list[Post]:
    """All posts of a unit; the filled seats add up to its staff. Unit leaders sit with the first section."""
    deputies = max(1, min(4, unit.staff_count // 14))
    leaders = [
        _leader(sections[0], 90, unit.head_title, 1, "单位正职", unit),
        _leader(sections[0], 91, unit.deputy_title, deputies, "单位副职", unit),
    ]
    free = unit.staff_count - 1 - deputies
    posts = [*leaders]
    for section, people in zip(sections, _sizes(free, sections, rng), strict=True):
        posts += _section_posts(section, people, unit, rng)
    return posts


@cache
def _texts(kind: str, tier: str) -> tuple[SectionText, ...]:
    body = kind_of(kind)
    if not body.order:
        return body.sections
    return (*body.sections, party_committee()) if tier == "市" else body.sections[:COUNTY_SECTIONS]


@cache
def _tasks(kind: str, tier: str, place: str) -> list[tuple[str, ...]]:
    """The tasks of each section, those included that the unit's main duties leave to somebody."""
    sections = [(text.name, [in_place(task, place) for task in text.tasks]) for text in _texts(kind, tier)]
    body = kind_of(kind)
    if not body.order:
        return [tuple(tasks) for _, tasks in sections]
    return tasks_with_duties([in_place(duty, place) for duty in body.duties], sections)


def _section_rank(kind: str, tier: str) -> str:
    if kind_of(kind).institution_class:
        return "未定职"
    return "乡科级正职" if tier == "市" else "股级正职"


def _sizes(people: int, sections: list[Section], rng: Random) -> list[int]:
    """People of each section, at least one, summing up to ``people``."""
    weights = [0.4 if section.section_kind == "机关党委" else rng.uniform(0.8, 1.3) for section in sections]
    spread = people - len(sections)
    total, done, part = sum(weights), 0, 0.0
    sizes = []
    for weight in weights:
        part += weight
        upto = round(spread * part / total)
        sizes.append(1 + upto - done)
        done = upto
    return sizes


def _section_posts(section: Section, people: int, unit: Body, rng: Random) -> list[Post]:
    """Head, a deputy from five people on, then the staff posts; a seat in twenty stands empty (R15)."""
    posts = [_leader(section, 0, head_title(section.name), 1, "内设机构正职", unit)]
    left = people - 1
    if people >= 5:
        posts.append(_leader(section, 1, deputy_title(section.name), 1, "内设机构副职", unit))
        left -= 1
    names = section.post_names
    for slot, name in enumerate(names):
        filled = left // len(names) + (1 if slot < left % len(names) else 0)
        seats = max(1, filled + (1 if rng.random() < 0.12 else 0))
        posts.append(_staff(section, slot, name, seats, filled))
    return posts


def head_title(section_name: str) -> str:
    """The title of a section's head: 科长, 主任, 书记 …"""
    if section_name == "机关党委":
        return "专职副书记"
    return f"{section_name}长" if section_name.endswith("科") else f"{section_name}主任"


def deputy_title(section_name: str) -> str:
    """The title of a section's deputy head: 规划科副科长, 办公室副主任."""
    return f"{section_name}副科长" if section_name.endswith("科") else f"{section_name}副主任"


def _leader(section: Section, number: int, title: str, count: int, leader_kind: str, unit: Body) -> Post:
    return Post(
        code=f"{section.code}{number:02d}",
        title=title,
        section_code=section.code,
        post_class=LEADER if kind_of(unit.kind).institution_class == "" else "管理",
        post_grade="" if kind_of(unit.kind).institution_class == "" else "管理七级",
        seat_count=count,
        filled_count=count,
        is_leader_post=True,
        leader_kind=leader_kind,
        slot=-1,
        duties=_leader_duties(section, leader_kind, unit),
    )


def _staff(section: Section, slot: int, name: str, seats: int, filled: int) -> Post:
    grades = {"专业技术": "专业技术十级", "管理": "管理九级"}
    return Post(
        code=f"{section.code}{slot + 10:02d}",
        title=name,
        section_code=section.code,
        post_class=section.post_class,
        post_grade=grades.get(section.post_class, ""),
        seat_count=seats,
        filled_count=filled,
        is_leader_post=False,
        leader_kind="",
        slot=slot,
        duties=staff_duties(section.tasks, slot, len(section.post_names)),
    )


def _leader_duties(section: Section, leader_kind: str, unit: Body) -> tuple[PostDuty, ...]:
    is_deputy = leader_kind.endswith("副职")
    if leader_kind.startswith("单位"):
        return leader_duties(unit.short_name, is_deputy=is_deputy)
    return section_head_duties(section.tasks, section.name, is_deputy=is_deputy)
