"""Main duties of a department that no section's tasks speak of yet: each becomes a task of the likest section.

A mandate gives every main duty to somebody; a county's department, which has fewer sections, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from basic_info.duties.similarity import likeness
from host.demo.content import record_classes

#: From here on a task speaks of the duty.
ALIKE = 0.3
LONGEST = 40  # signs of a task
MOST_ADDED = 3


def tasks_with_duties(duties: Sequence[str], sections: Sequence[tuple[str, Sequence[str]]]) -> list[tuple[str, ...]]:
    """The tasks of each section (name, tasks) with those for ``duties`` that none of them served."""
    tasks = [list(own) for _, own in sections]
    room = [MOST_ADDED] * len(sections)
    served = likeness(duties, [task for _, own in sections for task in own]).max(axis=1)
    fields = likeness(duties, [f"{name}{'，'.join(own)}" for name, own in sections])
    for duty, alike, by_section in zip(duties, served, fields, strict=True):
        if alike < ALIKE:
            place = max(range(len(sections)), key=lambda number: (room[number] > 0, by_section[number]))
            room[place] -= 1
            tasks[place].append(task_of(duty))
    return [tuple(own) for own in tasks]


def task_of(duty: str) -> str:
    """A main duty in the words of a section's task: 贯彻…方针，拟订…规划 → 组织贯彻…方针，拟订…规划."""
    text = duty
    while len(text) > LONGEST and "，" in text:
        text = text.rpartition("，")[0]
    return text if text[:2] in _verbs() else f"组织{text}"


@cache
def _verbs() -> frozenset[str]:
    """Verbs that begin the work of a section; leading (统筹) is not a task of its own."""
    return frozenset(verb for name, entry in record_classes().items() if name != "lead" for verb in entry.verbs)
