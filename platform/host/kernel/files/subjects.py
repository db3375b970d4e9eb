"""Who may open a file: who may see what it belongs to. The part that owns the table says who that is."""

from __future__ import annotations

from collections.abc import Callable

from host.kernel.access import Actor
from host.kernel.files.models import StoredFile

CanOpen = Callable[[int, Actor], bool]

_subjects: dict[str, CanOpen] = {}


def register_subject(kind: str, can_open: CanOpen) -> None:
    """Files of ``<kind>:<id>`` open for those of whom ``can_open(id, actor)`` is true; once for each table."""
    if _subjects.setdefault(kind, can_open) is not can_open:
        raise ValueError(f"{kind} is registered twice")


def may_open(file: StoredFile, actor: Actor) -> bool:
    """Whether ``actor`` may open ``file``; a subject that nobody registered opens for nobody."""
    kind, _, number = file.subject.partition(":")
    can_open = _subjects.get(kind)
    return can_open is not None and can_open(int(number), actor)
