"""Daily records (履职纪实) of the demo city: texts from pools made once, rows drawn by a cheap hash."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from random import Random

from host.demo.city import CityPlan, regions
from host.demo.content import RecordClass, record_classes, served_by
from host.demo.duties import PostDuty, duty_class, duty_object
from host.demo.people import person_code, work_state
from host.demo.posts import Post

Entry = tuple[str, int, int]  # content, quantity, minutes
Record = tuple[str, date, int, str, int, int, str]
Writer = tuple[int, str, tuple[tuple[int, str, int, int], ...], int, tuple[int, int, int], str]
VARIANTS = 6  # of each text
OLD = 120  # working days, after which nothing waits any more
LONGEST = 400  # minutes that one record takes at most
DAY_LONGEST, LEAST = 570, 30  # minutes of a person's day at most, and of what comes when it is full
SILENT_EVERY, SILENT_DAYS = 59, 6  # one in 59 people has written nothing for 6 to 10 working days
#: Of 1024: from where on a day has a record, a second one, a third one.
PACES = {"busy": (20, 200, 500), "full": (20, 300, 760), "usual": (80, 700, 970), "quiet": (140, 1024, 1024)}
#: What one record's work takes by the standard, in minutes: at the usual pace a day comes to 70 to 100 %.
WORK = (200, 430)
#: Of 100 units, and of 100 sections of the others, so many have more to do than they should, and so many have less.
FULL_SHARE, QUIET_SHARE = 7, 9
#: So many more of 1024 had nothing on a day of an earlier year: the comparison with it has something to show.
EARLIER_YEAR = 40
MASK = (1 << 64) - 1


def post_duties(plan: CityPlan, post: Post) -> tuple[str, ...]:
    """The texts of a post's duties, 3–6; their measures are in ``post.duties`` in the same order."""
    return tuple(duty.text for duty in post.duties)


def record_texts(kind: str, duty: str) -> tuple[str, ...]:
    """The contents with which a duty is recorded in a kind of body."""
    return tuple(content for content, _, _ in record_pool(kind, duty))


@cache
def record_pool(kind: str, duty: str) -> tuple[Entry, ...]:
    """(content, quantity, minutes) for a duty: every text of its class in several variants."""
    entry = record_classes()[duty_class(duty)]
    rng = Random(f"{kind}/{duty}")
    return tuple(_entry(text, entry, kind, duty, rng) for text in entry.texts for _ in range(VARIANTS))


@dataclass(frozen=True)
class Past:
    """Working days, ascending, on which some units (by their codes) wrote, before the days of the whole city."""

    unit_codes: frozenset[str]
    days: tuple[date, ...]


def iter_records(plan: CityPlan, days: Sequence[date], pasts: Sequence[Past] = ()) -> Iterator[Record]:
    """(person code, day, index of the post duty, content, quantity, minutes, state) day by day.

    About 1.3 rows a person and day; some days and some people have none, some sections more and some less. ``days``
    are ascending working days; the state is draft, submitted, returned or approved, the older the more approved.
    """
    writers = _writers(plan)
    early = {codes: _of_units(writers, codes) for codes in set(_early_units(pasts).values())}
    for day, codes in sorted(_early_units(pasts).items()):
        fewer = EARLIER_YEAR if day.year < days[-1].year else 0
        yield from _of_day(plan, day, early[codes], age=OLD, fewer=fewer)
    for order, day in enumerate(days):
        yield from _of_day(plan, day, writers, age=len(days) - 1 - order)


def _early_units(pasts: Sequence[Past]) -> dict[date, frozenset[str]]:
    """By day the units that wrote on it."""
    found: dict[date, frozenset[str]] = {}
    for past in pasts:
        for day in past.days:
            found[day] = found.get(day, frozenset()) | past.unit_codes
    return found


def _of_units(writers: Sequence[Writer], codes: frozenset[str]) -> list[Writer]:
    return [writer for writer in writers if writer[-1] in codes]


