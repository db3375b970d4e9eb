"""How the demo city handles a licence (行政许可): the steps of an item and the posts that take them."""

from collections.abc import Iterator
from dataclasses import dataclass

from host.demo.city import CityPlan, Unit
from host.demo.posts import Post, Section
from host.demo.power_lists import PowerItem, power_items, section_names

CHARTS_PER_UNIT = 3
LONG_WORKDAYS = 5  # above this, the leader in charge decides and the section's head checks before
ACCEPT, REVIEW, INSPECT, CHECK, DECIDE, DELIVER = "受理", "审查", "现场勘验", "审核", "决定", "送达"
SUPPLEMENT, REFUSE = "一次性告知补正", "出具不予受理通知书"


@dataclass(frozen=True, slots=True)
class Step:
    """A step (环节) with the post that does it and its limit in working days."""

    name: str
    post: Post
    limit_workdays: int


@dataclass(frozen=True, slots=True)
class Flow:
    """The handling of an item: the main line, and the two ways out after acceptance."""

    unit: Unit
    item: PowerItem
    steps: tuple[Step, ...]
    supplement: Step
    refuse: Step

    @property
    def lanes(self) -> tuple[Post, ...]:
        """The posts that take part, each once, in the order of their first step."""
        return tuple({step.post.code: step.post for step in self.steps}.values())


def flows(plan: CityPlan) -> Iterator[Flow]:
    """The flows of the licences of the city's own departments, at most three for each."""
    names = section_names(plan)
    sections = {(section.unit_code, section.name): section for section in plan.sections}
    posts = _posts_by_section(plan)
    for unit in plan.units:
        if unit.tier == "市":
            for item in _charted(power_items(unit, names[unit.code])):
                section = sections[unit.code, item.text.section]
                yield _flow(unit, item, section, posts)


def _posts_by_section(plan: CityPlan) -> dict[str, list[Post]]:
    found: dict[str, list[Post]] = {}
    for post in plan.posts:
        found.setdefault(post.section_code, []).append(post)
    return found


def _charted(items: list[PowerItem]) -> list[PowerItem]:
    """The first leaf of the first licences, those that promise a limit."""
    leaves = {
        item.sort_no: item
        for item in reversed(items)
        if item.text.power_kind == "行政许可" and item.text.promised_workdays
    }
    return [leaves[number] for number in sorted(leaves)][:CHARTS_PER_UNIT]


def _flow(unit: Unit, item: PowerItem, section: Section, posts: dict[str, list[Post]]) -> Flow:
    own = posts[section.code]
    staff = [post for post in own if post.slot >= 0 and post.filled_count] or own[:1]
    head = next(post for post in own if post.leader_kind == "内设机构正职")
    office = next(iter(group for code, group in posts.items() if code.startswith(unit.code)))
    leader = next(post for post in office if post.leader_kind == "单位副职")
    return Flow(
        unit=unit,
        item=item,
        steps=tuple(_main_line(item.text.promised_workdays or 1, staff[0], staff[-1], head, leader)),
        supplement=Step(SUPPLEMENT, staff[0], 1),
        refuse=Step(REFUSE, staff[0], 1),
    )


def _main_line(limit: int, clerk: Post, reviewer: Post, head: Post, leader: Post) -> Iterator[Step]:
    """The steps with their limits, which add up to the promised one where that leaves a day for each."""
    is_long = limit > LONG_WORKDAYS
    yield Step(ACCEPT, clerk, 1)
    if is_long:
        yield Step(REVIEW, reviewer, max(1, limit - 6))
        yield Step(INSPECT, reviewer, 2)
        yield Step(CHECK, head, 1)
    else:
        yield Step(REVIEW, reviewer, max(1, limit - 3))
    yield Step(DECIDE, leader if is_long else head, 1)
    yield Step(DELIVER, clerk, 1)