def _of_day(plan: CityPlan, day: date, writers: Sequence[Writer], *, age: int, fewer: int = 0) -> Iterator[Record]:
    """What the writers wrote on a day that is ``age`` working days old."""
    seed = (plan.seed * 1_000_003 + day.toordinal()) * 0x9E3779B97F4A7C15 & MASK
    for number, code, entries, silent_days, (first, second, third), _unit in writers:
        if age < silent_days:
            continue
        dice = (seed ^ (number * 0xBF58476D1CE4E5B9)) & MASK
        dice = ((dice ^ (dice >> 30)) * 0x94D049BB133111EB) & MASK
        dice ^= dice >> 31
        chance = dice & 1023
        if chance < first + fewer:
            continue
        index, content, quantity, minutes = entries[(dice >> 10) % len(entries)]
        yield code, day, index, content, quantity, minutes, _state(age, dice >> 40 & 255)
        left = DAY_LONGEST - minutes
        if chance >= second + fewer:
            index, content, quantity, minutes = entries[(dice >> 20) % len(entries)]
            minutes = min(minutes, left)
            left -= minutes
            yield code, day, index, content, quantity, minutes, _state(age, dice >> 48 & 255)
        if chance >= third + fewer:
            index, content, quantity, minutes = entries[(dice >> 30) % len(entries)]
            yield code, day, index, content, quantity, max(LEAST, min(minutes, left)), _state(age, dice >> 56 & 255)


def _state(age: int, dice: int) -> str:
    """The state of a record ``age`` working days old; ``dice`` is 0–255."""
    if age >= OLD:
        return "approved"
    if age == 0:
        return "draft" if dice < 40 else "submitted"
    if age < 5:
        return "returned" if dice < 8 else "submitted" if dice < 150 else "approved"
    return "returned" if dice < 1 else "submitted" if dice < 4 else "approved"


def _writers(plan: CityPlan) -> list[Writer]:
    """(number, code, entries of the post, days of silence up to now, pace, unit's code) of everybody at work."""
    found: list[Writer] = []
    number = 0
    for unit, section, post in plan.unit_posts():
        entries = _entries(unit.kind, post.duties)
        pace = PACES[_pace(unit.code, section.name, section.pace)]
        for seat in range(number, number + post.filled_count):
            if work_state(seat, post) in ("在岗", "挂职"):
                is_silent = seat % SILENT_EVERY == 17 and not post.is_leader_post
                silent_days = SILENT_DAYS + seat % 5 if is_silent else 0
                found.append((seat, person_code(seat), entries, silent_days, pace, unit.code))
        number += post.filled_count
    return found


def _pace(unit_code: str, section_name: str, pace: str) -> str:
    """How much a section has to do: as its text says, else for some more or less than usual."""
    if pace != "usual":
        return pace
    for name in (unit_code, f"{unit_code}/{section_name}"):
        share = Random(name).randrange(100)
        if share < FULL_SHARE:
            return "full"
        if share >= 100 - QUIET_SHARE:
            return "quiet"
    return pace


@cache
def _entries(kind: str, duties: tuple[PostDuty, ...]) -> tuple[tuple[int, str, int, int], ...]:
    return tuple((index, *entry) for index, duty in enumerate(duties) for entry in record_pool(kind, duty.text))


def _entry(text: str, entry: RecordClass, kind: str, duty: str, rng: Random) -> Entry:
    quantity = min(2 * entry.most, max(entry.fewest, round(rng.uniform(*WORK) / entry.minutes)))
    faults = rng.randint(1, max(1, min(2, quantity)))
    content = text.format(
        o=duty_object(duty),
        n=quantity,
        a=quantity - faults,
        b=faults,
        t=rng.choice(_townships()),
        w=served_by(kind),
    )
    minutes = min(LONGEST, round(entry.minutes * quantity * rng.uniform(0.7, 1.3) / 5) * 5)
    return content, quantity, max(10, minutes)


@cache
def _townships() -> tuple[str, ...]:
    return tuple(region.name for region in regions() if region.tier == "township")
